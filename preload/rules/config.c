#include "rules/config.h"

#include <string.h>

#include "base/memory.h"
#include "base/word.h"
#include "rules/network.h"
#include "rules/pattern.h"
#include "rules/sources.h"

struct parser {
    struct config *config;
    struct line line;
    uint32_t options_line; /* of [options], 0 if not seen */
    struct options_read options;
    struct section *section; /* being read; NULL in [options] and before the first header */
    struct word source;      /* of the section's latest rule */
    struct rule *rules;      /* free room for the next section, like the next two */
    struct address_key *tops;
    struct source *sources;
    struct rule *scratch;
};

/* Returns the section's index of source. Searches only the latest: neighbours share a few, duplicates are harmless. */
static uint32_t add_source(struct section *section, const struct source *source)
{
    enum { LATEST = 8 };

    for (uint32_t back = 1; back <= LATEST && back <= section->source_count; back++)
        if (source_same(&section->sources[section->source_count - back], source))
            return section->source_count - back;
    section->sources[section->source_count] = *source;
    return section->source_count++;
}

/* Most rules have the source of the rule before. */
static bool find_source(struct parser *parser, struct word word, const struct network *network, struct rule *rule)
{
    struct section *section = parser->section;
    struct source source;

    if (section->rules.count > 0 && word_same(word, parser->source)) {
        rule->source = section->rules.all[section->rules.count - 1].source;
        return true;
    }
    if (!source_parse_for(&parser->line, word, network, &source))
        return false;
    rule->source = add_source(section, &source);
    parser->source = word;
    return true;
}

static bool parse_rule(struct parser *parser, struct word left, struct word right)
{
    struct section *section = parser->section;
    struct word written = word_next(&left);
    struct word word = word_next(&right);
    struct word more = word_next(&left);
    struct rule rule = {.line = parser->line.number};
    unsigned int column = line_column(&parser->line, written.start);
    struct network network;

    if (!word_has(written, ':') && options_has(written))
        return DIAGNOSTIC(&parser->line, written.start, "expected option %W below [options]", &written);
    if (section == NULL)
        return DIAGNOSTIC(&parser->line, written.start, "expected a section such as [glusterd] above the first rule");
    if (written.len == 0)
        return DIAGNOSTIC(&parser->line, written.start, "expected a network before '='");
    if (more.len > 0)
        return DIAGNOSTIC(&parser->line, more.start, "expected '=' after the network, found %W", &more);
    if (word.len == 0)
        return DIAGNOSTIC(&parser->line, word.start, "expected a source such as bind-address after '='");
    more = word_next(&right);
    if (more.len > 0)
        return DIAGNOSTIC(&parser->line, more.start, "expected # comment or end of line, found %W", &more);
    if (!network_parse(&parser->line, written, &network) || !find_source(parser, word, &network, &rule) ||
        !source_check_family(&parser->line, word, &network, &section->sources[rule.source]))
        return false;
    rule.network = address_key(&network.address);
    rule.len = (uint8_t)network.len;
    rule.column = column < UINT16_MAX ? (uint16_t)column : UINT16_MAX;
    section->rules.all[section->rules.count++] = rule;
    return true;
}

/* Sorts the rules of the section that ends here. A network that occurs twice is an error. */
static bool end_section(struct parser *parser)
{
    struct section *section = parser->section;
    const struct rule *second;

    if (section == NULL)
        return true;
    second = rules_build(&section->rules, parser->scratch);
    if (second != NULL) {
        struct network network = rule_network(second);

        return diagnostic_at(parser->line.diagnostic, second->line, second->column,
                             "duplicate network %N: lines %u and %u", &network, second[-1].line, second->line);
    }
    parser->rules = section->rules.all + section->rules.count;
    parser->tops = section->rules.tops + RULES_TOPS(section->rules.count);
    parser->sources = section->sources + section->source_count;
    parser->section = NULL;
    return true;
}

static bool start_options(struct parser *parser, struct word line)
{
    if (parser->options_line != 0)
        return DIAGNOSTIC(&parser->line, line.start, "duplicate [options]: lines %u and %u", parser->options_line,
                          parser->line.number);
    parser->options_line = parser->line.number;
    return true;
}

static bool has_unmatched_bracket(struct word name)
{
    struct word rest = name;
    struct word before = word_split(&rest, ']');

    return word_has(before, '[') != word_has(name, ']');
}

