#include "../unit.h"

#include <errno.h>
#include <limits.h>

#include "live/fileversion.h"

static void make(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
}

static void check_same(const char *what, const struct file_version *a, const struct file_version *b, bool same,
                       bool same_file)
{
    check_bool(what, file_version_same(a, b), same);
    check_bool(what, file_version_same_file(a, b), same_file);
}

static void a_version_is_told_by_each_of_what_it_has(void **state)
{
    static const struct file_version one = {.device = 1, .inode = 2, .size = 3, .written = {4, 5}, .changed = {6, 7}};
    static const struct {
        const char *what;
        struct file_version other;
        bool same;
        bool same_file;
    } table[] = {
        {"itself", {.device = 1, .inode = 2, .size = 3, .written = {4, 5}, .changed = {6, 7}}, true, true},
        {"device", {.device = 9, .inode = 2, .size = 3, .written = {4, 5}, .changed = {6, 7}}, false, false},
        {"inode", {.device = 1, .inode = 9, .size = 3, .written = {4, 5}, .changed = {6, 7}}, false, false},
        {"size", {.device = 1, .inode = 2, .size = 9, .written = {4, 5}, .changed = {6, 7}}, false, true},
        {"written, second", {.device = 1, .inode = 2, .size = 3, .written = {9, 5}, .changed = {6, 7}}, false, true},
        {"written, nanosecond",
         {.device = 1, .inode = 2, .size = 3, .written = {4, 9}, .changed = {6, 7}},
         false,
         true},
        {"changed, second", {.device = 1, .inode = 2, .size = 3, .written = {4, 5}, .changed = {9, 7}}, false, true},
        {"changed, nanosecond",
         {.device = 1, .inode = 2, .size = 3, .written = {4, 5}, .changed = {6, 9}},
         false,
         true},
        {"error", {.error = ENOENT}, false, false},
    };
    struct file_version missing = file_version_of_error(ENOENT);
    struct file_version missing_too = missing;
    struct file_version denied = file_version_of_error(EACCES);

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_same(table[i].what, &one, &table[i].other, table[i].same, table[i].same_file);
    check_same("missing", &missing, &missing, true, true);
    check_same("missing, denied", &missing, &denied, false, false);
    missing_too.changed.tv_sec = 1;
    check_same("missing, another time", &missing, &missing_too, true, true);
}

static void looks_at_the_file_itself(void **state)
{
    struct stat status;
    struct file_version looked;
    struct file_version expected;
    int fd;

    (void)state;
    make("file", "content");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(stat("file", &status), 0);
    expected = file_version_of(&status);
    looked = file_version_at("link");
    check_same("through a link", &looked, &expected, true, true);
    check_number("size", (unsigned long)looked.size, 7);
    assert_int_equal(looked.written.tv_sec, status.st_mtim.tv_sec);
    assert_int_equal(looked.changed.tv_nsec, status.st_ctim.tv_nsec);
    fd = open("file", O_RDONLY);
    assert_int_equal(fstat(fd, &status), 0);
    close(fd);
    looked = file_version_of(&status);
    check_same("through a descriptor", &looked, &expected, true, true);
    assert_int_equal(file_version_at("absent").error, ENOENT);
    assert_int_equal(file_version_at("file/absent").error, ENOTDIR);
}

