/*
 * Who chose the local address of a descriptor's socket, the program or this library: getsockname(2) can't tell, and a
 * source that the program chose is left alone. A record is of a descriptor's number and the inode of its socket:
 * close(2) and dup2(2) are not wrapped, so that another socket can have come to the number since. The program's own
 * bind(2) clears it. Thread-safe and async-signal-safe.
 */
#ifndef SRCADDR_CHOSEN_H
#define SRCADDR_CHOSEN_H

#include <stdbool.h>
#include <sys/types.h>

enum chosen {
    BY_PROGRAM = 0,     /* or by nobody */
    CHOSE_ADDRESS = 1,  /* this library */
    CHOSE_PORT = 2,     /* this library, or connect(2) for it: the program had not bound the socket */
    CHANGED_V6ONLY = 4, /* the kernel has turned IPV6_V6ONLY on because of the address */
};

/* Whether there is room for a record of fd: there is up to the kernel's default fs.nr_open. */
bool chosen_has_room(int fd);

/*
 * *chosen is BY_PROGRAM or a set of the others, for the socket that fd is now. Returns 0 or fstat(2)'s errno value. No
 * system call where fd has no record.
 */
int chosen_get(int fd, unsigned int *chosen);

/* Whether what is among them for the socket that fd is now, or was. No system call. */
bool chosen_may_have(int fd, enum chosen what);

/* For the socket of that inode, which fd is now. No system call; does nothing where there is no room. */
void chosen_set(int fd, ino_t inode, unsigned int chosen);

#endif
