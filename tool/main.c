/* glusterd-srcaddr(8): the table of subcommands, which is also the help text. */
#include "terminal/command.h"

#include <stdio.h>
#include <string.h>

static const struct command *const commands[] = {
    &check_command, &explain_command, &status_command, &run_command, &repair_command, &version_command,
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static void print_usage(FILE *out)
{
    fprintf(out,
            "Usage: %s SUBCOMMAND [ARGUMENT...]\n\n"
            "Source addresses for the IPv6 connections of GlusterFS.\n\nSubcommands:\n",
            PROGRAM);
    for (int i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "\nSee '%s SUBCOMMAND --help', %s(8) and srcaddr.conf(5).\n", PROGRAM, PROGRAM);
}

static void print_unknown(struct word name)
{
    fprintf(stderr, "%s: unknown subcommand %s", PROGRAM, quoted(name).data);
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (word_is_slip(name, commands[i]->name, 2))
            fprintf(stderr, "; did you mean '%s'?", commands[i]->name);
    fprintf(stderr, "\nTry '%s --help'.\n", PROGRAM);
}

/* A failed write must not count as success. */
static int written(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout))
        fatal("cannot write the output: %m");
    return status;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    (void)setvbuf(stderr, NULL, _IOLBF, 0); /* unbuffered, stdio would write a caret byte by byte */
    if (strcmp(name, "--help") == 0) {
        print_usage(stdout);
        return written(STATUS_OK);
    }
    if (strcmp(name, "--version") == 0)
        name = version_command.name;
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(name, commands[i]->name) == 0)
            return written(commands[i]->run(commands[i], argc - 1, argv + 1));
    if (argc > 1)
        print_unknown(word_of(name));
    else
        print_usage(stderr);
    return STATUS_FATAL;
}
