#include "terminal/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <linux/limits.h>

#include "terminal/command.h"

struct replacement {
    const char *path;
    int old;
    char *new; /* temporary file beside path; not named by a UUID, so glusterd ignores one left by a crash */
    const char *backups;
    char *backup_directory;
    char *backup;
    bool is_linked; /* backup exists, as a hard link */
};

/* Undoes what was done. errno is about path. rmdir(2) leaves directories that are not empty. */
static __attribute__((noreturn)) void give_up(const struct replacement *replacement, const char *path)
{
    int error = errno;

    if (replacement->new != NULL)
        unlink(replacement->new);
    if (replacement->is_linked)
        unlink(replacement->backup);
    rmdir(replacement->backup_directory);
    rmdir(replacement->backups);
    errno = error;
    fatal("%s: %m; nothing was changed", path);
}

/* fsync(2) of a directory makes its entries durable. */
static bool sync_directory_of(const char *path)
{
    char *directory = check_alloc(strndup(path, (size_t)(strrchr(path, '/') - path)));
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool done = fd >= 0 && fsync(fd) == 0;
    int error = errno;

    if (fd >= 0)
        close(fd);
    free(directory);
    errno = error;
    return done;
}

static bool copy_attribute(int from, int to, const char *name)
{
    char value[XATTR_SIZE_MAX];
    ssize_t len = fgetxattr(from, name, value, sizeof(value));

    return len >= 0 && fsetxattr(to, name, value, (size_t)len, 0) == 0;
}

/* Extended attributes, the SELinux label among them. */
static bool copy_attributes(int from, int to)
{
    char names[XATTR_LIST_MAX];
    ssize_t len = flistxattr(from, names, sizeof(names));

    if (len < 0)
        return errno == ENOTSUP;
    for (const char *name = names; name < names + len; name += strlen(name) + 1)
        if (!copy_attribute(from, to, name))
            return false;
    return true;
}

static bool write_all(int fd, struct word text)
{
    while (text.len > 0) {
        ssize_t len = write(fd, text.start, text.len);

        if (len < 0)
            return false;
        text = (struct word){.start = text.start + len, .len = text.len - (size_t)len};
    }
    return true;
}

static bool fill(int fd, int old, struct word text)
{
    struct stat status;

    return write_all(fd, text) && fstat(old, &status) == 0 && fchown(fd, status.st_uid, status.st_gid) == 0 &&
           fchmod(fd, status.st_mode & 07777) == 0 && copy_attributes(old, fd) && fsync(fd) == 0;
}

static void write_new(struct replacement *replacement, struct word text)
{
    char *path = xasprintf("%s.srcaddr.XXXXXX", replacement->path);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd < 0)
        give_up(replacement, replacement->path);
    replacement->new = path;
    if (!fill(fd, replacement->old, text))
        give_up(replacement, path);
    close(fd);
}

static void make_directory(const struct replacement *replacement, const char *path)
{
    if ((mkdir(path, 0700) != 0 && errno != EEXIST) || !sync_directory_of(path))
        give_up(replacement, path);
}

/* A hard link: after rename(2) over path it is the old file's only name. */
static void link_backup(struct replacement *replacement)
{
    make_directory(replacement, replacement->backups);
    make_directory(replacement, replacement->backup_directory);
    replacement->is_linked = link(replacement->path, replacement->backup) == 0;
    if (!replacement->is_linked || fsync(replacement->old) != 0 || !sync_directory_of(replacement->backup))
        give_up(replacement, replacement->backup);
}

static void replace(struct replacement *replacement, struct word text)
{
    replacement->old = open(replacement->path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (replacement->old < 0)
        give_up(replacement, replacement->path);
    write_new(replacement, text);
    link_backup(replacement);
    if (rename(replacement->new, replacement->path) != 0)
        give_up(replacement, replacement->path);
}

/* UTC, in ISO 8601's basic format. */
static void text_time(char *data, size_t size)
{
    time_t now = time(NULL);
    struct tm utc;

    if (gmtime_r(&now, &utc) == NULL || strftime(data, size, "%Y%m%dT%H%M%SZ", &utc) == 0)
        fatal("cannot get the time");
}

char *replace_file(const char *path, struct word text, const char *backups)
{
    char now[32];
    struct replacement replacement = {.path = path, .backups = backups};
    sigset_t all;
    sigset_t before;

    text_time(now, sizeof(now));
    replacement.backup_directory = xasprintf("%s/%s", backups, now);
    replacement.backup = xasprintf("%s/%s", replacement.backup_directory, strrchr(path, '/') + 1);
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    replace(&replacement, text);
    if (!sync_directory_of(path))
        fatal("%s: changed, but perhaps not on disk: %m; backup: %s", path, replacement.backup);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(replacement.old);
    free(replacement.new);
    free(replacement.backup_directory);
    return replacement.backup;
}

void output_file(const char *path, struct word text)
{
    char *temporary = xasprintf("%s.XXXXXX", path); /* does not end in .prom, so node_exporter ignores it */
    struct stat status;
    sigset_t all;
    sigset_t before;
    int fd;

    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        fatal("%s: not a regular file; nothing was written", path);
    sigfillset(&all); /* an interrupt would leave the temporary file behind */
    sigprocmask(SIG_BLOCK, &all, &before);
    fd = mkostemp(temporary, O_CLOEXEC);
    /* No fsync(2): what a crash of the host loses is written again after the boot. */
    if (fd < 0 || !write_all(fd, text) || fchmod(fd, 0644) != 0 || close(fd) != 0 || rename(temporary, path) != 0) {
        int error = errno;

        if (fd >= 0)
            unlink(temporary);
        errno = error;
        fatal("%s: %m; nothing was written", path);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    free(temporary);
}
