/* Reads whole files. Async-signal-safe; no thread cancellation point if the caller has disabled cancellation. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "live/fileversion.h"

/* A file's content, from memory_map(). Free it with file_free(). */
struct file {
    char *data;
    size_t len;
    size_t memory_size;
    struct file_version version; /* of what was read, or found instead */
};

/* Owner for file_read(): the file may be anybody's. */
#define FILE_OF_ANYBODY (~(uid_t)0)

/*
 * True if this process, which runs as own, may trust what user owns: what root or it itself owns. Not the latter if it
 * runs as the overflow user, who may be anybody, or under secure execution, where anybody may have started it.
 */
bool is_trusted_user(uid_t user, uid_t own);

/*
 * Reads the regular file at path, of at most max bytes. Never blocks, even if path is a FIFO or a device. Unless owner
 * is FILE_OF_ANYBODY, its user must be trusted by a process of owner, and it must not be writable by group or others.
 * Returns 0 or an errno value: ENOENT or ENOTDIR if there is no such file, EPERM if it fails one of these conditions or
 * is a dangling symbolic link. *why then says what was found and what would be right. Sets the version in any case.
 */
int file_read(const char *path, size_t max, uid_t owner, struct file *file, struct text *why);
void file_free(struct file *file);

/* True if memory or descriptors ran out; if an errno value may pass by itself, as those and EIO do. */
bool is_shortage(int error);
bool is_passing(int error);
