#include "rules/config.h"

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/word.h"
#include "rules/pattern.h"

enum option { OPTION_UNAVAILABLE, OPTION_LOG_FILE, OPTION_LOG_LEVEL, OPTION_COUNT };

struct parser {
    struct config *config;
    struct mistake *mistake;
    const char *line_start;
    uint32_t line;
    uint32_t options_line;              /* of [options], 0 if not seen */
    uint32_t option_line[OPTION_COUNT]; /* of each option, 0 if not seen */
    struct section *section;            /* the one being read; NULL in [options], and before any header */
    struct word source;                 /* of its latest rule */
    struct rule *rules;                 /* free room for the next section */
    struct address_key *tops;
    struct source *sources;
    struct rule *scratch;
};

bool mistake_at(struct mistake *mistake, unsigned int line, unsigned int column, const char *format, ...)
{
    struct text message = TEXT_IN(mistake->message);
    va_list arguments;

    mistake->line = line;
    mistake->column = column;
    va_start(arguments, format);
    text_vformat(&message, format, arguments);
    va_end(arguments);
    return false;
}

/* The column, in bytes from 1, of at, which points into the line being read. */
static unsigned int column_of(const struct parser *parser, const char *at)
{
    return (unsigned int)(at - parser->line_start) + 1;
}

#define MISTAKE(parser, at, ...) mistake_at((parser)->mistake, (parser)->line, column_of(parser, at), __VA_ARGS__)

/* Prefix length in decimal, 0 to 128. */
static bool parse_length(struct word word, unsigned int *len)
{
    int64_t number = word.len <= 3 ? word_number(word, 10, 128) : -1;

    *len = (unsigned int)number;
    return number >= 0;
}

/* Whether network has bits beyond its length. *masked is network without them. */
static bool has_host_bits(const struct network *network, struct network *masked)
{
    *masked = *network;
    address_mask(&masked->address, network->len);
    return !IN6_ARE_ADDR_EQUAL(&masked->address, &network->address);
}

/* What stands in brackets at the start of word, as an address in a URL does; empty if nothing does. */
static struct word in_brackets(struct word word)
{
    if (word.len == 0 || word.start[0] != '[' || !word_has(word, ']'))
        return word_between(word.start, word.start);
    word = word_behind(word, 1);
    return word_split(&word, ']');
}

static bool is_bracketed_address(struct word word)
{
    struct word inside = in_brackets(word);
    struct word address = word_split(&inside, '%');
    struct in6_addr parsed;

    return address_parse_either(address, &parsed);
}

/* What must be meant by word, which has brackets, a scope or an IPv4 address. False if there is no telling. */
static bool meant_network(struct word word, struct network *meant)
{
    struct word length = word;
    struct word address = word_split(&length, '/');
    unsigned int added;

    if (in_brackets(address).len > 0)
        address = in_brackets(address);
    address = word_split(&address, '%');
    if (!address_parse_either(address, &meant->address))
        return false;
    added = word_has(address, ':') ? 0 : 96; /* by which an IPv4 prefix becomes longer */
    meant->len = 128 - added;
    if (word_has(word, '/') && (!parse_length(length, &meant->len) || meant->len + added > 128))
        return false;
    meant->len += added;
    address_mask(&meant->address, meant->len);
    return true;
}

static bool not_a_network(struct parser *parser, struct word word, struct word address)
{
    const char *what = "IPv4 network";
    const char *right = "it as ::ffff:ADDRESS/LENGTH, LENGTH 96 or more";
    struct network meant;

    if (is_bracketed_address(word)) {
        what = "brackets around the address in";
        right = "it without them";
    } else if (word_has(address, '%')) {
        what = "a scope in peer network";
        right = "the network without %INTERFACE";
    } else if (!address_is_ipv4(address)) {
        return MISTAKE(parser, word.start, "found %W; write an IPv6 network such as 2001:db8:1::/64", &word);
    }
    if (meant_network(word, &meant))
        return MISTAKE(parser, word.start, "found %s %W; write %N", what, &word, &meant);
    return MISTAKE(parser, word.start, "found %s %W; write %s", what, &word, right);
}