static bool parse_header(struct parser *parser, struct word line)
{
    struct word names = word_behind(line, 1);
    struct word rest;
    struct section *section;

    if (!end_section(parser))
        return false;
    if (names.len == 0 || names.start[names.len - 1] != ']')
        return DIAGNOSTIC(&parser->line, line.start, "expected ']' at the end of %W", &line);
    names.len--;
    names = word_trim(names);
    if (names.len == 0)
        return DIAGNOSTIC(&parser->line, line.start, "expected a section with a name, such as [glusterd]");
    if (word_is(names, "options"))
        return start_options(parser, line);
    rest = names;
    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest)) {
        if (word_is(name, "options"))
            return DIAGNOSTIC(&parser->line, name.start, "expected [options] without other names");
        if (word_has(name, ','))
            return DIAGNOSTIC(&parser->line, name.start, "expected spaces between names, found %W", &name);
        if (has_unmatched_bracket(name))
            return DIAGNOSTIC(&parser->line, name.start, "expected [NAME...], found %W with an unmatched bracket",
                              &name);
    }
    section = &parser->config->sections[parser->config->section_count++];
    section->names = names;
    section->line = parser->line.number;
    section->rules.all = parser->rules;
    section->rules.tops = parser->tops;
    section->sources = parser->sources;
    parser->section = section;
    return true;
}

/* A comment starts with # or ; at the start of the line or after a blank. */
static struct word without_comment(struct word line)
{
    if (!word_has(line, '#') && !word_has(line, ';'))
        return line;
    for (size_t i = 0; i < line.len; i++)
        if ((line.start[i] == '#' || line.start[i] == ';') && (i == 0 || is_blank(line.start[i - 1])))
            line.len = i;
    return line;
}

/* Unlike a section's header, a rule for a network in brackets goes on after them. */
static bool is_bracketed_rule(struct word line)
{
    return address_is_bracketed(line) && word_in_brackets(line).len + 2 < line.len;
}

static bool parse_line(struct parser *parser, struct word line)
{
    bool in_options = parser->section == NULL && parser->options_line != 0;
    struct word value;
    struct word left;

    if (word_has(line, '\0'))
        return DIAGNOSTIC(&parser->line, line.start + strlen(line.start), "expected plain text, found a NUL byte");
    line = word_trim(without_comment(line));
    if (line.len == 0)
        return true;
    if (line.start[0] == '[' && !is_bracketed_rule(line))
        return parse_header(parser, line);
    value = line;
    left = word_split(&value, '=');
    if (left.len == line.len)
        return DIAGNOSTIC(&parser->line, line.start, "expected %s, found %W",
                          in_options ? "OPTION = VALUE" : "NETWORK = SOURCE or [NAME...]", &line);
    return in_options ? options_parse(&parser->line, &parser->options, word_trim(left), word_trim(value))
                      : parse_rule(parser, left, value);
}

static bool parse_lines(struct parser *parser, struct word text)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    if (text.len >= 3 && memcmp(text.start, byte_order_mark, 3) == 0)
        text = word_behind(text, 3);
    while (text.len > 0) {
        struct word line = word_split(&text, '\n');

        parser->line.number++;
        parser->line.start = line.start;
        if (!parse_line(parser, line))
            return false;
    }
    return end_section(parser);
}

static size_t count_bytes(struct word text, char byte)
{
    size_t found = 0;

    for (; word_has(text, byte); found++)
        word_split(&text, byte);
    return found;
}

/* Upper bounds: as many sections as text has "[", and as many rules and sources as it has "=". */
static bool allocate(struct parser *parser, struct word text)
{
    struct config *config = parser->config;
    size_t sections = count_bytes(text, '[');
    size_t rules = count_bytes(text, '=');

    config->memory_size = (sections + 1) * sizeof(*config->sections) +
                          rules * (2 * sizeof(*parser->rules) + sizeof(*parser->sources)) +
                          RULES_TOPS(rules) * sizeof(*parser->tops);
    config->memory = memory_map(config->memory_size);
    if (config->memory == NULL)
        return false;
    config->sections = config->memory;
    parser->rules = (struct rule *)(config->sections + sections);
    parser->scratch = parser->rules + rules;
    parser->tops = (struct address_key *)(parser->scratch + rules);
    parser->sources = (struct source *)(parser->tops + RULES_TOPS(rules));
    return true;
}

bool config_parse(const char *text, size_t len, struct config *config, struct diagnostic *diagnostic)
{
    struct parser parser = {.config = config, .line.diagnostic = diagnostic, .options.options = &config->options};
    struct word whole = {.start = text, .len = len};

    config->section_count = 0;
    options_set_defaults(&config->options);
    if (!allocate(&parser, whole))
        return diagnostic_at(diagnostic, 0, 0, "cannot allocate memory for %u bytes of configuration",
                             (unsigned int)len);
    if (parse_lines(&parser, whole))
        return true;
    config_free(config);
    return false;
}

void config_free(struct config *config)
{
    memory_unmap(config->memory, config->memory_size);
    config->memory = NULL;
}

bool section_matches(const struct section *section, const char *name)
{
    struct word rest = section->names;

    for (struct word pattern = word_next(&rest); pattern.len > 0; pattern = word_next(&rest))
        if (pattern_matches(pattern, name))
            return true;
    return false;
}
