/*
 * What a process's configuration says: its file read and parsed, its section, its bind-address. The library loads it
 * for its own process, the command for others. Async-signal-safe.
 */
#ifndef SRCADDR_LOAD_H
#define SRCADDR_LOAD_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "config.h"
#include "file.h"
#include "process.h"

/* The environment variable that names another file than CONFIG_FILE. */
#define CONFIG_VARIABLE "GLUSTERD_SRCADDR_CONF"

/* Too large for the stack of a signal handler. To begin with all zeros, but for process. */
struct load {
    struct process process;
    char path[PATH_MAX]; /* of the configuration */
    bool built_in;       /* because there is no file at path */
    bool unusable;       /* the file could not be read, or is not trusted: *mistake tells */
    bool is_unread;      /* a file could not be read, for a reason that may pass by itself: *mistake tells */
    struct file file;
    struct config config;
    const struct section *section; /* of the process, NULL if it has none */
    struct source bind_address;
    bool has_bind_address;    /* a rule of the section wants it */
    struct stamp volfile;     /* with has_bind_address: of the volume file */
    const char *mistake_path; /* of the file with the mistake, NULL if there is none */
    struct mistake mistake;
};

/* All three return 0, also where there is a mistake, or ENOMEM, EMFILE or ENFILE, after which nothing is known. */

/* Reads the configuration at path, NULL or "" for CONFIG_FILE, which owner or root must own: file_read(). */
int load_config(struct load *load, const char *path, uid_t owner);

/* Reads the bind-address of the process's volume file. One that does not exist has none. */
int load_bind_address(struct load *load);

/* The first section in the file that has one of the process's names, or NULL. */
const struct section *load_find_section(const struct config *config, const struct process *process);

/* Selects the section of the process, if there is no mistake, and fills in the bind-address, if it wants it. */
int load_section(struct load *load);

void load_free(struct load *load);

#endif
