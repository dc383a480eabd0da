#include "../unit.h"

#include "base/word.h"
#include "rules/config.h"
#include "rules/sources.h"

/* Too large for a stack. */
static struct config config;
static struct mistake mistake;
static char dumped[1 << 16];

static void dump_section(struct text *text, const struct section *section)
{
    text_format(text, "%u: %W\n", section->line, &section->names);
    for (uint32_t i = 0; i < section->rules.count; i++) {
        const struct rule *rule = &section->rules.all[i];

        text_format(text, "%u:%u: ", rule->line, (unsigned int)rule->column);
        text_rule(text, rule, &section->sources[rule->source]);
        text_string(text, "\n");
    }
}

/* The parsed sections, with their rules in the order of rules_find(). */
static const char *dump(void)
{
    struct text text = TEXT_IN(dumped);

    for (uint32_t i = 0; i < config.section_count; i++)
        dump_section(&text, &config.sections[i]);
    return dumped;
}

static void parse_good(const char *text, size_t len)
{
    if (!config_parse(text, len, &config, &mistake))
        fail_msg("%u:%u: %s: in what should be good:\n%.*s", mistake.line, mistake.column, mistake.message, (int)len,
                 text);
}

static void check_dump(const char *text, size_t len, const char *wanted)
{
    parse_good(len <= 4096 ? at_memory_end(text, len) : text, len);
    check_string(text, dump(), wanted);
    config_free(&config);
}

/* A string literal and its length: some contain a NUL byte. */
#define BYTES(string) string, sizeof(string) - 1

static const char promised[] =
    "# peer network        = source address\n"
    "[glusterd]\n"
    "2001:db8:1::/64       = 2001:db8:1::11\n"
    "2001:db8:2::/48       = 2001:db8:2::/64     ; this host's own address inside that prefix\n"
    "2001:db8:2:9::/64     = none                ; leave this network to the kernel\n"
    "::/0                  = bind-address        ; transport.socket.bind-address from glusterd.vol\n"
    "[glusterfsd glustershd glfsheal]\n"
    "::/0                  = bind-address\n";

static const char promised_dump[] = "2: \"glusterd\"\n"
                                    "6:1: ::/0 = bind-address\n"
                                    "3:1: 2001:db8:1::/64 = 2001:db8:1::11\n"
                                    "4:1: 2001:db8:2::/48 = 2001:db8:2::/64\n"
                                    "5:1: 2001:db8:2:9::/64 = none\n"
                                    "7: \"glusterfsd glustershd glfsheal\"\n"
                                    "8:1: ::/0 = bind-address\n";

static void the_promised_example_is_good(void **state)
{
    (void)state;
    check_dump(promised, sizeof(promised) - 1, promised_dump);
}

static void what_is_in_force_without_a_file_is_good(void **state)
{
    (void)state;
    check_dump(BYTES(CONFIG_BUILT_IN), "1: \"glusterd\"\n2:1: ::/0 = bind-address\n");
}

static const struct {
    const char *text;
    size_t len;
    const char *dump;
} merely_unusual[] = {
    {BYTES(""), ""},
    {BYTES("\n\n"), ""},
    {BYTES("\xef\xbb\xbf"), ""},
    {BYTES("# only a comment"), ""},
    {BYTES("[a]"), "1: \"a\"\n"},
    {BYTES("[a]\n::/0=none"), "1: \"a\"\n2:1: ::/0 = none\n"},
    {BYTES("[a]\r\n::/0 = none\r\n"), "1: \"a\"\n2:1: ::/0 = none\n"},
    {BYTES("[a]\r\n::/0 = none\r"), "1: \"a\"\n2:1: ::/0 = none\n"},
    {BYTES("\xef\xbb\xbf[a]\n::/0 = none\n"), "1: \"a\"\n2:1: ::/0 = none\n"},
    {BYTES("\t[\ta\tb\t]\t\n\t::/0\t=\tnone\t\n"), "1: \"a\\x09b\"\n2:2: ::/0 = none\n"},
    {BYTES("[a#b]\n::/0 = none"), "1: \"a#b\"\n2:1: ::/0 = none\n"},
    {BYTES("[a] ;one #two\n#::/0 = none\n ;::/0 = none\n\t#x\n::/0 = none\t# [b]\n"), "1: \"a\"\n5:1: ::/0 = none\n"},
    {BYTES("[a]\n::/0 = none # \xff\xfe\x01\n"), "1: \"a\"\n2:1: ::/0 = none\n"},
    {BYTES("[*]\n[python*]\n[python3.[0-9] a?c]\n"), "1: \"*\"\n2: \"python*\"\n3: \"python3.[0-9] a?c\"\n"},
    {BYTES("[a]\n::/0 = none\n[a]\n::/0 = bind-address\n"),
     "1: \"a\"\n2:1: ::/0 = none\n3: \"a\"\n4:1: ::/0 = bind-address\n"},
    {BYTES("[[abc]]\n::/0 = none\n"), "1: \"[abc]\"\n2:1: ::/0 = none\n"},
    {BYTES("[::1]\n::/0 = none\n"), "1: \"::1\"\n2:1: ::/0 = none\n"},
    {BYTES("[fe80::1%eth0[:.*]x b]\n::/0 = none\n"), "1: \"fe80::1%eth0[:.*]x b\"\n2:1: ::/0 = none\n"},
    {BYTES("[option[s]]\n::/0 = none\n"), "1: \"option[s]\"\n2:1: ::/0 = none\n"},
    {BYTES("[a]\n[options]\n[b]\n::/0 = none\n"), "1: \"a\"\n3: \"b\"\n4:1: ::/0 = none\n"},
    {BYTES("[a]\n2001:db8::1 = none\n"), "1: \"a\"\n2:1: 2001:db8::1/128 = none\n"},
    {BYTES("[a]\n2001:0DB8::/032 = none\n"), "1: \"a\"\n2:1: 2001:db8::/32 = none\n"},
    {BYTES("[a]\n::/00 = none\n::1/128 = ::1\n"), "1: \"a\"\n2:1: ::/0 = none\n3:1: ::1/128 = ::1\n"},
    {BYTES("[a]\n::/0 = none\n::/1 = none\n::/128 = none\n"),
     "1: \"a\"\n2:1: ::/0 = none\n3:1: ::/1 = none\n4:1: ::/128 = none\n"},
    {BYTES("[a]\nff00::/8 = none\n::/0 = ::/0\n"), "1: \"a\"\n3:1: ::/0 = ::/0\n2:1: ff00::/8 = none\n"},
    {BYTES("[a]\nfe80::/10 = fe80::1%eth0\nfe80::/64 = fe80::%eth0/64\n"),
     "1: \"a\"\n2:1: fe80::/10 = fe80::1%eth0\n3:1: fe80::/64 = fe80::%eth0/64\n"},
    {BYTES("[a]\n::/0 = fe80::1%123456789012345\n"), "1: \"a\"\n2:1: ::/0 = fe80::1%123456789012345\n"},
    {BYTES("[a]\nfe80::/10 = fe80::1%\xc3\xa9\n"), "1: \"a\"\n2:1: fe80::/10 = fe80::1%\xc3\xa9\n"},
    {BYTES("[a]\n0:0:1::/48 = 0:0:1::/48\n"), "1: \"a\"\n2:1: 0:0:1::/48 = 0:0:1::/48\n"},
    {BYTES("[a]\n::/0 = ::2/128\n"), "1: \"a\"\n2:1: ::/0 = ::2/128\n"},
    {BYTES("[a]\n::/0 = 2001:db8::1/128\n"), "1: \"a\"\n2:1: ::/0 = 2001:db8::1/128\n"},
    {BYTES("[a]\n::ffff:0:0/96 = ::ffff:192.0.2.1\n::ffff:10.0.0.0/104 = ::ffff:10.0.0.0/104\n"
           "::ffff:192.0.2.7 = none\n"),
     "1: \"a\"\n2:1: ::ffff:0.0.0.0/96 = ::ffff:192.0.2.1\n"
     "3:1: ::ffff:10.0.0.0/104 = ::ffff:10.0.0.0/104\n4:1: ::ffff:192.0.2.7/128 = none\n"},
};

