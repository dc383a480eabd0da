/* Subcommands of glusterd-srcaddr, and what they share. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "base/word.h"

#define PROGRAM "glusterd-srcaddr"

enum {
    STATUS_OK = 0,
    STATUS_WRONG = 1, /* something is wrong with the cluster or the configuration */
    STATUS_FATAL = 2  /* the command could not do its work */
};

enum { OPTIONS_MAX = 6 };

struct command {
    const char *name;
    const char *arguments; /* as in the synopsis */
    const char *summary;
    struct {
        const char *name;     /* NULL after the last one */
        const char *argument; /* NULL if it takes none */
        const char *summary;
    } options[OPTIONS_MAX + 1];                                       /* without --help */
    int (*run)(const struct command *command, int argc, char **argv); /* argv[0] is the name */
};

extern const struct command check_command;
extern const struct command explain_command;
extern const struct command status_command;
extern const struct command run_command;
extern const struct command repair_command;
extern const struct command version_command;

/* A word for messages: in single quotes, bytes that are not printable ASCII escaped. */
struct quoted {
    char data[272];
};

struct quoted quoted(struct word word);

/*
 * Sets values[i] for each option i that is given: to its argument, or to "" if it takes none. Returns the arguments
 * that follow, of which NULL is the last. Handles --help and errors itself, and then does not return.
 */
char **parse_options(const struct command *command, int argc, char **argv, const char **values);

/* Ends the command because of wrong arguments. */
__attribute__((noreturn, format(printf, 2, 3))) void usage_error(const struct command *command, const char *format,
                                                                 ...);

/* Ends the command unless more, the argument after the last one that it takes, is NULL. */
void end_arguments(const struct command *command, const char *more);

/* Ends the command because it can't do its work. */
__attribute__((noreturn, format(printf, 1, 2))) void fatal(const char *format, ...);

/* From now on, fatal() and usage_error() call tell with their message. tell must end the command. */
void on_fatal(void (*tell)(const char *message));

/* Returns memory, which is from malloc(3) or the like. Ends the command if it is NULL. */
void *check_alloc(void *memory);

/* asprintf(3) that ends the command if memory runs out. Free the result with free(3). */
__attribute__((format(printf, 1, 2))) char *xasprintf(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *xvasprintf(const char *format, va_list arguments);

/* Whether to colour output to fd: it is a terminal, and NO_COLOR is not set (no-color.org). */
bool is_colored(int fd);
