/* IPv6 addresses in network byte order, and their keys in host byte order. Pure functions, so async-signal-safe. */
#pragma once

#include <endian.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"

struct network {
    struct in6_addr address; /* host bits are zero */
    unsigned int len;        /* prefix length, 0 to 128 bits */
};

/* An address as two integers that compare like its bytes. */
struct address_key {
    uint64_t high;
    uint64_t low;
};

/* address need not be aligned. */
static inline struct address_key address_key(const void *address)
{
    uint64_t halves[2];

    memcpy(halves, address, sizeof(halves));
    return (struct address_key){.high = be64toh(halves[0]), .low = be64toh(halves[1])};
}

static inline struct in6_addr address_of_key(struct address_key key)
{
    const uint64_t halves[] = {htobe64(key.high), htobe64(key.low)};
    struct in6_addr in6;

    memcpy(&in6, halves, sizeof(in6));
    return in6;
}

static inline bool address_key_same(struct address_key a, struct address_key b)
{
    return a.high == b.high && a.low == b.low;
}

/* Length of the common prefix, 0 to 128 bits. */
static inline unsigned int address_key_common(struct address_key a, struct address_key b)
{
    if (a.high != b.high)
        return (unsigned int)__builtin_clzll(a.high ^ b.high);
    return a.low != b.low ? 64 + (unsigned int)__builtin_clzll(a.low ^ b.low) : 128;
}

static inline uint64_t address_hash(const struct in6_addr *address)
{
    struct address_key key = address_key(address);
    const uint64_t words[] = {key.high, key.low};

    return hash_words(1, words, 2);
}

/* ::ffff:0.0.0.0. IPv4-mapped addresses differ from it in their last four bytes. */
extern const struct in6_addr address_any_ipv4;

/* Parses an address of RFC 4291, 2.2, without a scope; address_parse_either() also IPv4, which it makes IPv4-mapped. */
bool address_parse(struct word word, struct in6_addr *address);
bool address_parse_either(struct word word, struct in6_addr *address);

/* True if word is an IPv4 address in dotted decimal. */
bool address_is_ipv4(struct word word);

/* True if word starts with an IPv6 or IPv4 address in brackets, with or without a scope. */
bool address_is_bracketed(struct word word);

/* True for the wildcard addresses [::] and [::ffff:0.0.0.0]. */
bool address_is_any(const struct in6_addr *address);

/* address_mask() clears all bits after the first len; address_same_prefix() compares the first len. */
void address_mask(struct in6_addr *address, unsigned int len);
bool address_same_prefix(const struct in6_addr *a, const struct in6_addr *b, unsigned int len);

/*
 * The shortest prefix length with which a network includes address: 0, except in the special ranges, which a shorter
 * prefix is not meant to cover: loopback and unspecified (128, RFC 4291, 2.5.2 and 2.5.3), IPv4-mapped (96, 2.5.5.2),
 * link-local (10, 2.5.6) and multicast (8, 2.7).
 */
unsigned int address_shortest_prefix(const struct in6_addr *address);