static void merely_unusual_text_is_read_as_meant(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(merely_unusual); i++)
        check_dump(merely_unusual[i].text, merely_unusual[i].len, merely_unusual[i].dump);
}

static void options_have_their_defaults_and_values(void **state)
{
    static const struct {
        const char *text;
        bool refuse;
        enum log_level level;
        const char *log_file;
    } table[] = {
        {"", true, LEVEL_INFO, "/var/log/glusterfs/srcaddr.log"},
        {"[options]\n", true, LEVEL_INFO, "/var/log/glusterfs/srcaddr.log"},
        {"[options]\nunavailable = refuse", true, LEVEL_INFO, "/var/log/glusterfs/srcaddr.log"},
        {"[ options ]\n\tunavailable=kernel\r\n", false, LEVEL_INFO, "/var/log/glusterfs/srcaddr.log"},
        {"[a]\n::/0 = none\n[options]\nlog-level = error", true, LEVEL_ERROR, "/var/log/glusterfs/srcaddr.log"},
        {"[options]\nlog-level = warning", true, LEVEL_WARNING, "/var/log/glusterfs/srcaddr.log"},
        {"[options]\nlog-level = info # debug", true, LEVEL_INFO, "/var/log/glusterfs/srcaddr.log"},
        {"[options]\nlog-level = debug", true, LEVEL_DEBUG, "/var/log/glusterfs/srcaddr.log"},
        {"[options]\nlog-file = /srv/a b=c.log ; x", true, LEVEL_INFO, "/srv/a b=c.log"},
        {"[options]\nlog-file = /\nlog-level = error\nunavailable = kernel\n", false, LEVEL_ERROR, "/"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        parse_good(table[i].text, strlen(table[i].text));
        check_bool(table[i].text, config.options.refuse, table[i].refuse);
        check_number(table[i].text, config.options.log_level, table[i].level);
        check_string(table[i].text, config.options.log_file, table[i].log_file);
        config_free(&config);
    }
}

#define FIFTY    "12345678901234567890123456789012345678901234567890"
#define NO_RULE_ "; write NETWORK = SOURCE, or [NAME...]"

static const struct wrong_text mistakes[] = {
    /* lines */
    {BYTES("[a]\n::/0 = no\0ne\n"), 2, 10, "found a NUL byte; write plain text"},
    {BYTES("\0"), 1, 1, "found a NUL byte; write plain text"},
    {BYTES("# comment\0\n"), 1, 10, "found a NUL byte; write plain text"},
    {BYTES("\xef\xbb\xbf[a]\n\0"), 2, 1, "found a NUL byte; write plain text"},
    {BYTES("  glusterd\n"), 1, 3, "found \"glusterd\" without \"=\"" NO_RULE_},
    {BYTES("[a]\r\n\r\n 2001:db8::/32 \t# x = y\r\n"), 3, 2, "found \"2001:db8::/32\" without \"=\"" NO_RULE_},
    {BYTES("[options]\nrefuse"), 2, 1, "found \"refuse\" without \"=\"; write OPTION = VALUE"},
    {BYTES("[options]\n[a]\nrefuse"), 3, 1, "found \"refuse\" without \"=\"" NO_RULE_},
    {BYTES("[a]\n[options]\n::/0\n"), 3, 1, "found \"::/0\" without \"=\"; write OPTION = VALUE"},
    {BYTES("\xff\x01"), 1, 1, "found \"\\xff\\x01\" without \"=\"" NO_RULE_},
    {BYTES("\xef\xbb"), 1, 1, "found \"\\xef\\xbb\" without \"=\"" NO_RULE_},
    {BYTES("\n\xef\xbb\xbf"), 2, 1, "found \"\\xef\\xbb\\xbf\" without \"=\"" NO_RULE_},
    {BYTES(FIFTY FIFTY), 1, 1, "found \"" FIFTY "12345678901234...\" without \"=\"" NO_RULE_},

    /* sections */
    {BYTES("[glusterd"), 1, 1, "found \"[glusterd\" without \"]\" at its end; write [NAME...]"},
    {BYTES(" [glusterd] x"), 1, 2, "found \"[glusterd] x\" without \"]\" at its end; write [NAME...]"},
    {BYTES("[a #b]"), 1, 1, "found \"[a\" without \"]\" at its end; write [NAME...]"},
    {BYTES("["), 1, 1, "found \"[\" without \"]\" at its end; write [NAME...]"},
    {BYTES("[]"), 1, 1, "found a section without a name; write [glusterd]"},
    {BYTES("\n  [ \t ]"), 2, 3, "found a section without a name; write [glusterd]"},
    {BYTES("[a options]"), 1, 4, "found \"options\" among process names; write [options] alone"},
    {BYTES("[options a]"), 1, 2, "found \"options\" among process names; write [options] alone"},
    {BYTES("[a, b]"), 1, 2, "found \"a,\"; write spaces between names"},
    {BYTES("[a b,c]"), 1, 4, "found \"b,c\"; write spaces between names"},
    {BYTES("\xef\xbb\xbf[]"), 1, 1, "found a section without a name; write [glusterd]"}, /* no editor shows the mark */
    {BYTES("[options]\n[a]\n\n [options]\n"), 4, 2, "found [options] a second time; keep one of lines 1 and 4"},
    {BYTES("::/0 = none\n[a]"), 1, 1, "found a rule before the first section; write [glusterd] above it"},
    {BYTES(" \t::1 = none\n"), 1, 3, "found a rule before the first section; write [glusterd] above it"},
    {BYTES("[a]\nlog-level = info\n"), 2, 1,
     "found option \"log-level\" outside of [options]; write it below [options]"},
    {BYTES("[a] [b]\n"), 1, 2, "found \"a]\" with half a pair of brackets; write [NAME...]"},
    {BYTES("[ ::1]x[ b]\n"), 1, 3, "found \"::1]x[\" with half a pair of brackets; write [NAME...]"},
    {BYTES("[a [b]\n"), 1, 4, "found \"[b\" with half a pair of brackets; write [NAME...]"},

    /* rules */
    {BYTES("[a]\n  = none"), 2, 3, "found no network before \"=\"; write NETWORK = SOURCE"},
    {BYTES("[a]\n="), 2, 1, "found no network before \"=\"; write NETWORK = SOURCE"},
    {BYTES("[a]\n::/0 ::1 = none"), 2, 6, "found \"::1\" after the network; write NETWORK = SOURCE"},
    {BYTES("[a]\n::/0 = none x"), 2, 13, "found \"x\" after the source; write one rule a line, comments behind # or ;"},
    {BYTES("[a]\n::/0 x = none"), 2, 6, "found \"x\" after the network; write NETWORK = SOURCE"},
    {BYTES("[a]\n::/0 ="), 2, 7, "found no source after \"=\"; write an address, a prefix, bind-address or none"},
    {BYTES("[a]\n::/0 = # none"), 2, 7,
     "found no source after \"=\"; write an address, a prefix, bind-address or none"},
    {BYTES("[a]\n::/0 = none ::1"), 2, 13,
     "found \"::1\" after the source; write one rule a line, comments behind # or ;"},
    {BYTES("[a]\n::/0 = none = none"), 2, 13,
     "found \"=\" after the source; write one rule a line, comments behind # or ;"},

    /* networks */
    {BYTES("[a]\n\t192.0.2.0/24 = none"), 2, 2, "found IPv4 network \"192.0.2.0/24\"; write ::ffff:192.0.2.0/120"},
    {BYTES("[a]\n192.0.2.1 = none"), 2, 1, "found IPv4 network \"192.0.2.1\"; write ::ffff:192.0.2.1/128"},
    {BYTES("[a]\n192.0.2.1/0 = none"), 2, 1, "found IPv4 network \"192.0.2.1/0\"; write ::ffff:0.0.0.0/96"},
    {BYTES("[a]\n255.255.255.255/32 = none"), 2, 1,
     "found IPv4 network \"255.255.255.255/32\"; write ::ffff:255.255.255.255/128"},
    {BYTES("[a]\n192.0.2.0/33 = none"), 2, 1,
     "found IPv4 network \"192.0.2.0/33\"; write it as ::ffff:ADDRESS/LENGTH, LENGTH 96 or more"},
    {BYTES("[a]\n192.0.2.0/ = none"), 2, 1,
     "found IPv4 network \"192.0.2.0/\"; write it as ::ffff:ADDRESS/LENGTH, LENGTH 96 or more"},
    {BYTES("[a]\nfe80::%eth0/64 = none"), 2, 1, "found a scope in peer network \"fe80::%eth0/64\"; write fe80::/64"},
    {BYTES("[a]\nfe80::1%eth0 = none"), 2, 1, "found a scope in peer network \"fe80::1%eth0\"; write fe80::1/128"},
    {BYTES("[a]\nhost%eth0/64 = none"), 2, 1,
     "found a scope in peer network \"host%eth0/64\"; write the network without %INTERFACE"},
    {BYTES("[a]\nserver1 = none"), 2, 1, "found \"server1\"; write an IPv6 network such as 2001:db8:1::/64"},
    {BYTES("[a]\n/64 = none"), 2, 1, "found \"/64\"; write an IPv6 network such as 2001:db8:1::/64"},
#define IN_BRACKETS "found brackets around the address in "
    {BYTES("[a]\n[::]/0 = none"), 2, 1, IN_BRACKETS "\"[::]/0\"; write ::/0"},
    {BYTES("[a]\n [2001:DB8:1::]/64=none"), 2, 2, IN_BRACKETS "\"[2001:DB8:1::]/64\"; write 2001:db8:1::/64"},
    {BYTES("[a]\n[2001:db8:1::12] = [2001:db8:1::11]"), 2, 1,
     IN_BRACKETS "\"[2001:db8:1::12]\"; write 2001:db8:1::12/128"},
    {BYTES("[a]\n[2001:db8:1::12]:24007 = none"), 2, 1,
     IN_BRACKETS "\"[2001:db8:1::12]:24007\"; write 2001:db8:1::12/128"},
    {BYTES("[a]\n[fe80::%eth0]/64 = none"), 2, 1, IN_BRACKETS "\"[fe80::%eth0]/64\"; write fe80::/64"},
    {BYTES("[a]\n[192.0.2.0]/24 = none"), 2, 1, IN_BRACKETS "\"[192.0.2.0]/24\"; write ::ffff:192.0.2.0/120"},
    {BYTES("[a]\n[::]/129 = none"), 2, 1, IN_BRACKETS "\"[::]/129\"; write it without them"},
    {BYTES("[a]\n[2001:db8::]/32"), 2, 1, "found \"[2001:db8::]/32\" without \"=\"" NO_RULE_},
    {BYTES("[::1] = none"), 1, 1, "found a rule before the first section; write [glusterd] above it"},
    {BYTES("[options]\n[::]/0 = none"), 2, 1, "found option \"[::]/0\"; write unavailable, log-file or log-level"},
    {BYTES("[a]\n[::g]/0 = none"), 2, 1, "found \"[::g]/0 = none\" without \"]\" at its end; write [NAME...]"},
    {BYTES("[a]\n[::/0 = none"), 2, 1, "found \"[::/0 = none\" without \"]\" at its end; write [NAME...]"},
    {BYTES("[a]\n::/129 = none"), 2, 4, "found prefix length \"129\"; write 0 to 128"},
    {BYTES("[a]\n::/ = none"), 2, 4, "found prefix length \"\"; write 0 to 128"},
    {BYTES("[a]\n::/-1 = none"), 2, 4, "found prefix length \"-1\"; write 0 to 128"},
    {BYTES("[a]\n::/6x = none"), 2, 4, "found prefix length \"6x\"; write 0 to 128"},
    {BYTES("[a]\n::/1: = none"), 2, 4, "found prefix length \"1:\"; write 0 to 128"},
    {BYTES("[a]\n::/1/ = none"), 2, 4, "found prefix length \"1/\"; write 0 to 128"},
    {BYTES("[a]\n::/0/0 = none"), 2, 4, "found prefix length \"0/0\"; write 0 to 128"},
    {BYTES("[a]\n::/0128 = none"), 2, 4, "found prefix length \"0128\"; write 0 to 128"},
    {BYTES("[a]\n::/4294967296 = none"), 2, 4, "found prefix length \"4294967296\"; write 0 to 128"},
    {BYTES("[a]\n::/ffff:ffff:: = none"), 2, 4, "found prefix length \"ffff:ffff::\"; write 0 to 128"},
    {BYTES("[a]\n 2001:db8:1::1/64 = none"), 2, 2,
     "found \"2001:db8:1::1/64\", which has bits set beyond its length; write 2001:db8:1::/64, or 2001:db8:1::1/128 "
     "for one peer"},
    {BYTES("[a]\n::ffff:0:0/80 = none"), 2, 1,
     "found \"::ffff:0:0/80\", which has bits set beyond its length; write ::/80, or ::ffff:0.0.0.0/128 for one peer"},

    /* sources */
    {BYTES("[a]\n::/0 = eth0"), 2, 8, "found \"eth0\"; write an address, a prefix, bind-address or none"},
    {BYTES("[a]\n::/0 = None"), 2, 8, "found \"None\"; write an address, a prefix, bind-address or none"},
    {BYTES("[a]\n::/0 = none;"), 2, 8, "found \"none;\"; write an address, a prefix, bind-address or none"},
    {BYTES("[a]\n::/0 = none#"), 2, 8, "found \"none#\"; write an address, a prefix, bind-address or none"},
    {BYTES("[a]\n::/0 = 192.0.2.1"), 2, 8,
     "found IPv4 source \"192.0.2.1\" for a network that is not; write an IPv6 one or none"},
    {BYTES("[a]\n::ffff:0:0/96 = 192.0.2.1"), 2, 17, "found IPv4 source \"192.0.2.1\"; write ::ffff:192.0.2.1"},
    {BYTES("[a]\n::ffff:0:0/96 = 192.0.2.0/24"), 2, 17,
     "found IPv4 source \"192.0.2.0/24\"; write ::ffff:192.0.2.0/120"},
    {BYTES("[a]\n::ffff:0:0/96 = 192.0.2.0/x"), 2, 17, "found IPv4 source \"192.0.2.0/x\"; write it as ::ffff:ADDRESS"},
    {BYTES("[a]\n::/0 = [2001:db8:1::11]"), 2, 8,
     "found brackets around the address in \"[2001:db8:1::11]\"; write 2001:db8:1::11"},
    {BYTES("[a]\n::/0 = [2001:db8:1::]/64"), 2, 8,
     "found brackets around the address in \"[2001:db8:1::]/64\"; write 2001:db8:1::/64"},
    {BYTES("[a]\n::/0 = [fe80::1%eth0]"), 2, 8,
     "found brackets around the address in \"[fe80::1%eth0]\"; write it without them"},
    {BYTES("[a]\n::/0 = [::g]"), 2, 8, "found \"[::g]\"; write an IPv6 address"},
    {BYTES("[a]\n::/0 = 2001:db8::g"), 2, 8, "found \"2001:db8::g\"; write an IPv6 address"},
    {BYTES("[a]\n::/0 = ::"), 2, 8, "found \"::\", which can't be a source; write one of this host's addresses"},
    {BYTES("[a]\n::/0 = ff02::1"), 2, 8,
     "found \"ff02::1\", which can't be a source; write one of this host's addresses"},
    {BYTES("[a]\n::/0 = fe80::1"), 2, 8,
     "found link-local source \"fe80::1\" without its scope; write fe80::1%INTERFACE"},
    {BYTES("[a]\n::/0 = fe80::1%"), 2, 8,
     "found link-local source \"fe80::1%\" without its scope; write fe80::1%INTERFACE"},
    {BYTES("[a]\n::/0 = 2001:db8::1%eth0"), 2, 8,
     "found a scope in \"2001:db8::1%eth0\", which is not link-local; write 2001:db8::1"},
    {BYTES("[a]\n::/0 = 2001:db8::1%"), 2, 8,
     "found a scope in \"2001:db8::1%\", which is not link-local; write 2001:db8::1"},
    {BYTES("[a]\n::/0 = fe80::1%1234567890123456"), 2, 16,
     "found \"1234567890123456\", longer than an interface name can be; write at most 15 characters"},
    {BYTES("[a]\n::/0 = fe80::1%a\x1b[2J"), 2, 16,
     "found \"a\\x1b[2J\", with a control character; write the name of an interface"},
    {BYTES("[a]\n::/0 = fe80::%\x7f/64"), 2, 15,
     "found \"\\x7f\", with a control character; write the name of an interface"},
    {BYTES("[a]\n::/0 = /64"), 2, 8, "found \"/64\"; write an IPv6 address"},
    {BYTES("[a]\n::/0 = 192.0.2.0/24"), 2, 8,
     "found IPv4 source \"192.0.2.0/24\" for a network that is not; write an IPv6 one or none"},
    {BYTES("[a]\n::/0 = 2001:db8::%eth0/64"), 2, 8,
     "found a scope in \"2001:db8::%eth0/64\", which is not link-local; write 2001:db8::/64"},
    {BYTES("[a]\n::/0 = fe80::/64"), 2, 8,
     "found link-local source \"fe80::/64\" without its scope; write fe80::%INTERFACE/64"},
    {BYTES("[a]\n::/0 = ff00::/8"), 2, 8,
     "found \"ff00::/8\", which can't be a source; write one of this host's addresses"},
    {BYTES("[a]\n::/0 = 2001:db8::/129"), 2, 19, "found prefix length \"129\"; write 0 to 128"},
    {BYTES("[a]\n::/0 = ::/"), 2, 11, "found prefix length \"\"; write 0 to 128"},
    {BYTES("[a]\n::/0 = 2001:db8::1/64"), 2, 8,
     "found \"2001:db8::1/64\", which has bits set beyond its length; write 2001:db8::1 for this very address, or "
     "2001:db8::/64 for any of this host's addresses in it"},
    {BYTES("[a]\n::/0 = fe80::1%a/64"), 2, 8,
     "found \"fe80::1%a/64\", which has bits set beyond its length; write fe80::1%a for this very address, or "
     "fe80::%a/64 for any of this host's addresses in it"},

/* a source that can't reach the peer */
#define NOT_MAPPED_SOURCE(source) \
    "found source \"" source "\" for an IPv4-mapped network; write one in ::ffff:0:0/96 or none"
#define MAPPED_SOURCE(source) \
    "found IPv4-mapped source \"" source "\" for a network that is not; write an IPv6 one or none"
    {BYTES("[a]\n::ffff:0:0/96 = bind-address"), 2, 17, NOT_MAPPED_SOURCE("bind-address")},
    {BYTES("[a]\n::ffff:0:0/96 = 2001:db8::1"), 2, 17, NOT_MAPPED_SOURCE("2001:db8::1")},
    {BYTES("[a]\n::ffff:192.0.2.1 = 2001:db8::/64"), 2, 20, NOT_MAPPED_SOURCE("2001:db8::/64")},
    {BYTES("[a]\n::ffff:0:0/96 = ::/0"), 2, 17, NOT_MAPPED_SOURCE("::/0")},
    {BYTES("[a]\n::/0 = ::ffff:192.0.2.1"), 2, 8, MAPPED_SOURCE("::ffff:192.0.2.1")},
    {BYTES("[a]\n2001:db8::/32 = ::ffff:0:0/96"), 2, 17, MAPPED_SOURCE("::ffff:0:0/96")},
    {BYTES("[a]\n::/64 = ::ffff:192.0.2.1"), 2, 9, MAPPED_SOURCE("::ffff:192.0.2.1")},

    /* the same network twice */
    {BYTES("[a]\n::/0 = none\n 0::0/0 = bind-address\n"), 3, 2,
     "found network ::/0 a second time in its section; keep one of lines 2 and 3"},
    {BYTES("[a]\n2001:db8::/32 = none\n::/0 = none\n\n\t2001:db8::/32 = none\n2001:db8::/32 = none\n[b]\n"), 5, 2,
     "found network 2001:db8::/32 a second time in its section; keep one of lines 2 and 5"},
    {BYTES("[a]\n::1 = none\n::1/128 = none\n[options]\n"), 3, 1,
     "found network ::1/128 a second time in its section; keep one of lines 2 and 3"},
    {BYTES("[a]\n::1 = none\n::1 = none\n[b]\nbad\n"), 3, 1,
     "found network ::1/128 a second time in its section; keep one of lines 2 and 3"},
    {BYTES("[a]\n::1 = none\n[b]\n::1 = none\n::1 = none"), 5, 1,
     "found network ::1/128 a second time in its section; keep one of lines 4 and 5"},

    /* options */
    {BYTES("[options]\n loglevel = info"), 2, 2, "found option \"loglevel\"; write unavailable, log-file or log-level"},
    {BYTES("[options]\n = info"), 2, 2, "found option \"\"; write unavailable, log-file or log-level"},
    {BYTES("[options]\nlog level = info"), 2, 1,
     "found option \"log level\"; write unavailable, log-file or log-level"},
    {BYTES("[options]\n::/0 = none"), 2, 1, "found option \"::/0\"; write unavailable, log-file or log-level"},
    {BYTES("[options]\nLog-Level = info"), 2, 1,
     "found option \"Log-Level\"; write unavailable, log-file or log-level"},
    {BYTES("[options]\nlog-level = info\n\n log-level = info"), 4, 2,
     "found \"log-level\" a second time; keep one of lines 2 and 4"},
    {BYTES("[options]\nlog-file = /a\nunavailable = kernel\nunavailable = kernel"), 4, 1,
     "found \"unavailable\" a second time; keep one of lines 3 and 4"},
    {BYTES("[options]\nlog-file = /a\nlog-file = /b"), 3, 1,
     "found \"log-file\" a second time; keep one of lines 2 and 3"},
    {BYTES("[options]\nunavailable = yes"), 2, 15, "found \"yes\"; write refuse or kernel"},
    {BYTES("[options]\nunavailable ="), 2, 14, "found \"\"; write refuse or kernel"},
    {BYTES("[options]\nunavailable = refuse kernel"), 2, 15, "found \"refuse kernel\"; write refuse or kernel"},
    {BYTES("[options]\nlog-level = trace"), 2, 13, "found \"trace\"; write error, warning, info or debug"},
    {BYTES("[options]\nlog-level=INFO"), 2, 11, "found \"INFO\"; write error, warning, info or debug"},
    {BYTES("[options]\nlog-file = srcaddr.log"), 2, 12,
     "found \"srcaddr.log\"; write an absolute path of at most 4095 bytes"},
    {BYTES("[options]\nlog-file = \t # x"), 2, 11, "found \"\"; write an absolute path of at most 4095 bytes"},
};

static void every_mistake_has_its_place_and_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        const char *text = at_memory_end(mistakes[i].text, mistakes[i].len);
        const char *what = in_words("mistake in \"%s\"", mistakes[i].text);

        check_bool(what, config_parse(text, mistakes[i].len, &config, &mistake), false);
        check_mistake(what, &mistake, &mistakes[i]);
    }
}

