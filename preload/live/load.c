#include "live/load.h"

#include <errno.h>

#include "base/word.h"

int load_config(struct load *load, const char *path, uid_t owner)
{
    struct text load_path = TEXT_IN(load->path);
    struct text why = TEXT_IN(load->diagnostic.message);
    struct word text = word_of(CONFIG_BUILT_IN);
    int error;

    text_string(&load_path, path != NULL && path[0] != '\0' ? path : CONFIG_FILE);
    error = file_read(load->path, CONFIG_SIZE_MAX, owner, &load->file, &why);
    if (is_shortage(error))
        return error;
    load->built_in = is_missing(error);
    load->unusable = load->built_in ? 0 : error;
    load->diagnostic.line = load->diagnostic.column = 1; /* for a file that can't be used */
    if (!load->built_in)
        text = (struct word){.start = load->file.data, .len = load->file.len};
    if (load->unusable == 0 && config_parse(text.start, text.len, &load->config, &load->diagnostic))
        return 0;
    options_set_defaults(&load->config.options);
    load->has_error = true;
    return load->diagnostic.line == 0 ? ENOMEM : 0;
}

/* Ignores a relative path: a daemon has changed its directory since it started. */
int load_volfile(struct load *load)
{
    const char *path = load->process.volfile;
    char reason[sizeof(load->diagnostic.message)];
    struct text why = TEXT_IN(reason);
    struct file file = {.data = NULL, .version = file_version_of_error(ENOENT)};
    int error = path[0] == '/' ? file_read(path, VOLFILE_SIZE_MAX, FILE_OF_ANYBODY, &file, &why) : ENOENT;

    load->volfile = file.version;
    load->volfile_is_unread = error != 0 && !is_missing(error);
    load->volume = volfile_parse(file.data, file.len);
    if (load->volfile_is_unread)
        load->volume.bind_address.kind = SOURCE_UNKNOWN;
    file_free(&file);
    return is_shortage(error) ? error : 0;
}

const struct section *load_find_section(const struct config *config, const struct process *process)
{
    for (uint32_t i = 0; i < config->section_count; i++) {
        const struct section *section = &config->sections[i];

        if ((process->role[0] != '\0' && section_matches(section, process->role)) ||
            section_matches(section, process->program))
            return section;
    }
    return NULL;
}

/* Prefers the volume file's version of the address, which has the scope that a link-local one needs. */
static struct source source_of_listener(const struct load *load)
{
    const struct in6_addr *address = &load->listener.address;
    struct source source = {.kind = SOURCE_ADDRESS, .bind_address = true, .network = {.address = *address, .len = 128}};

    if (load->volume.bind_address.kind == SOURCE_ADDRESS &&
        IN6_ARE_ADDR_EQUAL(&load->volume.bind_address.network.address, address))
        return load->volume.bind_address;
    if (IN6_IS_ADDR_LINKLOCAL(address))
        source.kind = SOURCE_UNKNOWN;
    return source;
}

static void work_out_bind_address(struct load *load)
{
    load->bind_address = volfile_source(word_of(load->process.listener));
    load->by = BY_ARGUMENTS;
    if (load->process.listener[0] != '\0' && load->bind_address.kind != SOURCE_UNKNOWN)
        return;
    load->by = BY_LISTENER;
    if (load->listener.kind == LISTENER_ADDRESS) {
        load->bind_address = source_of_listener(load);
    } else if (load->listener.kind == LISTENER_ANY) {
        load->bind_address = (struct source){.kind = SOURCE_NONE, .bind_address = true};
    } else {
        load->bind_address = load->volume.bind_address;
        if (load->bind_address.kind == SOURCE_NONE && load->listener.kind == LISTENER_SEVERAL)
            load->bind_address.kind = SOURCE_UNKNOWN; /* only the volume file could say which one is meant */
        load->by = BY_VOLFILE;
    }
}

int load_section(struct load *load)
{
    if (load->has_error)
        return 0;
    load->section = load_find_section(&load->config, &load->process);
    for (uint32_t i = 0; load->section != NULL && i < load->section->source_count; i++)
        if (load->section->sources[i].bind_address)
            load->wants_bind_address = true;
    return load->wants_bind_address ? load_volfile(load) : 0;
}

void load_bind_address(struct load *load)
{
    const struct section *section = load->section;

    work_out_bind_address(load);
    for (uint32_t i = 0; section != NULL && i < section->source_count; i++)
        if (section->sources[i].bind_address)
            section->sources[i] = load->bind_address;
}

struct log load_log(const struct load *load)
{
    return (struct log){load->config.options.log_file, load->config.options.log_level, process_name(&load->process)};
}

void load_free(struct load *load)
{
    config_free(&load->config);
    file_free(&load->file);
}
