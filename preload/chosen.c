#include "chosen.h"

#include <stdint.h>
#include <sys/stat.h>

#include "file.h"

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

static uint64_t make_record(int fd, unsigned int chosen)
{
    struct stat status;

    if (chosen == BY_PROGRAM || file_status(fd, &status) != 0)
        return BY_PROGRAM;
    return (uint64_t)status.st_ino << INODE_SHIFT | chosen;
}

static uint64_t get_record(int fd)
{
    return chosen_has_room(fd) ? __atomic_load_n(&records[fd], __ATOMIC_RELAXED) : BY_PROGRAM;
}

static unsigned int chosen_in(uint64_t record)
{
    return record & ((1u << INODE_SHIFT) - 1);
}

unsigned int chosen_get(int fd)
{
    uint64_t record = get_record(fd);
    unsigned int chosen = chosen_in(record);

    return chosen != BY_PROGRAM && record == make_record(fd, chosen) ? chosen : BY_PROGRAM;
}

bool chosen_has(int fd, enum chosen what)
{
    return (chosen_in(get_record(fd)) & what) != 0 && (chosen_get(fd) & what) != 0;
}

void chosen_set(int fd, unsigned int chosen)
{
    uint64_t record = make_record(fd, chosen);

    if (chosen_has_room(fd) && get_record(fd) != record) /* a write that changes nothing would cost a page */
        __atomic_store_n(&records[fd], record, __ATOMIC_RELAXED);
}
