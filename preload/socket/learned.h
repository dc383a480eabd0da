/*
 * The addresses that the program knows from connections that it made itself. When GlusterFS dials again, it binds the
 * new socket to the address that getsockname(2) returned for the one before (socket_connect() and client_bind() in
 * rpc/rpc-transport/socket). That is not the program's choice. Thread-safe and async-signal-safe.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>

/* Call after the program has asked for the local address of fd, and got an IPv6 one. Changes errno. */
void learned_by_asking(int fd);

/* Call when the program listens at port, host byte order: connections there are made by others. */
void learned_listens(in_port_t port);

/* True if the program has learned the address. Only the latest few hundred are remembered. */
bool learned_has(const struct in6_addr *address);