/* "[options]\nlog-file = " and a path of path_len bytes. */
static size_t long_path_option(char *text, size_t path_len)
{
    static const char start[] = "[options]\nlog-file = ";

    memcpy(text, start, sizeof(start) - 1);
    memset(text + sizeof(start) - 1, '/', path_len);
    return sizeof(start) - 1 + path_len;
}

static void a_log_file_is_as_long_as_a_path_can_be(void **state)
{
    static char text[PATH_MAX + 100];
    size_t len = long_path_option(text, PATH_MAX - 1);

    (void)state;
    parse_good(text, len);
    check_number("length of the path", strlen(config.options.log_file), PATH_MAX - 1);
    config_free(&config);

    len = long_path_option(text, PATH_MAX);
    assert_false(config_parse(text, len, &config, &mistake));
    check_number("line", mistake.line, 2);
    check_number("column", mistake.column, 12);
}

/* len bytes: "[a]\n", blanks, and end. Valid until the next call. */
static const char *far_to_the_right(size_t len, const char *end)
{
    static char text[200000];
    struct word first = word_of("[a]\n");
    struct word last = word_of(end);

    assert_true(len <= sizeof(text));
    memset(text, ' ', len);
    memcpy(text, first.start, first.len);
    memcpy(text + len - last.len, last.start, last.len);
    return text;
}