static void only_missing_is_missing(void **state)
{
    static const struct {
        const char *what;
        int error;
        bool missing;
    } table[] = {{"none", 0, false},
                 {"ENOENT", ENOENT, true},
                 {"ENOTDIR", ENOTDIR, true},
                 {"EACCES", EACCES, false},
                 {"ELOOP", ELOOP, false}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_bool(table[i].what, is_missing(table[i].error), table[i].missing);
}

/* What both of the library's clocks read. */
static struct timespec now = {1000, 500000000};

int clock_gettime(clockid_t clock, struct timespec *time)
{
    (void)clock;
    *time = now;
    return 0;
}

static void go_on(long milliseconds)
{
    now.tv_nsec += milliseconds * 1000000;
    now.tv_sec += now.tv_nsec / 1000000000;
    now.tv_nsec %= 1000000000;
}

static bool is_settled(const struct file_version *version, uint64_t *seen)
{
    return file_version_is_settled(version, seen, monotonic_milliseconds());
}

static void is_settled_at_once_when_it_is_old(void **state)
{
    static const struct {
        const char *what;
        time_t changed;
        bool settled;
    } table[] = {
        {"now", 1000, false},          {"five seconds ago", 995, false},       {"six seconds ago", 994, true},
        {"long ago", 0, true},         {"in the future", 1001, false},         {"far in the future", LONG_MAX, false},
        {"before all time", -1, true}, {"as early as can be", LONG_MIN, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct file_version version = {.changed = {table[i].changed, 999999999}};
        uint64_t seen = 0;

        check_bool(table[i].what, is_settled(&version, &seen), table[i].settled);
    }
}

static void is_settled_when_the_same_has_been_seen_for_200_ms(void **state)
{
    static const struct file_version versions[] = {
        {.size = 1, .changed = {LONG_MAX, 0}},
        {.size = 2, .changed = {LONG_MAX, 0}},
        {.error = ENOENT, .changed = {LONG_MAX, 0}},
        {.error = EPERM, .changed = {LONG_MAX, 0}},
    };
    static const struct {
        long later; /* milliseconds */
        size_t version;
        bool settled;
    } looks[] = {
        {0, 0, false},   {199, 0, false}, {1, 0, true},    {5000, 0, true}, {0, 1, false},
        {200, 1, true},  {0, 2, false},   {199, 2, false}, {1, 2, true},    {0, 1, false},
        {0, 2, false},   {200, 2, true},  {0, 1, false},   {100, 0, false}, {100, 1, false},
        {100, 0, false}, {200, 0, true},  {0, 2, false},   {200, 3, false}, {200, 3, true},
    };
    uint64_t seen = 0;

    (void)state;
    now = (struct timespec){1000, 0};
    for (size_t i = 0; i < COUNT(looks); i++) {
        go_on(looks[i].later);
        check_bool(in_words("look %zu", i), is_settled(&versions[looks[i].version], &seen), looks[i].settled);
    }
}

static void what_is_old_has_been_seen_as_well(void **state)
{
    static const struct file_version old = {.changed = {0, 0}};
    static const struct file_version young = {.changed = {LONG_MAX, 0}};
    uint64_t seen = 0;

    (void)state;
    assert_false(is_settled(&young, &seen));
    go_on(1000);
    assert_true(is_settled(&old, &seen));
    assert_false(is_settled(&young, &seen));
}

/* Another thread may see the version for the first time between this thread's look and its question. */
static void a_look_from_before_the_first_one_tells_nothing(void **state)
{
    static const struct file_version young = {.changed = {LONG_MAX, 0}};
    uint32_t looked = monotonic_milliseconds();
    uint64_t seen = 0;

    (void)state;
    go_on(100);
    assert_false(is_settled(&young, &seen));
    assert_false(file_version_is_settled(&young, &seen, looked));
    go_on(200);
    assert_true(is_settled(&young, &seen));
}

/* The 32-bit milliseconds wrap after 49 days. Past half of that, an earlier time looks like a later one. */
static void a_process_can_become_old(void **state)
{
    static const time_t day = 86400;
    static const struct file_version young = {.changed = {LONG_MAX, 0}};
    uint64_t seen = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        (void)is_settled(&young, &seen);
        go_on(200);
        check_bool(in_words("day %d", i), is_settled(&young, &seen), true);
        now.tv_sec += day;
    }
}

static void what_is_not_there_is_as_old_as_what_is_nearest_on_the_way(void **state)
{
    static const struct {
        const char *path;
        const char *nearest;
        const char *link;
    } table[] = {
        {"directory/file", "directory", ""},
        {"./directory/file", "directory", ""},
        {"directory//file", "directory", ""},
        {"directory/a/b/c/", "directory", ""},
        {"absent", ".", ""},
        {"a", ".", ""},
        {"absent/a/b", ".", ""},
        {"", ".", ""},
        {"directory/there/a", "directory/there", ""},
        {"good/file", "directory", ""},
        {"dangling", "dangling", "dangling"},
        {"dangling/a/b", "dangling", "dangling"},
        {"dangling//a", "dangling", "dangling"},
        {"good/dangling/a", "good/dangling", "good/dangling"},
        {"to-dangling/a", "to-dangling", "to-dangling"},
        {"/absent/a", "/", ""},
        {"//absent", "/", ""},
    };

    struct stat link;
    struct stat directory;

    (void)state;
    assert_int_equal(mkdir("directory", 0755), 0);
    make("directory/there", "");
    assert_int_equal(symlink("directory", "good"), 0);
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    assert_int_equal(symlink("nowhere", "directory/dangling"), 0);
    assert_int_equal(symlink("dangling", "to-dangling"), 0);
    assert_int_equal(lstat("good", &link), 0);
    do { /* until the clock ticks */
        assert_int_equal(chmod("directory", 0755), 0);
        assert_int_equal(stat("directory", &directory), 0);
    } while (directory.st_ctim.tv_nsec == link.st_ctim.tv_nsec);
    for (size_t i = 0; i < COUNT(table); i++) {
        struct stat status;
        size_t link_len;
        struct file_version version = file_version_nearest(table[i].path, ENOENT, &link_len);

        assert_int_equal(lstat(table[i].nearest, &status), 0);
        check_number(table[i].path, (unsigned long)version.error, ENOENT);
        check_number(table[i].path, (unsigned long)version.changed.tv_nsec, (unsigned long)status.st_ctim.tv_nsec);
        check_number(table[i].path, link_len, strlen(table[i].link));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_told_by_each_of_what_it_has),
        cmocka_unit_test(looks_at_the_file_itself),
        cmocka_unit_test(only_missing_is_missing),
        cmocka_unit_test(is_settled_at_once_when_it_is_old),
        cmocka_unit_test(is_settled_when_the_same_has_been_seen_for_200_ms),
        cmocka_unit_test(what_is_old_has_been_seen_as_well),
        cmocka_unit_test(a_look_from_before_the_first_one_tells_nothing),
        cmocka_unit_test(a_process_can_become_old),
        cmocka_unit_test(what_is_not_there_is_as_old_as_what_is_nearest_on_the_way),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