static bool parse_network(struct parser *parser, struct word word, struct rule *rule)
{
    struct word rest = word;
    struct word address = word_split(&rest, '/');
    struct network network = {.len = 128};
    struct network masked;

    if (!address_parse(address, &network.address))
        return not_a_network(parser, word, address);
    if (address.len < word.len && !parse_length(rest, &network.len))
        return MISTAKE(parser, rest.start, "found prefix length %W; write 0 to 128", &rest);
    if (has_host_bits(&network, &masked))
        return MISTAKE(parser, word.start,
                       "found %W, which has bits set beyond its length; write %N, or %A/128 for "
                       "one peer",
                       &word, &masked, &network.address);
    rule->network = address_key(&network.address);
    rule->len = (uint8_t)network.len;
    return true;
}

/* A NUL would end an interface's name early, and others don't belong in a message. */
static bool has_control(struct word word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.start[i] < ' ' || word.start[i] == 0x7f)
            return true;
    return false;
}

/* Checks the address of *source, with scope, empty where there is none. */
static bool check_address(struct parser *parser, struct word word, struct word scope, const struct source *source)
{
    const struct in6_addr *address = &source->network.address;
    struct source right = *source;

    right.scope[0] = '\0';
    if (IN6_IS_ADDR_MULTICAST(address) || (IN6_IS_ADDR_UNSPECIFIED(address) && source->kind != SOURCE_PREFIX))
        return MISTAKE(parser, word.start, "found %W, which can't be a source; write one of this host's addresses",
                       &word);
    if (IN6_IS_ADDR_LINKLOCAL(address) && scope.len == 0) {
        text_copy(right.scope, sizeof(right.scope), word_of("INTERFACE"));
        return MISTAKE(parser, word.start, "found link-local source %W without its scope; write %S", &word, &right);
    }
    if (!IN6_IS_ADDR_LINKLOCAL(address) && word_has(word, '%'))
        return MISTAKE(parser, word.start, "found a scope in %W, which is not link-local; write %S", &word, &right);
    return true;
}

static bool check_host_bits(struct parser *parser, struct word word, const struct source *source)
{
    struct source prefix = *source;
    struct source single = *source;

    if (!has_host_bits(&source->network, &prefix.network))
        return true;
    single.kind = SOURCE_ADDRESS;
    return MISTAKE(parser, word.start,
                   "found %W, which has bits set beyond its length; write %S for this very address, or %S for any of "
                   "this host's addresses in it",
                   &word, &single, &prefix);
}

/* With a scope the right address is not named: a network has none. */
static bool not_a_source(struct parser *parser, struct word word)
{
    bool is_bracketed = is_bracketed_address(word);
    const char *what = is_bracketed ? "brackets around the address in" : "IPv4 source";
    struct word rest = word;
    struct word address = word_split(&rest, '/');
    struct network meant;

    if (!is_bracketed && !address_is_ipv4(address))
        return MISTAKE(parser, word.start, "found %W; write an IPv6 address", &word);
    if (word_has(word, '%') || !meant_network(word, &meant))
        return MISTAKE(parser, word.start, "found %s %W; write it %s", what, &word,
                       is_bracketed ? "without them" : "as ::ffff:ADDRESS");
    return MISTAKE(parser, word.start, word_has(word, '/') ? "found %s %W; write %N" : "found %s %W; write %A", what,
                   &word, &meant);
}

static bool parse_own_address(struct parser *parser, struct word word, struct source *source)
{
    struct word length = word;
    struct word scope = word_split(&length, '/');
    struct word address = word_split(&scope, '%');

    *source = (struct source){.kind = word_has(word, '/') ? SOURCE_PREFIX : SOURCE_ADDRESS, .network = {.len = 128}};
    if (!address_parse(address, &source->network.address))
        return not_a_source(parser, word);
    if (source->kind == SOURCE_PREFIX && !parse_length(length, &source->network.len))
        return MISTAKE(parser, length.start, "found prefix length %W; write 0 to 128", &length);
    if (scope.len >= sizeof(source->scope))
        return MISTAKE(parser, scope.start,
                       "found %W, longer than an interface name can be; write at most %u characters", &scope,
                       (unsigned int)sizeof(source->scope) - 1);
    if (has_control(scope))
        return MISTAKE(parser, scope.start, "found %W, with a control character; write the name of an interface",
                       &scope);
    text_copy(source->scope, sizeof(source->scope), scope);
    return check_address(parser, word, scope, source) && check_host_bits(parser, word, source);
}

