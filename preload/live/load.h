/* What a process's configuration says: the library's own, or for the command another one's. Async-signal-safe. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "live/file.h"
#include "live/listener.h"
#include "live/process.h"
#include "rules/config.h"
#include "rules/volfile.h"

/* The environment variable that names another file than CONFIG_FILE. */
#define CONFIG_VARIABLE "GLUSTERD_SRCADDR_CONF"

/* How the bind-address was worked out. */
enum bind_address_by {
    BY_ARGUMENTS, /* glusterd has written it into the process's arguments */
    BY_LISTENER,  /* glusterd listens there */
    BY_VOLFILE,   /* glusterd does not listen, and its volume file says so */
};

/* Too large for the stack of a signal handler. Start with all zeros, except for process and listener. */
struct load {
    struct process process;
    char path[PATH_MAX]; /* of the configuration */
    bool built_in;       /* because there is no file at path */
    int unusable; /* why the file could not be read, or is not trusted: an errno value, *diagnostic tells; or 0 */
    struct file file;
    struct config config;
    const struct section *section; /* of the process, NULL if it has none */
    bool wants_bind_address;       /* a rule of the section does; if so, the next six are filled in */
    bool volfile_is_unread;        /* it is there, but could not be read, or is not a regular file */
    struct file_version volfile;   /* of the volume file */
    struct volume volume;          /* what it says */
    struct listener listener;      /* glusterd's; to begin with, what was known last */
    struct source bind_address;
    enum bind_address_by by;
    bool has_error; /* the configuration: its options are then the defaults */
    struct diagnostic diagnostic;
};

/* All return 0, also after an error; or ENOMEM, EMFILE or ENFILE, and then nothing was learned. */

/* Reads the configuration at path, NULL or "" for CONFIG_FILE, which owner or root must own: file_read(). */
int load_config(struct load *load, const char *path, uid_t owner);

/* Reads the process's volume file: volfile and volume are filled in. One that does not exist has no bind-address. */
int load_volfile(struct load *load);

/* The first section in the file that has one of the process's names, or NULL. */
const struct section *load_find_section(const struct config *config, const struct process *process);

/* Selects the section of the process, if there is no error, and reads its volume file, if that is wanted. */
int load_section(struct load *load);

/* Works the bind-address out, and makes it the source of the section's rules that want it. */
void load_bind_address(struct load *load);

/* What its process logs, and where. */
struct log load_log(const struct load *load);

void load_free(struct load *load);
