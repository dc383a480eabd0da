#include "terminal/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "terminal/command.h"

/* No fsync(2): what a crash of the host loses is written again after the boot. */
static bool fill(int fd, const char *content, size_t len)
{
    FILE *out = fdopen(fd, "w");
    bool done;

    if (out == NULL) {
        close(fd);
        return false;
    }
    done = fwrite(content, 1, len, out) == len && fchmod(fd, 0644) == 0;
    return fclose(out) == 0 && done;
}

/* The temporary name does not end in .prom, so that node_exporter ignores it. */
static bool replace(const char *path, const char *content, size_t len)
{
    char *temporary = xasprintf("%s.XXXXXX", path);
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool done = fd >= 0 && fill(fd, content, len) && rename(temporary, path) == 0;
    int error = errno;

    if (fd >= 0 && !done)
        unlink(temporary);
    free(temporary);
    errno = error;
    return done;
}

void output_file(const char *path, const char *content, size_t len)
{
    struct stat status;
    sigset_t all;
    sigset_t before;

    if (lstat(path, &status) == 0 && !S_ISREG(status.st_mode))
        fatal("%s: not a regular file; nothing was written", path);
    sigfillset(&all); /* an interrupt would leave the temporary file behind */
    sigprocmask(SIG_BLOCK, &all, &before);
    if (!replace(path, content, len))
        fatal("%s: %m; nothing was written", path);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
