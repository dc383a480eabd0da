#include "../unit.h"

#include "base/memory.h"
#include "live/ruleset.h"

static struct load load;

/* What load.c makes of this configuration for the process role. */
static void load_text(const char *text)
{
    static const char arguments[] = "/usr/sbin/glusterfs\0-s\0002001:db8::1\0--process-name\0role\0-f\0/etc/a.vol";

    memset(&load, 0, sizeof(load));
    process_parse(arguments, sizeof(arguments), &load.process);
    memcpy(load.path, "/etc/a.conf", sizeof("/etc/a.conf"));
    load.file.version.inode = 1;
    load.file.version.written.tv_sec = 1000;
    load.volfile.inode = 2;
    if (config_parse(text, strlen(text), &load.config, &load.diagnostic))
        load.section = load_find_section(&load.config, &load.process);
    else
        load.has_error = true;
}

static struct ruleset *make(const char *text, const struct ruleset *before)
{
    struct ruleset *made;

    load_text(text);
    made = ruleset_make(&load, before);
    assert_non_null(made);
    load_free(&load);
    memset(&load, 0xff, sizeof(load)); /* made must not point into it */
    return made;
}

static void give(struct ruleset *ruleset)
{
    ruleset_free(ruleset);
}

static void has_all_that_the_process_needs(void **state)
{
    struct ruleset *made = make("[options]\nlog-file = /log\nlog-level = debug\nunavailable = kernel\n[role]\n"
                                "::/0 = 2001:db8::1\n2001:db8::/32 = 2001:db8::2\n",
                                NULL);
    struct in6_addr peer = address_of("2001:db8::9");
    struct in6_addr second = address_of("2001:db8::2");
    const struct rule *rule = rules_find(&made->rules, &peer);

    (void)state;
    assert_true(made->is_good && made->has_section);
    assert_false(made->has_error || made->is_provisional || made->built_in || made->refuse);
    assert_int_equal(made->rules.count, 2);
    assert_int_equal(rule->line, 7);
    assert_memory_equal(&made->sources[rule->source].network.address, &second, sizeof(second));
    check_string("log", made->log.file, "/log");
    check_string("process", made->log.process, "role");
    assert_int_equal(made->log.level, LEVEL_DEBUG);
    check_string("file", made->file, "/etc/a.conf");
    check_string("role", made->process->role, "role");
    check_string("program", made->process->program, "glusterfs");
    check_string("volfile", made->process->volfile, "/etc/a.vol");
    check_string("listener", made->process->listener, "2001:db8::1");
    check_string("mistake", made->diagnostic, "");
    assert_int_equal(made->modified, 1000);
    assert_int_equal(made->origin.config.inode, 1);
    give(made);
}

static void without_a_section_there_are_no_rules(void **state)
{
    struct ruleset *made = make("[other]\n::/0 = 2001:db8::1\n", NULL);

    (void)state;
    assert_true(made->is_good);
    assert_false(made->has_section);
    assert_int_equal(made->rules.count, 0);
    give(made);
}

static void check_refusal(const struct ruleset *made, unsigned int line)
{
    struct in6_addr peer = address_of("2001:db8::9");
    struct in6_addr loopback = address_of("::1");
    const struct rule *rule = rules_find(&made->rules, &peer);

    assert_non_null(rule);
    assert_null(rules_find(&made->rules, &loopback));
    assert_int_equal(rule->line, line);
    assert_int_equal(made->sources[rule->source].kind, SOURCE_UNKNOWN);
    assert_true(made->refuse);
}

static void an_error_at_first_refuses_all_peers_of_glusterfs(void **state)
{
    struct ruleset *made = make("[role]\n::/0 = 2001:db8::1\nnonsense\n", NULL);
    struct ruleset *again = make("[role]\nworse\n", made);

    (void)state;
    check_refusal(made, 3);
    check_refusal(again, 2);
    give(again);
    give(made);
    load_text("[role]\nnonsense\n");
    process_parse("dial\0--process-name\0role", 24, &load.process);
    made = ruleset_make(&load, NULL);
    assert_int_equal(made->rules.count, 0);
    give(made);
}

static void an_error_at_first_is_no_good_version(void **state)
{
    struct ruleset *made = make("[role]\n::/0 = 2001:db8::1\nnonsense\n", NULL);

    (void)state;
    assert_false(made->is_good || made->has_section);
    assert_true(made->has_error);
    check_string("log", made->log.file, CONFIG_LOG_FILE);
    check_string("mistake", made->diagnostic,
                 "/etc/a.conf:3:1: error: expected NETWORK = SOURCE or [NAME...], found 'nonsense'");
    give(made);
}

