/* This host's processes, including those in containers, as far as /proc shows them to this user. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/text.h"
#include "live/process.h"

/* /proc/PID/NAME; "" for the directory itself. */
struct proc_path {
    char data[64];
};

struct proc_path proc_path(pid_t pid, const char *name);

struct running {
    pid_t pid;
    uid_t user; /* its effective user */
    struct process process;
};

/* All, ordered by PID; free them with free(3). Kernel threads, which have no command line, are left out. */
struct running *running_all(size_t *count);

/*
 * The NUL-terminated strings in a process's cmdline or environ, proc(5); NULL if there are none, it has exited or this
 * user may not read them. Free with free(3).
 */
char *strings_of(pid_t pid, const char *name, size_t *len);

/* Whether a running process matches the pattern of a section. */
bool is_running(struct word pattern);
