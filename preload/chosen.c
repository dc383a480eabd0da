#include "chosen.h"

enum { RECORDS = 1 << 20 };

/* Zero pages, of which only those of used descriptor numbers ever become memory. */
static unsigned char records[RECORDS];

bool chosen_has_room(int fd)
{
    return fd >= 0 && fd < RECORDS;
}

unsigned int chosen_get(int fd)
{
    return chosen_has_room(fd) ? __atomic_load_n(&records[fd], __ATOMIC_RELAXED) : BY_PROGRAM;
}

void chosen_set(int fd, unsigned int chosen)
{
    if (chosen_get(fd) != chosen && chosen_has_room(fd)) /* a write that changes nothing would cost a page */
        __atomic_store_n(&records[fd], (unsigned char)chosen, __ATOMIC_RELAXED);
}
