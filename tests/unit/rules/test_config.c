#include "../unit.h"

#include "base/word.h"
#include "rules/config.h"
#include "rules/sources.h"

/* Too large for a stack. */
static struct config config;
static struct diagnostic diagnostic;
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
    if (!config_parse(text, len, &config, &diagnostic))
        fail_msg("%u:%u: %s: in what should be good:\n%.*s", diagnostic.line, diagnostic.column, diagnostic.message,
                 (int)len, text);
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

static const char promised_dump[] = "2: 'glusterd'\n"
                                    "6:1: ::/0 = bind-address\n"
                                    "3:1: 2001:db8:1::/64 = 2001:db8:1::11\n"
                                    "4:1: 2001:db8:2::/48 = 2001:db8:2::/64\n"
                                    "5:1: 2001:db8:2:9::/64 = none\n"
                                    "7: 'glusterfsd glustershd glfsheal'\n"
                                    "8:1: ::/0 = bind-address\n";

static void the_promised_example_is_good(void **state)
{
    (void)state;
    check_dump(promised, sizeof(promised) - 1, promised_dump);
}

static void what_is_in_force_without_a_file_is_good(void **state)
{
    (void)state;
    check_dump(BYTES(CONFIG_BUILT_IN), "1: 'glusterd'\n2:1: ::/0 = bind-address\n");
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
    {BYTES("[a]"), "1: 'a'\n"},
    {BYTES("[a]\n::/0=none"), "1: 'a'\n2:1: ::/0 = none\n"},
    {BYTES("[a]\r\n::/0 = none\r\n"), "1: 'a'\n2:1: ::/0 = none\n"},
    {BYTES("[a]\r\n::/0 = none\r"), "1: 'a'\n2:1: ::/0 = none\n"},
    {BYTES("\xef\xbb\xbf[a]\n::/0 = none\n"), "1: 'a'\n2:1: ::/0 = none\n"},
    {BYTES("\t[\ta\tb\t]\t\n\t::/0\t=\tnone\t\n"), "1: 'a\\x09b'\n2:2: ::/0 = none\n"},
    {BYTES("[a#b]\n::/0 = none"), "1: 'a#b'\n2:1: ::/0 = none\n"},
    {BYTES("[a] ;one #two\n#::/0 = none\n ;::/0 = none\n\t#x\n::/0 = none\t# [b]\n"), "1: 'a'\n5:1: ::/0 = none\n"},
    {BYTES("[a]\n::/0 = none # \xff\xfe\x01\n"), "1: 'a'\n2:1: ::/0 = none\n"},
    {BYTES("[*]\n[python*]\n[python3.[0-9] a?c]\n"), "1: '*'\n2: 'python*'\n3: 'python3.[0-9] a?c'\n"},
    {BYTES("[a]\n::/0 = none\n[a]\n::/0 = bind-address\n"),
     "1: 'a'\n2:1: ::/0 = none\n3: 'a'\n4:1: ::/0 = bind-address\n"},
    {BYTES("[[abc]]\n::/0 = none\n"), "1: '[abc]'\n2:1: ::/0 = none\n"},
    {BYTES("[::1]\n::/0 = none\n"), "1: '::1'\n2:1: ::/0 = none\n"},
    {BYTES("[fe80::1%eth0[:.*]x b]\n::/0 = none\n"), "1: 'fe80::1%eth0[:.*]x b'\n2:1: ::/0 = none\n"},
    {BYTES("[option[s]]\n::/0 = none\n"), "1: 'option[s]'\n2:1: ::/0 = none\n"},
    {BYTES("[a]\n[options]\n[b]\n::/0 = none\n"), "1: 'a'\n3: 'b'\n4:1: ::/0 = none\n"},
    {BYTES("[a]\n2001:db8::1 = none\n"), "1: 'a'\n2:1: 2001:db8::1/128 = none\n"},
    {BYTES("[a]\n2001:0DB8::/032 = none\n"), "1: 'a'\n2:1: 2001:db8::/32 = none\n"},
    {BYTES("[a]\n::/00 = none\n::1/128 = ::1\n"), "1: 'a'\n2:1: ::/0 = none\n3:1: ::1/128 = ::1\n"},
    {BYTES("[a]\n::/0 = none\n::/1 = none\n::/128 = none\n"),
     "1: 'a'\n2:1: ::/0 = none\n3:1: ::/1 = none\n4:1: ::/128 = none\n"},
    {BYTES("[a]\nff00::/8 = none\n::/0 = ::/0\n"), "1: 'a'\n3:1: ::/0 = ::/0\n2:1: ff00::/8 = none\n"},
    {BYTES("[a]\nfe80::/10 = fe80::1%eth0\nfe80::/64 = fe80::%eth0/64\n"),
     "1: 'a'\n2:1: fe80::/10 = fe80::1%eth0\n3:1: fe80::/64 = fe80::%eth0/64\n"},
    {BYTES("[a]\n::/0 = fe80::1%123456789012345\n"), "1: 'a'\n2:1: ::/0 = fe80::1%123456789012345\n"},
    {BYTES("[a]\nfe80::/10 = fe80::1%\xc3\xa9\n"), "1: 'a'\n2:1: fe80::/10 = fe80::1%\xc3\xa9\n"},
    {BYTES("[a]\n0:0:1::/48 = 0:0:1::/48\n"), "1: 'a'\n2:1: 0:0:1::/48 = 0:0:1::/48\n"},
    {BYTES("[a]\n::/0 = ::2/128\n"), "1: 'a'\n2:1: ::/0 = ::2/128\n"},
    {BYTES("[a]\n::/0 = 2001:db8::1/128\n"), "1: 'a'\n2:1: ::/0 = 2001:db8::1/128\n"},
    {BYTES("[a]\n::ffff:0:0/96 = ::ffff:192.0.2.1\n::ffff:10.0.0.0/104 = ::ffff:10.0.0.0/104\n"
           "::ffff:192.0.2.7 = none\n"),
     "1: 'a'\n2:1: ::ffff:0.0.0.0/96 = ::ffff:192.0.2.1\n"
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
#define NO_RULE_ "expected NETWORK = SOURCE or [NAME...], found "

static const struct wrong_text errors[] = {
    /* lines */
    {BYTES("[a]\n::/0 = no\0ne\n"), 2, 10, "expected plain text, found a NUL byte"},
    {BYTES("\0"), 1, 1, "expected plain text, found a NUL byte"},
    {BYTES("# comment\0\n"), 1, 10, "expected plain text, found a NUL byte"},
    {BYTES("\xef\xbb\xbf[a]\n\0"), 2, 1, "expected plain text, found a NUL byte"},
    {BYTES("  glusterd\n"), 1, 3, NO_RULE_ "'glusterd'"},
    {BYTES("[a]\r\n\r\n 2001:db8::/32 \t# x = y\r\n"), 3, 2, NO_RULE_ "'2001:db8::/32'"},
    {BYTES("[options]\nrefuse"), 2, 1, "expected OPTION = VALUE, found 'refuse'"},
    {BYTES("[options]\n[a]\nrefuse"), 3, 1, NO_RULE_ "'refuse'"},
    {BYTES("[a]\n[options]\n::/0\n"), 3, 1, "expected OPTION = VALUE, found '::/0'"},
    {BYTES("\xff\x01"), 1, 1, NO_RULE_ "'\\xff\\x01'"},
    {BYTES("\xef\xbb"), 1, 1, NO_RULE_ "'\\xef\\xbb'"},
    {BYTES("\n\xef\xbb\xbf"), 2, 1, NO_RULE_ "'\\xef\\xbb\\xbf'"},
    {BYTES(FIFTY FIFTY), 1, 1, NO_RULE_ "'" FIFTY "12345678901234...'"},

    /* sections */
    {BYTES("[glusterd"), 1, 1, "expected ']' at the end of '[glusterd'"},
    {BYTES(" [glusterd] x"), 1, 2, "expected ']' at the end of '[glusterd] x'"},
    {BYTES("[a #b]"), 1, 1, "expected ']' at the end of '[a'"},
    {BYTES("["), 1, 1, "expected ']' at the end of '['"},
    {BYTES("[]"), 1, 1, "expected a section with a name, such as [glusterd]"},
    {BYTES("\n  [ \t ]"), 2, 3, "expected a section with a name, such as [glusterd]"},
    {BYTES("[a options]"), 1, 4, "expected [options] without other names"},
    {BYTES("[options a]"), 1, 2, "expected [options] without other names"},
    {BYTES("[a, b]"), 1, 2, "expected spaces between names, found 'a,'"},
    {BYTES("[a b,c]"), 1, 4, "expected spaces between names, found 'b,c'"},
    {BYTES("\xef\xbb\xbf[]"), 1, 1,
     "expected a section with a name, such as [glusterd]"}, /* no editor shows the mark */
    {BYTES("[options]\n[a]\n\n [options]\n"), 4, 2, "duplicate [options]: lines 1 and 4"},
    {BYTES("::/0 = none\n[a]"), 1, 1, "expected a section such as [glusterd] above the first rule"},
    {BYTES(" \t::1 = none\n"), 1, 3, "expected a section such as [glusterd] above the first rule"},
    {BYTES("[a]\nlog-level = info\n"), 2, 1, "expected option 'log-level' below [options]"},
    {BYTES("[a] [b]\n"), 1, 2, "expected [NAME...], found 'a]' with an unmatched bracket"},
    {BYTES("[ ::1]x[ b]\n"), 1, 3, "expected [NAME...], found '::1]x[' with an unmatched bracket"},
    {BYTES("[a [b]\n"), 1, 4, "expected [NAME...], found '[b' with an unmatched bracket"},

    /* rules */
    {BYTES("[a]\n  = none"), 2, 3, "expected a network before '='"},
    {BYTES("[a]\n="), 2, 1, "expected a network before '='"},
    {BYTES("[a]\n::/0 ::1 = none"), 2, 6, "expected '=' after the network, found '::1'"},
    {BYTES("[a]\n::/0 = none x"), 2, 13, "expected # comment or end of line, found 'x'"},
    {BYTES("[a]\n::/0 x = none"), 2, 6, "expected '=' after the network, found 'x'"},
    {BYTES("[a]\n::/0 ="), 2, 7, "expected a source such as bind-address after '='"},
    {BYTES("[a]\n::/0 = # none"), 2, 7, "expected a source such as bind-address after '='"},
    {BYTES("[a]\n::/0 = none ::1"), 2, 13, "expected # comment or end of line, found '::1'"},
    {BYTES("[a]\n::/0 = none = none"), 2, 13, "expected # comment or end of line, found '='"},

    /* networks */
    {BYTES("[a]\n\t192.0.2.0/24 = none"), 2, 2, "expected ::ffff:192.0.2.0/120, found IPv4 network '192.0.2.0/24'"},
    {BYTES("[a]\n192.0.2.1 = none"), 2, 1, "expected ::ffff:192.0.2.1/128, found IPv4 network '192.0.2.1'"},
    {BYTES("[a]\n192.0.2.1/0 = none"), 2, 1, "expected ::ffff:0.0.0.0/96, found IPv4 network '192.0.2.1/0'"},
    {BYTES("[a]\n255.255.255.255/32 = none"), 2, 1,
     "expected ::ffff:255.255.255.255/128, found IPv4 network '255.255.255.255/32'"},
    {BYTES("[a]\n192.0.2.0/33 = none"), 2, 1,
     "expected ::ffff:ADDRESS/LENGTH with a LENGTH of 96 to 128, found IPv4 network '192.0.2.0/33'"},
    {BYTES("[a]\n192.0.2.0/ = none"), 2, 1,
     "expected ::ffff:ADDRESS/LENGTH with a LENGTH of 96 to 128, found IPv4 network '192.0.2.0/'"},
    {BYTES("[a]\nfe80::%eth0/64 = none"), 2, 1, "expected fe80::/64, found a scope in 'fe80::%eth0/64'"},
    {BYTES("[a]\nfe80::1%eth0 = none"), 2, 1, "expected fe80::1/128, found a scope in 'fe80::1%eth0'"},
    {BYTES("[a]\nhost%eth0/64 = none"), 2, 1, "expected a network without %INTERFACE, found a scope in 'host%eth0/64'"},
    {BYTES("[a]\nserver1 = none"), 2, 1, "expected an IPv6 network such as 2001:db8:1::/64, found 'server1'"},
    {BYTES("[a]\n/64 = none"), 2, 1, "expected an IPv6 network such as 2001:db8:1::/64, found '/64'"},
#define IN_BRACKETS(right, word) "expected " right ", found brackets in '" word "'"
    {BYTES("[a]\n[::]/0 = none"), 2, 1, IN_BRACKETS("::/0", "[::]/0")},
    {BYTES("[a]\n [2001:DB8:1::]/64=none"), 2, 2, IN_BRACKETS("2001:db8:1::/64", "[2001:DB8:1::]/64")},
    {BYTES("[a]\n[2001:db8:1::12] = [2001:db8:1::11]"), 2, 1, IN_BRACKETS("2001:db8:1::12/128", "[2001:db8:1::12]")},
    {BYTES("[a]\n[2001:db8:1::12]:24007 = none"), 2, 1, IN_BRACKETS("2001:db8:1::12/128", "[2001:db8:1::12]:24007")},
    {BYTES("[a]\n[fe80::%eth0]/64 = none"), 2, 1, IN_BRACKETS("fe80::/64", "[fe80::%eth0]/64")},
    {BYTES("[a]\n[192.0.2.0]/24 = none"), 2, 1, IN_BRACKETS("::ffff:192.0.2.0/120", "[192.0.2.0]/24")},
    {BYTES("[a]\n[::]/129 = none"), 2, 1, IN_BRACKETS("a network without brackets", "[::]/129")},
    {BYTES("[a]\n[2001:db8::]/32"), 2, 1, NO_RULE_ "'[2001:db8::]/32'"},
    {BYTES("[::1] = none"), 1, 1, "expected a section such as [glusterd] above the first rule"},
    {BYTES("[options]\n[::]/0 = none"), 2, 1, "expected unavailable, log-file or log-level, found '[::]/0'"},
    {BYTES("[a]\n[::g]/0 = none"), 2, 1, "expected ']' at the end of '[::g]/0 = none'"},
    {BYTES("[a]\n[::/0 = none"), 2, 1, "expected ']' at the end of '[::/0 = none'"},
    {BYTES("[a]\n::/129 = none"), 2, 4, "expected a prefix length of 0 to 128, found '129'"},
    {BYTES("[a]\n::/ = none"), 2, 4, "expected a prefix length of 0 to 128, found ''"},
    {BYTES("[a]\n::/-1 = none"), 2, 4, "expected a prefix length of 0 to 128, found '-1'"},
    {BYTES("[a]\n::/6x = none"), 2, 4, "expected a prefix length of 0 to 128, found '6x'"},
    {BYTES("[a]\n::/1: = none"), 2, 4, "expected a prefix length of 0 to 128, found '1:'"},
    {BYTES("[a]\n::/1/ = none"), 2, 4, "expected a prefix length of 0 to 128, found '1/'"},
    {BYTES("[a]\n::/0/0 = none"), 2, 4, "expected a prefix length of 0 to 128, found '0/0'"},
    {BYTES("[a]\n::/0128 = none"), 2, 4, "expected a prefix length of 0 to 128, found '0128'"},
    {BYTES("[a]\n::/4294967296 = none"), 2, 4, "expected a prefix length of 0 to 128, found '4294967296'"},
    {BYTES("[a]\n::/ffff:ffff:: = none"), 2, 4, "expected a prefix length of 0 to 128, found 'ffff:ffff::'"},
    {BYTES("[a]\n 2001:db8:1::1/64 = none"), 2, 2,
     "expected 2001:db8:1::/64, or 2001:db8:1::1/128 "
     "for one peer, found '2001:db8:1::1/64' with host bits set"},
    {BYTES("[a]\n::ffff:0:0/80 = none"), 2, 1,
     "expected ::/80, or ::ffff:0.0.0.0/128 for one peer, found '::ffff:0:0/80' with host bits set"},

    /* sources */
    {BYTES("[a]\n::/0 = eth0"), 2, 8, "expected an address, a prefix, bind-address or none, found 'eth0'"},
    {BYTES("[a]\n::/0 = None"), 2, 8, "unknown source 'None'; did you mean 'none'?"},
    {BYTES("[a]\n::/0 = none;"), 2, 8, "unknown source 'none;'; did you mean 'none'?"},
    {BYTES("[a]\n::/0 = none#"), 2, 8, "unknown source 'none#'; did you mean 'none'?"},
    {BYTES("[a]\n::/0 = bind-adress"), 2, 8, "unknown source 'bind-adress'; did you mean 'bind-address'?"},
    {BYTES("[a]\n::/0 = bind"), 2, 8, "expected an address, a prefix, bind-address or none, found 'bind'"},
    {BYTES("[a]\n::/0 = 192.0.2.1"), 2, 8, "expected an IPv6 source or none, found IPv4 source '192.0.2.1'"},
    {BYTES("[a]\n::ffff:0:0/96 = 192.0.2.1"), 2, 17, "expected ::ffff:192.0.2.1, found IPv4 source '192.0.2.1'"},
    {BYTES("[a]\n::ffff:0:0/96 = 192.0.2.0/24"), 2, 17,
     "expected ::ffff:192.0.2.0/120, found IPv4 source '192.0.2.0/24'"},
    {BYTES("[a]\n::ffff:0:0/96 = 192.0.2.0/x"), 2, 17, "expected ::ffff:ADDRESS, found IPv4 source '192.0.2.0/x'"},
    {BYTES("[a]\n::/0 = [2001:db8:1::11]"), 2, 8, "expected 2001:db8:1::11, found brackets in '[2001:db8:1::11]'"},
    {BYTES("[a]\n::/0 = [2001:db8:1::]/64"), 2, 8, "expected 2001:db8:1::/64, found brackets in '[2001:db8:1::]/64'"},
    {BYTES("[a]\n::/0 = [fe80::1%eth0]"), 2, 8,
     "expected an address without brackets, found brackets in '[fe80::1%eth0]'"},
    {BYTES("[a]\n::/0 = [::g]"), 2, 8, "expected an IPv6 address, found '[::g]'"},
    {BYTES("[a]\n::/0 = 2001:db8::g"), 2, 8, "expected an IPv6 address, found '2001:db8::g'"},
    {BYTES("[a]\n::/0 = ::"), 2, 8, "expected a unicast address of this host, found '::'"},
    {BYTES("[a]\n::/0 = ff02::1"), 2, 8, "expected a unicast address of this host, found 'ff02::1'"},
    {BYTES("[a]\n::/0 = fe80::1"), 2, 8,
     "expected fe80::1%INTERFACE, found link-local source 'fe80::1' without a scope"},
    {BYTES("[a]\n::/0 = fe80::1%"), 2, 8,
     "expected fe80::1%INTERFACE, found link-local source 'fe80::1%' without a scope"},
    {BYTES("[a]\n::/0 = 2001:db8::1%eth0"), 2, 8,
     "expected 2001:db8::1, found a scope in '2001:db8::1%eth0', which is not link-local"},
    {BYTES("[a]\n::/0 = 2001:db8::1%"), 2, 8,
     "expected 2001:db8::1, found a scope in '2001:db8::1%', which is not link-local"},
    {BYTES("[a]\n::/0 = fe80::1%1234567890123456"), 2, 16,
     "expected an interface name of at most 15 characters, found '1234567890123456'"},
    {BYTES("[a]\n::/0 = fe80::1%a\x1b[2J"), 2, 16,
     "expected an interface name, found 'a\\x1b[2J' with a control character"},
    {BYTES("[a]\n::/0 = fe80::%\x7f/64"), 2, 15, "expected an interface name, found '\\x7f' with a control character"},
    {BYTES("[a]\n::/0 = /64"), 2, 8, "expected an IPv6 address, found '/64'"},
    {BYTES("[a]\n::/0 = 192.0.2.0/24"), 2, 8, "expected an IPv6 source or none, found IPv4 source '192.0.2.0/24'"},
    {BYTES("[a]\n::/0 = 2001:db8::%eth0/64"), 2, 8,
     "expected 2001:db8::/64, found a scope in '2001:db8::%eth0/64', which is not link-local"},
    {BYTES("[a]\n::/0 = fe80::/64"), 2, 8,
     "expected fe80::%INTERFACE/64, found link-local source 'fe80::/64' without a scope"},
    {BYTES("[a]\n::/0 = ff00::/8"), 2, 8, "expected a unicast address of this host, found 'ff00::/8'"},
    {BYTES("[a]\n::/0 = 2001:db8::/129"), 2, 19, "expected a prefix length of 0 to 128, found '129'"},
    {BYTES("[a]\n::/0 = ::/"), 2, 11, "expected a prefix length of 0 to 128, found ''"},
    {BYTES("[a]\n::/0 = 2001:db8::1/64"), 2, 8,
     "expected 2001:db8::1 or prefix 2001:db8::/64, found '2001:db8::1/64' with host bits "
     "set"},
    {BYTES("[a]\n::/0 = fe80::1%a/64"), 2, 8,
     "expected fe80::1%a or prefix fe80::%a/64, found 'fe80::1%a/64' with host bits set"},

/* a source that can't reach the peer */
#define NOT_MAPPED_SOURCE(source) "expected a source in ::ffff:0:0/96 or none, found '" source "'"
#define MAPPED_SOURCE(source)     "expected an IPv6 source or none, found IPv4-mapped source '" source "'"
    {BYTES("[a]\n::ffff:0:0/96 = bind-address"), 2, 17, NOT_MAPPED_SOURCE("bind-address")},
    {BYTES("[a]\n::ffff:0:0/96 = 2001:db8::1"), 2, 17, NOT_MAPPED_SOURCE("2001:db8::1")},
    {BYTES("[a]\n::ffff:192.0.2.1 = 2001:db8::/64"), 2, 20, NOT_MAPPED_SOURCE("2001:db8::/64")},
    {BYTES("[a]\n::ffff:0:0/96 = ::/0"), 2, 17, NOT_MAPPED_SOURCE("::/0")},
    {BYTES("[a]\n::/0 = ::ffff:192.0.2.1"), 2, 8, MAPPED_SOURCE("::ffff:192.0.2.1")},
    {BYTES("[a]\n2001:db8::/32 = ::ffff:0:0/96"), 2, 17, MAPPED_SOURCE("::ffff:0:0/96")},
    {BYTES("[a]\n::/64 = ::ffff:192.0.2.1"), 2, 9, MAPPED_SOURCE("::ffff:192.0.2.1")},

    /* the same network twice */
    {BYTES("[a]\n::/0 = none\n 0::0/0 = bind-address\n"), 3, 2, "duplicate network ::/0: lines 2 and 3"},
    {BYTES("[a]\n2001:db8::/32 = none\n::/0 = none\n\n\t2001:db8::/32 = none\n2001:db8::/32 = none\n[b]\n"), 5, 2,
     "duplicate network 2001:db8::/32: lines 2 and 5"},
    {BYTES("[a]\n::1 = none\n::1/128 = none\n[options]\n"), 3, 1, "duplicate network ::1/128: lines 2 and 3"},
    {BYTES("[a]\n::1 = none\n::1 = none\n[b]\nbad\n"), 3, 1, "duplicate network ::1/128: lines 2 and 3"},
    {BYTES("[a]\n::1 = none\n[b]\n::1 = none\n::1 = none"), 5, 1, "duplicate network ::1/128: lines 4 and 5"},

    /* options */
    {BYTES("[options]\n loglevel = info"), 2, 2, "unknown option 'loglevel'; did you mean 'log-level'?"},
    {BYTES("[options]\nunavialabel = kernel"), 2, 1, "unknown option 'unavialabel'; did you mean 'unavailable'?"},
    {BYTES("[options]\nlogging = info"), 2, 1, "expected unavailable, log-file or log-level, found 'logging'"},
    {BYTES("[options]\n = info"), 2, 2, "expected unavailable, log-file or log-level, found ''"},
    {BYTES("[options]\nlog level = info"), 2, 1, "unknown option 'log level'; did you mean 'log-level'?"},
    {BYTES("[options]\n::/0 = none"), 2, 1, "expected unavailable, log-file or log-level, found '::/0'"},
    {BYTES("[options]\nLog-Level = info"), 2, 1, "unknown option 'Log-Level'; did you mean 'log-level'?"},
    {BYTES("[options]\nlog-level = info\n\n log-level = info"), 4, 2, "duplicate option 'log-level': lines 2 and 4"},
    {BYTES("[options]\nlog-file = /a\nunavailable = kernel\nunavailable = kernel"), 4, 1,
     "duplicate option 'unavailable': lines 3 and 4"},
    {BYTES("[options]\nlog-file = /a\nlog-file = /b"), 3, 1, "duplicate option 'log-file': lines 2 and 3"},
    {BYTES("[options]\nunavailable = yes"), 2, 15, "expected refuse or kernel, found 'yes'"},
    {BYTES("[options]\nunavailable ="), 2, 14, "expected refuse or kernel, found ''"},
    {BYTES("[options]\nunavailable = refuse kernel"), 2, 15, "expected refuse or kernel, found 'refuse kernel'"},
    {BYTES("[options]\nlog-level = trace"), 2, 13, "expected error, warning, info or debug, found 'trace'"},
    {BYTES("[options]\nlog-level=INFO"), 2, 11, "expected error, warning, info or debug, found 'INFO'"},
    {BYTES("[options]\nlog-file = srcaddr.log"), 2, 12,
     "expected an absolute path of at most 4095 bytes, found 'srcaddr.log'"},
    {BYTES("[options]\nlog-file = \t # x"), 2, 11, "expected an absolute path of at most 4095 bytes, found ''"},
};

static void every_error_has_its_place_and_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(errors); i++) {
        const char *text = at_memory_end(errors[i].text, errors[i].len);
        const char *what = in_words("mistake in \"%s\"", errors[i].text);

        check_bool(what, config_parse(text, errors[i].len, &config, &diagnostic), false);
        check_error(what, &diagnostic, &errors[i]);
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
    assert_false(config_parse(text, len, &config, &diagnostic));
    check_number("line", diagnostic.line, 2);
    check_number("column", diagnostic.column, 12);
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

/* A rule's column is kept in 16 bits, an error's is not. */
static void columns_far_to_the_right(void **state)
{
    enum { LEN = 200000 };

    (void)state;
    assert_false(config_parse(far_to_the_right(LEN, "::/=none"), LEN, &config, &diagnostic));
    check_number("column of the length", diagnostic.column, LEN - strlen("[a]\n") - strlen("=none") + 1);
    parse_good(far_to_the_right(LEN, "::/0=none"), LEN);
    check_number("column of the rule", config.sections[0].rules.all[0].column, UINT16_MAX);
    config_free(&config);
}

/* start, a megabyte of one byte, and end. */
static const struct {
    const char *start;
    char filler;
    const char *end;
    const char *dump; /* NULL if it is an error */
    struct wrong_text wrong;
} megabytes[] = {
#define X64  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X63  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define NONE "1: 'a'\n2:1: ::/0 = none\n"
    {"[a] #", 'x', "\n::/0 = none", NONE, {.text = NULL}},
    {"[a]\n::/0 =", '\t', "none", NONE, {.text = NULL}},
    {"[a]\n::/0 = none", ' ', ";", NONE, {.text = NULL}},
    {"[a]\n::/0 = none", '\n', "", NONE, {.text = NULL}},
    {"[a]\n::/0 = none", '\r', "\n", NONE, {.text = NULL}},
    {"[a]", ' ', "\n::/0 = none\n", NONE, {.text = NULL}},
    {"[x", 'x', "]\n::/0 = none\n", "1: '" X64 "...'\n2:1: ::/0 = none\n", {.text = NULL}},
    {"x", 'x', "\n", NULL, {NULL, 0, 1, 1, NO_RULE_ "'" X64 "...'"}},
    {"[x", 'x', "", NULL, {NULL, 0, 1, 1, "expected ']' at the end of '[" X63 "...'"}},
    {"[a]\n",
     'x',
     "= none",
     NULL,
     {NULL, 0, 2, 1, "expected an IPv6 network such as 2001:db8:1::/64, found '" X64 "...'"}},
    {"[a]\n::/", 'x', "= none", NULL, {NULL, 0, 2, 4, "expected a prefix length of 0 to 128, found '" X64 "...'"}},
    {"[a]\n::/0 = fe80::1%",
     'x',
     "",
     NULL,
     {NULL, 0, 2, 16, "expected an interface name of at most 15 characters, found '" X64 "...'"}},
    {"[options]\nlog-file = ",
     'x',
     "",
     NULL,
     {NULL, 0, 2, 12, "expected an absolute path of at most 4095 bytes, found '" X64 "...'"}},
    {"[a]\n", ' ', "x", NULL, {NULL, 0, 2, 1048577, NO_RULE_ "'x'"}},
#undef X64
#undef X63
#undef NONE
};

static void a_line_of_a_megabyte_is_read_as_meant_or_one_error(void **state)
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
            check_bool(megabytes[i].start, config_parse(text, start + MEGABYTE + end, &config, &diagnostic), false);
            check_error(megabytes[i].start, &diagnostic, &megabytes[i].wrong);
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

/* Checks that the error is within the text, or just past the end of a line. */
static void check_place(const char *text, size_t len)
{
    struct word rest = {.start = text, .len = len};
    struct word line = {.start = text, .len = 0};

    for (unsigned int i = 0; i < diagnostic.line; i++) {
        if (rest.len == 0)
            fail_msg("mistake in line %u, which is not there", diagnostic.line);
        line = word_split(&rest, '\n');
    }
    if (diagnostic.line == 0 || diagnostic.column == 0 || diagnostic.column > line.len + 1)
        fail_msg("mistake at %u:%u: %s: in a line of %zu bytes", diagnostic.line, diagnostic.column, diagnostic.message,
                 line.len);
    if (strncmp(diagnostic.message, "expected ", 9) != 0 && strncmp(diagnostic.message, "duplicate ", 10) != 0 &&
        strncmp(diagnostic.message, "unknown ", 8) != 0)
        fail_msg("mistake that says neither what was expected nor what is wrong: %s", diagnostic.message);
}

/* Returns whether the text is good. */
static bool parse_anything(const char *bytes, size_t len)
{
    const char *text = at_memory_end(bytes, len);

    memset(&diagnostic, 0, sizeof(diagnostic));
    if (config_parse(text, len, &config, &diagnostic)) {
        dump();
        config_free(&config);
        return true;
    }
    check_place(text, len);
    return false;
}

static void a_truncated_text_is_good_or_an_error_with_a_place(void **state)
{
    unsigned int good = 0;

    (void)state;
    for (size_t len = 0; len < sizeof(everything); len++)
        good += parse_anything(everything, len) ? 1 : 0;
    assert_true(parse_anything(everything, sizeof(everything) - 1));
    assert_true(good > 16); /* at least after every line */
}

static void a_text_with_one_wrong_byte_is_good_or_an_error_with_a_place(void **state)
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
    assert_false(config_parse(BYTES("mistake"), &config, &diagnostic));
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

        check_bool(table[i].word, source_parse(word_of(table[i].word), &source, &diagnostic), true);
        assert_int_equal(source.kind, SOURCE_ADDRESS);
        assert_memory_equal(&source.network.address, &wanted, sizeof(wanted));
        check_number(table[i].word, source.network.len, 128);
        check_string(table[i].word, source.scope, table[i].scope);
    }
}

