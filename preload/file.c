#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "memory.h"

#if !defined(__LP64__)
#error "file_status() takes struct stat for the kernel's own, which holds on 64-bit systems only"
#endif

/* fstat(3) would need GLIBC_2.33 if built there. On 64-bit systems the kernel fills in the C library's struct. */
int file_status(int fd, struct stat *status)
{
    return (int)syscall(SYS_fstat, fd, status);
}

static int not_regular(struct text *why)
{
    text_string(why, "found that it is not a regular file; make it one");
    return EPERM;
}

static int check(const struct stat *status, size_t max, uid_t owner, struct text *why)
{
    if (!S_ISREG(status->st_mode))
        return not_regular(why);
    if ((size_t)status->st_size > max)
        text_format(why, "found that it is larger than %u MiB; write less", (unsigned int)(max >> 20));
    else if (owner != FILE_OF_ANYBODY && status->st_uid != 0 && status->st_uid != owner)
        text_format(why, "found that user %u owns it; make root its owner: chown root", status->st_uid);
    else if (owner != FILE_OF_ANYBODY && (status->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        text_string(why, "found that group or others may write to it; take that away: chmod go-w");
    else
        return 0;
    return EPERM;
}

/* Up to size bytes to data; *len is what there were. */
static int read_all(int fd, char *data, size_t size, size_t *len)
{
    *len = 0;
    while (*len < size) {
        ssize_t got = read(fd, data + *len, size - *len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errno;
        if (got == 0)
            break;
        *len += (size_t)got;
    }
    return 0;
}

static int read_open(int fd, size_t max, uid_t owner, struct file *file, struct text *why)
{
    struct stat status;
    size_t size;
    int error;

    if (file_status(fd, &status) != 0)
        return errno;
    error = check(&status, max, owner, why);
    if (error != 0)
        return error;
    file->modified = status.st_mtim.tv_sec;
    size = status.st_size > 0 || owner != FILE_OF_ANYBODY ? (size_t)status.st_size : max; /* files in /proc say 0 */
    file->memory_size = size + 1; /* what fills that too has grown since */
    file->data = memory_take(file->memory_size);
    if (file->data == NULL)
        return errno;
    error = read_all(fd, file->data, file->memory_size, &file->len);
    if (error == 0 && file->len > size)
        error = EFBIG;
    if (error != 0)
        file_free(file);
    return error;
}

int file_read(const char *path, size_t max, uid_t owner, struct file *file, struct text *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    int error = fd < 0 ? errno : read_open(fd, max, owner, file, why);

    if (fd >= 0)
        close(fd);
    if (fd < 0 && error == ENXIO) /* a socket, or a device that is not there */
        return not_regular(why);
    if (error != 0 && why->len == 0)
        text_format(why, "found no way to read it: %E", error);
    return error;
}

bool is_shortage(int error)
{
    return error == ENOMEM || error == EMFILE || error == ENFILE;
}

void file_free(struct file *file)
{
    memory_give(file->data, file->memory_size);
    file->data = NULL;
    file->len = 0;
}
