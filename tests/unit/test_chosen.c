#include "unit.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>

#include "chosen.h"

enum { DEFAULT_NR_OPEN = 1024 * 1024 }; /* fs.nr_open as the kernel has it by default: highest descriptor plus one */

static unsigned int chosen_by(int fd)
{
    unsigned int chosen;

    assert_int_equal(chosen_get(fd, &chosen), 0);
    return chosen;
}

static void record(int fd, unsigned int chosen)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    chosen_set(fd, status.st_ino, chosen);
}

static void nobody_chose_before_a_record(void **state)
{
    static const int fds[] = {0, 1, 1023, 65536, DEFAULT_NR_OPEN - 1};

    (void)state;
    for (size_t i = 0; i < COUNT(fds); i++)
        assert_int_equal(chosen_by(fds[i]), BY_PROGRAM);
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
    record(fd, CHOSE_ADDRESS);
    assert_int_equal(chosen_by(fd), CHOSE_ADDRESS);
    record(fd, CHOSE_ADDRESS | CHOSE_PORT | CHANGED_V6ONLY);
    assert_int_equal(chosen_by(fd), CHOSE_ADDRESS | CHOSE_PORT | CHANGED_V6ONLY);
    assert_int_equal(chosen_by(other), BY_PROGRAM);
    chosen_set(fd, 0, BY_PROGRAM);
    assert_int_equal(chosen_by(fd), BY_PROGRAM);
    close(fd);
    close(other);
}

/* close(2) and dup2(2) are not wrapped. */
static void a_record_is_not_of_the_next_socket_of_that_number(void **state)
{
    int fd = new_socket();
    int other = new_socket();

    (void)state;
    record(fd, CHOSE_ADDRESS);
    assert_int_equal(dup2(other, fd), fd);
    assert_int_equal(chosen_by(fd), BY_PROGRAM);
    close(fd);
    close(other);
}

/* It may be the program's choice or ours: nobody knows. */
static void a_record_of_what_cannot_be_looked_at_is_an_error(void **state)
{
    int fd = new_socket();
    unsigned int chosen = CHOSE_ADDRESS;

    (void)state;
    record(fd, CHOSE_ADDRESS);
    close(fd);
    assert_int_equal(chosen_get(fd, &chosen), EBADF);
    assert_int_equal(chosen, BY_PROGRAM);
    chosen_set(fd, 0, BY_PROGRAM);
    assert_int_equal(chosen_get(fd, &chosen), 0);
}

static void what_may_have_been_chosen_is_known_without_looking(void **state)
{
    int fd = new_socket();

    (void)state;
    assert_false(chosen_may_have(fd, CHOSE_PORT));
    record(fd, CHOSE_ADDRESS);
    assert_false(chosen_may_have(fd, CHOSE_PORT));
    record(fd, CHOSE_ADDRESS | CHOSE_PORT);
    close(fd);
    assert_true(chosen_may_have(fd, CHOSE_PORT));
    chosen_set(fd, 0, BY_PROGRAM);
    assert_false(chosen_may_have(fd, CHOSE_PORT));
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
        chosen_set(fds[i], 1, CHOSE_ADDRESS);
        assert_int_equal(chosen_by(fds[i]), BY_PROGRAM);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_chose_before_a_record),
        cmocka_unit_test(a_record_is_of_one_descriptor),
        cmocka_unit_test(a_record_is_not_of_the_next_socket_of_that_number),
        cmocka_unit_test(a_record_of_what_cannot_be_looked_at_is_an_error),
        cmocka_unit_test(what_may_have_been_chosen_is_known_without_looking),
        cmocka_unit_test(there_is_room_up_to_the_default_limit),
        cmocka_unit_test(without_room_nothing_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
