/*
 * What is carried over with old kernels. The sockets are this kernel's; the test fakes some answers of an old one.
 * tests/socket/options checks every option with the kernel itself.
 */
#include "../unit.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "../../socket/meddle.h"
#include "socket/sockopt.h"

enum { FROM, TO, SOCKETS };
enum { UNSET = -1, OPTION_MEMINFO = 55, OPTION_BUF_LOCK = 72 };

/* An option of both sockets whose answers are faked. */
struct played {
    int level;
    int name;
    int error; /* of getsockopt(2), or 0 */
    int values[SOCKETS];
    bool is_set; /* on TO, by setsockopt(2) */
};

static struct {
    int sockets[SOCKETS];
    struct played *options;
    size_t count;
    unsigned int snd_mss; /* in FROM's TCP_INFO */
    int clamp_by_lowat;   /* what setting SO_RCVLOWAT makes of TO's TCP_WINDOW_CLAMP, or UNSET */
} kernel_played;

static struct played *find_played(int level, int name)
{
    for (size_t i = 0; i < kernel_played.count; i++)
        if (kernel_played.options[i].level == level && kernel_played.options[i].name == name)
            return &kernel_played.options[i];
    return NULL;
}

static void *pointer_in(long argument)
{
    return (void *)argument; /* NOLINT(*-no-int-to-ptr) */
}

static long play_get(const struct played *option, const long *arguments)
{
    socklen_t *len = pointer_in(arguments[4]);
    int whose = (int)arguments[0] == kernel_played.sockets[TO];

    if (option->error != 0) {
        errno = option->error;
        return -1;
    }
    memcpy(pointer_in(arguments[3]), &option->values[whose], sizeof(int));
    *len = sizeof(int);
    return 0;
}

static long play_set(struct played *option, const long *arguments)
{
    memcpy(&option->values[TO], pointer_in(arguments[3]), sizeof(int));
    option->is_set = true;
    return 0;
}

static void play_lowat(void)
{
    struct played *clamp = find_played(IPPROTO_TCP, TCP_WINDOW_CLAMP);

    if (clamp != NULL && kernel_played.clamp_by_lowat != UNSET)
        clamp->values[TO] = kernel_played.clamp_by_lowat;
}

static void play_info(const long *arguments)
{
    struct tcp_info *info = pointer_in(arguments[3]);

    info->tcpi_snd_mss = kernel_played.snd_mss;
}

static long meddle(long number, const long *arguments)
{
    int level = (int)arguments[1];
    int name = (int)arguments[2];
    struct played *option = number == SYS_getsockopt || number == SYS_setsockopt ? find_played(level, name) : NULL;
    long result;

    if (option != NULL)
        return number == SYS_getsockopt ? play_get(option, arguments) : play_set(option, arguments);
    result = call_kernel(number, arguments);
    if (result == 0 && number == SYS_getsockopt && level == IPPROTO_TCP && name == TCP_INFO &&
        kernel_played.snd_mss != 0)
        play_info(arguments);
    if (result == 0 && number == SYS_setsockopt && level == SOL_SOCKET && name == SO_RCVLOWAT)
        play_lowat();
    return result;
}

/* New ones, until end_sockets(). */
static void make_sockets(struct played *options, size_t count)
{
    for (int i = 0; i < SOCKETS; i++) {
        kernel_played.sockets[i] = socket(AF_INET6, SOCK_STREAM, 0);
        assert_true(kernel_played.sockets[i] >= 0);
    }
    kernel_played.options = options;
    kernel_played.count = count;
    kernel_played.snd_mss = 0;
    kernel_played.clamp_by_lowat = UNSET;
}

static void end_sockets(void)
{
    kernel_played.count = 0;
    for (int i = 0; i < SOCKETS; i++)
        close(kernel_played.sockets[i]);
}

static void set_from(int level, int name, int value)
{
    assert_int_equal(setsockopt(kernel_played.sockets[FROM], level, name, &value, sizeof(value)), 0);
}

static int get_to(int level, int name)
{
    int value;
    socklen_t len = sizeof(value);

    assert_int_equal(getsockopt(kernel_played.sockets[TO], level, name, &value, &len), 0);
    return value;
}

static void carry(bool dialled)
{
    assert_int_equal(sockopt_carry(kernel_played.sockets[FROM], kernel_played.sockets[TO], IPPROTO_TCP, dialled), 0);
}

/* do_tcp_getsockopt() before 6.4 returns tp->mss_cache, even if the program has set another size. */
static void a_segment_size_that_the_kernel_found_is_not_the_programs(void **state)
{
    struct played options[] = {{IPPROTO_TCP, TCP_MAXSEG, 0, {1208, 536}, false}};

    (void)state;
    make_sockets(options, COUNT(options));
    kernel_played.snd_mss = 1208;
    carry(true);
    assert_false(options[0].is_set);
    end_sockets();
}

static void a_segment_size_that_the_program_set_is(void **state)
{
    struct played options[] = {{IPPROTO_TCP, TCP_MAXSEG, 0, {100, 536}, false}};

    (void)state;
    make_sockets(options, COUNT(options));
    kernel_played.snd_mss = 88; /* 100 less a timestamp option */
    carry(true);
    check_number("TCP_MAXSEG", (unsigned long)options[0].values[TO], 100);
    end_sockets();
}

/* tcp_set_rcvlowat() raises a new socket's window clamp, which tcp_disconnect() has reset on the old one. */
static void a_window_clamp_that_another_option_changed_is_set_back(void **state)
{
    struct played options[] = {{IPPROTO_TCP, TCP_WINDOW_CLAMP, 0, {0, 0}, false}};

    (void)state;
    for (int dialled = 0; dialled <= 1; dialled++) {
        make_sockets(options, COUNT(options));
        kernel_played.clamp_by_lowat = 3145728;
        set_from(SOL_SOCKET, SO_RCVLOWAT, 1000);
        carry(dialled);
        check_number("SO_RCVLOWAT", (unsigned long)get_to(SOL_SOCKET, SO_RCVLOWAT), 1000);
        check_number("TCP_WINDOW_CLAMP", (unsigned long)options[0].values[TO], 0);
        end_sockets();
    }
}

/* 3.10 has neither option: a buffer size that differs from a new socket's was set. */
static void buffers_are_carried_without_the_options_that_tell_of_them(void **state)
{
    struct played options[] = {{SOL_SOCKET, OPTION_MEMINFO, ENOPROTOOPT, {0}, false},
                               {SOL_SOCKET, OPTION_BUF_LOCK, ENOPROTOOPT, {0}, false}};

    (void)state;
    make_sockets(options, COUNT(options));
    set_from(SOL_SOCKET, SO_RCVBUF, 20000);
    carry(false);
    check_number("SO_RCVBUF", (unsigned long)get_to(SOL_SOCKET, SO_RCVBUF), 40000);
    check_number("SO_SNDBUF", (unsigned long)get_to(SOL_SOCKET, SO_SNDBUF) != 40000, true);
    end_sockets();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_segment_size_that_the_kernel_found_is_not_the_programs),
        cmocka_unit_test(a_segment_size_that_the_program_set_is),
        cmocka_unit_test(a_window_clamp_that_another_option_changed_is_set_back),
        cmocka_unit_test(buffers_are_carried_without_the_options_that_tell_of_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
