#include "chosen.h"

#include <errno.h>
#include <stdint.h>
#include <sys/stat.h>

#include "stamp.h"

enum {
    RECORDS = 1 << 20,
    INODE_SHIFT = 8 /* what was chosen below, the inode's low bits above, in one word that is written at once */
};

/* Zero pages, of which only those of used descriptor numbers ever become memory. */
static uint64_t records[RECORDS];

bool chosen_has_room(int fd)
{
    return fd >= 0 && fd < RECORDS;
}

static uint64_t make_record(ino_t inode, unsigned int chosen)
{
    return chosen == BY_PROGRAM ? BY_PROGRAM : (uint64_t)inode << INODE_SHIFT | chosen;
}

static uint64_t get_record(int fd)
{
    return chosen_has_room(fd) ? __atomic_load_n(&records[fd], __ATOMIC_RELAXED) : BY_PROGRAM;
}

static unsigned int chosen_in(uint64_t record)
{
    return record & ((1u << INODE_SHIFT) - 1);
}

int chosen_get(int fd, unsigned int *chosen)
{
    uint64_t record = get_record(fd);
    struct stat status;

    *chosen = BY_PROGRAM;
    if (chosen_in(record) == BY_PROGRAM)
        return 0;
    if (file_status(fd, &status) != 0)
        return errno;
    if (record == make_record(status.st_ino, chosen_in(record)))
        *chosen = chosen_in(record);
    return 0;
}

bool chosen_may_have(int fd, enum chosen what)
{
    return (chosen_in(get_record(fd)) & what) != 0;
}

void chosen_set(int fd, ino_t inode, unsigned int chosen)
{
    uint64_t record = make_record(inode, chosen);

    if (chosen_has_room(fd) && get_record(fd) != record) /* a write that changes nothing would cost a page */
        __atomic_store_n(&records[fd], record, __ATOMIC_RELAXED);
}
