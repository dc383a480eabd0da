#include "host/glusterd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "host/hostlistener.h"
#include "host/names.h"
#include "host/peers.h"
#include "host/resolve.h"
#include "host/unit.h"
#include "rules/pattern.h"
#include "terminal/command.h"
#include "terminal/option.h"

/* Whether /proc/PID/NAME, a namespace or directory, is also this process's. True if this user may not tell. */
static bool is_shared(pid_t pid, const char *name)
{
    char own_path[64];
    struct file_version theirs = file_version_at(proc_path(pid, name).data);
    struct file_version own;

    (void)snprintf(own_path, sizeof(own_path), "/proc/self/%s", name);
    own = file_version_at(own_path);
    return theirs.error != 0 || own.error != 0 || file_version_same_file(&theirs, &own);
}

void glusterd_of(const struct running *running, struct glusterd *glusterd)
{
    glusterd->running = *running;
    glusterd->arguments = strings_of(running->pid, "cmdline", &glusterd->arguments_len);
}

static void glusterd_from_unit(struct glusterd *glusterd)
{
    struct process *process = &glusterd->running.process;

    glusterd->running.pid = 0;
    glusterd->arguments = unit_arguments(&glusterd->arguments_len);
    if (glusterd->arguments != NULL)
        process_parse(glusterd->arguments, glusterd->arguments_len, process);
    if (!process_is_glusterd(process))
        process_called("glusterd", process);
}

void glusterd_find(struct glusterd *glusterd)
{
    size_t count;
    struct running *all = running_all(&count);
    const struct running *found = NULL;

    for (size_t i = 0; i < count && found == NULL; i++)
        if (process_is_glusterd(&all[i].process) && is_shared(all[i].pid, "ns/net") && is_shared(all[i].pid, "root"))
            found = &all[i];
    *glusterd = (struct glusterd){.arguments = NULL};
    if (found != NULL)
        glusterd_of(found, glusterd);
    else
        glusterd_from_unit(glusterd);
    free(all);
}

void glusterd_free(struct glusterd *glusterd)
{
    free(glusterd->arguments);
}

/*
 * The value of --xlator-option VOLUME.KEY=VALUE; start is NULL if there is none. GlusterFS takes the first of several:
 * gf_remember_xlator_option(), gf_add_cmdline_options().
 */
static struct word argument_option(const struct glusterd *glusterd, const char *key)
{
    struct word rest = {.start = glusterd->arguments, .len = glusterd->arguments_len};

    while (rest.len > 0) {
        struct word argument = word_split(&rest, '\0');
        struct word value;

        if (long_option(argument, "--xlator-option", &rest, &value) &&
            pattern_matches(word_split(&value, '.'), "management") && word_is(word_split(&value, '='), key))
            return value;
    }
    return (struct word){.start = NULL};
}

char *glusterd_option(const struct glusterd *glusterd, const char *key)
{
    struct word value = argument_option(glusterd, key);

    if (value.start != NULL)
        return check_alloc(strndup(value.start, value.len));
    return volume_option(glusterd->running.process.volfile, key);
}

char *glusterd_working_directory(const struct glusterd *glusterd)
{
    char *directory = glusterd_option(glusterd, "working-directory");

    return directory != NULL ? directory : check_alloc(strdup(WORKING_DIRECTORY));
}

char *own_working_directory(void)
{
    struct glusterd glusterd;
    char *directory;

    glusterd_find(&glusterd);
    directory = glusterd_working_directory(&glusterd);
    glusterd_free(&glusterd);
    return directory;
}

/* An option of the transport. NAME takes precedence over transport.socket.NAME, wherever each of them is set. */
static char *socket_option(const struct glusterd *glusterd, const char *key)
{
    char *value = glusterd_option(glusterd, strrchr(key, '.') + 1);

    return value != NULL ? value : glusterd_option(glusterd, key);
}

in_port_t glusterd_port(const struct glusterd *glusterd)
{
    char *port = socket_option(glusterd, LISTEN_PORT_OPTION);
    unsigned long number = port != NULL ? strtoul(port, NULL, 10) : GLUSTERD_PORT;

    free(port);
    return number > 0 && number <= UINT16_MAX ? (in_port_t)number : GLUSTERD_PORT;
}

/* The address of name that glusterd would choose: without transport.address-family inet6, an IPv4 one. */
static void resolve_bind_address(const struct glusterd *glusterd, const char *name, struct source *source)
{
    char *family = glusterd_option(glusterd, "transport.address-family");
    bool is_inet6 = family != NULL && strcmp(family, "inet6") == 0;
    size_t count;
    struct sockaddr_in6 *addresses = is_inet6 ? resolve(name, &count) : resolve_any(name, &count);

    for (size_t i = 0; i < count && source->kind == SOURCE_UNKNOWN; i++)
        if (!is_inet6 && IN6_IS_ADDR_V4MAPPED(&addresses[i].sin6_addr))
            source->kind = SOURCE_NONE;
    if (count > 0 && source->kind == SOURCE_UNKNOWN) {
        source->kind = SOURCE_ADDRESS;
        source->network = (struct network){.address = addresses[0].sin6_addr, .len = 128};
    }
    free(addresses);
    free(family);
}

/* What glusterd will do with its options once it starts, as far as this can be told from outside. */
static void volume_from_options(const struct glusterd *glusterd, struct volume *volume)
{
    char *written = socket_option(glusterd, BIND_ADDRESS_OPTION);

    if (written != NULL)
        volume->bind_address = volfile_source(word_of(written));
    if (written != NULL && volume->bind_address.kind == SOURCE_UNKNOWN)
        resolve_bind_address(glusterd, written, &volume->bind_address);
    volume->port = glusterd_port(glusterd);
    free(written);
}

void glusterd_bind_address(const struct glusterd *glusterd, struct load *load)
{
    if (glusterd->running.pid != 0)
        find_listener(&glusterd->running, load->volume.port, &load->listener);
    if (load->listener.kind == LISTENER_NONE)
        volume_from_options(glusterd, &load->volume);
    load_bind_address(load);
}
