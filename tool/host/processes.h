/* The processes of this machine, those in containers included, as far as /proc shows them to this user. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "live/process.h"

struct running {
    pid_t pid;
    uid_t user; /* its effective user */
    struct process process;
};

/* All of them, in the order of their numbers, to be given to free(3). Those without a command line, the kernel's, are
 * left out. */
struct running *running_all(size_t *count);

/* The arguments of a process, as in proc(5), cmdline; NULL if it has none or has ended. To be given to free(3). */
char *arguments_of(pid_t pid, size_t *len);

/* Whether a process runs that a pattern of a section matches. */
bool is_running(struct word pattern);
