/* Which version of a file it is, told without reading it. Async-signal-safe; no thread cancellation point. */
#ifndef SRCADDR_STAMP_H
#define SRCADDR_STAMP_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

struct stamp {
    int error; /* for which there is nothing below: an errno value, ENOENT or ENOTDIR if there is no such file; else 0
                */
    dev_t device;
    ino_t inode;
    off_t size;              /* bytes */
    struct timespec written; /* mtime */
    struct timespec changed; /* ctime, which nobody can set back */
};

/* Of the file at path, symbolic links followed; and of one that *status is of. */
struct stamp stamp_look(const char *path);
struct stamp stamp_of(const struct stat *status);
struct stamp stamp_of_error(int error);

/* Whether both are of one version. */
bool stamp_same(const struct stamp *a, const struct stamp *b);

/* Whether both are of one file, whatever has become of it. */
bool stamp_same_file(const struct stamp *a, const struct stamp *b);

/*
 * Whether *stamp, of the file at path, has been so for SETTLED_AFTER: who writes a file in place, or removes it to
 * write it anew, may not be done before. now is of CLOCK_REALTIME.
 */
#define SETTLED_AFTER 200 /* milliseconds */
bool stamp_is_settled(const char *path, const struct stamp *stamp, const struct timespec *now);

/* Whether an errno value says that there is no such file. */
bool is_missing(int error);

/* fstat(2). */
int file_status(int fd, struct stat *status);

#endif
