/*
 * Who chose the local address of a descriptor's socket, the program or this library: getsockname(2) can't tell, and a
 * source that the program chose is left alone. A record is of the descriptor's number. It outlives a close(2), which
 * is not wrapped; the next socket of that number is new, has no address, and so nobody asks, until the program's
 * bind(2), which clears the record, or this library gives it one. Thread-safe and async-signal-safe.
 */
#ifndef SRCADDR_CHOSEN_H
#define SRCADDR_CHOSEN_H

#include <stdbool.h>

enum chosen {
    BY_PROGRAM,  /* or by nobody */
    ADDRESS,     /* the address by this library, the port by the program */
    ADDRESS_PORT /* both by this library: the program had not bound the socket */
};

/* Whether there is room for a record of fd: there is up to the kernel's default fs.nr_open. */
bool chosen_has_room(int fd);

enum chosen chosen_get(int fd);

/* Does nothing where there is no room. */
void chosen_set(int fd, enum chosen chosen);

#endif