bool source_parse(struct word word, struct source *source, struct mistake *mistake)
{
    struct parser parser = {.mistake = mistake, .line_start = word.start, .line = 1};

    return parse_own_address(&parser, word, source);
}

/* IPv4 sources have an IPv4-mapped form, but that is right for IPv4-mapped networks only. */
static bool parse_source(struct parser *parser, struct word word, const struct rule *rule, struct source *source)
{
    struct network network = rule_network(rule);
    struct word rest = word;
    struct word address = word_split(&rest, '/');

    if (word_is(word, "none"))
        return true;
    if (word_is(word, "bind-address")) {
        source->bind_address = true;
        return true;
    }
    if (!word_has(word, ':') && !word_has(word, '.') && !word_has(word, '/'))
        return MISTAKE(parser, word.start, "found %W; write an address, a prefix, bind-address or none", &word);
    if (address_is_ipv4(address) && !IN6_IS_ADDR_V4MAPPED(&network.address))
        return MISTAKE(parser, word.start, "found IPv4 source %W for a network that is not; write an IPv6 one or none",
                       &word);
    return parse_own_address(parser, word, source);
}

/* An IPv6 socket reaches IPv4 peers from IPv4-mapped addresses only, and IPv6 peers from others only. */
static bool check_families(struct parser *parser, const struct rule *rule, const struct source *source,
                           struct word word)
{
    struct network network = rule_network(rule);
    /* And so are all other addresses in there, as no bit is set beyond a network's length. */
    bool mapped_network = IN6_IS_ADDR_V4MAPPED(&network.address);
    bool mapped_source = IN6_IS_ADDR_V4MAPPED(&source->network.address);

    if (source->bind_address ? !mapped_network : source->kind == SOURCE_NONE || mapped_network == mapped_source)
        return true;
    if (mapped_network)
        return MISTAKE(parser, word.start,
                       "found source %W for an IPv4-mapped network; write one in ::ffff:0:0/96 or none", &word);
    return MISTAKE(parser, word.start,
                   "found IPv4-mapped source %W for a network that is not; write an IPv6 one or none", &word);
}

/*
 * The section's index for source. It is looked for among the latest ones only, as neighbouring rules mostly share a
 * few; a copy kept twice does no harm.
 */
static uint32_t keep_source(struct section *section, const struct source *source)
{
    enum { LATEST = 8 };

    for (uint32_t back = 1; back <= LATEST && back <= section->source_count; back++)
        if (source_same(&section->sources[section->source_count - back], source))
            return section->source_count - back;
    section->sources[section->source_count] = *source;
    return section->source_count++;
}

/* The source of a rule: mostly that of the rule before. */
static bool find_source(struct parser *parser, struct word word, struct rule *rule)
{
    struct section *section = parser->section;
    struct source source = {.kind = SOURCE_NONE};

    if (section->rules.count > 0 && word_same(word, parser->source)) {
        rule->source = section->rules.all[section->rules.count - 1].source;
        return true;
    }
    if (!parse_source(parser, word, rule, &source))
        return false;
    rule->source = keep_source(section, &source);
    parser->source = word;
    return true;
}

static bool set_unavailable(struct parser *parser, struct word value)
{
    struct options *options = &parser->config->options;

    options->refuse = word_is(value, "refuse");
    if (options->refuse || word_is(value, "kernel"))
        return true;
    return MISTAKE(parser, value.start, "found %W; write refuse or kernel", &value);
}

static bool set_log_file(struct parser *parser, struct word value)
{
    struct text path = TEXT_IN(parser->config->options.log_file);

    if (value.len == 0 || value.start[0] != '/' || value.len >= path.size)
        return MISTAKE(parser, value.start, "found %W; write an absolute path of at most %u bytes", &value,
                       (unsigned int)path.size - 1);
    text_bytes(&path, value.start, value.len);
    return true;
}

