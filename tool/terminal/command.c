#include "terminal/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_command_usage(const struct command *command)
{
    printf("Usage: %s %s%s%s\n\n%s.\n\nOptions:\n%s  --help               Print this and exit\n", PROGRAM,
           command->name, command->arguments[0] != '\0' ? " " : "", command->arguments, command->summary,
           command->options);
}

int next_option(const struct command *command, int argc, char **argv, const struct option *options)
{
    int option;

    opterr = 0;
    /* What stands behind the program of run is the program's own. */
    option = getopt_long(argc, argv, command == &run_command ? "+:" : ":", options, NULL);
    if (option == 'h') {
        print_command_usage(command);
        exit(fflush(stdout) == 0 ? STATUS_WELL : STATUS_TROUBLE);
    }
    if (option == ':')
        usage_error(command, "found %s without its value", argv[optind - 1]);
    if (option == '?' && optopt != 0 && strchr(argv[optind - 1], '=') != NULL)
        usage_error(command, "found a value in %s; it takes none", argv[optind - 1]);
    if (option == '?')
        usage_error(command, "found option %s%.*s, which there is not", optopt == 0 ? "" : "-", optopt == 0 ? 256 : 1,
                    optopt == 0 ? argv[optind - 1] : (char[]){(char)optopt, '\0'});
    return option;
}

static void (*tell_trouble)(const char *message);

void on_trouble(void (*tell)(const char *message))
{
    tell_trouble = tell;
}

__attribute__((format(printf, 2, 0))) static void print_error(const char *name, const char *format, va_list arguments)
{
    if (tell_trouble != NULL) {
        char message[1024];

        (void)vsnprintf(message, sizeof(message), format, arguments);
        tell_trouble(message);
    }
    fflush(stdout);
    fprintf(stderr, "%s%s%s: ", PROGRAM, name[0] != '\0' ? " " : "", name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void usage_error(const struct command *command, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_error(command->name, format, arguments);
    va_end(arguments);
    fprintf(stderr, "%s %s --help tells what there is.\n", PROGRAM, command->name);
    exit(STATUS_TROUBLE);
}

void trouble(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_error("", format, arguments);
    va_end(arguments);
    exit(STATUS_TROUBLE);
}

void *needed(void *memory)
{
    if (memory == NULL)
        trouble("found no memory");
    return memory;
}

char *vformatted(const char *format, va_list arguments)
{
    char *text;
    int len = vasprintf(&text, format, arguments);

    return needed(len < 0 ? NULL : text);
}

char *formatted(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = vformatted(format, arguments);
    va_end(arguments);
    return text;
}

bool is_colored(int fd)
{
    const char *no_color = getenv("NO_COLOR");

    return isatty(fd) && (no_color == NULL || no_color[0] == '\0');
}
