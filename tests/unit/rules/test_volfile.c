#include "../unit.h"

#include "live/listener.h"
#include "rules/volfile.h"

/* A string literal and its length: some contain a NUL byte. */
#define BYTES(string) string, sizeof(string) - 1
#define OPTION        "option transport.socket.bind-address "
#define ALIAS         "option bind-address "

static struct source bind_address(const char *text, size_t len)
{
    return volfile_parse(at_memory_end(text, len), len).bind_address;
}

/* The source in words; an address the way the log writes it. */
static void write_source(const struct source *source, char *data, size_t size)
{
    struct source address = *source;
    struct text text = text_in(data, size);

    address.bind_address = false;
    if (source->kind == SOURCE_UNKNOWN)
        text_string(&text, "unknown");
    else
        text_format(&text, "%S", &address);
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

        /* ways to write it */
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

        /* the last one wins */
        {OPTION "2001:db8::1\n" OPTION "2001:db8::2\n", "2001:db8::2"},
        {OPTION "server1\n" OPTION "2001:db8::2\n", "2001:db8::2"},
        {OPTION "2001:db8::1\n" OPTION "192.0.2.1\n", "none"},

        /* the alias wins, in either order */
        {ALIAS "2001:db8::1", "2001:db8::1"},
        {ALIAS "2001:db8::1\n" OPTION "2001:db8::2\n", "2001:db8::1"},
        {OPTION "2001:db8::2\n" ALIAS "2001:db8::1\n", "2001:db8::1"},
        {OPTION "2001:db8::2\n" ALIAS "192.0.2.1\n", "none"},
        {ALIAS "2001:db8::1\n" ALIAS "2001:db8::2\n", "2001:db8::2"},

        /* comments */
        {"# " OPTION "2001:db8::1\n", "none"},
        {"#" OPTION "2001:db8::1", "none"},
        {"#\n" OPTION "2001:db8::1 # 2001:db8::2\n#", "2001:db8::1"},
        {"option a b#c\n" OPTION "2001:db8::1", "2001:db8::1"},
        {"option a b #c\n" OPTION "2001:db8::1", "2001:db8::1"},
        {"option #\ntransport.socket.bind-address # x\n#\n 2001:db8::1", "2001:db8::1"},

        /* the word "option" as a value */
        {"option a \"option\"\n" OPTION "2001:db8::1", "2001:db8::1"},

        /* no IPv6 address */
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

        /* only glusterd can tell, or no address at all */
        {OPTION "server1", "unknown"},
        {"volume management\n\t" OPTION "\"server1.example\"\nend-volume", "unknown"},
        {OPTION "localhost\n", "unknown"},
        {OPTION "`hostname -i`\n", "unknown"},
        {OPTION "2001:db8::1\n" OPTION "server1", "unknown"},
        {OPTION "192.0.2.256", "unknown"},
        {OPTION "fe80::1", "unknown"},
        {OPTION "2001:db8::1%eth0", "unknown"},
        {OPTION "ff02::1", "unknown"},
        {OPTION "[2001:db8::1]", "unknown"},
        {OPTION "2001:db8::/64", "unknown"},
        {OPTION "fe80::1%1234567890123456", "unknown"},
    };
    char found[128];

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct source source = bind_address(table[i].text, strlen(table[i].text));

        write_source(&source, found, sizeof(found));
        check_string(table[i].text, found, table[i].wanted);
        assert_true(source.bind_address);
    }
}

static void a_bind_address_is_one_address(void **state)
{
    struct source source = bind_address(BYTES(OPTION "2001:db8::1"));

    (void)state;
    assert_int_equal(source.kind, SOURCE_ADDRESS);
    assert_int_equal(source.network.len, 128);
}

/* How a missing file is passed on. */
static void no_text_has_no_bind_address(void **state)
{
    struct volume volume = volfile_parse(NULL, 0);

    (void)state;
    assert_int_equal(volume.bind_address.kind, SOURCE_NONE);
    assert_int_equal(volume.port, GLUSTERD_PORT);
}

static void a_nul_byte_is_part_of_no_address(void **state)
{
    (void)state;
    assert_int_equal(bind_address(BYTES(OPTION "fe80::1%et\0h0")).kind, SOURCE_UNKNOWN);
    assert_int_equal(bind_address(BYTES(OPTION "fe80::1%\0")).kind, SOURCE_UNKNOWN);
    assert_int_equal(bind_address(BYTES(OPTION "2001:db8::1\0x")).kind, SOURCE_UNKNOWN);
}

static void finds_the_port_of_the_listener(void **state)
{
    static const struct {
        const char *text;
        in_port_t port;
    } table[] = {
        {"option transport.socket.listen-port 24017", 24017},
        {"option listen-port 24017", 24017},
        {"option listen-port 24017\noption transport.socket.listen-port 1", 24017},
        {"option transport.socket.listen-port 65535", 65535},
        {"option transport.socket.listen-port 65536", GLUSTERD_PORT},
        {"option transport.socket.listen-port 18446744073709551617", GLUSTERD_PORT},
        {"option transport.socket.listen-port 0", GLUSTERD_PORT},
        {"option transport.socket.listen-port 24017x", GLUSTERD_PORT},
        {"option transport.socket.listen-port \"\"", GLUSTERD_PORT},
        {"", GLUSTERD_PORT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_number(table[i].text, volfile_parse(table[i].text, strlen(table[i].text)).port, table[i].port);
}

/* Nothing past its end is read. */
static void a_truncated_text_is_harmless(void **state)
{
    static const char text[] =
        "# comment\r\nvolume \"management\"\n  option a \"b # c\"\n" OPTION "\"fe80::1%eth0\" #\n";
    (void)state;
    for (size_t len = 0; len < sizeof(text) - 1; len++)
        assert_int_not_equal(bind_address(text, len).kind, SOURCE_PREFIX);
    assert_int_equal(bind_address(text, sizeof(text) - 1).kind, SOURCE_ADDRESS);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_bind_address_as_glusterfs_does),
        cmocka_unit_test(a_bind_address_is_one_address),
        cmocka_unit_test(no_text_has_no_bind_address),
        cmocka_unit_test(a_nul_byte_is_part_of_no_address),
        cmocka_unit_test(finds_the_port_of_the_listener),
        cmocka_unit_test(a_truncated_text_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
