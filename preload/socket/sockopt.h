#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* The headers may be older. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

/* Options of type int. Return 0 or an errno value. Async-signal-safe. */
int sockopt_get_int(int fd, int level, int name, int *value);
int sockopt_set_int(int fd, int level, int name, int value);

/*
 * Makes the new socket to like from: copies every option and file status flag that differs from a new socket's, except
 * SO_REUSEADDR and IPV6_V6ONLY. Sets no defaults: setting some options turns off what the kernel does by itself. Both
 * are AF_INET6, SOCK_STREAM, of protocol, and not connected. dialled: from has been through a failed connect, in which
 * the kernel sets some options itself. Returns 0, or an errno value if something can't be copied. Async-signal-safe.
 */
int sockopt_carry(int from, int to, int protocol, bool dialled);
