#include "host/survey.h"

#include <envz.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/glusterd.h"
#include "host/hostlistener.h"
#include "host/namespace.h"
#include "live/load.h"
#include "socket/socket.h"
#include "terminal/command.h"

/* The path of the process's configuration; NULL for the library's default. Free with free(3). */
static char *find_configuration(const struct survey *survey)
{
    size_t len;
    char *environment; /* when the process started */
    const char *path;
    char *copy;

    if (survey->loaded.file[0] != '\0')
        return check_alloc(strdup(survey->loaded.file));
    if (survey->loaded.library == LIBRARY_ABSENT)
        return NULL;
    environment = strings_of(survey->running.pid, "environ", &len);
    path = envz_get(environment, len, CONFIG_VARIABLE);
    copy = path != NULL ? check_alloc(strdup(path)) : NULL;
    free(environment);
    return copy;
}

/* The address that the library would choose for source now; the prefix itself if the host has none in it. */
static struct source_name name_wanted(const struct source *source)
{
    struct source itself = *source;
    struct sockaddr_in6 local;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && socket_source(fd, source, &local) == 0) {
        itself.kind = SOURCE_ADDRESS;
        itself.network.address = local.sin6_addr;
    }
    if (fd >= 0)
        close(fd);
    return source_name(&itself);
}

/*
 * What is wanted where no rule covers the peer: the address that glusterd listens on, because peers take it for another
 * host if it dials from elsewhere. A rule with another address or none is deliberate, and wins.
 */
static struct source source_unless_ruled(const struct survey *survey, const struct load *load,
                                         const struct connection *connection)
{
    bool is_peer = survey->is_glusterd && connection->port == load->volume.port &&
                   address_shortest_prefix(&connection->peer) == 0 && load->listener.kind == LISTENER_ADDRESS;

    if (!is_peer)
        return (struct source){.kind = SOURCE_NONE};
    return (struct source){.kind = SOURCE_ADDRESS, .network = {.address = load->listener.address, .len = 128}};
}

static void judge(struct judged *judged, const struct load *load)
{
    const struct section *section = load->section;
    const struct connection *connection = &judged->connection;
    const struct rule *rule = section != NULL ? rules_find(&section->rules, &connection->peer) : NULL;
    struct source source =
        rule != NULL ? section->sources[rule->source] : source_unless_ruled(judged->process, load, connection);

    judged->verdict = VERDICT_OK;
    if (source.kind == SOURCE_NONE || source.kind == SOURCE_UNKNOWN)
        return;
    if (!address_same_prefix(&connection->source, &source.network.address, source.network.len))
        judged->verdict = VERDICT_WRONG;
    judged->wanted = name_wanted(&source);
}

static void read_peers(struct survey *survey, const struct glusterd *glusterd)
{
    char *directory = glusterd_working_directory(glusterd);

    survey->peers_error = peers_read(directory, &survey->peers);
    free(directory);
}

/* Whether the file has changed since the process read it. */
static bool file_has_changed(const struct survey *survey, const struct load *load)
{
    const struct loaded *loaded = &survey->loaded;

    if (loaded->in_force == IN_FORCE_NO_RULES && !survey->has_section)
        return false;
    return loaded->file[0] != '\0' && !file_version_same(&loaded->origin.config, &load->file.version);
}

/* Called in the namespaces of the process. */
static void read_files(struct survey *survey, const char *configuration, const struct glusterd *glusterd,
                       struct load *load)
{
    load->process = survey->running.process;
    load->listener = survey->loaded.origin.listener; /* the process may know one that is gone */
    if (load_config(load, configuration, survey->running.user) != 0 || load_section(load) != 0)
        fatal("%s: out of memory or file descriptors", load->path);
    survey->has_error = load->has_error;
    survey->has_section = load->section != NULL;
    survey->has_changed = file_has_changed(survey, load);
    if (!survey->is_glusterd)
        return;
    load->volume.port = glusterd_port(glusterd);
    read_peers(survey, glusterd);
}

static void read_connections(struct survey *survey)
{
    struct connection *dialled = connections_dialled(survey->running.pid, &survey->connection_count);

    survey->connections = check_alloc(calloc(survey->connection_count + 1, sizeof(*survey->connections)));
    for (size_t i = 0; i < survey->connection_count; i++)
        survey->connections[i] = (struct judged){.process = survey, .connection = dialled[i]};
    if (dialled == NULL)
        survey->is_hidden = true;
    free(dialled);
}

/* Called in the namespaces of the process. */
static void judge_all(struct survey *survey, const struct load *load)
{
    for (size_t i = 0; i < survey->connection_count && !survey->has_error; i++)
        judge(&survey->connections[i], load);
}

/* Reads the process's files and judges its connections, in its namespaces except for /proc. False if not permitted. */
static bool survey_in_namespaces(struct survey *survey)
{
    char *configuration = find_configuration(survey);
    struct load load = {.path = ""};
    struct glusterd glusterd;
    bool may_enter;

    glusterd_of(&survey->running, &glusterd);
    may_enter = namespace_enter(survey->running.pid);
    if (may_enter) {
        read_files(survey, configuration, &glusterd, &load);
        namespace_leave();
        find_listener(&survey->running, load.volume.port, &load.listener);
        if (load.wants_bind_address)
            load_bind_address(&load);
        may_enter = namespace_enter(survey->running.pid);
    }
    if (may_enter) {
        judge_all(survey, &load);
        namespace_leave();
    }
    load_free(&load);
    free(configuration);
    glusterd_free(&glusterd);
    return may_enter;
}

bool survey_process(const struct running *running, struct survey *survey)
{
    memset(survey, 0, sizeof(*survey));
    survey->running = *running;
    loaded_read(running->pid, &survey->loaded);
    if (!process_is_glusterfs(&running->process) && survey->loaded.library != LIBRARY_LOADED &&
        survey->loaded.library != LIBRARY_REPLACED)
        return false;
    survey->is_glusterd = process_is_glusterd(&running->process);
    read_connections(survey);
    if (!survey_in_namespaces(survey))
        survey->is_hidden = true;
    /* A process that could not be read may just have exited. */
    if (!survey->is_hidden || access(proc_path(running->pid, "").data, F_OK) == 0)
        return true;
    survey_free(survey);
    return false;
}

void survey_free(struct survey *survey)
{
    free(survey->connections);
    peers_free(&survey->peers);
}
