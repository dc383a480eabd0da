#include "../unit.h"

#include "rules/rules.h"

enum { RULES_MAX = 1000 };

/* Rules in the order of a file: rules[i].line is i + 1. */
struct table {
    uint64_t seed; /* it was made with */
    uint32_t count;
    struct rule rules[RULES_MAX];
    struct address_key tops[RULES_TOPS(RULES_MAX)];
    struct rule scratch[RULES_MAX];
};

static struct table table;

static struct rules rules_of_table(void)
{
    return (struct rules){.all = table.rules, .tops = table.tops, .count = table.count};
}

/* Bit by bit, to share nothing with the code under test. */
static bool contains(const struct in6_addr *network, unsigned int len, const struct in6_addr *address)
{
    for (unsigned int bit = 0; bit < len; bit++)
        if (((network->s6_addr[bit / 8] ^ address->s6_addr[bit / 8]) >> (7 - bit % 8) & 1) != 0)
            return false;
    return true;
}

static const struct {
    const char *address;
    unsigned int len;
} special_ranges[] = {{"::", 128}, {"::1", 128}, {"::ffff:0:0", 96}, {"fe80::", 10}, {"ff00::", 8}};

/* Only a rule inside a special range reaches a peer in that range. */
static bool reaches(const struct rule *rule, const struct in6_addr *peer)
{
    struct in6_addr network = rule_network(rule).address;

    for (size_t i = 0; i < COUNT(special_ranges); i++) {
        struct in6_addr range = address_of(special_ranges[i].address);

        if (contains(&range, special_ranges[i].len, peer) &&
            (rule->len < special_ranges[i].len || !contains(&range, special_ranges[i].len, &network)))
            return false;
    }
    return contains(&network, rule->len, peer);
}

static uint32_t naive_line(const struct in6_addr *peer)
{
    const struct rule *best = NULL;

    for (uint32_t i = 0; i < table.count; i++)
        if (reaches(&table.rules[i], peer) && (best == NULL || table.rules[i].len > best->len))
            best = &table.rules[i];
    return best != NULL ? best->line : 0;
}

static uint32_t found_line(const struct in6_addr *peer)
{
    struct rules rules = rules_of_table();
    const struct rule *rule = rules_find(&rules, peer);

    return rule != NULL ? rule->line : 0;
}

static bool build(void)
{
    struct rules rules = rules_of_table();

    return rules_build(&rules, table.scratch) == NULL;
}

static void cut_to(struct in6_addr *address, unsigned int len)
{
    for (unsigned int bit = len; bit < 128; bit++)
        address->s6_addr[bit / 8] &= (uint8_t)(0xff ^ 0x80 >> bit % 8);
}

static bool has_network(const struct rule *rule)
{
    for (uint32_t i = 0; i < table.count; i++)
        if (rule_same_network(&table.rules[i], rule))
            return true;
    return false;
}

static void add_rule(struct in6_addr network, unsigned int len)
{
    struct rule rule = {.len = (uint8_t)len, .line = table.count + 1, .source = table.count};

    cut_to(&network, len);
    rule.network = address_key(&network);
    if (table.count == RULES_MAX || has_network(&rule))
        return;
    table.rules[table.count++] = rule;
}

/* Any address; one of a small range, so that networks nest and touch; or one in or near a special range. */
static struct in6_addr interesting_address(uint64_t *seed)
{
    struct in6_addr address = random_address(seed);
    size_t special = random_below(seed, 2 * (uint32_t)COUNT(special_ranges));

    if (special < COUNT(special_ranges) && random_below(seed, 2) == 0) {
        address = address_of(special_ranges[special].address);
        address.s6_addr[random_below(seed, 16)] ^= (uint8_t)(1 << random_below(seed, 8));
    } else if (random_below(seed, 4) != 0) {
        struct in6_addr base = address_of("2001:db8::");

        memcpy(address.s6_addr, base.s6_addr, 4);
        for (unsigned int i = 4; i < 16; i++)
            address.s6_addr[i] &= (uint8_t)(random_below(seed, 2) != 0 ? 0x01 : 0x81);
    }
    return address;
}

