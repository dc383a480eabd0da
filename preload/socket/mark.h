/*
 * Remembers who chose a socket's local address, because one that the program chose is left alone; getsockname(2) does
 * not tell. The kernel keeps the mark as a write-lifetime hint (fcntl(2), F_SET_RW_HINT), which has no effect on a
 * socket. So all descriptors of the socket share it, in every thread and process and after exec(3), and it ends with
 * the socket. Needs Linux 4.13. Thread-safe and async-signal-safe.
 */
#pragma once

#include <stdbool.h>

/* Values that the kernel accepts as hints: fcntl_rw_hint_valid() in its fs/fcntl.c. */
enum mark {
    MARK_NONE = 0,    /* bound by this library, or to no address */
    MARK_LEARNED = 2, /* bound by the program, to a learned address (learned.h) */
    MARK_CHOSEN = 3,  /* bound by the program, to an address of its choice */
    MARK_UNKNOWN = 4, /* the kernel has no hints */
};

/* True once this process has marked a socket as bound to a learned address. */
extern bool mark_has_learned __attribute__((visibility("hidden")));

/* Returns 0, or an errno value if the kernel can't tell. One system call. */
int mark_get(int fd, enum mark *mark);

/*
 * One system call; none if the mark is MARK_NONE and this process has set no other. Since Linux 6.8 only the socket's
 * owner may mark it: if the process has changed its user since socket(2), the socket stays unmarked.
 */
void mark_set(int fd, enum mark mark);
