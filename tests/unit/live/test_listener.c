#include "../unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "live/listener.h"

#define HEADING "  sl  local_address                         remote_address                        st tx_queue\n"
#define REST6   " 00000000000000000000000000000000:0000"
#define REST4   " 00000000:0000"
#define QUEUES  " 00000000:00000000 00:00000000 00000000 "

/* Port 24007, of user 0: [2001:db8::1], [2001:db8::2], [::], 127.0.0.1, as a little-endian kernel prints them. */
#define ONE     "   0: B80D0120000000000000000001000000:5DC7" REST6 " 0A" QUEUES "    0        0 11 1 0 100 0 0 10 0\n"
#define TWO     "   1: B80D0120000000000000000002000000:5DC7" REST6 " 0A" QUEUES "    0        0 12 1 0 100 0 0 10 0\n"
#define ANY     "   2: 00000000000000000000000000000000:5DC7" REST6 " 0A" QUEUES "    0        0 13 1 0 100 0 0 10 0\n"
#define MAPPED  "   3: 0000000000000000FFFF00000100007F:5DC7" REST6 " 0A" QUEUES "    0        0 14 1 0 100 0 0 10 0\n"
#define OTHERS  "   4: B80D0120000000000000000009000000:5DC7" REST6 " 0A" QUEUES " 1000        0 15 1 0 100 0 0 10 0\n"
#define ELSE    "   5: B80D0120000000000000000009000000:0016" REST6 " 0A" QUEUES "    0        0 16 1 0 100 0 0 10 0\n"
#define DIALLED "   6: B80D0120000000000000000008000000:5DC7" REST6 " 01" QUEUES "    0        0 17 1 0 100 0 0 10 0\n"
#define IPV4    "   0: 0100007F:5DC7" REST4 " 0A" QUEUES "    0        0 18 1 0 100 0 0 10 0\n"

static char directory[] = "/tmp/test_listener.XXXXXX";

static void write_list(const char *name, const char *content)
{
    char path[sizeof(directory) + 8];
    int list;

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    list = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(list >= 0);
    assert_int_equal(write(list, content, strlen(content)), (ssize_t)strlen(content));
    close(list);
}

static bool is_roots(const struct listening *listening, const void *context)
{
    (void)context;
    return listening->port == 24007 && listening->user == 0;
}

static const char *in_words_of(const struct listener *listener)
{
    static const char *const kinds[] = {
        [LISTENER_NONE] = "none", [LISTENER_ANY] = "any", [LISTENER_SEVERAL] = "several"};
    static char data[64];
    struct text text = TEXT_IN(data);

    if (listener->kind == LISTENER_ADDRESS)
        text_format(&text, "%A", &listener->address);
    else
        text_string(&text, kinds[listener->kind]);
    return data;
}

static const char *found(void)
{
    struct listener listener;

    assert_int_equal(listener_find(directory, is_roots, NULL, &listener), 0);
    return in_words_of(&listener);
}

