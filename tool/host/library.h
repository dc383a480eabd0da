/* The library as ld.so(8) finds it, by the name that glusterd's drop-in preloads. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define LIBRARY_NAME "libglusterd-srcaddr.so"

struct library_file {
    char path[PATH_MAX]; /* where it was found; LIBRARY_NAME if nowhere */
    char reason[512];    /* why it can't be loaded, which ld.so itself passes over; empty if it can */
    mode_t mode;         /* of its file, if it can */
};

/* Loads the library into this process, where it does nothing: no call goes by it. */
void library_load(struct library_file *library);
