#include "../unit.h"

#include <errno.h>
#include <limits.h>

#include "base/address.h"
#include "base/word.h"

/* Valid until the next call. */
static const char *formatted(const struct in6_addr *address)
{
    static char data[64];
    struct text text = TEXT_IN(data);

    text_format(&text, "%A", address);
    return data;
}

static void addresses_are_written_as_rfc_5952_wants(void **state)
{
    static const struct {
        const char *address;
        const char *wanted;
    } table[] = {
        {"2001:0db8::0001", "2001:db8::1"},                                                   /* 4.1 */
        {"2001:db8:0:0:0:0:2:1", "2001:db8::2:1"},                                            /* 4.2.1 */
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},                                     /* 4.2.2 */
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},                                              /* 4.2.3 */
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},                                        /* 4.2.3 */
        {"2001:db8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"}, /* 4.3 */
        {"::ffff:c000:0201", "::ffff:192.0.2.1"},                                             /* 5 */
        {"::ffff:0:0", "::ffff:0.0.0.0"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
        {"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"},
        {"0:0:1:2:3:4:5:6", "::1:2:3:4:5:6"},
        {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
        {"1000:200:30:4:f000:e00:d0:c", "1000:200:30:4:f000:e00:d0:c"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct in6_addr address = address_of(table[i].address);

        check_string(table[i].address, formatted(&address), table[i].wanted);
    }
}

/* The groups that the format treats specially: runs of zeros, leading zeros, IPv4-mapped addresses. */
static struct in6_addr address_with_zeros(uint64_t *seed)
{
    struct in6_addr address = random_address(seed);

    for (size_t group = 0; group < 8; group++) {
        uint32_t kind = random_below(seed, 8);

        if (kind < 4)
            address.s6_addr[2 * group] = 0;
        if (kind < 3)
            address.s6_addr[2 * group + 1] = 0;
        if (kind == 4)
            address.s6_addr[2 * group] = address.s6_addr[2 * group + 1] = 0xff;
    }
    if (random_below(seed, 16) == 0)
        memcpy(address.s6_addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    return address;
}

static void addresses_are_written_as_inet_ntop_does(void **state)
{
    uint64_t seed = 3;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct in6_addr address = address_with_zeros(&seed);
        char wanted[INET6_ADDRSTRLEN];

        if (IN6_IS_ADDR_V4COMPAT(
                &address)) /* RFC 4291 deprecates them; RFC 5952 does not want the dots that glibc writes */
            continue;
        inet_ntop(AF_INET6, &address, wanted, sizeof(wanted));
        if (strcmp(formatted(&address), wanted) != 0)
            fail_msg("found %s, wanted %s", formatted(&address), wanted);
    }
}

static void every_conversion_takes_its_argument(void **state)
{
    struct in6_addr address = address_of("2001:db8::1");
    struct network all = {.address = address_of("::"), .len = 0};
    struct network network = {.address = address_of("2001:db8::"), .len = 32};
    struct source source = {.kind = SOURCE_PREFIX, .network = network};
    struct word word = word_of("glusterd");
    char data[256];
    struct text text = TEXT_IN(data);

    (void)state;
    text_format(&text, "%s|%u|%A|%N|%N|%S|%W|%E|%%|%s", "string", 42u, &address, &network, &all, &source, &word, ENOENT,
                "last");
    check_string("conversions", data,
                 "string|42|2001:db8::1|2001:db8::/32|::/0|2001:db8::/32|'glusterd'|No such file or directory|%|last");
    assert_int_equal(text.len, strlen(data));
}

static void text_is_appended(void **state)
{
    char data[32] = "old";
    struct text text = TEXT_IN(data);

    (void)state;
    check_string("new", data, "");
    text_string(&text, "one ");
    text_bytes(&text, "two three", 4);
    text_format(&text, "%u", 3u);
    check_string("appended", data, "one two 3");
    assert_int_equal(text.len, strlen(data));
}

static void an_unknown_conversion_is_shown(void **state)
{
    static const struct {
        const char *format;
        const char *wanted;
    } table[] = {{"a %x b", "a %x b"}, {"a %", "a %"}};
    char data[32];

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct text text = TEXT_IN(data);

        text_format(&text, table[i].format);
        check_string(table[i].format, data, table[i].wanted);
    }
}

