/* A file's SELinux label beside the one that policy wants for its path, which restorecon(8) would give it. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

/* Functions of libselinux, each as its manual page has it. */
struct selinux {
    int (*is_selinux_enabled)(void);
    void *(*selabel_open)(unsigned int backend, const void *options, unsigned int count);
    int (*selabel_lookup)(void *handle, char **context, const char *path, int mode);
    void (*selabel_close)(void *handle);
    int (*getfilecon)(const char *path, char **context);
    void (*freecon)(char *context);
};

/* Types, which are all that policy for confined daemons looks at, and all that restorecon(8) changes without -F. */
struct label {
    char path[PATH_MAX]; /* the file itself, where its name is that of a symbolic link */
    char found[128];
    char wanted[128];
};

/* Loads libselinux, which no host needs. False where there is none, or it lacks one of the functions. */
bool selinux_load(struct selinux *selinux);

/* Whether the two types differ. False also where SELinux is off, or policy does not say what the file's label is. */
bool label_is_wrong(const struct selinux *selinux, const char *path, struct label *label);
