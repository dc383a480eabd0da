#include "load.h"

#include <errno.h>

#include "volfile.h"

/* EPERM is of what the file is; other reasons are of reading it. */
static bool may_pass(int error)
{
    return error != 0 && error != EPERM && !is_missing(error);
}

static void mistake_in_file(struct load *load, const char *path, const struct text *why)
{
    load->mistake_path = path;
    mistake_at(&load->mistake, 1, 1, "%s", why->data);
}

int load_config(struct load *load, const char *path, uid_t owner)
{
    static const char built_in[] = CONFIG_BUILT_IN;
    char reason[sizeof(load->mistake.message)];
    struct text why = TEXT_IN(reason);
    struct text load_path = TEXT_IN(load->path);
    struct word text = {.start = built_in, .len = sizeof(built_in) - 1};
    int error;

    text_string(&load_path, path != NULL && path[0] != '\0' ? path : CONFIG_FILE);
    error = file_read(load->path, CONFIG_SIZE_MAX, owner, &load->file, &why);
    load->built_in = is_missing(error);
    if (is_shortage(error))
        return error;
    load->is_unread = may_pass(error);
    load->unusable = error != 0 && !load->built_in;
    if (load->unusable) {
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

int load_bind_address(struct load *load)
{
    const char *path = load->process.volfile;
    char reason[sizeof(load->mistake.message)];
    struct text why = TEXT_IN(reason);
    struct file file = {.data = NULL};
    int error;

    load->has_bind_address = true;
    load->volfile = stamp_of_error(ENOENT);
    if (path[0] != '/') { /* as a daemon the process has changed its directory by now */
        text_string(&why,
                    "found a relative path in the arguments; write an absolute one, for the bind-address to be found");
        mistake_in_file(load, path, &why);
        return 0;
    }
    error = file_read(path, VOLFILE_SIZE_MAX, FILE_OF_ANYBODY, &file, &why);
    load->volfile = file.stamp;
    load->is_unread = may_pass(error);
    if (is_shortage(error))
        return error;
    if (error != 0 && !is_missing(error))
        mistake_in_file(load, path, &why);
    else if (!volfile_bind_address(file.data, file.len, &load->bind_address, &load->mistake))
        load->mistake_path = path;
    file_free(&file);
    return 0;
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

static int fill_in_bind_address(struct load *load)
{
    struct source *sources = load->section->sources;

    for (uint32_t i = 0; i < load->section->source_count; i++) {
        int error = sources[i].bind_address && !load->has_bind_address ? load_bind_address(load) : 0;

        if (error != 0)
            return error;
        if (sources[i].bind_address)
            sources[i] = load->bind_address;
    }
    return 0;
}

int load_section(struct load *load)
{
    if (load->mistake_path != NULL)
        return 0;
    load->section = load_find_section(&load->config, &load->process);
    return load->section != NULL ? fill_in_bind_address(load) : 0;
}

void load_free(struct load *load)
{
    config_free(&load->config);
    file_free(&load->file);
}
