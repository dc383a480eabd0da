#pragma once

#include <netinet/in.h>
#include <stddef.h>

struct probe {
    struct sockaddr_in6 address;
    int error; /* of connect(2), 0 if somebody answers; ETIMEDOUT after milliseconds, too */
};

/* Connects to all at once, over TCP, and hangs up. Fills in the errors. */
void probe(struct probe *targets, size_t count, int milliseconds);
