/* Loads a process's configuration: the library its own process's, the command another one's. Async-signal-safe. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "live/file.h"
#include "live/listener.h"
#include "live/process.h"
#include "rules/config.h"
#include "rules/volfile.h"

/* Environment variable with the path of the configuration, instead of CONFIG_FILE. */
#define CONFIG_VARIABLE "GLUSTERD_SRCADDR_CONF"

/* Where the bind-address comes from. */
enum bind_address_by {
    BY_ARGUMENTS, /* glusterd passed it as an argument */
    BY_LISTENER,  /* glusterd listens on it */
    BY_VOLFILE,   /* glusterd does not listen; its volume file has it */
};

/* Too large for a signal handler's stack. The caller sets process and listener, and zeroes the rest. */
struct load {
    struct process process;
    char path[PATH_MAX]; /* of the configuration */
    bool built_in;       /* there is no file at path */
    int unusable;        /* errno value if the file can't be read or is not trusted, explained in diagnostic; else 0 */
    struct file file;
    struct config config;
    const struct section *section; /* of the process, NULL if it has none */
    bool wants_bind_address;       /* a rule of the section does; then the next six are valid */
    bool volfile_is_unread;        /* it exists, but can't be read or is not a regular file */
    struct file_version volfile;   /* of the volume file */
    struct volume volume;          /* its content */
    struct listener listener;      /* glusterd's; initially what was known last */
    struct source bind_address;
    enum bind_address_by by;
    bool has_error; /* in the configuration, whose options are then the defaults */
    struct diagnostic diagnostic;
};

/* All return 0, even after an error in a file; or ENOMEM, EMFILE or ENFILE, without a result. */

/* Reads the configuration at path, or CONFIG_FILE if that is NULL or "". owner or root must own it: file_read(). */
int load_config(struct load *load, const char *path, uid_t owner);

/* Reads the process's volume file into volfile and volume. Without the file there is no bind-address. */
int load_volfile(struct load *load);

/* Returns the first section that matches one of the process's names, or NULL. */
const struct section *load_find_section(const struct config *config, const struct process *process);

/* Selects the process's section, unless there is an error, and reads the volume file if the section needs it. */
int load_section(struct load *load);

/* Works out the bind-address and makes it the source of the section's rules that want it. */
void load_bind_address(struct load *load);

/* Where and how much the process logs. */
struct log load_log(const struct load *load);

void load_free(struct load *load);
