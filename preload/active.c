#include "active.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "file.h"
#include "memory.h"
#include "process.h"
#include "volfile.h"

static const struct active no_rules;

static const struct active *in_force;

/* What one load works with. Too large for the stack of a signal handler. */
struct load {
    struct process process;
    char path[PATH_MAX]; /* of the configuration */
    bool built_in;       /* because there is no file at path */
    struct file file;
    struct config config;
    const struct section *section; /* of this process, NULL if it has none */
    struct source bind_address;
    bool has_bind_address; /* a rule of the section wants it */
    bool volfile_is_missing;
    const char *mistake_path; /* of the file with the mistake, NULL if there is none */
    struct mistake mistake;
};

static bool is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR;
}

static void mistake_in_file(struct load *load, const char *path, const struct text *why)
{
    load->mistake_path = path;
    mistake_at(&load->mistake, 1, 1, "%s", why->data);
}

static int read_config(struct load *load)
{
    static const char built_in[] = CONFIG_BUILT_IN;
    char reason[sizeof(load->mistake.message)];
    struct text why = TEXT_IN(reason);
    const char *named = secure_getenv("GLUSTERD_SRCADDR_CONF");
    struct text path = TEXT_IN(load->path);
    struct word text = {.start = built_in, .len = sizeof(built_in) - 1};
    int error;

    text_string(&path, named != NULL && named[0] != '\0' ? named : CONFIG_FILE);
    error = file_read(load->path, CONFIG_SIZE_MAX, true, &load->file, &why);
    load->built_in = is_missing(error);
    if (is_shortage(error))
        return error;
    if (error != 0 && !load->built_in) {
        mistake_in_file(load, load->path, &why);
        return 0;
    }
    if (!load->built_in)
        text = (struct word){.start = load->file.data, .len = load->file.len};
    if (config_parse(text.start, text.len, &load->config, &load->mistake))
        return 0;
    load->mistake_path = load->path;
    return load->mistake.line == 0 ? ENOMEM : 0;
}

/* The first one in the file that has one of the process's names. */
static const struct section *find_section(const struct config *config, const struct process *process)
{
    for (uint32_t i = 0; i < config->section_count; i++) {
        const struct section *section = &config->sections[i];

        if ((process->role[0] != '\0' && section_matches(section, process->role)) ||
            section_matches(section, process->program))
            return section;
    }
    return NULL;
}

/* A volume file that does not exist has no bind-address. */
static int read_bind_address(struct load *load)
{
    const char *path = load->process.volfile;
    char reason[sizeof(load->mistake.message)];
    struct text why = TEXT_IN(reason);
    struct file file = {.data = NULL};
    int error;

    load->has_bind_address = true;
    if (path[0] != '/') { /* as a daemon the process has changed its directory by now */
        text_string(&why,
                    "found a relative path in the arguments; write an absolute one, for the bind-address to be found");
        mistake_in_file(load, path, &why);
        return 0;
    }
    error = file_read(path, VOLFILE_SIZE_MAX, false, &file, &why);
    load->volfile_is_missing = is_missing(error);
    if (is_shortage(error))
        return error;
    if (error != 0 && !load->volfile_is_missing)
        mistake_in_file(load, path, &why);
    else if (!volfile_bind_address(file.data, file.len, &load->bind_address, &load->mistake))
        load->mistake_path = path;
    file_free(&file);
    return 0;
}

static int fill_in_bind_address(struct load *load)
{
    struct source *sources = load->section->sources;

    for (uint32_t i = 0; i < load->section->source_count; i++) {
        int error = sources[i].bind_address && !load->has_bind_address ? read_bind_address(load) : 0;

        if (error != 0)
            return error;
        if (sources[i].bind_address)
            sources[i] = load->bind_address;
    }
    return 0;
}

/* Copies size bytes of from to *end, which is moved behind them. */
static void *append(char **end, const void *from, size_t size)
{
    void *copy = *end;

    memcpy(copy, from, size);
    *end += size;
    return copy;
}