/* A rule's column is kept in 16 bits, a mistake's is not. */
static void columns_far_to_the_right(void **state)
{
    enum { LEN = 200000 };

    (void)state;
    assert_false(config_parse(far_to_the_right(LEN, "::/=none"), LEN, &config, &mistake));
    check_number("column of the length", mistake.column, LEN - strlen("[a]\n") - strlen("=none") + 1);
    parse_good(far_to_the_right(LEN, "::/0=none"), LEN);
    check_number("column of the rule", config.sections[0].rules.all[0].column, UINT16_MAX);
    config_free(&config);
}

/* start, a megabyte of one byte, and end. */
static const struct {
    const char *start;
    char filler;
    const char *end;
    const char *dump; /* NULL if it is a mistake */
    struct wrong_text wrong;
} megabytes[] = {
#define X64  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X63  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define NONE "1: \"a\"\n2:1: ::/0 = none\n"
    {"[a] #", 'x', "\n::/0 = none", NONE, {.text = NULL}},
    {"[a]\n::/0 =", '\t', "none", NONE, {.text = NULL}},
    {"[a]\n::/0 = none", ' ', ";", NONE, {.text = NULL}},
    {"[a]\n::/0 = none", '\n', "", NONE, {.text = NULL}},
    {"[a]\n::/0 = none", '\r', "\n", NONE, {.text = NULL}},
    {"[a]", ' ', "\n::/0 = none\n", NONE, {.text = NULL}},
    {"[x", 'x', "]\n::/0 = none\n", "1: \"" X64 "...\"\n2:1: ::/0 = none\n", {.text = NULL}},
    {"x", 'x', "\n", NULL, {NULL, 0, 1, 1, "found \"" X64 "...\" without \"=\"" NO_RULE_}},
    {"[x", 'x', "", NULL, {NULL, 0, 1, 1, "found \"[" X63 "...\" without \"]\" at its end; write [NAME...]"}},
    {"[a]\n",
     'x',
     "= none",
     NULL,
     {NULL, 0, 2, 1, "found \"" X64 "...\"; write an IPv6 network such as 2001:db8:1::/64"}},
    {"[a]\n::/", 'x', "= none", NULL, {NULL, 0, 2, 4, "found prefix length \"" X64 "...\"; write 0 to 128"}},
    {"[a]\n::/0 = fe80::1%",
     'x',
     "",
     NULL,
     {NULL, 0, 2, 16, "found \"" X64 "...\", longer than an interface name can be; write at most 15 characters"}},
    {"[options]\nlog-file = ",
     'x',
     "",
     NULL,
     {NULL, 0, 2, 12, "found \"" X64 "...\"; write an absolute path of at most 4095 bytes"}},
    {"[a]\n", ' ', "x", NULL, {NULL, 0, 2, 1048577, "found \"x\" without \"=\"" NO_RULE_}},
#undef X64
#undef X63
#undef NONE
};

