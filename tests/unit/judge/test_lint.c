#include "../unit.h"

#include "base/word.h"
#include "judge/lint.h"

enum { RULES_MAX = 16 };

static struct config config;

static void parse(const char *text)
{
    struct diagnostic diagnostic;

    if (!config_parse(text, strlen(text), &config, &diagnostic))
        fail_msg("%s: %u:%u: %s: the test is wrong", text, diagnostic.line, diagnostic.column, diagnostic.message);
}

static void finds_addresses_that_stand_for_networks(void **state)
{
    static const struct {
        const char *network;
        const char *meant; /* NULL for no doubt */
    } table[] = {
        {"::", "::/0"},
        {"::/128", "::/0"},
        {"0:0::0", "::/0"},
        {"::ffff:0.0.0.0", "::ffff:0.0.0.0/96"},
        {"2001:db8::", "2001:db8::/64"},
        {"2001:db8:1:2::/128", "2001:db8:1:2::/64"},
        {"fe80::", "fe80::/64"},

        {"::/0", NULL},
        {"::/127", NULL},
        {"::1", NULL},
        {"2001:db8::/127", NULL},
        {"2001:db8::1", NULL},
        {"2001:db8::1:0:0:0", NULL},
        {"::ffff:10.0.0.0", NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char found[64];
        struct text text = TEXT_IN(found);
        struct network meant;

        parse(in_words("[a]\n%s = none\n", table[i].network));
        if (lint_peer(&config.sections[0].rules.all[0], &meant))
            text_format(&text, "%N", &meant);
        check_string(table[i].network, found, table[i].meant != NULL ? table[i].meant : "");
        config_free(&config);
    }
}

/* Networks, and a letter for each: N if its rule never applies. */
static void finds_rules_that_never_apply(void **state)
{
    static const struct {
        const char *networks;
        const char *never;
    } table[] = {
        {"", ""},
        {"::/0", "-"},
        {"2001:db8::1", "-"},

        /* halves, quarters, with and without a hole */
        {"2001:db8::/32 2001:db8::/33 2001:db8:8000::/33", "N--"},
        {"2001:db8:8000::/33 2001:db8::/33 2001:db8::/32", "--N"},
        {"2001:db8::/32 2001:db8::/33", "--"},
        {"2001:db8::/32 2001:db8::/33 2001:db8:8000::/34 2001:db8:c000::/34", "N---"},
        {"2001:db8::/32 2001:db8::/33 2001:db8:8000::/34 2001:db8:c000::/35", "----"},
        {"2001:db8::/30 2001:db8::/32 2001:db9::/32 2001:dba::/32 2001:dbb::/32", "N----"},
        {"2001:db8::/30 2001:db8::/32 2001:db9::/32 2001:dbb::/32", "----"},
        {"2001:db8::/127 2001:db8:: 2001:db8::1", "N--"},
        {"2001:db8::/126 2001:db8:: 2001:db8::1 2001:db8::2", "----"},

        /* nested: a covering network can itself be covered */
        {"2001:db8::/31 2001:db8::/32 2001:db9::/32 2001:db8::/33 2001:db8:8000::/33", "NN---"},
        {"2001:db8::/31 2001:db8::/32 2001:db8::/33 2001:db8:8000::/33", "-N--"},
        {"2001:db8::/32 2001:db8:8000::/33 2001:db8:8000::/34", "---"},
        {"2001:db8::/32 2001:db8::/64 2001:db8::/65 2001:db8:0:0:8000::/65", "-N--"},

        /* all addresses */
        {"::/0 ::/1 8000::/1", "N--"},
        {"::/0 ::/1", "--"},
        {"::/0 8000::/1 ::/2 4000::/2", "N---"},

        /* ranges that only their own rules reach */
        {"::/127", "N"},
        {"::/126", "-"},
        {"::/127 ::1 ::", "N--"},
        {"::/127 ::1", "N-"},
        {"::/126 ::1 ::2/127", "N--"},
        {"::/126 ::2/127", "N-"},
        {"::", "-"},
        {"::1", "-"},
        {"::fffe:0:0/95", "-"},
        {"::fffe:0:0/95 ::fffe:0:0/96", "N-"},
        {"::fffe:0:0/95 ::fffe:0:0/96 ::ffff:0:0/96", "N--"},
        {"::fffe:0:0/95 ::fffe:0:0/96 ::ffff:0.0.0.0/97", "N--"},
        {"::ffff:0:0/96", "-"},
        {"::ffff:0:0/96 ::ffff:0:0/97 ::ffff:128.0.0.0/97", "N--"},
        {"::ffff:10.0.0.1", "-"},
        {"fe80::/9", "-"},
        {"fe80::/9 fec0::/10", "N-"},
        {"fe80::/9 fec0::/10 fe80::/10", "N--"},
        {"fe80::/9 fec0::/10 fe80::/64", "N--"},
        {"fe80::/9 fe80::/64", "--"},
        {"fe80::/10", "-"},
        {"fe80::/10 fe80::/11 fea0::/11", "N--"},

        /* multicast */
        {"ff00::/8", "N"},
        {"ff02::/16 ff02::1", "NN"},
        {"fe00::/7 fe00::/8", "N-"},
        {"fe00::/7", "-"},
        {"fe00::/7 ff00::/8", "-N"},
        {"fe00::/8", "-"},
        {"fe00::/8 fe00::/9 fe80::/9", "N--"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char text[1024] = "[a]\n";
        size_t len = strlen(text);
        char found[RULES_MAX + 1] = "";
        bool never[RULES_MAX];
        char networks[512];

        (void)snprintf(networks, sizeof(networks), "%s", table[i].networks);
        for (char *network = strtok(networks, " "); network != NULL; network = strtok(NULL, " ")) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s = none\n", network);
        }
        parse(text);
        lint_rules(config.sections[0].rules.all, config.sections[0].rules.count, never);
        for (uint32_t j = 0; j < config.sections[0].rules.count; j++)
            found[config.sections[0].rules.all[j].line - 2] = never[j] ? 'N' : '-';
        check_string(table[i].networks, found, table[i].never);
        config_free(&config);
    }
}

static uint32_t make_rules(uint64_t *state, const struct rule *all, uint32_t count, struct rule *rules)
{
    struct rule scratch[RULES_MAX];
    struct rules made = {.all = rules, .count = 1 + random_below(state, RULES_MAX - 1)}; /* too few for tops */

    do {
        for (uint32_t i = 0; i < made.count; i++)
            rules[i] = all[random_below(state, count)];
    } while (rules_build(&made, scratch) != NULL);
    return made.count;
}

/* Compares with what rules_find() finds for the peers, which stand for all addresses. */
static void check_against_search(struct rule *rules, uint32_t count, const struct in6_addr *peers, size_t peer_count)
{
    bool applies[RULES_MAX] = {false};
    bool never[RULES_MAX];
    struct rules all = {.all = rules, .count = count};

    for (size_t i = 0; i < peer_count; i++) {
        const struct rule *rule = rules_find(&all, &peers[i]);

        if (rule != NULL && !IN6_IS_ADDR_MULTICAST(&peers[i]))
            applies[rule - rules] = true;
    }
    lint_rules(rules, count, never);
    for (uint32_t i = 0; i < count; i++) {
        struct network in_doubt = rule_network(&rules[i]);
        char network[INET6_ADDRSTRLEN];

        inet_ntop(AF_INET6, &in_doubt.address, network, sizeof(network));
        check_bool(in_words("rule %u of %u, %s/%u", i, count, network, rules[i].len), never[i], !applies[i]);
    }
}

/* All networks in 2001:db8::/124, all addresses in it. */
static void agrees_with_a_search_of_all_addresses(void **state)
{
    struct rule all[31];
    struct in6_addr peers[16];
    struct rule rules[RULES_MAX];
    uint64_t seed = 1;
    uint32_t count = 0;

    (void)state;
    for (uint8_t len = 124; len <= 128; len++)
        for (unsigned int at = 0; at < 16; at += 1u << (128 - len))
            all[count++] = (struct rule){.network = {.high = 0x20010db800000000, .low = at}, .len = len};
    assert_int_equal(count, COUNT(all));
    for (unsigned int i = 0; i < COUNT(peers); i++) {
        peers[i] = address_of("2001:db8::");
        peers[i].s6_addr[15] = (uint8_t)i;
    }
    for (int i = 0; i < 20000; i++)
        check_against_search(rules, make_rules(&seed, all, count, rules), peers, COUNT(peers));
}

/* The networks split the address space into parts. One address of each part is a peer. */
static void agrees_with_a_search_around_the_ranges(void **state)
{
    static const char *const networks[] = {
        "::/0",      "::/1",          "8000::/1",      "c000::/2",      "8000::/2",      "e000::/3",
        "f000::/4",  "e000::/4",      "f800::/5",      "f000::/5",      "fc00::/6",      "f800::/6",
        "fe00::/7",  "fc00::/7",      "fe00::/8",      "ff00::/8",      "fe00::/9",      "fe80::/9",
        "fe80::/10", "fec0::/10",     "fe80::/11",     "fea0::/11",     "ff00::/9",      "ff80::/9",
        "::/95",     "::fffe:0:0/95", "::fffe:0:0/96", "::ffff:0:0/96", "::ffff:0:0/97", "::ffff:8000:0/97",
        "::/126",    "::/127",        "::2/127",       "::/128",        "::1/128",
    };
    static const char *const addresses[] = {
        "::",
        "::1",
        "::2",
        "::3",
        "::4",
        "::1:0:0",
        "::fffe:0:1",
        "::ffff:1.2.3.4",
        "::ffff:128.0.0.1",
        "::1:0:0:0",
        "4000::",
        "8000::",
        "c000::",
        "e000::",
        "f000::",
        "f800::",
        "fc00::",
        "fe00::",
        "fe80::1",
        "fea0::1",
        "fec0::",
        "ff00::1",
        "ff80::1",
    };
    struct rule all[COUNT(networks)];
    struct in6_addr peers[COUNT(addresses)];
    struct rule rules[RULES_MAX];
    uint64_t seed = 2;

    (void)state;
    for (size_t i = 0; i < COUNT(networks); i++) {
        char network[64];
        size_t slash = strcspn(networks[i], "/");
        struct in6_addr address;

        (void)snprintf(network, sizeof(network), "%s", networks[i]);
        network[slash] = '\0';
        address = address_of(network);
        all[i] =
            (struct rule){.network = address_key(&address), .len = (uint8_t)strtoul(&networks[i][slash + 1], NULL, 10)};
    }
    for (size_t i = 0; i < COUNT(addresses); i++)
        peers[i] = address_of(addresses[i]);
    for (int i = 0; i < 20000; i++)
        check_against_search(rules, make_rules(&seed, all, COUNT(all), rules), peers, COUNT(peers));
}

/* Sections, and for each the line of the section that takes its last process, or 0. */
static void finds_sections_that_are_nobodys(void **state)
{
    static const struct {
        const char *text;
        const char *takers;
    } table[] = {
        {"[glusterd]\n[glusterfsd]\n", "00"},
        {"[glusterd]\n[glusterd]\n", "01"},
        {"[gluster*]\n[glusterfsd]\n", "01"},
        {"[glusterd]\n[gluster*]\n", "00"},
        {"[*]\n[glusterd]\n[dial]\n[*]\n", "0111"},

        /* a process has two names */
        {"[glusterfs]\n[glustershd]\n[fuse]\n[fuse.a]\n[brick]\n", "01110"},
        {"[glustershd]\n[glusterfs]\n", "00"},
        {"[brick]\n[glusterfsd]\n", "00"},
        {"[glusterfsd]\n[brick]\n", "01"},
        {"[fuse]\n[fuse.a]\n", "00"},
        {"[fuse.*]\n[fuse.a]\n[fuse.a*]\n", "010"},

        /* several sections take its processes: the last of them that is check_alloc */
        {"[glusterd]\n[brick]\n[glusterd brick]\n", "002"},
        {"[brick]\n[glusterd]\n[glusterd brick]\n", "002"},
        {"[glusterd]\n[glusterd brick]\n", "00"},
        {"[glusterd]\n[glusterd]\n[glusterd]\n", "011"},

        /* other programs */
        {"[dial]\n[dial]\n", "01"},
        {"[dial]\n[other]\n", "00"},
        {"[d*]\n[dial]\n", "01"},
        {"[dial]\n[dial other]\n", "00"},
        {"[dial]\n[dial glusterd]\n[dial glusterd]\n", "002"},

        /* a pattern can match unknown programs */
        {"[d*]\n[dia*]\n", "00"},
        {"[gluster*]\n[gluster* d*]\n", "00"},
        {"[gluster*]\n[gluster? dial]\n", "00"},
        {"[gluster* dial]\n[gluster? dial]\n", "01"},
        {"[gluster*]\n[glusterd [a]b]\n", "00"},
        {"[gluster*]\n[glusterd \\a]\n", "00"},

        /* no name at all is matched */
        {"[glusterd]\n[d*]\n", "00"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char found[RULES_MAX] = "";

        parse(table[i].text);
        for (uint32_t j = 0; j < config.section_count; j++) {
            const struct section *taker = lint_section(&config, j);

            found[j] = (char)('0' + (taker != NULL ? taker->line : 0));
        }
        check_string(table[i].text, found, table[i].takers);
        config_free(&config);
    }
}

static void knows_the_names_of_glusterfs(void **state)
{
    static const char *const known[] = {
        "glusterd", "glusterfsd", "glusterfs", "glustershd", "brick",   "fuse", "fuse.shared", "quotad",
        "bitd",     "scrub",      "rebalance", "snapd",      "gluster", "*",    "fuse.*",      "fuse.a*",
        "g*",       "gluster?",   "qu[o]tad",  "glfsheal",   "[!a]itd", "*hd",  "quota",       "tierd",
    };
    static const char *const unknown[] = {
        "",     "gluster-d", "glusterfs-fuse", "Glusterd", "fuse.", "fusea",
        "dial", "d*",        "glusterdd",      "?",        "nfs",   "gfproxyd",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(known); i++)
        check_bool(known[i], is_known_name(word_of(known[i])), true);
    for (size_t i = 0; i < COUNT(unknown); i++)
        check_bool(unknown[i], is_known_name(word_of(unknown[i])), false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_addresses_that_stand_for_networks),
        cmocka_unit_test(finds_rules_that_never_apply),
        cmocka_unit_test(agrees_with_a_search_of_all_addresses),
        cmocka_unit_test(agrees_with_a_search_around_the_ranges),
        cmocka_unit_test(finds_sections_that_are_nobodys),
        cmocka_unit_test(knows_the_names_of_glusterfs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
