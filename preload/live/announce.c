#include "live/announce.h"

#include <string.h>

static void announce_error(const struct load *load, const struct log *log, const struct ruleset *before)
{
    const struct diagnostic *diagnostic = &load->diagnostic;
    bool is_good = before != NULL && before->is_good;
    const char *outcome = is_good                                ? "keeping the previous configuration"
                          : process_is_glusterfs(&load->process) ? "refusing all peers that ::/0 covers"
                                                                 : "running without rules";
    bool logged = log_write(is_good ? &before->log : log, LEVEL_ERROR, "%s:%u:%u: error: %s; %s", load->path,
                            diagnostic->line, diagnostic->column, diagnostic->message, outcome);

    if (before == NULL && logged) /* else standard error has it already */
        log_to_stderr("%s:%u:%u: error: %s", load->path, diagnostic->line, diagnostic->column, diagnostic->message);
}

static void announce_bind_address(const struct load *load, const struct log *log)
{
    static const char *const words[] = {
        [BY_ARGUMENTS] = "passed by glusterd",
        [BY_LISTENER] = "where glusterd listens",
        [BY_VOLFILE] = "glusterd does not listen; from ",
    };
    const char *by = words[load->by];
    const char *file = load->by == BY_VOLFILE ? load->process.volfile : "";

    if (load->bind_address.kind == SOURCE_NONE)
        log_write(log, LEVEL_INFO, "bind-address is none (%s%s)", by, file);
    else if (load->bind_address.kind == SOURCE_UNKNOWN)
        log_write(log, LEVEL_WARNING, "bind-address is unknown (%s%s)", by, file);
    else
        log_write(log, LEVEL_INFO, "bind-address is %A (%s%s)", &load->bind_address.network.address, by, file);
}

static void announce_section(const struct load *load, const struct log *log)
{
    const struct section *section = load->section;

    if (load->built_in)
        log_write(log, LEVEL_INFO, "%s does not exist: built-in configuration in force, section %W", load->path,
                  &section->names);
    else
        log_write(log, LEVEL_INFO, "%s:%u: section %W in force, rules: %u", load->path, section->line, &section->names,
                  section->rules.count);
    if (load->wants_bind_address)
        announce_bind_address(load, log);
}

/* Most processes have no section in the built-in configuration, and nothing else would log that the file is gone. */
static void announce_missing(const struct load *load, const struct log *log, const struct ruleset *before)
{
    if (before != NULL && before->is_good && !before->built_in)
        log_write(&before->log, LEVEL_WARNING, "%s is gone: built-in configuration in force", load->path);
    else if (before == NULL && strcmp(load->path, CONFIG_FILE) != 0)
        log_write(log, LEVEL_WARNING, CONFIG_VARIABLE "=%s does not exist", load->path);
}

void announce(const struct load *load, const struct ruleset *before)
{
    struct log log = load_log(load);

    if (load->built_in)
        announce_missing(load, &log, before);
    if (load->has_error)
        announce_error(load, &log, before);
    else if (load->section != NULL)
        announce_section(load, &log);
    else if (before != NULL) /* silent at first: many processes inherit the preload but have no rules */
        log_write(&log, LEVEL_INFO, "%s%s: no section for this process: no rules", load->path,
                  load->built_in ? " does not exist: built-in configuration in force" : "");
}
