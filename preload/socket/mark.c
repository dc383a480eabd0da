#include "socket/mark.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/kernel.h"

/* The headers may be older. */
enum {
    GET_HINT = 1024 + 11, /* F_GET_RW_HINT */
    SET_HINT = 1024 + 12  /* F_SET_RW_HINT */
};

bool mark_has_learned;

/* Lost in exec(3), but nobody binds a socket again after that. */
static bool has_marked;

int mark_get(int fd, enum mark *mark)
{
    uint64_t hint = MARK_NONE;

    *mark = MARK_UNKNOWN;
    if (kernel(fcntl, fd, GET_HINT, &hint) != 0)
        return errno == EINVAL ? 0 : errno;
    *mark = (enum mark)hint;
    return 0;
}

void mark_set(int fd, enum mark mark)
{
    uint64_t hint = mark;

    if (mark == MARK_NONE && !__atomic_load_n(&has_marked, __ATOMIC_RELAXED))
        return;
    __atomic_store_n(&has_marked, true, __ATOMIC_RELAXED);
    if (mark == MARK_LEARNED)
        __atomic_store_n(&mark_has_learned, true, __ATOMIC_RELAXED);
    (void)kernel(fcntl, fd, SET_HINT, &hint);
}
