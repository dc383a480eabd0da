/* /proc/self/cmdline: compares names and volume file with a naive parse of the arguments as strings. */
#include "live/process.h"

#include "fuzz.h"

static struct process process;

/* The remaining arguments. The last one is empty. */
struct arguments {
    const char *next;
    const char *end;
};

static const char *take(struct arguments *arguments)
{
    const char *taken = arguments->next;

    arguments->next += strlen(taken) + 1;
    if (arguments->next > arguments->end)
        arguments->next = arguments->end;
    return taken;
}

static void check_name(const char *found, size_t size, const char *wanted, const char *what)
{
    check(memchr(found, '\0', size) != NULL, "the end of a name is in its place");
    check(strncmp(found, wanted, size - 1) == 0 && strlen(found) == strnlen(wanted, size - 1), what);
}

/* The value of the option with this name, or NULL if argument is another option. */
static const char *value_of(const char *argument, const char *next, const char *name, bool *is_next)
{
    size_t len = strlen(name);

    if (strncmp(argument, name, len) != 0 || (argument[len] != '=' && argument[len] != '\0'))
        return NULL;
    *is_next = argument[len] == '\0';
    return *is_next ? next : argument + len + 1;
}

/* The value of -f, also after letters without one, or NULL. *is_next also counts for another letter's value. */
static const char *value_of_f(const char *argument, const char *next, bool *is_next)
{
    size_t letters = argument[0] == '-' && argument[1] != '-' ? strcspn(argument, "sfLlpSr") : strlen(argument);

    if (argument[letters] == '\0')
        return NULL;
    *is_next = argument[letters + 1] == '\0';
    if (argument[letters] != 'f')
        return NULL;
    return *is_next ? next : argument + letters + 1;
}

static void check_arguments(struct arguments arguments)
{
    const char *role = "";
    const char *volfile = VOLUME_FILE;

    while (arguments.next < arguments.end) {
        const char *argument = take(&arguments);
        bool is_next = false;
        const char *new_role = value_of(argument, arguments.next, "--process-name", &is_next);
        const char *new_volfile = value_of(argument, arguments.next, "--volfile", &is_next);

        if (strcmp(argument, "--") == 0)
            break;
        if (new_volfile == NULL)
            new_volfile = value_of(argument, arguments.next, "--spec-file", &is_next);
        if (new_volfile == NULL)
            new_volfile = value_of_f(argument, arguments.next, &is_next);
        (void)value_of(argument, arguments.next, "--volfile-server", &is_next);
        (void)value_of(argument, arguments.next, "--xlator-option", &is_next);
        role = new_role != NULL ? new_role : role;
        volfile = new_volfile != NULL ? new_volfile : volfile;
        if (is_next)
            take(&arguments);
    }
    check_name(process.role, sizeof(process.role), role, "the role is that of the last --process-name");
    check_name(process.volfile, sizeof(process.volfile), process_is_glusterfs(&process) ? volfile : VOLUME_FILE,
               "the volume file is that of GlusterFS's last option for it");
    check(memchr(process.listener, '\0', sizeof(process.listener)) != NULL, "the end of an address is in its place");
}

static void check_program(char *path)
{
    size_t len = strlen(path);
    const char *slash;

    if (len > 0 && path[len - 1] == '/')
        path[len - 1] = '\0';
    slash = strrchr(path, '/');
    check_name(process.program, sizeof(process.program), slash != NULL ? slash + 1 : path,
               "the program is the last component of the first argument");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    struct arguments arguments = {.next = copy, .end = copy + size};

    memcpy(copy, data, size);
    copy[size] = '\0';
    memset(&process, '#', sizeof(process));
    process_parse((const char *)data, size, &process);
    take(&arguments);
    check_arguments(arguments);
    check_program(copy);
    check(process_name(&process) == (process.role[0] != '\0' ? process.role : process.program),
          "the log prefers the role");
    free(copy);
    return 0;
}
