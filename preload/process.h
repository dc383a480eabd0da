/* Who this process is, as a section names it. Async-signal-safe. */
#ifndef SRCADDR_PROCESS_H
#define SRCADDR_PROCESS_H

#include <limits.h>
#include <stddef.h>

#define VOLUME_FILE "/etc/glusterfs/glusterd.vol"

/* Bytes; the kernel's own limit for arguments, ARG_MAX, unless the stack limit was raised. */
#define CMDLINE_MAX (2u << 20)

struct process {
    char role[64];          /* NAME of --process-name NAME, empty if there is none */
    char program[64];       /* the last component of argv[0] */
    char volfile[PATH_MAX]; /* of -f, --volfile or --spec-file, else VOLUME_FILE */
};

/* From a command line as in proc(5), cmdline: len bytes, each argument with a NUL behind it, the last one perhaps
 * without. */
void process_parse(const char *cmdline, size_t len, struct process *process);

/* Of this process; with musl, where /proc can't be read, the program's name is all that is known. 0, or ENOMEM, EMFILE
 * or ENFILE. */
int process_read(struct process *process);

/* The name that the log calls it by. */
const char *process_name(const struct process *process);

#endif
