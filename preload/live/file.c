#include "live/file.h"

#include <errno.h>
#include <fcntl.h>

#include "base/kernel.h"
#include "base/memory.h"
#include "base/secure.h"

/* Users without a number in this user namespace appear as this one: user_namespaces(7), DEFAULT_OVERFLOWUID. */
enum { OVERFLOW_USER = 65534 };

bool is_trusted_user(uid_t user, uid_t own)
{
    return user == 0 || (user == own && user != OVERFLOW_USER && !is_secure());
}

/* Checks that the open file may be read, and records its version. */
static int check(int fd, size_t max, uid_t owner, struct file_version *version, struct text *why)
{
    struct stat status;

    if (kernel(fstat, fd, &status) != 0) {
        *version = file_version_of_error(errno);
        return errno;
    }
    *version = file_version_of(&status);
    if (!S_ISREG(status.st_mode))
        text_string(why, "not a regular file");
    else if ((size_t)status.st_size > max)
        text_format(why, "larger than %u MiB", (unsigned int)(max >> 20));
    else if (owner != FILE_OF_ANYBODY && !is_trusted_user(status.st_uid, owner))
        text_format(why, "owned by user %u, not by root; chown root", status.st_uid);
    else if (owner != FILE_OF_ANYBODY && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        text_string(why, "writable by group or others; chmod go-w");
    else
        return 0;
    return EPERM;
}

/* Reads to the end of the file or of the memory. */
static int read_all(int fd, struct file *file)
{
    ssize_t got;

    file->len = 0;
    do {
        got = kernel_patiently(read, fd, file->data + file->len, file->memory_size - file->len);
        file->len += got > 0 ? (size_t)got : 0;
    } while (got > 0 && file->len < file->memory_size);
    return got < 0 ? errno : 0;
}

static int read_open(int fd, size_t max, uid_t owner, struct file *file)
{
    size_t known = (size_t)file->version.size;
    size_t size = known > 0 || owner != FILE_OF_ANYBODY ? known : max; /* files in /proc have size 0 */
    int error;

    file->memory_size = size + 1; /* one more, which only a file that has grown fills */
    file->data = memory_map(file->memory_size);
    if (file->data == NULL)
        return errno;
    error = read_all(fd, file);
    if (error == 0 && file->len > size)
        error = EFBIG;
    if (error != 0)
        file_free(file);
    return error;
}

/* Returns 0, or an errno value with *fd -1. */
static int open_patiently(const char *path, int flags, int *fd)
{
    *fd = (int)kernel_patiently(openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
    return *fd < 0 ? errno : 0;
}

/*
 * Replaces *fd, an O_PATH descriptor of the file at path, by one for reading. Uses thread-self because a thread can
 * have its own descriptors: unshare(2). Without /proc, on Linux before 3.17 or without a second descriptor, opens path
 * itself, which may be another file by now.
 */
static int open_to_read(int *fd, const char *path)
{
    static const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
    char data[48];
    struct text itself = TEXT_IN(data);
    int opened;
    int error;

    text_format(&itself, "/proc/thread-self/fd/%u", (unsigned int)*fd);
    error = open_patiently(data, flags, &opened);
    (void)kernel(close, *fd);
    if (is_missing(error) || is_shortage(error))
        error = open_patiently(path, flags, &opened);
    *fd = opened;
    return error;
}

/* A dangling link, perhaps into a file system that is not mounted yet, shows that somebody wants a file here. */
static int not_opened(const char *path, int error, struct file *file, struct text *why)
{
    struct word link = {.start = path};

    file->version = is_passing(error) ? file_version_of_error(error) : file_version_nearest(path, error, &link.len);
    if (link.len == 0)
        return file->version.error;
    text_format(why, "%W is a dangling symbolic link", &link);
    return EPERM;
}

int file_read(const char *path, size_t max, uid_t owner, struct file *file, struct text *why)
{
    int fd;
    int error = open_patiently(path, O_PATH, &fd); /* does not open a device, which can have effects: open(2) */

    error = error != 0 ? not_opened(path, error, file, why) : check(fd, max, owner, &file->version, why);
    if (error == 0)
        error = open_to_read(&fd, path);
    if (error == 0)
        error = check(fd, max, owner, &file->version, why);
    if (error == 0)
        error = read_open(fd, max, owner, file);
    if (fd >= 0)
        (void)kernel(close, fd);
    if (error != 0 && why->len == 0)
        text_format(why, "cannot read it: %E%s", error, error == EACCES ? "; chmod, or restorecon under SELinux" : "");
    return error;
}

bool is_shortage(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE;
}

/* Lasting errors stay until somebody does something about them. System call filters return ENOSYS. */
bool is_passing(int error)
{
    static const int lasting[] = {0, ENOENT, ENOTDIR, EPERM, EACCES, ELOOP, ENAMETOOLONG, ENOSYS};

    for (size_t i = 0; i < sizeof(lasting) / sizeof(lasting[0]); i++)
        if (error == lasting[i])
            return false;
    return true;
}

void file_free(struct file *file)
{
    memory_unmap(file->data, file->memory_size);
    file->data = NULL;
    file->len = 0;
}
