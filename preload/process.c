#include "process.h"

#include <errno.h>
#include <string.h>

#include "file.h"
#include "text.h"
#include "word.h"

static struct word next_argument(struct word *rest)
{
    return word_split(rest, '\0');
}

static void copy(char *to, size_t size, struct word from)
{
    struct text text = text_in(to, size);

    text_bytes(&text, from.start, from.len);
}

/* Whether argument is --NAME or --NAME=VALUE; *value is VALUE, or else the next argument, which is taken off *rest. */
static bool long_option(struct word argument, const char *name, struct word *rest, struct word *value)
{
    struct word option = word_split(&argument, '=');

    if (!word_is(option, name))
        return false;
    *value = argument.start > option.start + option.len ? argument : next_argument(rest);
    return true;
}

/* The same for one-letter options, which can stand together, the last one with a value. */
static bool short_option(struct word argument, char letter, struct word *rest, struct word *value)
{
    static const char with_value[] = "sfLlpSr"; /* glusterfsd.h, enum argp_option_keys */

    if (argument.len < 2 || argument.start[0] != '-' || argument.start[1] == '-')
        return false;
    for (size_t i = 1; i < argument.len; i++) {
        if (strchr(with_value, argument.start[i]) == NULL)
            continue;
        *value = word_between(argument.start + i + 1, argument.start + argument.len);
        if (value->len == 0)
            *value = next_argument(rest);
        return argument.start[i] == letter;
    }
    return false;
}

static struct word last_component(struct word path)
{
    struct word component;

    do
        component = word_split(&path, '/');
    while (path.len > 0);
    return component;
}

void process_parse(const char *cmdline, size_t len, struct process *process)
{
    struct word rest = {.start = cmdline, .len = len};
    struct word argument = next_argument(&rest);
    struct word value;

    copy(process->program, sizeof(process->program), last_component(argument));
    copy(process->role, sizeof(process->role), word_of(""));
    copy(process->volfile, sizeof(process->volfile), word_of(VOLUME_FILE));
    while (rest.len > 0) {
        argument = next_argument(&rest);
        if (word_is(argument, "--"))
            return;
        if (long_option(argument, "--process-name", &rest, &value))
            copy(process->role, sizeof(process->role), value);
        else if (long_option(argument, "--volfile", &rest, &value) ||
                 long_option(argument, "--spec-file", &rest, &value) || short_option(argument, 'f', &rest, &value))
            copy(process->volfile, sizeof(process->volfile), value);
    }
}

/*
 * For where /proc is not mounted or may not be read: the same memory, which argv points into. That it still does is
 * looked at, for another object can have changed argv before us. Without its arguments, as with musl, a constructor
 * finds none.
 */
static struct word arguments;

#ifdef __GLIBC__
static void __attribute__((constructor)) find_arguments(int argc, char *argv[])
{
    const char *end = argc > 0 ? argv[0] : NULL;

    for (int i = 0; i < argc; i++) {
        if (argv[i] != end)
            return;
        end += strlen(end) + 1;
    }
    if (argc > 0)
        arguments = word_between(argv[0], end);
}
#endif

int process_read(struct process *process)
{
    char reason[64];
    struct text why = TEXT_IN(reason);
    struct file cmdline = {.data = NULL};
    int error = file_read("/proc/self/cmdline", CMDLINE_MAX, FILE_OF_ANYBODY, &cmdline, &why);

    if (is_shortage(error))
        return error;
    if (cmdline.len > 0)
        process_parse(cmdline.data, cmdline.len, process);
    else if (arguments.len > 0)
        process_parse(arguments.start, arguments.len, process);
    else
        process_parse(program_invocation_name, strlen(program_invocation_name), process);
    file_free(&cmdline);
    return 0;
}

const char *process_name(const struct process *process)
{
    return process->role[0] != '\0' ? process->role : process->program;
}
