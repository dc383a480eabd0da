#include "unit.h"

#include "names.h"

static struct process process; /* too large for a stack */

static void a_name_stands_for_both_that_its_process_has(void **state)
{
    static const struct {
        const char *name;
        const char *role;
        const char *program;
    } table[] = {
        {"glusterd", "", "glusterd"},
        {"glusterfsd", "brick", "glusterfsd"},
        {"brick", "brick", "glusterfsd"},
        {"glusterfs", "", "glusterfs"},
        {"glustershd", "glustershd", "glusterfs"},
        {"quotad", "quotad", "glusterfs"},
        {"bitd", "bitd", "glusterfs"},
        {"scrub", "scrub", "glusterfs"},
        {"rebalance", "rebalance", "glusterfs"},
        {"snapd", "snapd", "glusterfsd"},
        {"fuse", "fuse", "glusterfs"},
        {"fuse.shared", "fuse.shared", "glusterfs"},
        {"fuse.", "fuse.", "glusterfs"},
        {"gluster", "", "gluster"},

        /* others */
        {"fusermount", "", "fusermount"},
        {"dial", "", "dial"},
        {"Glusterd", "", "Glusterd"},
        {"", "", ""},
        {"0123456789012345678901234567890123456789012345678901234567890123456789", "",
         "012345678901234567890123456789012345678901234567890123456789012"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        memset(&process, '#', sizeof(process));
        process_called(table[i].name, &process);
        check_string(table[i].name, process.role, table[i].role);
        check_string(table[i].name, process.program, table[i].program);
        check_string(table[i].name, process.volfile, VOLUME_FILE);
    }
}

static void the_known_ones_come_to_an_end(void **state)
{
    size_t count = 0;

    (void)state;
    while (known_process(count, &process)) {
        assert_string_not_equal(process.program, "");
        assert_true(++count < 100);
    }
    assert_true(count > 0);
    assert_false(known_process(count + 1, &process));
    assert_false(known_process(SIZE_MAX, &process));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_stands_for_both_that_its_process_has),
        cmocka_unit_test(the_known_ones_come_to_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
