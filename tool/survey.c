#include "survey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "command.h"
#include "inside.h"
#include "load.h"
#include "option.h"
#include "socket.h"
#include "word.h"

enum { ENVIRONMENT_MAX = 2 << 20 /* bytes */ };

static bool is_glusterfs(const struct process *process)
{
    return strcmp(process->program, "glusterd") == 0 || strcmp(process->program, "glusterfsd") == 0 ||
           strcmp(process->program, "glusterfs") == 0;
}

/* The value that CONFIG_VARIABLE had when the process started, or "". */
static void read_variable(pid_t pid, char *value, size_t size)
{
    static const char assignment[] = CONFIG_VARIABLE "=";
    char path[64];
    char reason[128];
    struct text why = TEXT_IN(reason);
    struct text text = text_in(value, size);
    struct file file = {.data = NULL};
    struct word rest;

    (void)snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
    if (file_read(path, ENVIRONMENT_MAX, FILE_OF_ANYBODY, &file, &why) != 0)
        return;
    rest = (struct word){.start = file.data, .len = file.len};
    while (rest.len > 0) {
        struct word variable = word_split(&rest, '\0');

        if (variable.len >= sizeof(assignment) && memcmp(variable.start, assignment, sizeof(assignment) - 1) == 0)
            text_bytes(&text, variable.start + sizeof(assignment) - 1, variable.len - sizeof(assignment) + 1);
    }
    file_free(&file);
}

/* The path of the process's configuration, or "" for the library's own. */
static void find_configuration(const struct survey *survey, char *path, size_t size)
{
    struct text text = text_in(path, size);

    if (survey->loaded.file[0] != '\0')
        text_string(&text, survey->loaded.file);
    else if (survey->loaded.library != LIBRARY_ABSENT)
        read_variable(survey->running.pid, path, size);
}

/* Whether a connection from address is one from the source that rules want. */
static bool is_from(const struct in6_addr *address, const struct source *source)
{
    return address_same_prefix(address, &source->network.address, source->network.len);
}

/* The address that the library would take for source now; the prefix itself if there is none. */
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

static void judge(struct judged *judged, const struct section *section)
{
    const struct connection *connection = &judged->connection;
    const struct rule *rule = rules_find(&section->rules, &connection->peer);
    const struct source *source = rule != NULL ? &section->sources[rule->source] : NULL;

    if (source == NULL || source->kind == SOURCE_NONE)
        return;
    judged->has_wanted = true;
    judged->is_wrong = !is_from(&connection->source, source);
    judged->wanted = name_wanted(source);
}

static void read_peers(struct survey *survey, const char *volfile)
{
    char *directory = volume_option(volfile, "working-directory", WORKING_DIRECTORY);

    survey->peers_error = peers_read(directory, &survey->peers);
    free(directory);
}

/* Whether the process has not read yet what is written now. */
static bool is_another(const struct survey *survey, const struct load *load)
{
    const struct loaded *loaded = &survey->loaded;

    if (loaded->in_force == IN_FORCE_NO_RULES && !survey->has_section)
        return false;
    return loaded->file[0] != '\0' && !stamp_same(&loaded->origin.config, &load->file.stamp);
}

/* What the process's own files say; called inside of it. */
static void read_files(struct survey *survey, const char *configuration)
{
    struct load *load = needed(calloc(1, sizeof(*load)));

    load->process = survey->running.process;
    if (load_config(load, configuration, survey->running.user) != 0 || load_section(load) != 0)
        trouble("found no memory or no descriptor to read %s", load->path);
    survey->has_mistake = load->mistake_path != NULL;
    survey->has_section = load->section != NULL;
    survey->has_changed = is_another(survey, load);
    for (size_t i = 0; i < survey->connection_count && load->section != NULL && !survey->has_mistake; i++)
        judge(&survey->connections[i], load->section);
    if (survey->is_glusterd)
        read_peers(survey, load->process.volfile);
    load_free(load);
    free(load);
}

static void read_connections(struct survey *survey)
{
    struct connection *dialled = connections_dialled(survey->running.pid, &survey->connection_count);

    survey->connections = needed(calloc(survey->connection_count + 1, sizeof(*survey->connections)));
    for (size_t i = 0; i < survey->connection_count; i++)
        survey->connections[i].connection = dialled[i];
    if (dialled == NULL)
        survey->is_hidden = true;
    free(dialled);
}

/* What could not be looked at may just have ended. */
static bool is_there(pid_t pid)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    return access(path, F_OK) == 0;
}

bool survey_process(const struct running *running, struct survey *survey)
{
    char configuration[PATH_MAX];

    memset(survey, 0, sizeof(*survey));
    survey->running = *running;
    loaded_read(running->pid, &survey->loaded);
    if (!is_glusterfs(&running->process) && survey->loaded.library != LIBRARY_LOADED &&
        survey->loaded.library != LIBRARY_REPLACED)
        return false;
    survey->is_glusterd = strcmp(running->process.program, "glusterd") == 0;
    find_configuration(survey, configuration, sizeof(configuration));
    read_connections(survey);
    if (inside_enter(running->pid)) {
        read_files(survey, configuration);
        inside_leave();
    } else {
        survey->is_hidden = true;
    }
    if (!survey->is_hidden || is_there(running->pid))
        return true;
    survey_free(survey);
    return false;
}

void survey_free(struct survey *survey)
{
    free(survey->connections);
    peers_free(&survey->peers);
}
