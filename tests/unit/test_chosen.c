#include "unit.h"

#include <limits.h>

#include "chosen.h"

enum { DEFAULT_NR_OPEN = 1024 * 1024 }; /* fs.nr_open as the kernel has it by default: highest descriptor plus one */

static void nobody_chose_before_a_record(void **state)
{
    static const int fds[] = {0, 1, 1023, 65536, DEFAULT_NR_OPEN - 1};

    (void)state;
    for (size_t i = 0; i < COUNT(fds); i++)
        assert_int_equal(chosen_get(fds[i]), BY_PROGRAM);
}

static int new_socket(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    return fd;
}

static void a_record_is_of_one_descriptor(void **state)
{
    int fd = new_socket();
    int other = new_socket();

    (void)state;
    chosen_set(fd, CHOSE_ADDRESS);
    assert_int_equal(chosen_get(fd), CHOSE_ADDRESS);
    chosen_set(fd, CHOSE_ADDRESS | CHOSE_PORT | CHANGED_V6ONLY);
    assert_int_equal(chosen_get(fd), CHOSE_ADDRESS | CHOSE_PORT | CHANGED_V6ONLY);
    assert_int_equal(chosen_get(other), BY_PROGRAM);
    chosen_set(fd, BY_PROGRAM);
    assert_int_equal(chosen_get(fd), BY_PROGRAM);
    close(fd);
    close(other);
}

/* close(2) and dup2(2) are not wrapped. */
static void a_record_is_not_of_the_next_socket_of_that_number(void **state)
{
    int fd = new_socket();
    int other = new_socket();

    (void)state;
    chosen_set(fd, CHOSE_ADDRESS);
    assert_int_equal(dup2(other, fd), fd);
    assert_int_equal(chosen_get(fd), BY_PROGRAM);
    close(fd);
    assert_int_equal(chosen_get(fd), BY_PROGRAM);
    close(other);
}

static void there_is_room_up_to_the_default_limit(void **state)
{
    static const struct {
        const char *what;
        int fd;
        bool room;
    } table[] = {
        {"lowest", 0, true},
        {"highest", DEFAULT_NR_OPEN - 1, true},
        {"one too high", DEFAULT_NR_OPEN, false},
        {"far too high", INT_MAX, false},
        {"no descriptor", -1, false},
        {"far too low", INT_MIN, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_bool(table[i].what, chosen_has_room(table[i].fd), table[i].room);
}

static void without_room_nothing_is_recorded(void **state)
{
    static const int fds[] = {-1, INT_MIN, DEFAULT_NR_OPEN, INT_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT(fds); i++) {
        chosen_set(fds[i], CHOSE_ADDRESS);
        assert_int_equal(chosen_get(fds[i]), BY_PROGRAM);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_chose_before_a_record),
        cmocka_unit_test(a_record_is_of_one_descriptor),
        cmocka_unit_test(a_record_is_not_of_the_next_socket_of_that_number),
        cmocka_unit_test(there_is_room_up_to_the_default_limit),
        cmocka_unit_test(without_room_nothing_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
