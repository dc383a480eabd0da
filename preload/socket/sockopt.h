#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* Newer than the headers that this is built with can be. */
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

/* Options of type int. 0 or an errno value. Async-signal-safe. */
int sockopt_get_int(int fd, int level, int name, int *value);
int sockopt_set_int(int fd, int level, int name, int value);

/*
 * Copies every option and file status flag of the socket from that differs from a new socket's to the new socket to,
 * except SO_REUSEADDR and IPV6_V6ONLY. What does not differ is not set: setting some options turns off what the kernel
 * does by itself. Both are AF_INET6, SOCK_STREAM, of protocol, and not connected. dialled: the old one has been through
 * a failed connect, in which the kernel has set some options itself. Returns 0, or an errno value if something can't be
 * copied. Async-signal-safe.
 */
int sockopt_carry(int from, int to, int protocol, bool dialled);
