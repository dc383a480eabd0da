/* Tells versions of a file apart without reading it. Async-signal-safe; no thread cancellation point. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <time.h>

struct file_version {
    int error; /* errno value if only changed is valid, ENOENT or ENOTDIR if there is no such file; else 0 */
    dev_t device;
    ino_t inode;
    off_t size;              /* bytes */
    struct timespec written; /* mtime */
    struct timespec changed; /* ctime, which nobody can set back; file_version_nearest()'s or LONG_MAX after an error */
};

/* The version of the file at path, following symbolic links, or of the file that *status describes. */
struct file_version file_version_at(const char *path);
struct file_version file_version_of(const struct stat *status);
struct file_version file_version_of_error(int error);

/*
 * For a path that can't be opened: has that error and the ctime of the nearest directory or symbolic link on the way.
 * *link_len is the length of the part of path that is a dangling symbolic link, or 0. Has ENOMEM if there is no memory.
 */
struct file_version file_version_nearest(const char *path, int error, size_t *link_len);

/* True if both are the same version of the same file; the same file in any version. */
bool file_version_same(const struct file_version *a, const struct file_version *b);
bool file_version_same_file(const struct file_version *a, const struct file_version *b);

/*
 * True if the file has settled, so that probably nobody is writing it: whoever writes a file in place, or removes it to
 * put another one there, is done within SETTLED_AFTER. *seen, initially 0, remembers the last version at this path and
 * since when. checked_at is monotonic_milliseconds() from before the version was read. A ctime by itself counts only
 * once it is SURELY_SETTLED_AFTER old, because it may come from another clock. Thread-safe.
 */
enum { SETTLED_AFTER = 200 /* milliseconds */, SURELY_SETTLED_AFTER = 5 /* seconds */ };
bool file_version_is_settled(const struct file_version *version, uint64_t *seen, uint32_t checked_at);

/* CLOCK_MONOTONIC in milliseconds. */
uint32_t monotonic_milliseconds(void);

/* True if an errno value says that there is no such file. */
bool is_missing(int error);
