#include "../unit.h"

#include "host/label.h"

enum { HANDLES = 1, CONTEXTS = 2 };

/* What the fakes of libselinux's functions answer, and what the caller has not freed yet. */
static struct {
    int enabled;
    const char *found;
    const char *wanted;
    bool has_no_policy;
    int held[3];
    char path[PATH_MAX]; /* asked for */
    int mode;
} host;

static char *given(const char *context)
{
    char *copy = strdup(context);

    assert_non_null(copy);
    host.held[CONTEXTS]++;
    return copy;
}

static int fake_enabled(void)
{
    return host.enabled;
}

static void *fake_open(unsigned int backend, const void *options, unsigned int count)
{
    assert_int_equal(backend, 0);
    assert_null(options);
    assert_int_equal(count, 0);
    if (host.has_no_policy)
        return NULL;
    host.held[HANDLES]++;
    return &host;
}

static int fake_lookup(void *handle, char **context, const char *path, int mode)
{
    assert_ptr_equal(handle, &host);
    (void)snprintf(host.path, sizeof(host.path), "%s", path);
    host.mode = mode;
    if (host.wanted == NULL)
        return -1;
    *context = given(host.wanted);
    return 0;
}

static void fake_close(void *handle)
{
    assert_ptr_equal(handle, &host);
    host.held[HANDLES]--;
}

static int fake_getfilecon(const char *path, char **context)
{
    assert_int_equal(path[0], '/');
    if (host.found == NULL)
        return -1;
    *context = given(host.found);
    return (int)strlen(host.found) + 1;
}

static void fake_freecon(char *context)
{
    host.held[CONTEXTS]--;
    free(context);
}

static const struct selinux fakes = {.is_selinux_enabled = fake_enabled,
                                     .selabel_open = fake_open,
                                     .selabel_lookup = fake_lookup,
                                     .selabel_close = fake_close,
                                     .getfilecon = fake_getfilecon,
                                     .freecon = fake_freecon};

static struct label label; /* too large for a stack */

static void types_alone_are_compared(void **state)
{
    static const struct {
        const char *what;
        const char *found;
        const char *wanted;
        int enabled;
        bool has_no_policy;
        bool is_wrong;
    } table[] = {
        {"right", "system_u:object_r:lib_t:s0", "system_u:object_r:lib_t:s0", 1, false, false},
        {"wrong", "system_u:object_r:admin_home_t:s0", "system_u:object_r:lib_t:s0", 1, false, true},
        {"a longer type", "system_u:object_r:lib_t_t:s0", "system_u:object_r:lib_t:s0", 1, false, true},
        {"another user", "unconfined_u:object_r:lib_t:s0", "system_u:object_r:lib_t:s0", 1, false, false},
        {"another role", "system_u:role_r:lib_t:s0", "system_u:object_r:lib_t:s0", 1, false, false},
        {"another range", "system_u:object_r:lib_t:s0:c1,c2", "system_u:object_r:lib_t:s0", 1, false, false},
        {"no ranges", "system_u:object_r:lib_t", "system_u:object_r:lib_t:s0", 1, false, false},
        {"off", "system_u:object_r:admin_home_t:s0", "system_u:object_r:lib_t:s0", 0, false, false},
        {"nobody knows", "system_u:object_r:admin_home_t:s0", "system_u:object_r:lib_t:s0", -1, false, false},
        {"a file system without labels", NULL, "system_u:object_r:lib_t:s0", 1, false, false},
        {"a file that policy says nothing of", "system_u:object_r:admin_home_t:s0", NULL, 1, false, false},
        {"no file contexts", "system_u:object_r:admin_home_t:s0", "system_u:object_r:lib_t:s0", 1, true, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        host.enabled = table[i].enabled;
        host.found = table[i].found;
        host.wanted = table[i].wanted;
        host.has_no_policy = table[i].has_no_policy;
        check_bool(table[i].what, label_is_wrong(&fakes, "/", &label), table[i].is_wrong);
        check_number(table[i].what, (unsigned long)host.held[HANDLES], 0);
        check_number(table[i].what, (unsigned long)host.held[CONTEXTS], 0);
    }
}

static void tells_both_types(void **state)
{
    (void)state;
    host.enabled = 1;
    host.found = "root:object_r:admin_home_t:s0";
    host.wanted = "system_u:object_r:glusterd_etc_t:s0:c0.c1023";
    host.has_no_policy = false;
    assert_true(label_is_wrong(&fakes, "/", &label));
    assert_string_equal(label.found, "admin_home_t");
    assert_string_equal(label.wanted, "glusterd_etc_t");
}

static void a_link_has_no_say(void **state)
{
    static char directory[PATH_MAX - 8];
    static char target[PATH_MAX];
    int fd = open("target", O_WRONLY | O_CREAT | O_CLOEXEC, 0640);

    (void)state;
    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(symlink("target", "link"), 0);
    assert_non_null(getcwd(directory, sizeof(directory)));
    (void)snprintf(target, sizeof(target), "%s/target", directory);
    host.enabled = 1;
    host.found = "root:object_r:admin_home_t:s0";
    host.wanted = "system_u:object_r:glusterd_etc_t:s0";
    host.has_no_policy = false;
    assert_true(label_is_wrong(&fakes, "link", &label));
    assert_string_equal(label.path, target);
    assert_string_equal(host.path, target);
    assert_int_equal(host.mode, S_IFREG | 0640);
    assert_false(label_is_wrong(&fakes, "missing", &label));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_alone_are_compared),
        cmocka_unit_test(tells_both_types),
        cmocka_unit_test(a_link_has_no_say),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