static size_t active_size(const struct load *load)
{
    return sizeof(struct active) + load->section->rule_count * sizeof(struct rule) +
           load->section->source_count * sizeof(struct source) + strlen(load->path) + 1 +
           strlen(load->config.options.log_file) + 1 + strlen(process_name(&load->process)) + 1;
}

/* All that the process needs from now on, in one piece of memory; NULL if there is none. */
static struct active *make_active(const struct load *load)
{
    const struct section *section = load->section;
    const char *process = process_name(&load->process);
    const char *log_file = load->config.options.log_file;
    struct active *active = memory_take(active_size(load));
    char *end;

    if (active == NULL)
        return NULL;
    end = (char *)(active + 1);
    active->refuse = load->config.options.refuse;
    active->log.level = load->config.options.log_level;
    active->rule_count = section->rule_count;
    active->rules = append(&end, section->rules, section->rule_count * sizeof(struct rule));
    active->sources = append(&end, section->sources, section->source_count * sizeof(struct source));
    active->file = append(&end, load->path, strlen(load->path) + 1);
    active->log.file = append(&end, log_file, strlen(log_file) + 1);
    active->log.process = append(&end, process, strlen(process) + 1);
    return active;
}

static void announce_mistake(const struct load *load)
{
    const struct mistake *mistake = &load->mistake;
    struct log log = {.file = CONFIG_LOG_FILE, .level = LEVEL_ERROR, .process = process_name(&load->process)};

    log_write(&log, LEVEL_ERROR, "%s:%u:%u: error: %s; running without rules", load->mistake_path, mistake->line,
              mistake->column, mistake->message);
    log_to_stderr("%s:%u:%u: error: %s", load->mistake_path, mistake->line, mistake->column, mistake->message);
}

static void announce_section(const struct load *load, const struct active *active)
{
    const struct section *section = load->section;

    if (load->built_in)
        log_write(&active->log, LEVEL_INFO, "%s does not exist: built-in configuration in force, section %W",
                  load->path, &section->names);
    else
        log_write(&active->log, LEVEL_INFO, "%s:%u: section %W in force, rules: %u", load->path, section->line,
                  &section->names, section->rule_count);
    if (!load->has_bind_address)
        return;
    if (load->bind_address.kind == SOURCE_NONE)
        log_write(&active->log, LEVEL_INFO, "%s: %s: bind-address counts as none", load->process.volfile,
                  load->volfile_is_missing ? "does not exist" : "no IPv6 address in transport.socket.bind-address");
    else
        log_write(&active->log, LEVEL_INFO, "%s: bind-address is %A", load->process.volfile,
                  &load->bind_address.network.address);
}

/* Puts what was made, NULL for no rules, in force and announces it, or finds that another thread was first. */
static const struct active *publish(const struct load *load, struct active *made)
{
    const struct active *outcome = made != NULL ? made : &no_rules;
    const struct active *first = NULL;

    if (!__atomic_compare_exchange_n(&in_force, &first, outcome, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        if (made != NULL)
            memory_give(made, active_size(load));
        return first;
    }
    if (load->mistake_path != NULL)
        announce_mistake(load);
    else if (made != NULL)
        announce_section(load, made);
    return outcome;
}

static int load_all(struct load *load, const struct active **active)
{
    struct active *made = NULL;
    int error = process_read(&load->process);

    if (error == 0)
        error = read_config(load);
    if (error == 0 && load->mistake_path == NULL)
        load->section = find_section(&load->config, &load->process);
    if (error == 0 && load->section != NULL)
        error = fill_in_bind_address(load);
    if (error == 0 && load->section != NULL && load->mistake_path == NULL) {
        made = make_active(load);
        error = made == NULL ? ENOMEM : 0;
    }
    if (error == 0)
        *active = publish(load, made);
    config_free(&load->config);
    file_free(&load->file);
    return error;
}

const struct active *active_get(void)
{
    return __atomic_load_n(&in_force, __ATOMIC_ACQUIRE);
}

int active_load(const struct active **active)
{
    struct load *load = memory_take(sizeof(*load));
    int error = load == NULL ? ENOMEM : load_all(load, active);

    memory_give(load, sizeof(*load));
    return error;
}
