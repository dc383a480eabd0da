/* Tells versions of a file apart without reading them. Async-signal-safe; no thread cancellation point. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct file_version {
    int error; /* why there is nothing below but changed: an errno value, ENOENT or ENOTDIR if there is no such file */
    dev_t device;
    ino_t inode;
    off_t size;              /* bytes */
    struct timespec written; /* mtime */
    struct timespec
        changed; /* ctime, which nobody can set back; with an error as file_version_nearest(), or far ahead */
};

/* The version of the file at path, symbolic links followed; that of the file that *status describes. */
struct file_version file_version_at(const char *path);
struct file_version file_version_of(const struct stat *status);
struct file_version file_version_of_error(int error);

/*
 * With that error of path, and the ctime of what is nearest to it and can be looked at: a directory, or a symbolic
 * link. *link_len is how much of path is a symbolic link to nothing, or 0. With ENOMEM if there is no memory.
 */
struct file_version file_version_nearest(const char *path, int error, size_t *link_len);

/* Whether both are the same version of the same file; the same file in whichever version. */
bool file_version_same(const struct file_version *a, const struct file_version *b);
bool file_version_same_file(const struct file_version *a, const struct file_version *b);

/*
 * Whether the file has settled, so that nobody is likely to be writing it: whoever writes a file in place, or removes
 * it to put another one there, is done within SETTLED_AFTER. *seen, 0 at first, remembers the version that was seen
 * last at this path, and since when; looked is monotonic_milliseconds() from before the look. A ctime by itself counts
 * only once it is SURELY_SETTLED_AFTER old: it may be of another clock than ours. Thread-safe.
 */
enum { SETTLED_AFTER = 200 /* milliseconds */, SURELY_SETTLED_AFTER = 5 /* seconds */ };
bool file_version_is_settled(const struct file_version *version, uint64_t *seen, uint32_t looked);

/* CLOCK_MONOTONIC in milliseconds. */
uint32_t monotonic_milliseconds(void);

/* Whether an errno value says that there is no such file. */
bool is_missing(int error);