static void a_line_of_a_megabyte_is_read_as_meant_or_one_mistake(void **state)
{
    enum { MEGABYTE = 1 << 20 };
    static char text[MEGABYTE + 100];

    (void)state;
    for (size_t i = 0; i < COUNT(megabytes); i++) {
        size_t start = strlen(megabytes[i].start);
        size_t end = strlen(megabytes[i].end);

        memcpy(text, megabytes[i].start, start);
        memset(text + start, megabytes[i].filler, MEGABYTE);
        memcpy(text + start + MEGABYTE, megabytes[i].end, end);
        if (megabytes[i].dump != NULL) {
            check_dump(text, start + MEGABYTE + end, megabytes[i].dump);
        } else {
            check_bool(megabytes[i].start, config_parse(text, start + MEGABYTE + end, &config, &mistake), false);
            check_mistake(megabytes[i].start, &mistake, &megabytes[i].wrong);
        }
    }
}

enum {
    MILLION = 1000000,
    MANY = 100000,
    LINE_ROOM = 64 /* bytes for a line of a large text */
};

/* Shuffled: not in the order of the networks. */
static unsigned int number_in_rule(unsigned int i)
{
    return (unsigned int)(i * 7919ul % MILLION);
}

static size_t write_a_million_rules(char *text)
{
    size_t len = (size_t)snprintf(text, LINE_ROOM, "[glusterd]\n");

    for (unsigned int i = 0; i < MILLION; i++) {
        unsigned int number = number_in_rule(i);

        len += (size_t)snprintf(text + len, LINE_ROOM, "2000:%x:%x::/48 = 2000:%x:%x::1\n", number >> 16,
                                number & 0xffff, number >> 16, number & 0xffff);
    }
    return len;
}

