#pragma once

#include <netinet/in.h>
#include <stddef.h>

struct probe {
    struct sockaddr_in6 address;
    int error; /* of connect(2), or ETIMEDOUT after milliseconds; 0 if connected */
};

/* Connects to all targets at once over TCP, fills in their errors, and closes the connections. */
void probe(struct probe *targets, size_t count, int milliseconds);
