/* Compares a file's SELinux label with the one that policy wants for its path and restorecon(8) would set. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Functions of libselinux, declared as in its manual pages. */
struct selinux {
    int (*is_selinux_enabled)(void);
    void *(*selabel_open)(unsigned int backend, const void *options, unsigned int count);
    int (*selabel_lookup)(void *handle, char **context, const char *path, int mode);
    void (*selabel_close)(void *handle);
    int (*getfilecon)(const char *path, char **context);
    void (*freecon)(char *context);
};

/* Types only: policy for confined daemons looks at nothing else, and restorecon(8) changes nothing else without -F. */
struct label {
    char path[PATH_MAX]; /* symbolic links resolved */
    char found[128];
    char wanted[128];
};

/* Loads libselinux, which is optional. False if it is missing or lacks one of the functions. */
bool selinux_load(struct selinux *selinux);

/* Whether the types differ. False also if SELinux is disabled, or policy has no label for the path. */
bool label_is_wrong(const struct selinux *selinux, const char *path, struct label *label);
