/* Reading whole files. Async-signal-safe, no thread cancellation point when cancellation is disabled by the caller. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "live/fileversion.h"

/* A file's content, in memory from memory_map(): give it back with file_free(). */
struct file {
    char *data;
    size_t len;
    size_t memory_size;
    struct file_version version; /* of the version that was read, or looked at */
};

/* An owner for file_read(): the file may be anybody's. */
#define FILE_OF_ANYBODY (~(uid_t)0)

/*
 * Whether this process, which runs as own, may follow a file that user owns. It follows root's files and its own; its
 * own not if it runs as the overflow user, whose number stands for anybody, nor under secure execution, where anybody
 * may have started it.
 */
bool is_trusted_user(uid_t user, uid_t own);

/*
 * Reads the regular file at path, of at most max bytes; never waits, also where path is a FIFO or a device. Unless
 * owner is FILE_OF_ANYBODY, its user must be trusted in a process of owner, and neither group nor others may write to
 * it. Returns 0, or an errno value: ENOENT or ENOTDIR where there is no such file, EPERM where it is not what it must
 * be, a symbolic link to nothing included. *why then tells what was found and what would be right. The version is
 * filled in either way.
 */
int file_read(const char *path, size_t max, uid_t owner, struct file *file, struct text *why);
void file_free(struct file *file);

/* Whether an errno value says that memory or descriptors ran out; that may pass by itself, as this does, or EIO. */
bool is_shortage(int error);
bool is_passing(int error);
