/* A subcommand of glusterd-srcaddr, and what all of them share. */
#pragma once

#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>

#include "base/word.h"

#define PROGRAM "glusterd-srcaddr"

enum {
    STATUS_OK = 0,
    STATUS_WRONG = 1, /* with the cluster, or with what the configuration says of it */
    STATUS_FATAL = 2  /* the command could not do its work */
};

struct command {
    const char *name;
    const char *arguments; /* as the synopsis writes them */
    const char *summary;
    const char *options;                                              /* one per line, but --help */
    int (*run)(const struct command *command, int argc, char **argv); /* argv[0] is the name */
};

extern const struct command check_command;
extern const struct command explain_command;
extern const struct command status_command;
extern const struct command run_command;
extern const struct command repair_command;
extern const struct command version_command;

/* A word as messages have it: in single quotes, without bytes that a terminal takes for commands. */
struct quoted {
    char data[272];
};

struct quoted quoted(struct word word);

/* As getopt_long(3), without short options; it answers --help and what is wrong by itself, and does not return then. */
int next_option(const struct command *command, int argc, char **argv, const struct option *options);

/* Ends the command: what it was called with is wrong. format as printf(3) has it. */
__attribute__((noreturn, format(printf, 2, 3))) void usage_error(const struct command *command, const char *format,
                                                                 ...);

/* Ends the command if there is one more argument than it takes; NULL if there is not. */
void end_arguments(const struct command *command, const char *more);

/* Ends the command: it can't do its work. format as printf(3) has it. */
__attribute__((noreturn, format(printf, 1, 2))) void fatal(const char *format, ...);

/* From now on that is told by this function, which ends the command in a way of its own, in place of these two. */
void on_fatal(void (*tell)(const char *message));

/* memory, which malloc(3) or the like gave; ends the command where that is NULL. */
void *check_alloc(void *memory);

/* What asprintf(3) would give; ends the command where there is no memory. */
__attribute__((format(printf, 1, 2))) char *xasprintf(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *vformatted(const char *format, va_list arguments);

/* Whether what goes to fd can be coloured: it is a terminal, and NO_COLOR is not set (no-color.org). */
bool is_colored(int fd);
