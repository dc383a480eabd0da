#include "../unit.h"

#include "base/word.h"
#include "judge/hostname.h"

#define SIXTEEN "0123456789abcdef"
#define LABEL                                                                                        \
    "a23456789012345678901234567890123456789012345678901234567890123" /* 63 bytes, the longest label \
                                                                       */

static void addresses_and_host_names_have_a_hostname(void **state)
{
    static const struct {
        const char *word;
        const char *hostname; /* NULL if there is none */
    } table[] = {
        {"2001:DB8:0::0001", "2001:db8::1"},
        {"::", "::"},
        {"::ffff:c000:201", "::ffff:192.0.2.1"},
        {"192.0.2.1", "192.0.2.1"},
        {"server1", "server1"},
        {"Server1.Example", "Server1.Example"},
        {"a-b_c", "a-b_c"},
        {"a.", "a."},
        {"1.2.3.a", "1.2.3.a"},
        {"1a", "1a"},
        {LABEL, LABEL},
        {LABEL "." LABEL "." LABEL "." LABEL, NULL}, /* 255 bytes */
        {LABEL "." LABEL "." LABEL "." SIXTEEN SIXTEEN SIXTEEN "0123456789abc",
         LABEL "." LABEL "." LABEL "." SIXTEEN SIXTEEN SIXTEEN "0123456789abc"}, /* 253 bytes */
        {LABEL "." LABEL "." LABEL "." SIXTEEN SIXTEEN SIXTEEN "0123456789abcd", NULL},
        {"x" LABEL, NULL},
        {"", NULL},
        {".", NULL},
        {"a..b", NULL},
        {".a", NULL},
        {"-a", NULL},
        {"a-", NULL},
        {"a-.b", NULL},
        {"a b", NULL},
        {"a/b", NULL},
        {"192.0.2.256", NULL},
        {"12", NULL},
        {"fe80::1%eth0", NULL},
        {"2001:db8::/64", NULL},
        {"[::1]", NULL},
        {"\xc3\xa9", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t len = strlen(table[i].word);
        struct word word = {.start = at_memory_end(table[i].word, len), .len = len};
        struct hostname hostname;

        check_bool(table[i].word, hostname_parse(word, &hostname), table[i].hostname != NULL);
        check_string(table[i].word, hostname.data, table[i].hostname != NULL ? table[i].hostname : "");
    }
}

static void the_same_address_or_host_can_be_written_otherwise(void **state)
{
    static const struct {
        const char *word;
        const char *other;
        bool same;
    } table[] = {
        {"2001:DB8:0::1", "2001:db8::1", true},   {" \tserver1\r", "SERVER1", true}, {"192.0.2.1", "192.0.2.1", true},
        {"2001:db8::1", "2001:db8::2", false},    {"server1", "server2", false},     {"server1", "server", false},
        {"::ffff:192.0.2.1", "192.0.2.1", false}, {"no host", "no", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct hostname other;

        assert_true(hostname_parse(word_of(table[i].other), &other));
        check_bool(table[i].word, hostname_matches(word_of(table[i].word), &other), table[i].same);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_host_names_have_a_hostname),
        cmocka_unit_test(the_same_address_or_host_can_be_written_otherwise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