static bool set_log_level(struct parser *parser, struct word value)
{
    static const char *const levels[] = {
        [LEVEL_ERROR] = "error", [LEVEL_WARNING] = "warning", [LEVEL_INFO] = "info", [LEVEL_DEBUG] = "debug"};

    for (enum log_level level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
        if (word_is(value, levels[level])) {
            parser->config->options.log_level = level;
            return true;
        }
    }
    return MISTAKE(parser, value.start, "found %W; write error, warning, info or debug", &value);
}

static const struct {
    const char *name;
    bool (*set)(struct parser *parser, struct word value);
} known_options[OPTION_COUNT] = {
    [OPTION_UNAVAILABLE] = {"unavailable", set_unavailable},
    [OPTION_LOG_FILE] = {"log-file", set_log_file},
    [OPTION_LOG_LEVEL] = {"log-level", set_log_level},
};

/* OPTION_COUNT if there is none of that name. */
static enum option find_option(struct word name)
{
    enum option option = 0;

    while (option < OPTION_COUNT && !word_is(name, known_options[option].name))
        option++;
    return option;
}

static bool parse_option(struct parser *parser, struct word key, struct word value)
{
    enum option option = find_option(key);

    if (option == OPTION_COUNT)
        return MISTAKE(parser, key.start, "found option %W; write unavailable, log-file or log-level", &key);
    if (parser->option_line[option] != 0)
        return MISTAKE(parser, key.start, "found %W a second time; keep one of lines %u and %u", &key,
                       parser->option_line[option], parser->line);
    parser->option_line[option] = parser->line;
    return known_options[option].set(parser, value);
}

static bool parse_rule(struct parser *parser, struct word left, struct word right)
{
    struct section *section = parser->section;
    struct word network = word_next(&left);
    struct word word = word_next(&right);
    struct word more = word_next(&left);
    struct rule rule = {.line = parser->line};
    unsigned int column = column_of(parser, network.start);

    if (!word_has(network, ':') && find_option(network) != OPTION_COUNT)
        return MISTAKE(parser, network.start, "found option %W outside of [options]; write it below [options]",
                       &network);
    if (section == NULL)
        return MISTAKE(parser, network.start, "found a rule before the first section; write [glusterd] above it");
    if (network.len == 0)
        return MISTAKE(parser, network.start, "found no network before \"=\"; write NETWORK = SOURCE");
    if (more.len > 0)
        return MISTAKE(parser, more.start, "found %W after the network; write NETWORK = SOURCE", &more);
    if (word.len == 0)
        return MISTAKE(parser, word.start,
                       "found no source after \"=\"; write an address, a prefix, bind-address or none");
    more = word_next(&right);
    if (more.len > 0)
        return MISTAKE(parser, more.start, "found %W after the source; write one rule a line, comments behind # or ;",
                       &more);
    if (!parse_network(parser, network, &rule) || !find_source(parser, word, &rule) ||
        !check_families(parser, &rule, &section->sources[rule.source], word))
        return false;
    rule.column = column < UINT16_MAX ? (uint16_t)column : UINT16_MAX;
    section->rules.all[section->rules.count++] = rule;
    return true;
}

/* Orders the rules of the section that ends here, and finds networks that stand in it twice. */
static bool end_section(struct parser *parser)
{
    struct section *section = parser->section;
    const struct rule *second;

    if (section == NULL)
        return true;
    second = rules_build(&section->rules, parser->scratch);
    if (second != NULL) {
        struct network network = rule_network(second);

        return mistake_at(parser->mistake, second->line, second->column,
                          "found network %N a second time in its section; keep one of lines %u and %u", &network,
                          second[-1].line, second->line);
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
        return MISTAKE(parser, line.start, "found [options] a second time; keep one of lines %u and %u",
                       parser->options_line, parser->line);
    parser->options_line = parser->line;
    return true;
}

static bool parse_header(struct parser *parser, struct word line)
{
    struct word names = word_behind(line, 1);
    struct word rest;
    struct section *section;

    if (!end_section(parser))
        return false;
    if (names.len == 0 || names.start[names.len - 1] != ']')
        return MISTAKE(parser, line.start, "found %W without \"]\" at its end; write [NAME...]", &line);
    names.len--;
    names = word_trim(names);
    if (names.len == 0)
        return MISTAKE(parser, line.start, "found a section without a name; write [glusterd]");
    if (word_is(names, "options"))
        return start_options(parser, line);
    rest = names;
    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest)) {
        if (word_is(name, "options"))
            return MISTAKE(parser, name.start, "found \"options\" among process names; write [options] alone");
        if (word_has(name, ','))
            return MISTAKE(parser, name.start, "found %W; write spaces between names", &name);
        if (word_has(name, '[') != word_has(name, ']'))
            return MISTAKE(parser, name.start, "found %W with half a pair of brackets; write [NAME...]", &name);
    }
    section = &parser->config->sections[parser->config->section_count++];
    section->names = names;
    section->line = parser->line;
    section->rules.all = parser->rules;
    section->rules.tops = parser->tops;
    section->sources = parser->sources;
    parser->section = section;
    return true;
}