static void check_one_of_a_million(unsigned int i)
{
    const struct section *section = &config.sections[0];
    unsigned int number = number_in_rule(i);
    struct in6_addr peer = address_of(in_words("2000:%x:%x:ffff::5", number >> 16, number & 0xffff));
    struct in6_addr source = address_of(in_words("2000:%x:%x::1", number >> 16, number & 0xffff));
    const struct rule *rule = rules_find(&section->rules, &peer);

    assert_non_null(rule);
    check_number("line", rule->line, i + 2);
    assert_memory_equal(&section->sources[rule->source].network.address, &source, sizeof(source));
}

static void a_million_rules_are_fine(void **state)
{
    static char text[MILLION * LINE_ROOM];
    struct in6_addr beyond = address_of("2000:f:4240::"); /* a million is 0xf4240 */

    (void)state;
    parse_good(text, write_a_million_rules(text));
    check_number("rules", config.sections[0].rules.count, MILLION);
    for (unsigned int i = 0; i < MILLION; i++)
        check_one_of_a_million(i);
    assert_null(rules_find(&config.sections[0].rules, &beyond));
    config_free(&config);
}

static void a_hundred_thousand_sections_are_fine(void **state)
{
    static char text[MANY * LINE_ROOM];
    size_t len = 0;

    (void)state;
    for (unsigned int i = 0; i < MANY; i++)
        len += (size_t)snprintf(text + len, LINE_ROOM, "[a%u]\n2001:db8::/32 = none\n", i);
    parse_good(text, len);
    check_number("sections", config.section_count, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        check_number("line", config.sections[i].line, 2 * i + 1);
        check_number("rules", config.sections[i].rules.count, 1);
        check_number("line of the rule", config.sections[i].rules.all[0].line, 2 * i + 2);
    }
    config_free(&config);
}

