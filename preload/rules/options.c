#include "rules/options.h"

#include "base/word.h"

static bool set_unavailable(const struct line *line, struct options *options, struct word value)
{
    options->refuse = word_is(value, "refuse");
    if (options->refuse || word_is(value, "kernel"))
        return true;
    return DIAGNOSTIC(line, value.start, "expected refuse or kernel, found %W", &value);
}

static bool set_log_file(const struct line *line, struct options *options, struct word value)
{
    struct text path = TEXT_IN(options->log_file);

    if (value.len == 0 || value.start[0] != '/' || value.len >= path.size)
        return DIAGNOSTIC(line, value.start, "expected an absolute path of at most %u bytes, found %W",
                          (unsigned int)path.size - 1, &value);
    text_bytes(&path, value.start, value.len);
    return true;
}

static bool set_log_level(const struct line *line, struct options *options, struct word value)
{
    static const char *const levels[] = {
        [LEVEL_ERROR] = "error", [LEVEL_WARNING] = "warning", [LEVEL_INFO] = "info", [LEVEL_DEBUG] = "debug"};

    for (enum log_level level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
        if (word_is(value, levels[level])) {
            options->log_level = level;
            return true;
        }
    }
    return DIAGNOSTIC(line, value.start, "expected error, warning, info or debug, found %W", &value);
}

static const struct {
    const char *name;
    bool (*set)(const struct line *line, struct options *options, struct word value);
} known_options[OPTION_COUNT] = {
    [OPTION_UNAVAILABLE] = {"unavailable", set_unavailable},
    [OPTION_LOG_FILE] = {"log-file", set_log_file},
    [OPTION_LOG_LEVEL] = {"log-level", set_log_level},
};

/* Returns OPTION_COUNT if there is no option of that name. */
static enum config_option find_option(struct word name)
{
    enum config_option option = 0;

    while (option < OPTION_COUNT && !word_is(name, known_options[option].name))
        option++;
    return option;
}

static bool unknown_option(const struct line *line, struct word key)
{
    for (enum config_option option = 0; option < OPTION_COUNT; option++)
        if (word_is_slip(key, known_options[option].name, 2))
            return DIAGNOSTIC(line, key.start, "unknown option %W; did you mean '%s'?", &key,
                              known_options[option].name);
    return DIAGNOSTIC(line, key.start, "expected unavailable, log-file or log-level, found %W", &key);
}

bool options_parse(const struct line *line, struct options_read *read, struct word key, struct word value)
{
    enum config_option option = find_option(key);

    if (option == OPTION_COUNT)
        return unknown_option(line, key);
    if (read->line[option] != 0)
        return DIAGNOSTIC(line, key.start, "duplicate option %W: lines %u and %u", &key, read->line[option],
                          line->number);
    read->line[option] = line->number;
    return known_options[option].set(line, read->options, value);
}

bool options_has(struct word name)
{
    return find_option(name) != OPTION_COUNT;
}

void options_set_defaults(struct options *options)
{
    struct text log_file = TEXT_IN(options->log_file);

    options->refuse = true;
    options->log_level = LEVEL_INFO;
    text_string(&log_file, CONFIG_LOG_FILE);
}
