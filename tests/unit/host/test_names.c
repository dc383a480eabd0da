#include "../unit.h"

#include "base/word.h"
#include "host/names.h"

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
        {"glfsheal", "", "glfsheal"},

        /* other programs; glusterd starts some of them, without --process-name */
        {"gfproxyd", "", "gfproxyd"},
        {"nfs", "", "nfs"},
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

static void a_name_that_is_no_process_stands_for_those_likely_meant(void **state)
{
    static const struct {
        const char *name;
        const char *meant;
    } table[] = {
        {"shd", "'glustershd'"},
        {"self-heal", "'glustershd'"},
        {"Self-Heal", "'glustershd'"},
        {"heal", "'glustershd glfsheal'"},
        {"bitrot", "'bitd scrub'"},
        {"scrubber", "'scrub'"},
        {"mount", "'fuse'"},
        {"client", "'fuse'"},
        {"all", "'*'"},
        {"default", "'*'"},
        {"bricks", "'glusterfsd'"},
        {"glusterfs-server", "'glusterd'"},
        {"gfproxyd", "'glusterfsd'"},
        {"nfs", "'glusterfs'"},
        {"gsyncd", "'glusterfs'"},
        {"snapshot", "'snapd'"},

        /* typos */
        {"gluserfsd", "'glusterfsd'"},
        {"glutserd", "'glusterd'"},
        {"GLUSTERD", "'glusterd'"},
        {"glusterfd", "'glusterd' or 'glusterfsd' or 'glusterfs'"},
        {"glustersh", "'glustershd'"},
        {"quotd", "'quotad' or 'quota'"},
        {"quotadd", "'quotad'"},
        {"bitdd", "'bitd'"},
        {"rebalanced", "'rebalance'"},
        {"fuse.", "'fuse'"},

        /* none of them */
        {"", ""},
        {"a", ""},
        {"dial", ""},
        {"other", ""},
        {"qemu", ""},
        {"ganesha.nfsd", ""},
        {"all*", ""},
        {"[abc]", ""},
        {"0123456789012345678901234567890123456789012345678901234567890123456789", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        char found[256];
        struct text text = TEXT_IN(found);

        names_meant(word_of(table[i].name), &text);
        check_string(table[i].name, found, table[i].meant);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_stands_for_both_that_its_process_has),
        cmocka_unit_test(the_known_ones_come_to_an_end),
        cmocka_unit_test(a_name_that_is_no_process_stands_for_those_likely_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
