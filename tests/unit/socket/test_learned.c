#include "../unit.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/learned.h"
#include "socket/mark.h"

/* A listener's port, which the kernel never picks for another socket. */
enum { LISTENED_PORT = 24007 };

static int bound_to(int type, const struct in6_addr *address, in_port_t port)
{
    struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_addr = *address, .sin6_port = htons(port)};
    int fd = socket(AF_INET6, type, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&local, sizeof(local)), 0);
    return fd;
}

static struct in6_addr loopback(unsigned int number)
{
    struct in6_addr address;
    char text[64];

    (void)snprintf(text, sizeof(text), "::ffff:127.%u.%u.1", number >> 8, number & 255);
    assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
    return address;
}

enum asked { OF_CONNECTION, OF_OWN_BIND, OF_ACCEPTED, OF_DATAGRAM };

/* Whether the address is learned from a socket bound to it, the way connect(2) or the library binds one. */
static bool is_learned(const struct in6_addr *address, enum asked asked)
{
    int fd =
        bound_to(asked == OF_DATAGRAM ? SOCK_DGRAM : SOCK_STREAM, address, asked == OF_ACCEPTED ? LISTENED_PORT : 0);

    if (asked == OF_OWN_BIND)
        mark_set(fd, MARK_CHOSEN);
    if (asked == OF_ACCEPTED)
        learned_listens(LISTENED_PORT);
    learned_by_asking(fd);
    close(fd);
    return learned_has(address);
}

static void by_asking_a_connection_of_its_own_alone(void **state)
{
    static const struct {
        enum asked asked;
        bool learned;
    } table[] = {{OF_OWN_BIND, false}, {OF_ACCEPTED, false}, {OF_DATAGRAM, false}, {OF_CONNECTION, true}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct in6_addr address = loopback(1 + (unsigned int)i);

        assert_false(learned_has(&address));
        assert_int_equal(is_learned(&address, table[i].asked), table[i].learned);
    }
}

static void not_from_what_has_no_address(void **state)
{
    struct in6_addr any = IN6ADDR_ANY_INIT;
    int fd = bound_to(SOCK_STREAM, &any, 0);

    (void)state;
    learned_by_asking(fd);
    assert_false(learned_has(&any));
    close(fd);
    learned_by_asking(fd);
}

static void many_and_the_newest_for_sure(void **state)
{
    enum { MANY = 1024 };
    unsigned int known = 0;

    (void)state;
    for (unsigned int i = 0; i < MANY; i++) {
        struct in6_addr address = loopback(256 + i);

        assert_true(is_learned(&address, OF_CONNECTION));
    }
    for (unsigned int i = 0; i < MANY; i++) {
        struct in6_addr address = loopback(256 + i);

        known += learned_has(&address) ? 1 : 0;
    }
    assert_in_range(known, 128, 256);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        native_unit_test(by_asking_a_connection_of_its_own_alone),
        cmocka_unit_test(not_from_what_has_no_address),
        cmocka_unit_test(many_and_the_newest_for_sure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
