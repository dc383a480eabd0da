/* The library as ld.so(8) finds it, by the name that glusterd's drop-in preloads. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define LIBRARY_NAME "libglusterd-srcaddr.so"

struct library_file {
    char path[PATH_MAX]; /* where it was found; LIBRARY_NAME if nowhere */
    char reason[512];    /* why it can't be loaded, of which ld.so only warns; empty if it can */
    mode_t mode;         /* the file's, if it can be loaded */
};

/* Loads the library into this process, where it has no effect: no call resolves to it. */
void library_load(struct library_file *library);
