#include "unit.h"

#include "volfile.h"

static struct mistake mistake;

/* A string literal with its length: some have a NUL byte inside. */
#define BYTES(string) string, sizeof(string) - 1
#define OPTION        "option transport.socket.bind-address "

static bool bind_address(const char *text, size_t len, struct source *source)
{
    *source = (struct source){.kind = SOURCE_PREFIX, .bind_address = true};
    return volfile_bind_address(at_memory_end(text, len), len, source, &mistake);
}

/* The address as the log would have it. */
static void write_source(const struct source *source, char *data, size_t size)
{
    struct source address = *source;
    struct text text = text_in(data, size);

    address.bind_address = false;
    text_source(&text, &address);
}

static void finds_the_bind_address_as_glusterfs_does(void **state)
{
    static const struct {
        const char *text;
        const char *wanted;
    } table[] = {
        {"volume management\n"
         "    type mgmt/glusterd\n"
         "    option working-directory /var/lib/glusterd\n"
         "    option transport-type socket\n"
         "    option transport.address-family inet6\n"
         "    option transport.socket.bind-address 2001:db8:1::11\n"
         "    option transport.socket.keepalive-time 10\n"
         "end-volume\n",
         "2001:db8:1::11"},

        /* how it can be written */
        {OPTION "2001:db8::1", "2001:db8::1"},
        {OPTION "2001:db8::1\n", "2001:db8::1"},
        {OPTION "2001:db8::1\r\n", "2001:db8::1"},
        {"\toption\t\ttransport.socket.bind-address\t2001:DB8:0::1 \n", "2001:db8::1"},
        {"option\ntransport.socket.bind-address\n\n2001:db8::1", "2001:db8::1"},
        {"OPTION transport.socket.bind-address 2001:db8::1", "2001:db8::1"},
        {"Option transport.socket.bind-address 2001:db8::1", "2001:db8::1"},
        {OPTION "\"2001:db8::1\"", "2001:db8::1"},
        {OPTION "\"2001:db8::1", "2001:db8::1"},
        {OPTION "\"2001:db8::1\nend-volume", "2001:db8::1"},
        {OPTION "\"2001:db8::1\"end-volume", "2001:db8::1"},
        {"option \"transport.socket.bind-address\" 2001:db8::1", "2001:db8::1"},
        {"option \"a b\" \"# c\"\n" OPTION "2001:db8::1", "2001:db8::1"},
        {"option a \"\"\n" OPTION "2001:db8::1", "2001:db8::1"},
        {OPTION "::1", "::1"},
        {OPTION "0:0:1::1", "0:0:1::1"},
        {OPTION "fe80::1%eth0", "fe80::1%eth0"},

        /* the last one is in force */
        {OPTION "2001:db8::1\n" OPTION "2001:db8::2\n", "2001:db8::2"},
        {OPTION "server1\n" OPTION "2001:db8::2\n", "2001:db8::2"},
        {OPTION "2001:db8::1\n" OPTION "192.0.2.1\n", "none"},

        /* comments */
        {"# " OPTION "2001:db8::1\n", "none"},
        {"#" OPTION "2001:db8::1", "none"},
        {"#\n" OPTION "2001:db8::1 # 2001:db8::2\n#", "2001:db8::1"},
        {"option a b#c\n" OPTION "2001:db8::1", "2001:db8::1"},
        {"option a b #c\n" OPTION "2001:db8::1", "2001:db8::1"},
        {"option #\ntransport.socket.bind-address # x\n#\n 2001:db8::1", "2001:db8::1"},

        /* the word "option" as somebody's value */
        {"option a \"option\"\n" OPTION "2001:db8::1", "2001:db8::1"},

        /* what is no IPv6 address counts as none */
        {"", "none"},
        {"\n\n", "none"},
        {"volume management\nend-volume\n", "none"},
        {"transport.socket.bind-address 2001:db8::1", "none"},
        {"options transport.socket.bind-address 2001:db8::1", "none"},
        {"opt transport.socket.bind-address 2001:db8::1", "none"},
        {"option transport.socket.bind-addresses 2001:db8::1", "none"},
        {"option Transport.Socket.Bind-Address 2001:db8::1", "none"},
        {"option transport.socket.source-addr 2001:db8::1", "none"},
        {"option", "none"},
        {"option transport.socket.bind-address", "none"},
        {"option transport.socket.bind-address\n", "none"},
        {OPTION "::", "none"},
        {OPTION "0:0::0", "none"},
        {OPTION "\"::\"", "none"},
        {OPTION "192.0.2.1", "none"},
        {OPTION "0.0.0.0", "none"},
        {OPTION "::ffff:192.0.2.1", "none"},
    };
    char found[128];

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct source source;

        check_bool(table[i].text, bind_address(table[i].text, strlen(table[i].text), &source), true);
        write_source(&source, found, sizeof(found));
        check_string(table[i].text, found, table[i].wanted);
        assert_true(source.bind_address);
    }
}

