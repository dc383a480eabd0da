#include "stamp.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"

#if !defined(__LP64__)
#error "struct stat is taken for the kernel's own here, which holds on 64-bit systems only"
#endif

/* fstat(3) and stat(3) would need GLIBC_2.33 if built there. On 64-bit systems the kernel fills in the C library's
 * struct. */
int file_status(int fd, struct stat *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

static int path_status(const char *path, struct stat *status)
{
    return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);
}

struct stamp stamp_of_error(int error)
{
    return (struct stamp){.error = error};
}

struct stamp stamp_of(const struct stat *status)
{
    return (struct stamp){.device = status->st_dev,
                          .inode = status->st_ino,
                          .size = status->st_size,
                          .written = status->st_mtim,
                          .changed = status->st_ctim};
}

struct stamp stamp_look(const char *path)
{
    struct stat status;

    return path_status(path, &status) == 0 ? stamp_of(&status) : stamp_of_error(errno);
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool stamp_same_file(const struct stamp *a, const struct stamp *b)
{
    return a->error == b->error && a->device == b->device && a->inode == b->inode;
}

bool stamp_same(const struct stamp *a, const struct stamp *b)
{
    return stamp_same_file(a, b) && a->size == b->size && same_time(&a->written, &b->written) &&
           same_time(&a->changed, &b->changed);
}

bool is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

/* Of the directory that the file at path was in. */
static struct stamp look_at_directory(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t len = slash != NULL ? (size_t)(slash - path) : 0;
    char *directory = memory_take(len + 1); /* too large for the stack of a signal handler */
    struct stamp stamp;

    if (directory == NULL)
        return stamp_of_error(errno);
    memcpy(directory, path, len);
    stamp = stamp_look(len > 0 ? directory : slash != NULL ? "/" : ".");
    memory_give(directory, len + 1);
    return stamp;
}

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

bool stamp_is_settled(const char *path, const struct stamp *stamp, const struct timespec *now)
{
    struct timespec since = {.tv_sec = now->tv_sec, .tv_nsec = now->tv_nsec - SETTLED_AFTER * 1000000L};
    struct stamp directory;

    if (since.tv_nsec < 0) {
        since.tv_nsec += 1000000000L;
        since.tv_sec--;
    }
    if (is_missing(stamp->error)) {
        directory = look_at_directory(path);
        stamp = &directory;
    }
    /* A time in the future is one that was set, and who sets times is done writing. */
    return stamp->error != 0 || !is_later(&stamp->written, &since) || is_later(&stamp->written, now);
}
