/*
 * The addresses that the program knows from connections that it made itself: GlusterFS binds a socket that it dials
 * again to the address that the one before had, as getsockname(2) told it (socket_connect() and client_bind() in
 * rpc/rpc-transport/socket). That is no choice of the program's. Thread-safe and async-signal-safe.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* Call it after the program has asked for the local address of fd, and got an IPv6 one. Changes errno. */
void learned_by_asking(int fd);

/* Call it when the program listens at port, host byte order: connections there are made by others. */
void learned_listens(in_port_t port);

/* Whether the program has learned the address. Only the latest few hundred are remembered. */
bool learned_has(const struct in6_addr *address);