static void rules_share_the_source_above(void **state)
{
    static const char text[] = "[a]\n"
                               "2001:db8:1::/48 = fe80::1%eth0\n"
                               "2001:db8:2::/48 = fe80::1%eth0\n"
                               "2001:db8:3::/48 = fe80::1%eth1\n"
                               "2001:db8:4::/48 = none\n"
                               "2001:db8:5::/48 = bind-address\n"
                               "2001:db8:6::/48 = 2001:db8::\n"
                               "2001:db8:7::/48 = 2001:db8::/128\n"
                               "2001:db8:8::/48 = 2001:db8::/64\n"
                               "2001:db8:9::/48 = 2001:db8::/64\n"
                               "[b]\n"
                               "2001:db8:9::/48 = 2001:db8::/64\n";
    static const uint32_t wanted[] = {0, 0, 1, 2, 3, 4, 5, 6, 6};

    (void)state;
    parse_good(text, sizeof(text) - 1);
    check_number("sources", config.sections[0].source_count, COUNT(wanted) - 2);
    for (size_t i = 0; i < COUNT(wanted); i++)
        check_number("source", config.sections[0].rules.all[i].source, wanted[i]);
    check_number("sources", config.sections[1].source_count, 1);
    config_free(&config);
}

/* Everything a configuration can contain, with every way to end a piece. */
static const char everything[] = "\xef\xbb\xbf# comment\r\n"
                                 "[options]\r\n"
                                 "unavailable = kernel ; comment\n"
                                 "log-file=/var/log/x.log\n"
                                 "log-level = debug\n"
                                 "\n"
                                 "[glusterd glusterfs* a[b-c]?]\n"
                                 "2001:db8:1::/64\t= 2001:db8:1::11\n"
                                 "2001:db8:2::/48 = 2001:db8:2::/64\n"
                                 "2001:db8:2:9::/64 = none\n"
                                 "::/0 = bind-address\n"
                                 "fe80::/10 = fe80::1%eth0\n"
                                 "fe80::/64 = fe80::%eth0/64\n"
                                 "::ffff:0:0/96 = ::ffff:192.0.2.1\n"
                                 "[*]\n"
                                 "::1 = ::1";

