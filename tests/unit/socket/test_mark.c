#include "../unit.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "socket/mark.h"

static int new_socket(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    return fd;
}

static enum mark mark_of(int fd)
{
    enum mark mark;

    assert_int_equal(mark_get(fd, &mark), 0);
    return mark;
}

static void a_new_socket_has_none(void **state)
{
    int fd = new_socket();

    (void)state;
    mark_set(fd, MARK_NONE);
    assert_int_equal(mark_of(fd), MARK_NONE);
    close(fd);
}

static void the_last_one_counts(void **state)
{
    static const enum mark marks[] = {MARK_CHOSEN, MARK_LEARNED, MARK_CHOSEN, MARK_NONE, MARK_NONE};
    int fd = new_socket();

    (void)state;
    for (size_t i = 0; i < COUNT(marks); i++) {
        mark_set(fd, marks[i]);
        assert_int_equal(mark_of(fd), marks[i]);
    }
    close(fd);
}

static void it_is_the_sockets_not_the_descriptors(void **state)
{
    int fd = new_socket();
    int duplicate = dup(fd);
    int other = new_socket();

    (void)state;
    mark_set(fd, MARK_CHOSEN);
    assert_int_equal(mark_of(duplicate), MARK_CHOSEN);
    assert_int_equal(mark_of(other), MARK_NONE);
    assert_int_equal(dup2(other, fd), fd);
    assert_int_equal(mark_of(fd), MARK_NONE);
    close(duplicate);
    close(other);
    close(fd);
}

static void what_cannot_be_asked_is_an_error(void **state)
{
    enum mark mark = MARK_CHOSEN;

    (void)state;
    assert_int_equal(mark_get(-1, &mark), EBADF);
    assert_int_equal(mark, MARK_UNKNOWN);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        native_unit_test(a_new_socket_has_none),
        native_unit_test(the_last_one_counts),
        native_unit_test(it_is_the_sockets_not_the_descriptors),
        native_unit_test(what_cannot_be_asked_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