static void make_table(uint64_t seed, uint32_t size)
{
    table.count = 0;
    table.seed = seed;
    for (uint32_t tries = 0; table.count < size && tries < 20 * RULES_MAX; tries++) {
        struct in6_addr network = interesting_address(&seed);

        if (table.count > 0 && random_below(&seed, 3) == 0) /* the same address with another length */
            network = rule_network(&table.rules[random_below(&seed, table.count)]).address;
        add_rule(network, random_below(&seed, 129));
    }
}

static void shuffle(uint64_t *seed)
{
    for (uint32_t i = table.count; i > 1; i--) {
        uint32_t other = random_below(seed, i);
        struct rule swapped = table.rules[i - 1];

        table.rules[i - 1] = table.rules[other];
        table.rules[other] = swapped;
    }
}

/* The next address, or the one before if direction is -1. Wraps around. */
static struct in6_addr neighbour(struct in6_addr address, int direction)
{
    for (int i = 15; i >= 0; i--) {
        address.s6_addr[i] = (uint8_t)(address.s6_addr[i] + direction);
        if (address.s6_addr[i] != (direction > 0 ? 0 : 0xff))
            break;
    }
    return address;
}

static struct in6_addr last_of(const struct rule *rule)
{
    struct in6_addr last = rule_network(rule).address;

    for (unsigned int bit = rule->len; bit < 128; bit++)
        last.s6_addr[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    return last;
}

static void check_peer(struct in6_addr peer)
{
    uint32_t found = found_line(&peer);
    uint32_t wanted = naive_line(&peer);
    char string[INET6_ADDRSTRLEN];

    if (found == wanted)
        return;
    inet_ntop(AF_INET6, &peer, string, sizeof(string));
    fail_msg("seed %lu, %u rules, peer %s: found line %u, wanted %u", (unsigned long)table.seed, table.count, string,
             found, wanted);
}

/* A search goes wrong at the ends of a network, or next to them. */
static void check_ends(const struct rule *rule)
{
    struct in6_addr first = rule_network(rule).address;
    struct in6_addr last = last_of(rule);

    check_peer(first);
    check_peer(neighbour(first, -1));
    check_peer(last);
    check_peer(neighbour(last, 1));
}

static void check_peers(uint64_t seed, uint32_t random_peers)
{
    uint32_t step = table.count / 50 + 1;

    for (uint32_t i = 0; i < table.count; i += step)
        check_ends(&table.rules[i]);
    for (uint32_t i = 0; i < random_peers; i++)
        check_peer(interesting_address(&seed));
    for (size_t i = 0; i < COUNT(special_ranges); i++)
        check_peer(address_of(special_ranges[i].address));
}

static const struct {
    uint32_t size;
    uint32_t tables;
} sizes[] = {{0, 1},   {1, 300}, {2, 300}, {3, 300}, {10, 200}, {15, 50},
             {16, 50}, {17, 50}, {32, 50}, {33, 50}, {100, 20}, {RULES_MAX, 3}};

static void the_longest_network_wins(void **state)
{
    uint64_t seed = 1000;

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        for (uint32_t j = 0; j < sizes[i].tables; j++) {
            make_table(++seed, sizes[i].size);
            assert_int_equal(table.count, sizes[i].size);
            assert_true(build());
            check_peers(seed, 100);
        }
    }
}

static void without_rules_there_is_none_to_find(void **state)
{
    static const struct rules none;
    struct in6_addr peer = address_of("2001:db8::1");

    (void)state;
    assert_null(rules_find(&none, &peer));
}

static void the_order_in_the_file_does_not_matter(void **state)
{
    static struct rule once[RULES_MAX];
    uint64_t seed = 2000;

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        make_table(++seed, sizes[i].size);
        assert_true(build());
        memcpy(once, table.rules, sizeof(once));
        for (int shuffles = 0; shuffles < 5; shuffles++) {
            shuffle(&seed);
            assert_true(build());
            for (uint32_t rule = 0; rule < table.count; rule++) {
                check_number("line", table.rules[rule].line, once[rule].line);
                check_number("parent", table.rules[rule].parent, once[rule].parent);
            }
        }
    }
}

