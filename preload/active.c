#include "active.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load.h"
#include "memory.h"

static const struct active no_rules;
static const struct active mistaken = {.has_mistake = true};

#define STRING(macro)         STRING_OF(macro)
#define STRING_OF(characters) #characters

/* Not static, for the note. */
const struct active *active_in_force;

/*
 * An ELF note, elf(5), that tells how far behind itself active_in_force is: it stays when symbols are stripped, and
 * lies in memory, where glusterd-srcaddr status finds it from outside.
 */
__asm__(".pushsection .note.srcaddr, \"a\", %note\n"
        ".balign 4\n"
        ".long 2f - 1f, 4f - 3f, " STRING(ACTIVE_NOTE_TYPE) "\n"
                                                            "1: .asciz \"" ACTIVE_NOTE_NAME "\"\n"
                                                            "2: .balign 4\n"
                                                            "3: .quad active_in_force - .\n"
                                                            "4: .popsection\n");

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
    active->modified = load->built_in ? 0 : load->file.modified;
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
    const struct active *outcome = made != NULL ? made : load->mistake_path != NULL ? &mistaken : &no_rules;
    const struct active *first = NULL;

    if (!__atomic_compare_exchange_n(&active_in_force, &first, outcome, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
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
        error = load_config(load, secure_getenv(CONFIG_VARIABLE), geteuid());
    if (error == 0)
        error = load_section(load);
    if (error == 0 && load->section != NULL && load->mistake_path == NULL) {
        made = make_active(load);
        error = made == NULL ? ENOMEM : 0;
    }
    if (error == 0)
        *active = publish(load, made);
    load_free(load);
    return error;
}

const struct active *active_get(void)
{
    return __atomic_load_n(&active_in_force, __ATOMIC_ACQUIRE);
}

int active_load(const struct active **active)
{
    struct load *load = memory_take(sizeof(*load));
    int error = load == NULL ? ENOMEM : load_all(load, active);

    memory_give(load, sizeof(*load));
    return error;
}