static void a_bind_address_is_one_address(void **state)
{
    struct source source;

    (void)state;
    assert_true(bind_address(BYTES(OPTION "2001:db8::1"), &source));
    assert_int_equal(source.kind, SOURCE_ADDRESS);
    assert_int_equal(source.network.len, 128);
}

/* Which is how a file that does not exist is passed on. */
static void no_text_has_no_bind_address(void **state)
{
    struct source source = {.bind_address = true};

    (void)state;
    assert_true(volfile_bind_address(NULL, 0, &source, &mistake));
    assert_int_equal(source.kind, SOURCE_NONE);
}

static void what_can_not_be_a_source_is_a_mistake(void **state)
{
    static const struct wrong_text table[] = {
        {BYTES(OPTION "server1"), 1, 38, "found host name \"server1\"; write the IPv6 address itself"},
        {BYTES("volume management\n\t" OPTION "\"server1.example\"\nend-volume"), 2, 40,
         "found host name \"server1.example\"; write the IPv6 address itself"},
        {BYTES("#\n\r\n" OPTION "localhost\n"), 3, 38, "found host name \"localhost\"; write the IPv6 address itself"},
        {BYTES("option\n # x\n transport.socket.bind-address\n  server1\n"), 4, 3,
         "found host name \"server1\"; write the IPv6 address itself"},
        {BYTES(OPTION "192.0.2.256"), 1, 38, "found host name \"192.0.2.256\"; write the IPv6 address itself"},
        {BYTES(OPTION "2001:db8::1\n" OPTION "server1"), 2, 38,
         "found host name \"server1\"; write the IPv6 address itself"},
        {BYTES(OPTION "fe80::1"), 1, 38,
         "found link-local source \"fe80::1\" without its scope; write fe80::1%INTERFACE"},
        {BYTES(OPTION "2001:db8::1%eth0"), 1, 38,
         "found a scope in \"2001:db8::1%eth0\", which is not link-local; write 2001:db8::1"},
        {BYTES(OPTION "ff02::1"), 1, 38,
         "found \"ff02::1\", which can't be a source; write one of this host's addresses"},
        {BYTES(OPTION "[2001:db8::1]"), 1, 38, "found \"[2001:db8::1]\"; write an IPv6 address"},
        {BYTES(OPTION "2001:db8::/64"), 1, 38, "found \"2001:db8::/64\"; write an IPv6 address"},
        {BYTES(OPTION "fe80::1%1234567890123456"), 1, 46,
         "found \"1234567890123456\", longer than an interface name can be; write at most 15 characters"},
        {BYTES(OPTION "fe80::1%et\0h0"), 1, 46,
         "found \"et\\x00h0\", with a control character; write the name of an interface"},
        {BYTES(OPTION "fe80::1%\0"), 1, 46,
         "found \"\\x00\", with a control character; write the name of an interface"},
        {BYTES(OPTION "2001:db8::1\0x"), 1, 38, "found \"2001:db8::1\\x00x\"; write an IPv6 address"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct source source;

        check_bool(table[i].text, bind_address(table[i].text, table[i].len, &source), false);
        check_mistake(table[i].text, &mistake, &table[i]);
    }
}

/* Whatever it is that is left of it, nothing behind it is read. */
static void a_truncated_text_is_harmless(void **state)
{
    static const char text[] =
        "# comment\r\nvolume \"management\"\n  option a \"b # c\"\n" OPTION "\"fe80::1%eth0\" #\n";
    struct source source;

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        memset(&mistake, 0, sizeof(mistake));
        if (!bind_address(text, len, &source)) {
            assert_int_equal(mistake.line, 4);
            assert_int_equal(mistake.column, strlen(OPTION "\"") + 1);
        }
    }
    assert_int_equal(source.kind, SOURCE_ADDRESS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_bind_address_as_glusterfs_does),
        cmocka_unit_test(a_bind_address_is_one_address),
        cmocka_unit_test(no_text_has_no_bind_address),
        cmocka_unit_test(what_can_not_be_a_source_is_a_mistake),
        cmocka_unit_test(a_truncated_text_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
