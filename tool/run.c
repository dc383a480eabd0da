/* glusterd-srcaddr run: runs a program with the library. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/library.h"
#include "live/load.h"
#include "terminal/command.h"
#include "terminal/report.h"

/* mount(8) clears LD_PRELOAD, so the mount would lack the library without any warning. */
static void refuse_mount(const char *program)
{
    if (strcmp(basename(program), "mount") == 0)
        fatal("%s: mount(8) clears LD_PRELOAD; use 'mount -t glusterfs-srcaddr', or run mount.glusterfs", program);
}

/* ld.so only warns about a library that it can't preload, and starts the program without it. */
static void find_library(void)
{
    struct library_file library;

    library_load(&library);
    if (library.reason[0] != '\0')
        fatal("cannot preload %s: %s", library.path, library.reason);
}

/* With an error in it the program would run without rules, or refuse all peers. */
static void check_configuration(const char *path)
{
    struct load load = {.path = ""};

    if (load_config(&load, path, geteuid()) != 0)
        fatal("%s: out of memory or file descriptors", load.path);
    if (load.built_in && path != NULL && path[0] != '\0')
        fatal("%s: %s", path, strerror(ENOENT));
    if (load.has_error) {
        report_diagnostic(&load);
        exit(STATUS_FATAL);
    }
    load_free(&load);
}

/* An absolute path, because the program may change its directory. */
static void set_configuration(const char *path)
{
    char *absolute = realpath(path, NULL);

    if (absolute == NULL)
        fatal("%s: %m", path);
    if (setenv(CONFIG_VARIABLE, absolute, 1) != 0)
        fatal("out of memory");
    free(absolute);
}

/* Goes before what is preloaded already. */
static void set_preload(void)
{
    const char *before = getenv("LD_PRELOAD");
    char *preload =
        xasprintf(LIBRARY_NAME "%s%s", before != NULL && before[0] != '\0' ? ":" : "", before != NULL ? before : "");

    if (setenv("LD_PRELOAD", preload, 1) != 0)
        fatal("out of memory");
    free(preload);
}

static int run_run(const struct command *command, int argc, char **argv)
{
    const char *configuration = NULL;
    char **program = parse_options(command, argc, argv, &configuration);

    if (program[0] == NULL)
        usage_error(command, "expected a command to run");
    refuse_mount(program[0]);
    find_library();
    check_configuration(configuration != NULL ? configuration : getenv(CONFIG_VARIABLE));
    if (configuration != NULL)
        set_configuration(configuration);
    set_preload();
    execvp(program[0], program);
    fatal("%s: %m", program[0]);
}

const struct command run_command = {
    .name = "run",
    .arguments = "[--config FILE] [--] COMMAND [ARGUMENT...]",
    .summary = "Run a program with the library",
    .options = {{"config", "FILE", "Read FILE instead of /etc/glusterfs/srcaddr.conf"}},
    .run = run_run,
};