static void finds_the_listener_in_the_kernels_lists(void **state)
{
    static const struct {
        const char *ipv6;
        const char *ipv4;
        const char *wanted;
    } table[] = {
        {HEADING ONE, HEADING, "2001:db8::1"},
        {HEADING ELSE OTHERS ONE DIALLED, HEADING IPV4, "2001:db8::1"},
        {HEADING ONE ONE, HEADING, "2001:db8::1"},
        {HEADING ONE TWO, HEADING, "several"},
        {HEADING ANY, HEADING, "any"},
        {HEADING MAPPED, HEADING, "any"},
        {HEADING ANY ONE, HEADING, "several"},
        {HEADING ELSE, HEADING IPV4, "any"},
        {HEADING, HEADING IPV4, "any"},
        {HEADING ELSE OTHERS, HEADING, "none"},
        {HEADING, HEADING, "none"},
        {"", "", "none"},

        /* the kernel lists listeners first: the first other socket ends the search */
        {HEADING DIALLED ONE, HEADING, "none"},

        /* malformed */
        {HEADING "\n\n", HEADING, "none"},
        {HEADING ":", HEADING "0: 1:5DC7" REST4 " 0A" QUEUES "0 0 1\n", "none"},
        {ONE, HEADING, "none"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        write_list("tcp6", table[i].ipv6);
        write_list("tcp", table[i].ipv4);
        check_string(in_words("row %zu", i), found(), table[i].wanted);
    }
}

static void reads_lists_of_any_length(void **state)
{
    static char content[512 << 10];

    (void)state;
    for (size_t others = 0; others < 2000; others += 77) {
        struct text list = TEXT_IN(content);

        text_string(&list, HEADING);
        for (size_t i = 0; i < others; i++)
            text_string(&list, ELSE);
        text_string(&list, ONE);
        write_list("tcp6", content);
        check_string(in_words("%zu others", others), found(), "2001:db8::1");
    }
}

static void a_line_that_never_ends_is_none(void **state)
{
    static char content[64 << 10];

    (void)state;
    memset(content, 'x', sizeof(content) - 1);
    write_list("tcp6", content);
    write_list("tcp", HEADING);
    check_string("without a line end", found(), "none");
}

static void without_lists_there_is_none(void **state)
{
    struct listener listener;

    (void)state;
    assert_int_equal(listener_find("/nowhere", is_roots, NULL, &listener), ENOENT);
    check_string("no such directory", in_words_of(&listener), "none");
}

static int listen_on(const char *address, in_port_t *port)
{
    struct sockaddr_in6 local = {.sin6_family = AF_INET6};
    socklen_t len = sizeof(local);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(address_parse((struct word){.start = address, .len = strlen(address)}, &local.sin6_addr));
    assert_int_equal(bind(fd, (const struct sockaddr *)&local, sizeof(local)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&local, &len), 0);
    *port = ntohs(local.sin6_port);
    return fd;
}

static void looks_at_this_host_and_keeps_what_was_known(void **state)
{
    struct listener listener = {.kind = LISTENER_NONE};
    in_port_t port;
    int fd = listen_on("::1", &port);

    (void)state;
    assert_int_equal(listener_look(LISTENER_HOST, port, &listener), 0);
    check_string("while it listens", in_words_of(&listener), "::1");
    assert_int_equal(close(fd), 0);
    assert_int_equal(listener_look(LISTENER_HOST, port, &listener), 0);
    check_string("afterwards", in_words_of(&listener), "::1");
    fd = listen_on("::", &port);
    assert_int_equal(listener_look(LISTENER_HOST, port, &listener), 0);
    check_string("another one", in_words_of(&listener), "any");
    assert_int_equal(close(fd), 0);
}

static void glusterds_own_is_the_first_that_it_has_made(void **state)
{
    static const struct sockaddr_in6 first = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    static const struct sockaddr_in6 second = {.sin6_family = AF_INET6};
    struct listener listener = {.kind = LISTENER_NONE};

    (void)state;
    assert_int_equal(listener_look(LISTENER_OWN, 1, &listener), 0);
    check_string("before", in_words_of(&listener), "none");
    listener_note(&first);
    listener_note(&second);
    assert_int_equal(listener_look(LISTENER_OWN, 1, &listener), 0);
    check_string("of two", in_words_of(&listener), "::1");
}

static enum listener_place place_of(const char *program, const char *listener)
{
    static struct process process; /* too large for a stack */
    struct text program_text = TEXT_IN(process.program);
    struct text listener_text = TEXT_IN(process.listener);

    text_string(&program_text, program);
    text_string(&listener_text, listener);
    return listener_place(&process);
}

static void each_process_learns_of_it_somewhere(void **state)
{
    (void)state;
    assert_int_equal(place_of("glusterd", ""), LISTENER_OWN);
    assert_int_equal(place_of("glusterfsd", "2001:db8::1"), LISTENER_TOLD);
    assert_int_equal(place_of("glusterfs", ""), LISTENER_HOST);
}

static int make_directory(void **state)
{
    (void)state;
    return mkdtemp(directory) != NULL ? 0 : -1;
}

static int remove_directory(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        char path[sizeof(directory) + 8];

        (void)snprintf(path, sizeof(path), "%s/%s", directory, i == 0 ? "tcp" : "tcp6");
        (void)unlink(path);
    }
    return rmdir(directory);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_listener_in_the_kernels_lists),
        cmocka_unit_test(reads_lists_of_any_length),
        cmocka_unit_test(a_line_that_never_ends_is_none),
        cmocka_unit_test(without_lists_there_is_none),
        cmocka_unit_test(looks_at_this_host_and_keeps_what_was_known),
        cmocka_unit_test(glusterds_own_is_the_first_that_it_has_made),
        cmocka_unit_test(each_process_learns_of_it_somewhere),
    };

    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
