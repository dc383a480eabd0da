/* This host's glusterd, running or as its unit would start it: its options, and where it listens. */
#pragma once

#include "host/processes.h"
#include "live/load.h"

struct glusterd {
    struct running running; /* pid 0: not running */
    char *arguments;        /* as in proc(5), cmdline */
    size_t arguments_len;
};

/* Finds the glusterd that runs in this command's network and root directory, else what glusterd.service would start. */
void glusterd_find(struct glusterd *glusterd);

/* Fills in *glusterd for a glusterd that runs. */
void glusterd_of(const struct running *running, struct glusterd *glusterd);
void glusterd_free(struct glusterd *glusterd);

/*
 * An option of its management volume: from --xlator-option, or else from the volume file, which is read in the current
 * namespaces (namespace.h). NULL if it is not set. Free with free(3).
 */
char *glusterd_option(const struct glusterd *glusterd, const char *key);
char *glusterd_working_directory(const struct glusterd *glusterd);

/* The working directory of the glusterd that glusterd_find() finds. */
char *own_working_directory(void);

/* The port that it listens on, or would listen on, in host byte order. */
in_port_t glusterd_port(const struct glusterd *glusterd);

/*
 * Works out the bind-address of load, which is for a process of this host and has read its volume file: where glusterd
 * listens, or would listen if it ran.
 */
void glusterd_bind_address(const struct glusterd *glusterd, struct load *load);
