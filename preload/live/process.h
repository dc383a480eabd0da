/* The names by which a section can mean this process. Async-signal-safe. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define VOLUME_FILE "/etc/glusterfs/glusterd.vol"

/* Bytes; the kernel's own limit for arguments, ARG_MAX, unless the stack limit was raised. */
#define CMDLINE_MAX (2u << 20)

struct process {
    char role[64];          /* NAME of --process-name NAME, empty if there is none */
    char program[64];       /* the last component of argv[0] */
    char listener[64];      /* glusterd's address, as in the arguments it has given this daemon; or empty */
    char volfile[PATH_MAX]; /* of GlusterFS's own -f, --volfile or --spec-file, else VOLUME_FILE */
};

/* Bytes up to the end of what is in volfile. */
size_t process_size(const struct process *process);

/* The path that execve(2) was given: getauxval(3), AT_EXECFN. In memory it follows all arguments. NULL if unknown. */
const char *process_file(void);

/* This process's program, as in struct process. If the arguments are unknown, that of process_file(). */
const char *process_program(void);

/* From len bytes of a command line, as in proc(5), cmdline; the last argument perhaps without its NUL. */
void process_parse(const char *cmdline, size_t len, struct process *process);

/* Whether argument is name, with the dashes, or name=VALUE; *value is then VALUE, or what comes first in *rest. */
bool long_option(struct word argument, const char *name, struct word *rest, struct word *value);

/*
 * Of this process; with musl, where /proc can't be read, the program's name is all that is known. Under secure
 * execution names alone are taken from the arguments: a path or an address could be anybody's choice. 0, or ENOMEM,
 * EMFILE or ENFILE.
 */
int process_read(struct process *process);

/* Whether it is the management daemon: gf_get_process_mode() in GlusterFS's glusterfsd/src/glusterfsd.c. */
bool process_is_glusterd(const struct process *process);

/* Whether it is glusterd, a brick, another daemon of GlusterFS or a mount. */
bool process_is_glusterfs(const struct process *process);

/* Its name in the log. */
const char *process_name(const struct process *process);
