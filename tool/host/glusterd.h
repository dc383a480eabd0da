/* This host's glusterd: its options and where it listens, as it runs or as its unit would start it. */
#pragma once

#include "host/processes.h"
#include "live/load.h"

struct glusterd {
    struct running running; /* pid 0: it does not run */
    char *arguments;        /* as in proc(5), cmdline */
    size_t arguments_len;
};

/* The one that runs in this command's network and root directory, or else the one that glusterd.service would start. */
void glusterd_find(struct glusterd *glusterd);

/* Fills in *glusterd for a glusterd that runs. */
void glusterd_of(const struct running *running, struct glusterd *glusterd);
void glusterd_free(struct glusterd *glusterd);

/*
 * An option of its management volume, NULL if it has none: of --xlator-option, or else of the volume file, which is
 * read where the command is (namespace.h). To be given to free(3).
 */
char *glusterd_option(const struct glusterd *glusterd, const char *key);
char *glusterd_working_directory(const struct glusterd *glusterd);

/* Of the one that glusterd_find() finds. */
char *own_working_directory(void);

/* The port that it listens on, or would, in host byte order. */
in_port_t glusterd_port(const struct glusterd *glusterd);

/*
 * Works out the bind-address of load, a process of this host with its volume file read: where glusterd listens, or, if
 * it does not run, would.
 */
void glusterd_bind_address(const struct glusterd *glusterd, struct load *load);