static void an_error_later_changes_nothing_else(void **state)
{
    struct ruleset *good = make("[options]\nlog-file = /log\n[role]\n::/0 = 2001:db8::1\n", NULL);
    struct ruleset *made = make("[options]\nlog-file = /other\n[role]\nnonsense\n", good);
    struct ruleset *again;

    (void)state;
    assert_true(made->is_good && made->has_error && made->has_section);
    assert_true(ruleset_same(made, good));
    check_string("log", made->log.file, "/log");
    give(good); /* made must not point into it */
    assert_int_equal(made->rules.count, 1);
    again = make("[role]\n::/0 = 2001:db8::1\n", made);
    assert_false(again->has_error);
    check_string("mistake", again->diagnostic, "");
    give(made);
    give(again);
}

static void whatever_differs_is_another_one(void **state)
{
    static const char text[] = "[role]\n::/0 = 2001:db8::1\n2001:db8::/32 = 2001:db8::2\n";
    static const struct {
        const char *text;
        bool same;
    } table[] = {
        {text, true},
        {"[role]\n::/0 = 2001:db8::1 # but for a comment\n2001:db8::/32 = 2001:db8::2\n[other]\n", true},
        {"[options]\n[role]\n::/0 = 2001:db8::1\n2001:db8::/32 = 2001:db8::2\n", false}, /* other line numbers */
        {"[role]\n::/0 = 2001:db8::1\n", false},
        {"[role]\n::/0 = 2001:db8::3\n2001:db8::/32 = 2001:db8::2\n", false},
        {"[role]\n::/0 = 2001:db8::2\n2001:db8::/32 = 2001:db8::2\n", false},
        {"[role]\n::/0 = 2001:db8::2\n2001:db8::/32 = 2001:db8::1\n", false},
        {"[role]\n::/0 = 2001:db8::1\n2001:db8::/33 = 2001:db8::2\n", false},
        {"[role]\n::/0 = 2001:db8::1\n2001:db9::/32 = 2001:db8::2\n", false},
        {"[role]\n::/0 = 2001:db8::1\n2001:db8::/32 = none\n", false},
        {"[role]\n::/0 = 2001:db8::1\n2001:db8::/32 = 2001:db8::2\n[options]\nunavailable = kernel\n", false},
        {"[role]\n::/0 = 2001:db8::1\n2001:db8::/32 = 2001:db8::2\n[options]\nlog-level = debug\n", false},
        {"[role]\n::/0 = 2001:db8::1\n2001:db8::/32 = 2001:db8::2\n[options]\nlog-file = /log\n", false},
        {"[other]\n", false},
        {"", false},
        {"nonsense", false},
    };
    struct ruleset *one = make(text, NULL);

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct ruleset *other = make(table[i].text, NULL);

        check_bool(table[i].text, ruleset_same(one, other), table[i].same);
        check_bool(table[i].text, ruleset_same(other, one), table[i].same);
        give(other);
    }
    give(one);
}

static void an_origin_is_of_both_files_and_the_listener(void **state)
{
    struct origin a = {.config.inode = 1, .has_volfile = true, .volfile.inode = 2};
    struct origin b = a;

    (void)state;
    assert_true(origin_same(&a, &b));
    b.volfile.size = 1;
    assert_false(origin_same(&a, &b));
    a.has_volfile = b.has_volfile = false; /* then its version is ignored */
    assert_true(origin_same(&a, &b));
    b.config.size = 1;
    assert_false(origin_same(&a, &b));
    b = a;
    b.has_volfile = true;
    assert_false(origin_same(&a, &b));
    b = a;
    b.listener.kind = LISTENER_ADDRESS;
    assert_false(origin_same(&a, &b));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_all_that_the_process_needs),
        cmocka_unit_test(without_a_section_there_are_no_rules),
        cmocka_unit_test(an_error_at_first_refuses_all_peers_of_glusterfs),
        cmocka_unit_test(an_error_at_first_is_no_good_version),
        cmocka_unit_test(an_error_later_changes_nothing_else),
        cmocka_unit_test(whatever_differs_is_another_one),
        cmocka_unit_test(an_origin_is_of_both_files_and_the_listener),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
