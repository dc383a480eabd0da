/*
 * The configuration: either an error with a place, or a parse that a naive one confirms, and that gives the same again
 * after the configuration is written in another style.
 */
#include "fuzz.h"

#include <fnmatch.h>

#include "base/memory.h"
#include "rules/sources.h"

enum {
    LOOKED_AT = 12, /* about so many sections, and rules of each: keeps runs short */
    WRITTEN_MAX = 1 << 20
};

/* Too large for a stack. */
static struct config config;
static struct config again;
static struct diagnostic diagnostic;
static char written[WRITTEN_MAX];

/* With malloc(3), so that AddressSanitizer guards the ends. */
void *memory_map(size_t size)
{
    return calloc(1, size);
}

void memory_unmap(void *memory, size_t size)
{
    (void)size;
    free(memory);
}

typedef unsigned __int128 number;

static number number_of(const struct in6_addr *address)
{
    number all = 0;

    for (size_t i = 0; i < sizeof(address->s6_addr); i++)
        all = all << 8 | address->s6_addr[i];
    return all;
}

static struct in6_addr address_of(number all)
{
    struct in6_addr address;

    for (size_t i = sizeof(address.s6_addr); i > 0; i--, all >>= 8)
        address.s6_addr[i - 1] = (uint8_t)all;
    return address;
}

static number host_bits(unsigned int len)
{
    return len == 0 ? ~(number)0 : ((number)1 << (128 - len)) - 1;
}

/* The length of the address's special range. Only networks at least as long reach it. */
static unsigned int special_length(number address)
{
    if (address <= 1)
        return 128;
    if (address >> 32 == 0xffff)
        return 96;
    if (address >> 118 == 0xfe80 >> 6)
        return 10;
    return address >> 120 == 0xff ? 8 : 0;
}

static number network_of(const struct rule *rule)
{
    struct network network = rule_network(rule);

    return number_of(&network.address);
}

static const struct rule *simply_find(const struct section *section, number peer)
{
    const struct rule *best = NULL;

    for (uint32_t i = 0; i < section->rules.count; i++) {
        const struct rule *rule = &section->rules.all[i];
        bool contains = ((network_of(rule) ^ peer) & ~host_bits(rule->len)) == 0;

        if (contains && rule->len >= special_length(peer) && (best == NULL || rule->len > best->len))
            best = rule;
    }
    return best;
}

static void check_peer(const struct section *section, number peer)
{
    struct in6_addr address = address_of(peer);

    check(rules_find(&section->rules, &address) == simply_find(section, peer),
          "the longest network that contains the peer is found");
}

static bool is_same_source(const struct source *a, const struct source *b)
{
    return a->kind == b->kind && a->bind_address == b->bind_address && a->network.len == b->network.len &&
           number_of(&a->network.address) == number_of(&b->network.address) &&
           memcmp(a->scope, b->scope, sizeof(a->scope)) == 0;
}

/* The source, parsed from its word alone. */
static struct source source_of(struct word word)
{
    struct source source = {.bind_address = word_is(word, "bind-address")};

    if (!source.bind_address && !word_is(word, "none"))
        check(source_parse(word, &source, &diagnostic), "the source is one by itself");
    return source;
}

/* The rule's place in the text has the rule's network and source. */
static void check_place(struct word text, const struct section *section, const struct rule *rule)
{
    struct word right = rest_of_line(text, rule->line, rule->column);
    struct word left = word_split(&right, '=');
    struct word network = word_next(&left);
    struct word address = word_split(&network, '/');
    struct source source = source_of(word_next(&right));
    struct in6_addr found;

    check(memchr(source.scope, '\0', sizeof(source.scope)) != NULL, "the interface's name has an end");
    check(address_parse(address, &found) && number_of(&found) == network_of(rule),
          "the rule's network is where it says");
    check(is_same_source(&section->sources[rule->source], &source), "the rule's source is where it says");
}

/* A search goes wrong at the ends of a network, or next to them. */
static void check_rule(struct word text, const struct section *section, const struct rule *rule)
{
    number first = network_of(rule);
    number last = first | host_bits(rule->len);

    check((first & host_bits(rule->len)) == 0, "no bit is set beyond the length");
    check(rule->source < section->source_count, "the source is there");
    check_place(text, section, rule);
    check_peer(section, first);
    check_peer(section, first - 1);
    check_peer(section, last);
    check_peer(section, last + 1);
}

static bool has_sequence(struct word word, const char *sequence)
{
    return word.len > 0 && memmem(word.start, word.len, sequence, strlen(sequence)) != NULL;
}

