/* A process's names, which sections match, and what else its arguments tell. Async-signal-safe. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define VOLUME_FILE "/etc/glusterfs/glusterd.vol"

/* Bytes; the kernel's limit for arguments, ARG_MAX, unless the stack limit was raised. */
#define CMDLINE_MAX (2u << 20)

struct process {
    char role[64];          /* NAME of --process-name NAME, empty if there is none */
    char program[64];       /* the last component of argv[0] */
    char listener[64];      /* glusterd's address if it passed that to this daemon, else empty */
    char volfile[PATH_MAX]; /* from GlusterFS's -f, --volfile or --spec-file, else VOLUME_FILE */
};

/* Bytes up to the end of volfile's string. */
size_t process_size(const struct process *process);

/* The path passed to execve(2): getauxval(3), AT_EXECFN. In memory it follows all arguments. NULL if unknown. */
const char *process_file(void);

/* This process's program, as in struct process; from process_file() if the arguments are unknown. */
const char *process_program(void);

/* Parses len bytes of a command line, as in proc(5), cmdline. The last argument's NUL may be missing. */
void process_parse(const char *cmdline, size_t len, struct process *process);

/* True if argument is name, with its dashes, or name=VALUE. *value is then VALUE, or the next argument, off *rest. */
bool long_option(struct word argument, const char *name, struct word *rest, struct word *value);

/*
 * Describes this process. With musl and without /proc, only the program's name is known. Under secure execution takes
 * only names from the arguments: anybody could have chosen a path or an address. Returns 0, ENOMEM, EMFILE or ENFILE.
 */
int process_read(struct process *process);

/* True for the management daemon: gf_get_process_mode() in GlusterFS's glusterfsd/src/glusterfsd.c. */
bool process_is_glusterd(const struct process *process);

/* True for glusterd, a brick, another daemon of GlusterFS or a mount. */
bool process_is_glusterfs(const struct process *process);

/* Its name in the log. */
const char *process_name(const struct process *process);
