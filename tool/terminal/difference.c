#include "terminal/difference.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "terminal/command.h"

/* The read end of a pipe that holds text: a peer's file is far smaller than a pipe's buffer. */
static int pipe_with(const char *path, struct word text)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        fatal("cannot create a pipe: %m");
    if (write(ends[1], text.start, text.len) != (ssize_t)text.len)
        fatal("%s: too large for a file of a peer", path);
    close(ends[1]);
    return ends[0];
}

/* Discards standard error for colour: diffutils before 3.4 do not know --color, and would say so. */
static __attribute__((noreturn)) void become_diff(const char *path, int from, bool color)
{
    dup2(from, STDIN_FILENO);
    if (color && dup2(open("/dev/null", O_WRONLY), STDERR_FILENO) >= 0)
        execlp("diff", "diff", "-u", "--color=always", "--label", path, "--label", path, path, "-", (char *)NULL);
    else
        execlp("diff", "diff", "-u", "--label", path, "--label", path, path, "-", (char *)NULL);
    _exit(127);
}

/* False if diff failed. */
static bool run_diff(const char *path, struct word text, bool color)
{
    int from = pipe_with(path, text);
    int status = 0;
    pid_t pid = fork();

    if (pid < 0)
        fatal("cannot start a process: %m");
    if (pid == 0)
        become_diff(path, from, color);
    close(from);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) && WEXITSTATUS(status) < 2;
}

void print_difference(const char *path, struct word text)
{
    fflush(stdout);
    if (is_colored(STDOUT_FILENO) && run_diff(path, text, true))
        return;
    if (!run_diff(path, text, false))
        fatal("cannot show the change: diff is missing or failed");
}