static void numbers_have_at_least_the_digits(void **state)
{
    static const struct {
        const char *format;
        unsigned int number;
        const char *wanted;
    } table[] = {
        {"%u", 0, "0"},
        {"%01u", 0, "0"},
        {"%02u", 0, "00"},
        {"%02u", 7, "07"},
        {"%u", 42, "42"},
        {"%02u", 42, "42"},
        {"%06u", 42, "000042"},
        {"%06u", 1000000, "1000000"},
        {"%u", UINT_MAX, "4294967295"},
        {"%09u", 9, "000000009"},
        {"%09u", UINT_MAX, "4294967295"},
        {"%0", 1, "%0"}, /* a malformed conversion */
    };
    char data[32];

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct text text = TEXT_IN(data);

        text_format(&text, table[i].format, table[i].number);
        check_string(table[i].format, data, table[i].wanted);
    }
}

static void what_does_not_fit_is_cut(void **state)
{
    static const char whole[] = "peer 2001:db8::/32 'x\\x0a' 4711: No such device%";
    struct network network = {.address = address_of("2001:db8::"), .len = 32};
    struct word word = word_of("x\n");

    (void)state;
    for (size_t size = 1; size <= sizeof(whole) + 1; size++) {
        char data[sizeof(whole) + 2];
        size_t wanted = size - 1 < sizeof(whole) - 1 ? size - 1 : sizeof(whole) - 1;
        struct text text;

        memset(data, '#', sizeof(data));
        text = text_in(data, size);
        text_format(&text, "%s %N %W %u: %E%%", "peer", &network, &word, 4711u, ENODEV);
        check_number("length", text.len, wanted);
        assert_memory_equal(data, whole, wanted);
        assert_int_equal(data[wanted], '\0');
        for (size_t i = size; i < sizeof(data); i++)
            assert_int_equal(data[i], '#');
    }
}

static void words_are_quoted(void **state)
{
#define SIXTEEN       "0123456789abcdef"
#define BYTES(string) string, sizeof(string) - 1
    static const struct {
        const char *bytes;
        size_t len;
        const char *wanted;
    } table[] = {
        {BYTES(""), "''"},
        {BYTES("a b~"), "'a b~'"},
        {BYTES("\0\t\n\x1b\x7f\x80\xff"), "'\\x00\\x09\\x0a\\x1b\\x7f\\x80\\xff'"},
        {BYTES(SIXTEEN SIXTEEN SIXTEEN SIXTEEN), "'" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "'"},
        {BYTES(SIXTEEN SIXTEEN SIXTEEN SIXTEEN "x"), "'" SIXTEEN SIXTEEN SIXTEEN SIXTEEN "...'"},
    };
#undef BYTES
#undef SIXTEEN
    char data[256];

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct text text = TEXT_IN(data);
        struct word word = {.start = at_memory_end(table[i].bytes, table[i].len), .len = table[i].len};

        text_format(&text, "%W", &word);
        check_string(table[i].wanted, data, table[i].wanted);
    }
}

static void errors_are_in_the_words_of_the_c_library(void **state)
{
    static const int errors[] = {
        EACCES,       EADDRINUSE, EADDRNOTAVAIL, EAFNOSUPPORT, EAGAIN, EINTR,  EINVAL, EIO,         ELOOP,   EMFILE,
        ENAMETOOLONG, ENFILE,     ENOBUFS,       ENODEV,       ENOENT, ENOMEM, EPERM,  ENOPROTOOPT, ENOTDIR, EOPNOTSUPP,
    };
    char data[64];

    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        struct text text = TEXT_IN(data);

        text_format(&text, "%E", errors[i]);
        check_string(strerror(errors[i]), data, strerror(errors[i]));
    }
}

static void an_error_without_words_is_a_number(void **state)
{
    char data[64];
    struct text text = TEXT_IN(data);

    (void)state;
    text_format(&text, "%E, %E", E2BIG, 4095);
    check_string("number", data, "error 7, error 4095");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_written_as_rfc_5952_wants),
        cmocka_unit_test(addresses_are_written_as_inet_ntop_does),
        cmocka_unit_test(every_conversion_takes_its_argument),
        cmocka_unit_test(text_is_appended),
        cmocka_unit_test(an_unknown_conversion_is_shown),
        cmocka_unit_test(numbers_have_at_least_the_digits),
        cmocka_unit_test(what_does_not_fit_is_cut),
        cmocka_unit_test(words_are_quoted),
        cmocka_unit_test(errors_are_in_the_words_of_the_c_library),
        cmocka_unit_test(an_error_without_words_is_a_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
