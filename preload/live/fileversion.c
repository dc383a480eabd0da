#include "live/fileversion.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/hash.h"
#include "base/kernel.h"
#include "base/memory.h"

#if !defined(__LP64__)
#error "struct stat is taken for the kernel's own, which holds on 64-bit systems only"
#endif

/* What file_version_same() compares: from device to the end, 64-bit numbers without padding. */
enum { VERSION_SIZE = sizeof(struct file_version) - offsetof(struct file_version, device) };

struct file_version file_version_of_error(int error)
{
    return (struct file_version){.error = error, .changed = {.tv_sec = LONG_MAX}};
}

struct file_version file_version_of(const struct stat *status)
{
    return (struct file_version){.device = status->st_dev,
                                 .inode = status->st_ino,
                                 .size = status->st_size,
                                 .written = status->st_mtim,
                                 .changed = status->st_ctim};
}

struct file_version file_version_at(const char *path)
{
    struct stat status;

    return kernel(newfstatat, AT_FDCWD, path, &status, 0) == 0 ? file_version_of(&status)
                                                               : file_version_of_error(errno);
}

bool file_version_same_file(const struct file_version *a, const struct file_version *b)
{
    return a->error == b->error && a->device == b->device && a->inode == b->inode;
}

bool file_version_same(const struct file_version *a, const struct file_version *b)
{
    return a->error == b->error && (a->error != 0 || memcmp(&a->device, &b->device, VERSION_SIZE) == 0);
}

bool is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

/* Removes the last component of path. Returns false for "." and "/", which have none. */
static bool cut(char *path)
{
    char *slash = path + strlen(path);

    if (strcmp(path, ".") == 0 || strcmp(path, "/") == 0)
        return false;
    while (slash > path && *slash != '/')
        slash--;
    if (*slash != '/')
        memcpy(path, ".", sizeof("."));
    else
        slash[slash == path ? 1 : 0] = '\0'; /* "/" keeps its slash */
    return true;
}

/* Shortens nearest to what exists, even if that is a dangling symbolic link. */
static struct file_version find_nearest(char *nearest, int error, size_t *link_len)
{
    struct file_version version = file_version_of_error(error);
    struct file_version target;
    struct stat status;

    while (kernel(newfstatat, AT_FDCWD, nearest, &status, AT_SYMLINK_NOFOLLOW) != 0)
        if (!cut(nearest))
            return version;
    target = file_version_at(nearest);
    if (S_ISLNK(status.st_mode) && is_missing(target.error))
        *link_len = strlen(nearest);
    version.changed = target.error == 0 ? target.changed : status.st_ctim;
    return version;
}

struct file_version file_version_nearest(const char *path, int error, size_t *link_len)
{
    size_t len = strlen(path);
    char *nearest =
        memory_map(len + sizeof(".")); /* with room for cut()'s "."; too large for a signal handler's stack */
    struct file_version version;

    *link_len = 0;
    if (nearest == NULL)
        return file_version_of_error(errno);
    memcpy(nearest, path, len + 1);
    version = find_nearest(nearest, error, link_len);
    memory_unmap(nearest, len + sizeof("."));
    return version;
}

uint32_t monotonic_milliseconds(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000);
}

/* Covers what file_version_same() compares; never 0. */
static uint32_t hash(const struct file_version *version)
{
    uint64_t words[VERSION_SIZE / sizeof(uint64_t)];
    size_t count = version->error == 0 ? sizeof(words) / sizeof(words[0]) : 0;

    memcpy(words, &version->device, sizeof(words));
    return (uint32_t)hash_words((uint64_t)version->error * 2 + 1, words, count) | 1;
}

/*
 * For how many milliseconds the version has not changed. The high half of *seen is the hash of the last version, the
 * low half since when: one compare-and-swap changes both. A thread that loses it, or checked earlier, starts from 0.
 */
static uint32_t unchanged_for(uint64_t *seen, uint32_t key, uint32_t checked_at)
{
    uint64_t before = __atomic_load_n(seen, __ATOMIC_RELAXED);
    int32_t age = (int32_t)(checked_at - (uint32_t)before);

    if (before >> 32 == key && age >= 0)
        return (uint32_t)age;
    (void)__atomic_compare_exchange_n(seen, &before, (uint64_t)key << 32 | monotonic_milliseconds(), false,
                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED);
    return 0;
}

static bool is_old(const struct file_version *version)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return version->changed.tv_sec < now.tv_sec - SURELY_SETTLED_AFTER;
}

/* Updates *seen in any case: a version that comes back is as new as one never seen. */
bool file_version_is_settled(const struct file_version *version, uint64_t *seen, uint32_t checked_at)
{
    return unchanged_for(seen, hash(version), checked_at) >= SETTLED_AFTER || is_old(version);
}
