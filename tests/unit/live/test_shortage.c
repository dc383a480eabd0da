/* Errors when the process has reached a limit. */
#include "../unit.h"

#include <errno.h>

#include "base/text.h"
#include "live/file.h"
#include "live/process.h"
#include "live/ruleset.h"
#include "socket/hostaddr.h"

struct shortage {
    int resource;
    int error;
    const char *reason;
};

static const struct shortage shortages[] = {
    {RLIMIT_NOFILE, EMFILE, "cannot read it: Too many open files"},
    {RLIMIT_AS, ENOMEM, "cannot read it: Cannot allocate memory"},
};

static void reading_a_file(void **state)
{
    int fd = open("short", O_WRONLY | O_CREAT, 0644);

    (void)state;
    assert_int_equal(write(fd, "content", strlen("content")), strlen("content"));
    close(fd);
    for (size_t i = 0; i < COUNT(shortages); i++) {
        char reason[128];
        struct text why = TEXT_IN(reason);
        struct file file = {.data = NULL};
        rlim_t before = limit_resource(shortages[i].resource, 0);
        int error = file_read("short", 100, geteuid(), &file, &why);

        limit_resource(shortages[i].resource, before);
        assert_int_equal(error, shortages[i].error);
        check_string("reason", reason, shortages[i].reason);
    }
}

static void parsing_a_configuration(void **state)
{
    static struct config config; /* too large for a stack */
    struct diagnostic diagnostic;
    rlim_t before = limit_resource(RLIMIT_AS, 0);
    bool good = config_parse("[glusterd]", strlen("[glusterd]"), &config, &diagnostic);

    (void)state;
    limit_resource(RLIMIT_AS, before);
    assert_false(good);
    check_number("line", diagnostic.line, 0);
    check_string("message", diagnostic.message, "cannot allocate memory for 10 bytes of configuration");
}

static void putting_a_configuration_in_force(void **state)
{
    static struct load load;
    struct ruleset *made;
    rlim_t before;

    (void)state;
    memset(load.process.volfile, 'v', sizeof(load.process.volfile) - 1); /* long enough to need memory */
    before = limit_resource(RLIMIT_AS, 0);
    made = ruleset_make(&load, NULL);
    limit_resource(RLIMIT_AS, before);
    assert_null(made);
}

static void looking_for_an_address(void **state)
{
    struct network network = {.address = address_of("::1"), .len = 128};
    struct host_address found;

    (void)state;
    for (size_t i = 0; i < COUNT(shortages); i++) {
        rlim_t before = limit_resource(shortages[i].resource, 0);
        int error = host_address_find(&network, 0, -1, &found);

        limit_resource(shortages[i].resource, before);
        assert_int_equal(error, shortages[i].error);
    }
}

static void reading_its_own_arguments(void **state)
{
    static struct process process; /* too large for a stack */

    (void)state;
    for (size_t i = 0; i < COUNT(shortages); i++) {
        rlim_t before = limit_resource(shortages[i].resource, 0);
        int error = process_read(&process);

        limit_resource(shortages[i].resource, before);
        assert_int_equal(error, shortages[i].error);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        native_unit_test(reading_a_file),
        native_unit_test(parsing_a_configuration),
        native_unit_test(putting_a_configuration_in_force),
        native_unit_test(looking_for_an_address),
        native_unit_test(reading_its_own_arguments),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
