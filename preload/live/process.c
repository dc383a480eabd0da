#include "live/process.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/address.h"
#include "base/secure.h"
#include "base/text.h"
#include "base/word.h"
#include "live/file.h"
#include "rules/volfile.h"

bool long_option(struct word argument, const char *name, struct word *rest, struct word *value)
{
    struct word option = word_split(&argument, '=');

    if (!word_is(option, name))
        return false;
    *value = argument.start > option.start + option.len ? argument : word_split(rest, '\0');
    return true;
}

/* Returns the letter of an option with a value, which ends a group of letters, or NUL. *value as in long_option(). */
static char short_option(struct word argument, struct word *rest, struct word *value)
{
    const struct word with_value = word_of("sfLlpSr"); /* glusterfsd.h, enum argp_option_keys */

    if (argument.len < 2 || argument.start[0] != '-' || argument.start[1] == '-')
        return '\0';
    for (size_t i = 1; i < argument.len; i++) {
        if (!word_has(with_value, argument.start[i]))
            continue;
        *value = word_behind(argument, i + 1);
        if (value->len == 0)
            *value = word_split(rest, '\0');
        return argument.start[i];
    }
    return '\0';
}

static struct word last_component(struct word path)
{
    struct word component;

    do
        component = word_split(&path, '/');
    while (path.len > 0);
    return component;
}

/* The arguments of GlusterFS's processes that matter here. */
struct arguments {
    struct word role;
    struct word volfile;
    struct word server;     /* -s */
    struct word brick_bind; /* --xlator-option transport.socket.bind-address= */
};

static void parse_option(struct word argument, struct word *rest, struct arguments *found)
{
    struct word value;
    char letter = short_option(argument, rest, &value);

    if (long_option(argument, "--process-name", rest, &value))
        found->role = value;
    else if (letter == 'f' || long_option(argument, "--volfile", rest, &value) ||
             long_option(argument, "--spec-file", rest, &value))
        found->volfile = value;
    else if (letter == 's' || long_option(argument, "--volfile-server", rest, &value))
        found->server = value;
    else if (long_option(argument, "--xlator-option", rest, &value) &&
             word_is(word_split(&value, '='), BIND_ADDRESS_OPTION))
        found->brick_bind = value;
}

/*
 * How glusterd tells its daemons where it listens. A brick's -s is this host's name in the volume (glusterd-utils.c,
 * glusterd_volume_start_glusterfs()), that of other daemons the bind-address or "localhost" (glusterd-svc-mgmt.c,
 * glusterd_svc_init()). A mount's is another host.
 */
static struct word told_by_glusterd(const struct arguments *found)
{
    struct word rest = found->role;

    if (found->role.len == 0 || word_is(found->role, "brick"))
        return found->brick_bind;
    return word_is(word_split(&rest, '.'), "fuse") ? word_of("") : found->server;
}

static struct arguments no_arguments(void)
{
    return (struct arguments){
        .role = word_of(""), .volfile = word_of(VOLUME_FILE), .server = word_of(""), .brick_bind = word_of("")};
}

static void set_places(struct process *process, const struct arguments *found)
{
    struct word told = told_by_glusterd(found);

    if (!word_has(told, ':') && !address_is_ipv4(told)) /* only glusterd knows what a host name stands for */
        told.len = 0;
    text_copy(process->volfile, sizeof(process->volfile), found->volfile);
    text_copy(process->listener, sizeof(process->listener), told);
}

void process_parse(const char *cmdline, size_t len, struct process *process)
{
    struct arguments found = no_arguments();
    struct word rest = {.start = cmdline, .len = len};
    struct word argument = word_split(&rest, '\0');

    text_copy(process->program, sizeof(process->program), last_component(argument));
    while (rest.len > 0) {
        argument = word_split(&rest, '\0');
        if (word_is(argument, "--"))
            break;
        parse_option(argument, &rest, &found);
    }
    text_copy(process->role, sizeof(process->role), found.role);
    /* Other programs have their own -f and -s. */
    if (!process_is_glusterfs(process))
        found = no_arguments();
    set_places(process, &found);
}

const char *process_file(void)
{
    unsigned long address = getauxval(AT_EXECFN);
    const char *file;

    memcpy(&file, &address, sizeof(file));
    return file;
}

#ifdef __GLIBC__

/* In case there is no /proc: the memory that argv points into, unless another object has changed argv before. */
static struct word own_arguments;

static void __attribute__((constructor)) find_arguments(int argc, char *argv[])
{
    const char *end = argc > 0 ? argv[0] : NULL;

    for (int i = 0; i < argc; i++) {
        if (argv[i] != end)
            return;
        end += strlen(end) + 1;
    }
    if (argc > 0)
        own_arguments = word_between(argv[0], end);
}

static struct word known_arguments(void)
{
    const char *file = process_file();

    return own_arguments.len > 0 ? own_arguments : word_of(file != NULL ? file : "");
}

#else

/* musl passes no arguments to constructors. */
static struct word known_arguments(void)
{
    return word_of(program_invocation_name);
}

#endif

const char *process_program(void)
{
    struct word rest = known_arguments();

    return last_component(word_split(&rest, '\0')).start;
}

int process_read(struct process *process)
{
    struct arguments none = no_arguments();
    struct word arguments = known_arguments();
    char reason[64];
    struct text why = TEXT_IN(reason);
    struct file cmdline = {.data = NULL};
    int error = file_read("/proc/self/cmdline", CMDLINE_MAX, FILE_OF_ANYBODY, &cmdline, &why);

    if (is_shortage(error))
        return error;
    if (cmdline.len > 0)
        arguments = (struct word){.start = cmdline.data, .len = cmdline.len};
    process_parse(arguments.start, arguments.len, process);
    if (is_secure())
        set_places(process, &none);
    file_free(&cmdline);
    return 0;
}

size_t process_size(const struct process *process)
{
    return offsetof(struct process, volfile) + strlen(process->volfile) + 1;
}

bool process_is_glusterd(const struct process *process)
{
    return strcmp(process->program, "glusterd") == 0;
}

bool process_is_glusterfs(const struct process *process)
{
    return process_is_glusterd(process) || strcmp(process->program, "glusterfsd") == 0 ||
           strcmp(process->program, "glusterfs") == 0;
}

const char *process_name(const struct process *process)
{
    return process->role[0] != '\0' ? process->role : process->program;
}