/* What fnmatch(3) reads differently, or takes ages for. */
static bool is_beyond_fnmatch(struct word pattern)
{
    int stars = 0;

    for (size_t i = 0; i < pattern.len; i++)
        stars += pattern.start[i] == '*' ? 1 : 0;
    return stars > 4 || pattern.start[pattern.len - 1] == '-' || word_has(pattern, '\\') || word_has(pattern, '^') ||
           has_sequence(pattern, "[:") || has_sequence(pattern, "[.") || has_sequence(pattern, "[=");
}

/* Matches the name against all patterns of the section. */
static void check_name(const struct section *section, const char *name)
{
    struct word rest = section->names;
    bool matches = false;

    for (struct word word = word_next(&rest); word.len > 0; word = word_next(&rest)) {
        char pattern[128] = "";

        if (word.len >= sizeof(pattern) || is_beyond_fnmatch(word))
            return;
        memcpy(pattern, word.start, word.len);
        matches = matches || fnmatch(pattern, name, 0) == 0;
    }
    check(section_matches(section, name) == matches, "a section is of those whom fnmatch(3) says it is of");
}

static void check_names(const struct section *section)
{
    static const char *const names[] = {"glusterd", "fuse.a-b]", "[a]", "\xff", "!", ""};
    struct word rest = section->names;
    struct word first = word_next(&rest);
    char name[32] = "";

    memcpy(name, first.start, first.len < sizeof(name) ? first.len : sizeof(name) - 1);
    check_name(section, name);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_name(section, names[i]);
}

static void check_section(struct word text, const struct section *section)
{
    static const uint16_t special[] = {0, 0xfe80, 0xfec0, 0xff00, 0xffff};

    for (uint32_t i = 0; i < section->rules.count; i += section->rules.count / LOOKED_AT + 1)
        check_rule(text, section, &section->rules.all[i]);
    for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
        check_peer(section, (number)special[i] << 112);
    check_peer(section, (number)0xffff << 32 | 0xc0000201);
    check_names(section);
}

/* Writes the same in another style: a byte order mark, CRLF, tabs, and no newline at the end. */
static struct word write_again(void)
{
    static const char *const levels[] = {"error", "warning", "info", "debug"};
    struct text text = TEXT_IN(written);

    text_format(&text, "\xef\xbb\xbf[ options ]\r\n\tunavailable=%s # x\r\nlog-file\t=\t%s\r\nlog-level = %s",
                config.options.refuse ? "refuse" : "kernel", config.options.log_file, levels[config.options.log_level]);
    for (uint32_t i = 0; i < config.section_count; i++) {
        const struct section *section = &config.sections[i];

        text_string(&text, "\r\n\t["); /* no blank: after one, a name could start a comment */
        text_bytes(&text, section->names.start, section->names.len);
        text_string(&text, "\t]\t");
        for (uint32_t j = 0; j < section->rules.count; j++) {
            text_string(&text, "\r\n\t");
            text_rule(&text, &section->rules.all[j], &section->sources[section->rules.all[j].source]);
        }
    }
    check(text.len < sizeof(written) - 1, "there is room for it");
    return (struct word){.start = written, .len = text.len};
}

static void check_same_section(const struct section *a, const struct section *b)
{
    check(a->names.len == b->names.len && memcmp(a->names.start, b->names.start, a->names.len) == 0,
          "a section's names are read again");
    check(a->rules.count == b->rules.count, "as many rules are read again");
    for (uint32_t i = 0; i < a->rules.count; i++) {
        const struct rule *rule = &a->rules.all[i];
        const struct rule *other = &b->rules.all[i];

        check(rule_same_network(rule, other) && rule->parent == other->parent, "the same rule is read again");
        check(is_same_source(&a->sources[rule->source], &b->sources[other->source]), "the same source is read again");
    }
}

static void check_written_again(void)
{
    struct word text = write_again();

    if (!config_parse(text.start, text.len, &again, &diagnostic)) {
        (void)fprintf(stderr, "%u:%u: %s\n", diagnostic.line, diagnostic.column, diagnostic.message);
        check(false, "what is written of a configuration is one");
    }
    check(config.options.refuse == again.options.refuse && config.options.log_level == again.options.log_level &&
              strcmp(config.options.log_file, again.options.log_file) == 0,
          "the same options are read again");
    check(config.section_count == again.section_count, "as many sections are read again");
    for (uint32_t i = 0; i < config.section_count; i++)
        check_same_section(&config.sections[i], &again.sections[i]);
    config_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct word text = {.start = (const char *)data, .len = size};
    bool good = config_parse(text.start, text.len, &config, &diagnostic);

    if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) /* editors don't count it */
        text = word_behind(text, 3);
    if (!good) {
        check_error(text, &diagnostic);
        return 0;
    }
    for (uint32_t i = 0; i < config.section_count && i < LOOKED_AT; i++)
        check_section(text, &config.sections[i]);
    check_written_again();
    config_free(&config);
    return 0;
}