static void an_error_in_a_source_has_its_place_there(void **state)
{
    static const struct wrong_text wanted[] = {
        {BYTES("server1"), 1, 1, "expected an IPv6 address, found 'server1'"},
        {BYTES("2001:db8::/129"), 1, 12, "expected a prefix length of 0 to 128, found '129'"},
    };
    struct source source;

    (void)state;
    for (size_t i = 0; i < COUNT(wanted); i++) {
        assert_false(source_parse(word_of(wanted[i].text), &source, &diagnostic));
        check_error(wanted[i].text, &diagnostic, &wanted[i]);
    }
}

static void an_error_has_what_it_is_given(void **state)
{
    (void)state;
    assert_false(diagnostic_at(&diagnostic, 3, 7, "expected %u, found %s", 5u, "x"));
    check_number("line", diagnostic.line, 3);
    check_number("column", diagnostic.column, 7);
    check_string("message", diagnostic.message, "expected 5, found x");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_promised_example_is_good),
        cmocka_unit_test(what_is_in_force_without_a_file_is_good),
        cmocka_unit_test(merely_unusual_text_is_read_as_meant),
        cmocka_unit_test(options_have_their_defaults_and_values),
        cmocka_unit_test(every_error_has_its_place_and_words),
        cmocka_unit_test(a_log_file_is_as_long_as_a_path_can_be),
        cmocka_unit_test(columns_far_to_the_right),
        cmocka_unit_test(a_line_of_a_megabyte_is_read_as_meant_or_one_error),
        cmocka_unit_test(a_million_rules_are_fine),
        cmocka_unit_test(a_hundred_thousand_sections_are_fine),
        cmocka_unit_test(rules_share_the_source_above),
        cmocka_unit_test(a_truncated_text_is_good_or_an_error_with_a_place),
        cmocka_unit_test(a_text_with_one_wrong_byte_is_good_or_an_error_with_a_place),
        cmocka_unit_test(all_memory_is_given_back),
        cmocka_unit_test(a_section_is_of_all_processes_that_it_names),
        cmocka_unit_test(an_address_as_source_is_taken_apart),
        cmocka_unit_test(an_error_in_a_source_has_its_place_there),
        cmocka_unit_test(an_error_has_what_it_is_given),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
