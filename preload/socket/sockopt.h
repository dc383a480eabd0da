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
 * Gives the socket to, which is new, every option and file status flag that the socket from has and that is not its own
 * by default, but for SO_REUSEADDR and IPV6_V6ONLY; options that are as they are by default are not set, because some
 * setting turns what the kernel does by itself off. Both are AF_INET6, SOCK_STREAM and of protocol, and not connected;
 * dialled tells that the old one has been in a connect that failed, by which the kernel has set some options itself.
 * Returns 0, or an errno value if there is something that can't be carried over. Async-signal-safe.
 */
int sockopt_carry(int from, int to, int protocol, bool dialled);