/* Checks that the mistake is within the text, or just past the end of a line. */
static void check_place(const char *text, size_t len)
{
    struct word rest = {.start = text, .len = len};
    struct word line = {.start = text, .len = 0};

    for (unsigned int i = 0; i < mistake.line; i++) {
        if (rest.len == 0)
            fail_msg("mistake in line %u, which is not there", mistake.line);
        line = word_split(&rest, '\n');
    }
    if (mistake.line == 0 || mistake.column == 0 || mistake.column > line.len + 1)
        fail_msg("mistake at %u:%u: %s: in a line of %zu bytes", mistake.line, mistake.column, mistake.message,
                 line.len);
    assert_true(strstr(mistake.message, "found ") == mistake.message);
}

/* Returns whether the text is good. */
static bool parse_anything(const char *bytes, size_t len)
{
    const char *text = at_memory_end(bytes, len);

    memset(&mistake, 0, sizeof(mistake));
    if (config_parse(text, len, &config, &mistake)) {
        dump();
        config_free(&config);
        return true;
    }
    check_place(text, len);
    return false;
}

static void a_truncated_text_is_good_or_a_mistake_with_a_place(void **state)
{
    unsigned int good = 0;

    (void)state;
    for (size_t len = 0; len < sizeof(everything); len++)
        good += parse_anything(everything, len) ? 1 : 0;
    assert_true(parse_anything(everything, sizeof(everything) - 1));
    assert_true(good > 16); /* at least after every line */
}

static void a_text_with_one_wrong_byte_is_good_or_a_mistake_with_a_place(void **state)
{
    static const char wrong[] = {'\0', '\n', '\r', ' ', '[', ']', '=', '/', '%', ':', '#', ',', 'x', '9', '\xff'};
    char text[sizeof(everything)];

    (void)state;
    for (size_t at = 0; at < sizeof(everything) - 1; at++) {
        for (size_t i = 0; i < sizeof(wrong); i++) {
            memcpy(text, everything, sizeof(text));
            text[at] = wrong[i];
            parse_anything(text, sizeof(text) - 1);
        }
    }
}

static void all_memory_is_given_back(void **state)
{
    unsigned long before = mapped_pages();

    (void)state;
    parse_good(promised, sizeof(promised) - 1);
    config_free(&config);
    assert_null(config.memory);
    config_free(&config);
    assert_false(config_parse(BYTES("mistake"), &config, &mistake));
    assert_int_equal(mapped_pages(), before);
}

static void a_section_is_of_all_processes_that_it_names(void **state)
{
    static const struct {
        const char *names;
        const char *name;
        bool matches;
    } table[] = {
        {"glusterd", "glusterd", true},
        {"glusterd", "glusterfsd", false},
        {"glusterd glusterfsd", "glusterfsd", true},
        {"glusterd\t glusterfsd", "glusterd", true},
        {"glusterd glusterfsd", "glusterd glusterfsd", false},
        {"glusterd glusterfsd", "", false},
        {"python* gluster?", "python3", true},
        {"python* gluster?", "glusterd", true},
        {"python* gluster?", "glusterfs", false},
        {"*", "anything", true},
        {"[a-c]x", "bx", true},
        {"option[s]", "options", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct section section = {.names = word_of(table[i].names)};

        check_bool(table[i].names, section_matches(&section, table[i].name), table[i].matches);
    }
}

/* source_parse() must not rely on what source held before. */
static void an_address_as_source_is_taken_apart(void **state)
{
    static const struct {
        const char *word;
        const char *address;
        const char *scope;
    } table[] = {
        {"2001:db8::1", "2001:db8::1", ""},
        {"fe80::1%eth0", "fe80::1", "eth0"},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.1", ""},
        {"::1", "::1", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct source source;
        struct in6_addr wanted = address_of(table[i].address);

        check_bool(table[i].word, source_parse(word_of(table[i].word), &source, &mistake), true);
        assert_int_equal(source.kind, SOURCE_ADDRESS);
        assert_memory_equal(&source.network.address, &wanted, sizeof(wanted));
        check_number(table[i].word, source.network.len, 128);
        check_string(table[i].word, source.scope, table[i].scope);
    }
}

static void a_mistake_in_a_source_has_its_place_there(void **state)
{
    static const struct wrong_text wanted[] = {
        {BYTES("server1"), 1, 1, "found \"server1\"; write an IPv6 address"},
        {BYTES("2001:db8::/129"), 1, 12, "found prefix length \"129\"; write 0 to 128"},
    };
    struct source source;

    (void)state;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_false(source_parse(word_of(wanted[i].text), &source, &mistake));
        check_mistake(wanted[i].text, &mistake, &wanted[i]);
    }
}

static void a_mistake_has_what_it_is_given(void **state)
{
    (void)state;
    assert_false(mistake_at(&mistake, 3, 7, "found %s; write %u", "x", 5u));
    check_number("line", mistake.line, 3);
    check_number("column", mistake.column, 7);
    check_string("message", mistake.message, "found x; write 5");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_promised_example_is_good),
        cmocka_unit_test(what_is_in_force_without_a_file_is_good),
        cmocka_unit_test(merely_unusual_text_is_read_as_meant),
        cmocka_unit_test(options_have_their_defaults_and_values),
        cmocka_unit_test(every_mistake_has_its_place_and_words),
        cmocka_unit_test(a_log_file_is_as_long_as_a_path_can_be),
        cmocka_unit_test(columns_far_to_the_right),
        cmocka_unit_test(a_line_of_a_megabyte_is_read_as_meant_or_one_mistake),
        cmocka_unit_test(a_million_rules_are_fine),
        cmocka_unit_test(a_hundred_thousand_sections_are_fine),
        cmocka_unit_test(rules_share_the_source_above),
        cmocka_unit_test(a_truncated_text_is_good_or_a_mistake_with_a_place),
        cmocka_unit_test(a_text_with_one_wrong_byte_is_good_or_a_mistake_with_a_place),
        cmocka_unit_test(all_memory_is_given_back),
        cmocka_unit_test(a_section_is_of_all_processes_that_it_names),
        cmocka_unit_test(an_address_as_source_is_taken_apart),
        cmocka_unit_test(a_mistake_in_a_source_has_its_place_there),
        cmocka_unit_test(a_mistake_has_what_it_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
