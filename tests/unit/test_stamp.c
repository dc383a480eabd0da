#include "unit.h"

#include <errno.h>
#include <limits.h>

#include "stamp.h"

static void make(const char *path, const char *content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
}

static void check_same(const char *what, const struct stamp *a, const struct stamp *b, bool same, bool same_file)
{
    check_bool(what, stamp_same(a, b), same);
    check_bool(what, stamp_same_file(a, b), same_file);
}

static void a_version_is_told_by_each_of_what_it_has(void **state)
{
    static const struct stamp one = {.device = 1, .inode = 2, .size = 3, .written = {4, 5}, .changed = {6, 7}};
    static const struct {
        const char *what;
        struct stamp other;
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
    struct stamp missing = stamp_of_error(ENOENT);
    struct stamp denied = stamp_of_error(EACCES);

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_same(table[i].what, &one, &table[i].other, table[i].same, table[i].same_file);
    check_same("missing", &missing, &missing, true, true);
    check_same("missing, denied", &missing, &denied, false, false);
}

static void looks_at_the_file_itself(void **state)
{
    struct stat status;
    struct stamp looked;
    struct stamp expected;
    int fd;

    (void)state;
    make("file", "content");
    assert_int_equal(symlink("file", "link"), 0);
    assert_int_equal(stat("file", &status), 0);
    expected = stamp_of(&status);
    looked = stamp_look("link");
    check_same("through a link", &looked, &expected, true, true);
    check_number("size", (unsigned long)looked.size, 7);
    assert_int_equal(looked.written.tv_sec, status.st_mtim.tv_sec);
    assert_int_equal(looked.changed.tv_nsec, status.st_ctim.tv_nsec);
    fd = open("file", O_RDONLY);
    assert_int_equal(file_status(fd, &status), 0);
    close(fd);
    looked = stamp_of(&status);
    check_same("through a descriptor", &looked, &expected, true, true);
    assert_int_equal(stamp_look("absent").error, ENOENT);
    assert_int_equal(stamp_look("file/absent").error, ENOTDIR);
    assert_int_equal(file_status(-1, &status), -1);
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

static const struct {
    const char *what;
    struct timespec written;
    bool settled;
} ages[] = {
    {"now", {1000, 500000000}, false},
    {"a nanosecond ago", {1000, 499999999}, false},
    {"199 ms and more ago", {1000, 300000001}, false},
    {"200 ms ago", {1000, 300000000}, true},
    {"in the second before", {999, 600000000}, true},
    {"long ago", {0, 0}, true},
    {"in the future", {1000, 500000001}, true},
    {"in the next second", {1001, 400000000}, true},
    {"as early as can be", {LONG_MIN, 0}, true},
    {"as late as can be", {LONG_MAX, 999999999}, true},
};

static void is_settled_when_it_has_been_left_alone(void **state)
{
    static const struct timespec now = {1000, 500000000};
    static const struct timespec turn = {1000, 100000000};
    struct stamp stamp = {.written = {999, 900000000}};

    (void)state;
    for (size_t i = 0; i < COUNT(ages); i++) {
        struct stamp aged = {.written = ages[i].written};

        check_bool(ages[i].what, stamp_is_settled("/nowhere", &aged, &now), ages[i].settled);
    }
    check_bool("200 ms over the turn of a second", stamp_is_settled("/nowhere", &stamp, &turn), true);
    stamp.written.tv_nsec++;
    check_bool("less over the turn of a second", stamp_is_settled("/nowhere", &stamp, &turn), false);
    stamp = stamp_of_error(EACCES);
    check_bool("can't be looked at", stamp_is_settled("/nowhere", &stamp, &now), true);
}

/* Who replaces a file by removing it first leaves a moment without one. */
static void a_missing_file_is_as_old_as_the_change_of_its_directory(void **state)
{
    static const struct timespec now = {1000, 500000000};
    static const char *const paths[] = {"directory/file", "./directory/file", "directory//file"};
    struct stamp missing = stamp_of_error(ENOENT);

    (void)state;
    assert_int_equal(mkdir("directory", 0755), 0);
    for (size_t i = 0; i < COUNT(ages); i++) {
        struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, ages[i].written};

        if (times[1].tv_sec != LONG_MIN && times[1].tv_sec != LONG_MAX)
            assert_int_equal(utimensat(AT_FDCWD, "directory", times, 0), 0);
        for (size_t j = 0; j < COUNT(paths) && times[1].tv_sec != LONG_MIN && times[1].tv_sec != LONG_MAX; j++)
            check_bool(in_words("%s, %s", paths[j], ages[i].what), stamp_is_settled(paths[j], &missing, &now),
                       ages[i].settled);
    }
    check_bool("the directory is missing too", stamp_is_settled("absent/file", &missing, &now), true);
    check_bool("of the root directory", stamp_is_settled("/absent", &missing, &now), true);
}

static void one_in_the_working_directory_is_as_old_as_that(void **state)
{
    static const struct timespec now = {1000, 500000000};
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, now};
    struct stamp missing = stamp_of_error(ENOENT);

    (void)state;
    assert_int_equal(utimensat(AT_FDCWD, ".", times, 0), 0);
    assert_false(stamp_is_settled("absent", &missing, &now));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_is_told_by_each_of_what_it_has),
        cmocka_unit_test(looks_at_the_file_itself),
        cmocka_unit_test(only_missing_is_missing),
        cmocka_unit_test(is_settled_when_it_has_been_left_alone),
        cmocka_unit_test(a_missing_file_is_as_old_as_the_change_of_its_directory),
        cmocka_unit_test(one_in_the_working_directory_is_as_old_as_that),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
