#include "rules/sources.h"

#include "base/word.h"
#include "rules/network.h"

/* A NUL would end an interface name early, and control characters don't belong in a message. */
static bool has_control(struct word word)
{
    for (size_t i = 0; i < word.len; i++)
        if ((unsigned char)word.start[i] < ' ' || word.start[i] == 0x7f)
            return true;
    return false;
}

/* scope is empty if there is none. */
static bool check_address(const struct line *line, struct word word, struct word scope, const struct source *source)
{
    const struct in6_addr *address = &source->network.address;
    struct source right = *source;

    right.scope[0] = '\0';
    if (IN6_IS_ADDR_MULTICAST(address) || (IN6_IS_ADDR_UNSPECIFIED(address) && source->kind != SOURCE_PREFIX))
        return DIAGNOSTIC(line, word.start, "expected a unicast address of this host, found %W", &word);
    if (IN6_IS_ADDR_LINKLOCAL(address) && scope.len == 0) {
        text_copy(right.scope, sizeof(right.scope), word_of("INTERFACE"));
        return DIAGNOSTIC(line, word.start, "expected %S, found link-local source %W without a scope", &right, &word);
    }
    if (!IN6_IS_ADDR_LINKLOCAL(address) && word_has(word, '%'))
        return DIAGNOSTIC(line, word.start, "expected %S, found a scope in %W, which is not link-local", &right, &word);
    return true;
}

static bool check_host_bits(const struct line *line, struct word word, const struct source *source)
{
    struct source prefix = *source;
    struct source single = *source;

    if (!network_has_host_bits(&source->network, &prefix.network))
        return true;
    single.kind = SOURCE_ADDRESS;
    return DIAGNOSTIC(line, word.start, "expected %S or prefix %S, found %W with host bits set", &single, &prefix,
                      &word);
}

/* Suggests no address if there is a scope, because a struct network has none. */
static bool not_a_source(const struct line *line, struct word word)
{
    bool is_bracketed = address_is_bracketed(word);
    const char *what = is_bracketed ? "brackets in" : "IPv4 source";
    struct word rest = word;
    struct word address = word_split(&rest, '/');
    struct network meant;

    if (!is_bracketed && !address_is_ipv4(address))
        return DIAGNOSTIC(line, word.start, "expected an IPv6 address, found %W", &word);
    if (word_has(word, '%') || !network_meant(word, &meant))
        return DIAGNOSTIC(line, word.start, "expected %s, found %s %W",
                          is_bracketed ? "an address without brackets" : "::ffff:ADDRESS", what, &word);
    return DIAGNOSTIC(line, word.start, word_has(word, '/') ? "expected %N, found %s %W" : "expected %A, found %s %W",
                      &meant, what, &word);
}

static bool parse_own_address(const struct line *line, struct word word, struct source *source)
{
    struct word length = word;
    struct word scope = word_split(&length, '/');
    struct word address = word_split(&scope, '%');

    *source = (struct source){.kind = word_has(word, '/') ? SOURCE_PREFIX : SOURCE_ADDRESS, .network = {.len = 128}};
    if (!address_parse(address, &source->network.address))
        return not_a_source(line, word);
    if (source->kind == SOURCE_PREFIX && !network_parse_length(length, &source->network.len))
        return DIAGNOSTIC(line, length.start, "expected a prefix length of 0 to 128, found %W", &length);
    if (scope.len >= sizeof(source->scope))
        return DIAGNOSTIC(line, scope.start, "expected an interface name of at most %u characters, found %W",
                          (unsigned int)sizeof(source->scope) - 1, &scope);
    if (has_control(scope))
        return DIAGNOSTIC(line, scope.start, "expected an interface name, found %W with a control character", &scope);
    text_copy(source->scope, sizeof(source->scope), scope);
    return check_address(line, word, scope, source) && check_host_bits(line, word, source);
}

bool source_parse(struct word word, struct source *source, struct diagnostic *diagnostic)
{
    const struct line line = {.diagnostic = diagnostic, .start = word.start, .number = 1};

    return parse_own_address(&line, word, source);
}

static bool unknown_keyword(const struct line *line, struct word word)
{
    const char *meant = word_is_slip(word, "none", 2) ? "none" : "bind-address";

    if (word_is_slip(word, meant, 2))
        return DIAGNOSTIC(line, word.start, "unknown source %W; did you mean '%s'?", &word, meant);
    return DIAGNOSTIC(line, word.start, "expected an address, a prefix, bind-address or none, found %W", &word);
}

/* Suggests the IPv4-mapped form of an IPv4 source only for IPv4-mapped networks. */
bool source_parse_for(const struct line *line, struct word word, const struct network *network, struct source *source)
{
    struct word rest = word;
    struct word address = word_split(&rest, '/');

    *source = (struct source){.kind = SOURCE_NONE, .bind_address = word_is(word, "bind-address")};
    if (source->bind_address || word_is(word, "none"))
        return true;
    if (!word_has(word, ':') && !word_has(word, '.') && !word_has(word, '/'))
        return unknown_keyword(line, word);
    if (address_is_ipv4(address) && !IN6_IS_ADDR_V4MAPPED(&network->address))
        return DIAGNOSTIC(line, word.start, "expected an IPv6 source or none, found IPv4 source %W", &word);
    return parse_own_address(line, word, source);
}

/* An IPv6 socket reaches IPv4 peers only from IPv4-mapped addresses, and IPv6 peers only from others. */
bool source_check_family(const struct line *line, struct word word, const struct network *network,
                         const struct source *source)
{
    /* Host bits are zero, so what is true of its first address is true of all. */
    bool mapped_network = IN6_IS_ADDR_V4MAPPED(&network->address);
    bool mapped_source = IN6_IS_ADDR_V4MAPPED(&source->network.address);

    if (source->bind_address ? !mapped_network : source->kind == SOURCE_NONE || mapped_network == mapped_source)
        return true;
    if (mapped_network)
        return DIAGNOSTIC(line, word.start, "expected a source in ::ffff:0:0/96 or none, found %W", &word);
    return DIAGNOSTIC(line, word.start, "expected an IPv6 source or none, found IPv4-mapped source %W", &word);
}
