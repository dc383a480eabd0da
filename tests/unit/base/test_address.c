#include "../unit.h"

#include "base/address.h"
#include "base/word.h"

static void parses_what_rfc_4291_allows(void **state)
{
    static const char *const legal[] = {
        "::",
        "::1",
        "2001:db8::",
        "2001:DB8:0:0:8:800:200c:417a",
        "0000:0000:0000:0000:0000:ffff:255.255.255.255",
        "::ffff:192.0.2.1",
        "::192.0.2.1",
        "1:2:3:4:5:6:7::",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(legal); i++) {
        struct in6_addr wanted = address_of(legal[i]);
        struct in6_addr found;

        check_bool(legal[i], address_parse(word_of(legal[i]), &found), true);
        check_bool(legal[i], IN6_ARE_ADDR_EQUAL(&found, &wanted), true);
    }
}

static void refuses_what_is_no_address(void **state)
{
    static const struct {
        const char *string;
        size_t len;
    } illegal[] = {
#define BYTES(string) {string, sizeof(string) - 1}
        BYTES(""),
        BYTES(":"),
        BYTES(":::"),
        BYTES("1::2::3"),
        BYTES("12345::"),
        BYTES("g::"),
        BYTES("1:2:3:4:5:6:7"),
        BYTES("1:2:3:4:5:6:7:8:9"),
        BYTES("::1 "),
        BYTES(" ::1"),
        BYTES("[::1]"),
        BYTES("fe80::1%eth0"),
        BYTES("::/0"),
        BYTES("192.0.2.1"),
        BYTES("::ffff:192.0.2.256"),
        BYTES("0000:0000:0000:0000:0000:ffff:0255.255.255.255"),
        BYTES("::1\0"),
        BYTES("::1\0garbage"),
#undef BYTES
    };

    (void)state;
    for (size_t i = 0; i < COUNT(illegal); i++) {
        struct word word = {.start = illegal[i].string, .len = illegal[i].len};
        struct in6_addr found;

        check_bool(illegal[i].string, address_parse(word, &found), false);
    }
}

static void reads_no_further_than_the_word(void **state)
{
    struct in6_addr wanted = address_of("2001:db8::1");
    struct in6_addr found;

    (void)state;
    assert_true(address_parse((struct word){.start = "2001:db8::123", .len = 11}, &found));
    assert_memory_equal(&found, &wanted, sizeof(found));
}

static void tells_ipv4_from_anything_else(void **state)
{
    static const struct {
        const char *string;
        bool is_ipv4;
    } table[] = {
        {"192.0.2.1", true},       {"0.0.0.0", true},
        {"255.255.255.255", true}, {"256.0.0.1", false},
        {"192.0.2", false},        {"192.0.2.1.1", false},
        {"192.0.2.1/24", false},   {"::ffff:192.0.2.1", false},
        {"server1", false},        {"", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_bool(table[i].string, address_is_ipv4(word_of(table[i].string)), table[i].is_ipv4);
}

static void parses_ipv4_as_mapped(void **state)
{
    static const struct {
        const char *string;
        const char *wanted; /* NULL if it is neither */
    } table[] = {
        {"192.0.2.1", "::ffff:192.0.2.1"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
        {"2001:db8::1", "2001:db8::1"},
        {"192.0.2", NULL},
        {"192.0.2.1/24", NULL},
        {"server1", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct in6_addr wanted = address_of(table[i].wanted != NULL ? table[i].wanted : "::");
        struct in6_addr found;
        bool parsed = address_parse_either(word_of(table[i].string), &found);

        check_bool(table[i].string, parsed, table[i].wanted != NULL);
        check_bool(table[i].string, !parsed || IN6_ARE_ADDR_EQUAL(&found, &wanted), true);
    }
}

static bool bit_of(const struct in6_addr *address, unsigned int bit)
{
    return (address->s6_addr[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

static void masks_every_bit_beyond_the_length(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (unsigned int len = 0; len <= 128; len++) {
        struct in6_addr address = random_address(&seed);
        struct in6_addr masked = address;

        address_mask(&masked, len);
        for (unsigned int bit = 0; bit < 128; bit++)
            if (bit_of(&masked, bit) != (bit < len && bit_of(&address, bit)))
                fail_msg("length %u: bit %u is wrong", len, bit);
    }
}

/* Two addresses that differ in one bit share the prefix before that bit, and no longer one. */
static void compares_no_more_and_no_less_than_the_prefix(void **state)
{
    uint64_t seed = 2;

    (void)state;
    for (unsigned int bit = 0; bit < 128; bit++) {
        struct in6_addr a = random_address(&seed);
        struct in6_addr b = a;

        b.s6_addr[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        for (unsigned int i = bit + 1; i < 128; i++) /* later bits must not matter */
            b.s6_addr[i / 8] ^= (uint8_t)(random_below(&seed, 2) << (7 - i % 8));
        for (unsigned int len = 0; len <= 128; len++)
            if (address_same_prefix(&a, &b, len) != (len <= bit))
                fail_msg("length %u of addresses that differ in bit %u", len, bit);
        assert_true(address_same_prefix(&a, &a, 128));
    }
}

/* At every alignment. */
static void keys_compare_as_the_bytes_do(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (unsigned int bit = 0; bit <= 128; bit++) {
        struct in6_addr a = random_address(&seed);
        struct in6_addr b = a;
        char bytes[sizeof(b) + 1];
        struct address_key keys[2];
        struct in6_addr back;

        if (bit < 128)
            b.s6_addr[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        memcpy(bytes + 1, &b, sizeof(b));
        keys[0] = address_key(&a);
        keys[1] = address_key(bytes + 1);
        back = address_of_key(keys[1]);
        assert_memory_equal(&back, &b, sizeof(b));
        assert_int_equal(address_key_common(keys[0], keys[1]), bit);
        assert_int_equal(address_key_same(keys[0], keys[1]), bit == 128);
        assert_int_equal(keys[0].high != keys[1].high ? keys[0].high < keys[1].high : keys[0].low < keys[1].low,
                         memcmp(&a, &b, sizeof(a)) < 0);
    }
}

static void short_prefixes_do_not_reach_special_ranges(void **state)
{
    static const struct {
        const char *address;
        unsigned int reach;
    } table[] = {
        {"::", 128},
        {"::1", 128},
        {"::2", 0},
        {"::ffff:0.0.0.0", 96},
        {"::ffff:255.255.255.255", 96},
        {"::fffe:192.0.2.1", 0},
        {"::1:0:0", 0},
        {"64:ff9b::192.0.2.1", 0},
        {"2001:db8::1", 0},
        {"fc00::1", 0},
        {"fe7f:ffff::1", 0},
        {"fe80::", 10},
        {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 10},
        {"fec0::1", 0},
        {"feff::1", 0},
        {"ff00::", 8},
        {"ff02::1", 8},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 8},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct in6_addr address = address_of(table[i].address);

        check_number(table[i].address, address_shortest_prefix(&address), table[i].reach);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(parses_what_rfc_4291_allows),
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(reads_no_further_than_the_word),
        cmocka_unit_test(tells_ipv4_from_anything_else),
        cmocka_unit_test(parses_ipv4_as_mapped),
        cmocka_unit_test(masks_every_bit_beyond_the_length),
        cmocka_unit_test(compares_no_more_and_no_less_than_the_prefix),
        cmocka_unit_test(keys_compare_as_the_bytes_do),
        cmocka_unit_test(short_prefixes_do_not_reach_special_ranges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
