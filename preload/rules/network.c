#include "rules/network.h"

#include "base/word.h"

bool network_parse_length(struct word word, unsigned int *len)
{
    int64_t number = word.len <= 3 ? word_number(word, 10, 128) : -1;

    *len = (unsigned int)number;
    return number >= 0;
}

bool network_has_host_bits(const struct network *network, struct network *masked)
{
    *masked = *network;
    address_mask(&masked->address, network->len);
    return !IN6_ARE_ADDR_EQUAL(&masked->address, &network->address);
}

bool network_meant(struct word word, struct network *meant)
{
    struct word length = word;
    struct word address = word_split(&length, '/');
    unsigned int added;

    if (word_in_brackets(address).len > 0)
        address = word_in_brackets(address);
    address = word_split(&address, '%');
    if (!address_parse_either(address, &meant->address))
        return false;
    added = word_has(address, ':') ? 0 : 96; /* what IPv4-mapping adds to a prefix length */
    meant->len = 128 - added;
    if (word_has(word, '/') && (!network_parse_length(length, &meant->len) || meant->len + added > 128))
        return false;
    meant->len += added;
    address_mask(&meant->address, meant->len);
    return true;
}

static bool not_a_network(const struct line *line, struct word word, struct word address)
{
    const char *what = "IPv4 network";
    const char *right = "::ffff:ADDRESS/LENGTH with a LENGTH of 96 to 128";
    struct network meant;

    if (address_is_bracketed(word)) {
        what = "brackets in";
        right = "a network without brackets";
    } else if (word_has(address, '%')) {
        what = "a scope in";
        right = "a network without %INTERFACE";
    } else if (!address_is_ipv4(address)) {
        return DIAGNOSTIC(line, word.start, "expected an IPv6 network such as 2001:db8:1::/64, found %W", &word);
    }
    if (network_meant(word, &meant))
        return DIAGNOSTIC(line, word.start, "expected %N, found %s %W", &meant, what, &word);
    return DIAGNOSTIC(line, word.start, "expected %s, found %s %W", right, what, &word);
}

bool network_parse(const struct line *line, struct word word, struct network *network)
{
    struct word rest = word;
    struct word address = word_split(&rest, '/');
    struct network masked;

    network->len = 128;
    if (!address_parse(address, &network->address))
        return not_a_network(line, word, address);
    if (address.len < word.len && !network_parse_length(rest, &network->len))
        return DIAGNOSTIC(line, rest.start, "expected a prefix length of 0 to 128, found %W", &rest);
    if (network_has_host_bits(network, &masked))
        return DIAGNOSTIC(line, word.start, "expected %N, or %A/128 for one peer, found %W with host bits set", &masked,
                          &network->address, &word);
    return true;
}
