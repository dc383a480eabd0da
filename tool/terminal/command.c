#include "terminal/command.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_command_usage(const struct command *command)
{
    printf("Usage: %s %s%s%s\n\n%s.\n\nOptions:\n", PROGRAM, command->name, command->arguments[0] != '\0' ? " " : "",
           command->arguments, command->summary);
    for (int i = 0; command->options[i].name != NULL; i++)
        printf("  --%s %-*s%s\n", command->options[i].name, 18 - (int)strlen(command->options[i].name),
               command->options[i].argument != NULL ? command->options[i].argument : "", command->options[i].summary);
    printf("  --help               Print this help and exit\n");
}

struct quoted quoted(struct word word)
{
    struct quoted quoted = {.data = ""};
    struct text text = TEXT_IN(quoted.data);

    text_format(&text, "%W", &word);
    return quoted;
}

/* Whether written abbreviates option, up to any "=". */
static bool is_short_for(const char *written, const struct option *option)
{
    return strncmp(written, "--", 2) == 0 && strncmp(written + 2, option->name, strcspn(written + 2, "=")) == 0;
}

static __attribute__((noreturn)) void refuse_long(const struct command *command, const struct option *options,
                                                  const char *written)
{
    struct word name = {.start = written, .len = strcspn(written, "=")};
    char data[256];
    struct text meant = TEXT_IN(data);
    bool is_ambiguous = false;

    for (const struct option *option = options; option->name != NULL; option++) {
        if (!is_short_for(written, option) && !word_is_slip(word_behind(name, 2), option->name, 2))
            continue;
        is_ambiguous = is_ambiguous || is_short_for(written, option);
        text_format(&meant, "%s'--%s'", meant.len > 0 ? " or " : "; did you mean ", option->name);
    }
    usage_error(command, "%s option %s%s%s", is_ambiguous ? "ambiguous" : "unknown", quoted(name).data, meant.data,
                meant.len > 0 ? "?" : "");
}

/* There are no short options. If one was given, written may be another argument. */
static __attribute__((noreturn)) void refuse(const struct command *command, const struct option *options,
                                             const char *written)
{
    if (optopt == 0)
        refuse_long(command, options, written);
    for (const struct option *option = options; option->name != NULL; option++)
        if (option->val == optopt && option->has_arg == no_argument && is_short_for(written, option))
            usage_error(command, "option '--%s' takes no argument", option->name);
    usage_error(command, "unknown option %s", quoted(word_of((char[]){'-', (char)optopt, '\0'})).data);
}

/* Returns the next option's val, -1 after the last one. */
static int next_option(const struct command *command, int argc, char **argv, const struct option *options)
{
    int option;

    opterr = 0;
    /* Options after run's program are the program's own. */
    option = getopt_long(argc, argv, command == &run_command ? "+:" : ":", options, NULL);
    if (option == 'h') {
        print_command_usage(command);
        exit(fflush(stdout) == 0 ? STATUS_OK : STATUS_FATAL);
    }
    if (option == ':')
        usage_error(command, "option %s requires an argument", quoted(word_of(argv[optind - 1])).data);
    if (option == '?')
        refuse(command, options, argv[optind - 1]);
    return option;
}

char **parse_options(const struct command *command, int argc, char **argv, const char **values)
{
    struct option options[OPTIONS_MAX + 2] = {{.name = NULL}};
    int count = 0;

    for (; command->options[count].name != NULL; count++)
        options[count] = (struct option){.name = command->options[count].name,
                                         .has_arg = command->options[count].argument != NULL,
                                         .val = count + 1};
    options[count] = (struct option){.name = "help", .val = 'h'};
    for (int option = next_option(command, argc, argv, options); option != -1;
         option = next_option(command, argc, argv, options))
        values[option - 1] = optarg != NULL ? optarg : "";
    return argv + optind;
}

static void (*tell_fatal)(const char *message);

void on_fatal(void (*tell)(const char *message))
{
    tell_fatal = tell;
}

__attribute__((format(printf, 2, 0))) static void print_error(const char *name, const char *format, va_list arguments)
{
    if (tell_fatal != NULL) {
        char message[1024];

        (void)vsnprintf(message, sizeof(message), format, arguments);
        tell_fatal(message);
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
    fprintf(stderr, "Try '%s %s --help'.\n", PROGRAM, command->name);
    exit(STATUS_FATAL);
}

void end_arguments(const struct command *command, const char *more)
{
    if (more != NULL)
        usage_error(command, "unexpected argument %s", quoted(word_of(more)).data);
}

void fatal(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_error("", format, arguments);
    va_end(arguments);
    exit(STATUS_FATAL);
}

void *check_alloc(void *memory)
{
    if (memory == NULL)
        fatal("out of memory");
    return memory;
}

char *xvasprintf(const char *format, va_list arguments)
{
    char *text;
    int len = vasprintf(&text, format, arguments);

    return check_alloc(len < 0 ? NULL : text);
}

char *xasprintf(const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    return text;
}

bool is_colored(int fd)
{
    const char *no_color = getenv("NO_COLOR");

    return isatty(fd) && (no_color == NULL || no_color[0] == '\0');
}