static uint32_t naive_parent(uint32_t child)
{
    struct network inner = rule_network(&table.rules[child]);
    uint32_t parent = NO_RULE;

    for (uint32_t i = 0; i < table.count; i++) {
        struct network outer = rule_network(&table.rules[i]);

        if (outer.len < inner.len && contains(&outer.address, outer.len, &inner.address) &&
            (parent == NO_RULE || outer.len > table.rules[parent].len))
            parent = i;
    }
    return parent;
}

static void a_rule_stands_behind_its_parent(void **state)
{
    (void)state;
    make_table(3000, RULES_MAX);
    assert_true(build());
    for (uint32_t i = 0; i < table.count; i++) {
        check_number("parent", table.rules[i].parent, naive_parent(i));
        if (table.rules[i].parent != NO_RULE)
            assert_true(table.rules[i].parent < i);
    }
}

/* Gives the rules of the three lines the same network. */
static void plant(uint32_t earlier, uint32_t later, uint32_t third)
{
    struct rule *planted[] = {&table.rules[later - 1], &table.rules[third - 1]};

    for (size_t i = 0; i < COUNT(planted); i++) {
        planted[i]->network = table.rules[earlier - 1].network;
        planted[i]->len = table.rules[earlier - 1].len;
    }
}

static void check_twice(uint32_t earlier, uint32_t later)
{
    struct rules rules = rules_of_table();
    const struct rule *second = rules_build(&rules, table.scratch);

    assert_non_null(second);
    check_number("earlier line", second[-1].line, earlier);
    check_number("later line", second->line, later);
}

static void a_network_that_stands_there_twice_is_found(void **state)
{
    static const uint32_t counts[] = {2, 3, 10, 100, RULES_MAX};
    uint64_t seed = 4000;

    (void)state;
    for (size_t i = 0; i < COUNT(counts); i++) {
        for (int tries = 0; tries < 20; tries++) {
            uint32_t earlier = 1 + random_below(&seed, counts[i] - 1);
            uint32_t later = earlier + 1 + random_below(&seed, counts[i] - earlier);

            make_table(seed, counts[i]);
            plant(earlier, later, later);
            shuffle(&seed);
            check_twice(earlier, later);
        }
    }
}

static void of_three_times_the_first_two_are_found(void **state)
{
    static const uint32_t lines[][3] = {{1, 2, 3}, {1, 50, 100}, {7, 8, 100}, {98, 99, 100}};
    uint64_t seed = 5000;

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        make_table(seed, 100);
        plant(lines[i][0], lines[i][1], lines[i][2]);
        shuffle(&seed);
        check_twice(lines[i][0], lines[i][1]);
    }
}

static void the_same_address_with_another_length_is_another_network(void **state)
{
    static const struct {
        const char *peer;
        uint32_t line;
    } peers[] = {{"2001:db8::", 129}, {"2001:db8::1", 128}, {"2001:db8::2", 127}, {"2001:db9::", 32}, {"::2", 3}};

    (void)state;
    table.count = 0;
    for (unsigned int len = 0; len <= 128; len++)
        add_rule(address_of("2001:db8::"), len);
    assert_true(build());
    for (size_t i = 0; i < COUNT(peers); i++) {
        struct in6_addr peer = address_of(peers[i].peer);

        check_number(peers[i].peer, found_line(&peer), peers[i].line);
    }
}

