#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/word.h"

const struct in6_addr address_any_ipv4 = {.s6_addr = {[10] = 0xff, [11] = 0xff}};

/* inet_pton(3) needs a NUL-terminated string. It takes no lock and allocates nothing. */
static bool parse(int family, struct word word, void *address)
{
    char string[INET6_ADDRSTRLEN];

    if (word.len >= sizeof(string) || word_has(word, '\0'))
        return false;
    memcpy(string, word.start, word.len);
    string[word.len] = '\0';
    return inet_pton(family, string, address) == 1;
}

bool address_parse(struct word word, struct in6_addr *address)
{
    return parse(AF_INET6, word, address);
}

bool address_is_ipv4(struct word word)
{
    struct in_addr address;

    return parse(AF_INET, word, &address);
}

bool address_parse_either(struct word word, struct in6_addr *address)
{
    *address = address_any_ipv4;
    return parse(AF_INET, word, &address->s6_addr32[3]) || parse(AF_INET6, word, address);
}

bool address_is_bracketed(struct word word)
{
    struct word inside = word_in_brackets(word);
    struct word address = word_split(&inside, '%');
    struct in6_addr parsed;

    return address_parse_either(address, &parsed);
}

bool address_is_any(const struct in6_addr *address)
{
    return IN6_IS_ADDR_UNSPECIFIED(address) || IN6_ARE_ADDR_EQUAL(address, &address_any_ipv4);
}

void address_mask(struct in6_addr *address, unsigned int len)
{
    struct address_key key = address_key(address);

    if (len < 64)
        key = (struct address_key){.high = key.high & ~(UINT64_MAX >> len)};
    else if (len < 128)
        key.low &= ~(UINT64_MAX >> (len - 64));
    *address = address_of_key(key);
}

bool address_same_prefix(const struct in6_addr *a, const struct in6_addr *b, unsigned int len)
{
    return address_key_common(address_key(a), address_key(b)) >= len;
}

unsigned int address_shortest_prefix(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_LOOPBACK(address) || IN6_IS_ADDR_UNSPECIFIED(address))
        return 128;
    if (IN6_IS_ADDR_V4MAPPED(address))
        return 96;
    if (IN6_IS_ADDR_LINKLOCAL(address))
        return 10;
    if (IN6_IS_ADDR_MULTICAST(address))
        return 8;
    return 0;
}
