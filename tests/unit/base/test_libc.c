#include "../unit.h"

#include <errno.h>

#include "base/libc.h"

enum { NOT_A_DESCRIPTOR = -1 };

static int errno_of(int result)
{
    return result == -1 ? errno : 0;
}

static int early_errors[3];

/* Runs before the constructor in libc.c, which has no priority. Another object's constructor may do the same. */
static void __attribute__((constructor(101))) call_early(void)
{
    early_errors[0] = errno_of(libc_connect(NOT_A_DESCRIPTOR, NULL, 0));
    early_errors[1] = errno_of(libc_bind(NOT_A_DESCRIPTOR, NULL, 0));
    early_errors[2] = errno_of(libc_listen(NOT_A_DESCRIPTOR, 0));
}

static void constructors_can_call_before_ours_was_there(void **state)
{
    (void)state;
    assert_int_equal(early_errors[0], EBADF);
    assert_int_equal(early_errors[1], EBADF);
    assert_int_equal(early_errors[2], EBADF);
}

static void the_c_librarys_own_functions_are_called(void **state)
{
    (void)state;
    assert_int_equal(errno_of(libc_connect(NOT_A_DESCRIPTOR, NULL, 0)), EBADF);
    assert_int_equal(errno_of(libc_bind(NOT_A_DESCRIPTOR, NULL, 0)), EBADF);
    assert_int_equal(errno_of(libc_listen(NOT_A_DESCRIPTOR, 0)), EBADF);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        native_unit_test(constructors_can_call_before_ours_was_there),
        native_unit_test(the_c_librarys_own_functions_are_called),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