static void short_prefixes_do_not_reach_into_special_ranges(void **state)
{
    static const struct {
        const char *network;
        const char *peer;
        uint8_t len;
        bool reached;
    } cases[] = {
        {"::", "2001:db8::1", 0, true},
        {"::", "::1", 0, false},
        {"::", "::", 0, false},
        {"::", "fe80::1", 0, false},
        {"::", "ff02::1", 0, false},
        {"::", "::ffff:192.0.2.1", 0, false},
        {"::", "fc00::1", 0, true},
        {"::", "::2", 0, true},
        {"::", "::1", 127, false},
        {"::", "::", 127, false},
        {"::1", "::1", 128, true},
        {"::", "::", 128, true},
        {"fe80::", "fe80::1", 9, false},
        {"fe80::", "fec0::1", 9, true},
        {"fe80::", "fe80::1", 10, true},
        {"fe80::", "fe80::1", 64, true},
        {"f000::", "ff02::1", 4, false},
        {"fe00::", "ff02::1", 7, false},
        {"ff00::", "ff02::1", 8, true},
        {"ff02::", "ff02::1", 16, true},
        {"::", "::ffff:192.0.2.1", 80, false},
        {"::fffe:0:0", "::ffff:192.0.2.1", 95, false},
        {"::fffe:0:0", "::fffe:192.0.2.1", 95, true},
        {"::ffff:0:0", "::ffff:192.0.2.1", 96, true},
        {"::ffff:192.0.2.0", "::ffff:192.0.2.1", 120, true},
        {"::ffff:192.0.2.0", "::ffff:192.0.3.1", 120, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct in6_addr peer = address_of(cases[i].peer);

        table.count = 0;
        add_rule(address_of(cases[i].network), cases[i].len);
        assert_true(build());
        check_bool(cases[i].peer, found_line(&peer) != 0, cases[i].reached);
    }
}

static void rules_are_written_as_in_the_file(void **state)
{
    static const struct {
        const char *network;
        const char *source;
        const char *scope;
        const char *wanted;
        enum source_kind kind;
        bool bind_address;
        uint8_t len;
        uint8_t source_len;
    } cases[] = {
        {"::", "::", "", "::/0 = none", SOURCE_NONE, false, 0, 0},
        {"::", "::", "", "::/0 = bind-address", SOURCE_NONE, true, 0, 0},
        {"::", "2001:db8::1", "", "::/0 = bind-address", SOURCE_ADDRESS, true, 0, 128},
        {"2001:db8::", "2001:db8::1", "", "2001:db8::/32 = 2001:db8::1", SOURCE_ADDRESS, false, 32, 128},
        {"fe80::", "fe80::1", "eth0", "fe80::/64 = fe80::1%eth0", SOURCE_ADDRESS, false, 64, 128},
        {"2001:db8::1", "2001:db8:2::", "", "2001:db8::1/128 = 2001:db8:2::/64", SOURCE_PREFIX, false, 128, 64},
        {"fe80::", "fe80::", "eth0", "fe80::/10 = fe80::%eth0/64", SOURCE_PREFIX, false, 10, 64},
        {"fe80::", "fe80::", "a", "fe80::/10 = fe80::%a/64", SOURCE_PREFIX, false, 10, 64},
        {"::ffff:0.0.0.0", "::ffff:192.0.2.1", "", "::ffff:0.0.0.0/96 = ::ffff:192.0.2.1", SOURCE_ADDRESS, false, 96,
         128},
    };
    char data[192];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct in6_addr network = address_of(cases[i].network);
        struct rule rule = {.network = address_key(&network), .len = cases[i].len};
        struct source source = {.kind = cases[i].kind, .bind_address = cases[i].bind_address};
        struct text text = TEXT_IN(data);

        source.network = (struct network){.address = address_of(cases[i].source), .len = cases[i].source_len};
        memcpy(source.scope, cases[i].scope, strlen(cases[i].scope));
        text_rule(&text, &rule, &source);
        check_string("rule", data, cases[i].wanted);
        text = TEXT_IN(data);
        text_format(&text, "%S", &source);
        check_string("source", data, strchr(cases[i].wanted, '=') + 2);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_longest_network_wins),
        cmocka_unit_test(without_rules_there_is_none_to_find),
        cmocka_unit_test(the_order_in_the_file_does_not_matter),
        cmocka_unit_test(a_rule_stands_behind_its_parent),
        cmocka_unit_test(a_network_that_stands_there_twice_is_found),
        cmocka_unit_test(of_three_times_the_first_two_are_found),
        cmocka_unit_test(the_same_address_with_another_length_is_another_network),
        cmocka_unit_test(short_prefixes_do_not_reach_into_special_ranges),
        cmocka_unit_test(rules_are_written_as_in_the_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