/* A comment starts with # or ; at the start of the line or behind a blank. */
static struct word without_comment(struct word line)
{
    if (!word_has(line, '#') && !word_has(line, ';'))
        return line;
    for (size_t i = 0; i < line.len; i++)
        if ((line.start[i] == '#' || line.start[i] == ';') && (i == 0 || is_blank(line.start[i - 1])))
            line.len = i;
    return line;
}

/* A network with brackets around its address, where a section's head would end: nothing stands behind that. */
static bool is_bracketed_rule(struct word line)
{
    return is_bracketed_address(line) && in_brackets(line).len + 2 < line.len;
}

static bool parse_line(struct parser *parser, struct word line)
{
    bool in_options = parser->section == NULL && parser->options_line != 0;
    struct word value;
    struct word left;

    if (word_has(line, '\0'))
        return MISTAKE(parser, line.start + strlen(line.start), "found a NUL byte; write plain text");
    line = word_trim(without_comment(line));
    if (line.len == 0)
        return true;
    if (line.start[0] == '[' && !is_bracketed_rule(line))
        return parse_header(parser, line);
    value = line;
    left = word_split(&value, '=');
    if (left.len == line.len)
        return MISTAKE(parser, line.start, "found %W without \"=\"; write %s", &line,
                       in_options ? "OPTION = VALUE" : "NETWORK = SOURCE, or [NAME...]");
    return in_options ? parse_option(parser, word_trim(left), word_trim(value)) : parse_rule(parser, left, value);
}

static bool parse_lines(struct parser *parser, struct word text)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    if (text.len >= 3 && memcmp(text.start, byte_order_mark, 3) == 0)
        text = word_behind(text, 3);
    while (text.len > 0) {
        struct word line = word_split(&text, '\n');

        parser->line++;
        parser->line_start = line.start;
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

/* Room for as many sections as text has "[", and for as many rules and sources as it has "=". */
static bool take_memory(struct parser *parser, struct word text)
{
    struct config *config = parser->config;
    size_t sections = count_bytes(text, '[');
    size_t rules = count_bytes(text, '=');

    config->memory_size = (sections + 1) * sizeof(*config->sections) +
                          rules * (2 * sizeof(*parser->rules) + sizeof(*parser->sources)) +
                          RULES_TOPS(rules) * sizeof(*parser->tops);
    config->memory = memory_take(config->memory_size);
    if (config->memory == NULL)
        return false;
    config->sections = config->memory;
    parser->rules = (struct rule *)(config->sections + sections);
    parser->scratch = parser->rules + rules;
    parser->tops = (struct address_key *)(parser->scratch + rules);
    parser->sources = (struct source *)(parser->tops + RULES_TOPS(rules));
    return true;
}

bool config_parse(const char *text, size_t len, struct config *config, struct mistake *mistake)
{
    struct parser parser = {.config = config, .mistake = mistake};
    struct word whole = {.start = text, .len = len};
    struct text log_file = TEXT_IN(config->options.log_file);

    config->section_count = 0;
    config->options.refuse = true;
    config->options.log_level = LEVEL_INFO;
    text_string(&log_file, CONFIG_LOG_FILE);
    if (!take_memory(&parser, whole))
        return mistake_at(mistake, 0, 0, "found no memory for %u bytes of configuration", (unsigned int)len);
    if (parse_lines(&parser, whole))
        return true;
    config_free(config);
    return false;
}

void config_free(struct config *config)
{
    memory_give(config->memory, config->memory_size);
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
