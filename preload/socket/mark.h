/*
 * Who chose the local address of a socket: getsockname(2) can't tell, and what the program chose is left alone. The
 * kernel keeps it with the socket, as a write-lifetime hint (fcntl(2), F_SET_RW_HINT), which has no effect on one. So
 * it is there for every descriptor of the socket, in every thread and process, also after exec(3), and goes with the
 * socket. Kernels have hints since 4.13. Thread-safe and async-signal-safe.
 */
#pragma once

#include <stdbool.h>

/* Numbers that the kernel takes for hints: fcntl_rw_hint_valid() in its fs/fcntl.c. */
enum mark {
    MARK_NONE = 0,    /* the address, if there is one, was bound by this library */
    MARK_LEARNED = 2, /* bound by the program, to an address that it has learned (learned.h) */
    MARK_CHOSEN = 3,  /* bound by the program, to one of its own choice */
    MARK_UNKNOWN,     /* the kernel has no hints */
};

/* Whether this process has marked a socket as bound to a learned address. */
extern bool mark_has_learned __attribute__((visibility("hidden")));

/* Returns 0, or an errno value if the kernel can't tell. One system call. */
int mark_get(int fd, enum mark *mark);

/*
 * One system call; none where no socket of this process has a mark that would have to go. Linux since 6.8 lets the
 * socket's owner alone mark it: of a process that has changed its user since socket(2), sockets stay unmarked.
 */
void mark_set(int fd, enum mark mark);
