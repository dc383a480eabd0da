/*
 * The addresses that the program knows from connections that it made itself: GlusterFS binds a socket that it dials
 * again to the address that the one before had, as getsockname(2) told it (socket_connect() and client_bind() in
 * rpc/rpc-transport/socket). That is no choice of the program's. Thread-safe and async-signal-safe.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* The program has asked for the local address of fd, and got an IPv6 one. Changes errno. */
void learned_by_asking(int fd);

/* The program listens at port, host byte order: who connects there has made that connection, not the program. */
void learned_listens(in_port_t port);

/* Whether the program has learned the address. Of more than some hundred the oldest are forgotten. */
bool learned_has(const struct in6_addr *address);
