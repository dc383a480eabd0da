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

static void a_record_is_of_one_descriptor(void **state)
{
    static const int fds[] = {0, 3, 4095, DEFAULT_NR_OPEN - 1};

    (void)state;
    for (size_t i = 0; i < COUNT(fds); i++) {
        chosen_set(fds[i], CHOSE_ADDRESS);
        assert_int_equal(chosen_get(fds[i]), CHOSE_ADDRESS);
        chosen_set(fds[i], CHOSE_ADDRESS | CHOSE_PORT);
        assert_int_equal(chosen_get(fds[i]), CHOSE_ADDRESS | CHOSE_PORT);
        assert_int_equal(chosen_get(fds[i] - 1), BY_PROGRAM);
        assert_int_equal(chosen_get(fds[i] + 1), BY_PROGRAM);
        chosen_set(fds[i], BY_PROGRAM);
        assert_int_equal(chosen_get(fds[i]), BY_PROGRAM);
    }
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
        cmocka_unit_test(there_is_room_up_to_the_default_limit),
        cmocka_unit_test(without_room_nothing_is_recorded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
