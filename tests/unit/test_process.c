#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "process.h"
#include "text.h"

static struct process process; /* too large for a stack */

static void parse(const char *cmdline, size_t len)
{
    memset(&process, '#', sizeof(process));
    process_parse(at_memory_end(cmdline, len), len, &process);
}

/* A string literal with its length. The NUL behind the last argument is the literal's own. */
#define ARGUMENTS(string) string, sizeof(string)

static void takes_names_and_the_volume_file_from_the_arguments(void **state)
{
    static const struct {
        const char *cmdline;
        size_t len;
        const char *role;
        const char *program;
        const char *volfile;
    } table[] = {
        {ARGUMENTS("/usr/sbin/glusterd\0-p\0/run/glusterd.pid\0--log-level\0INFO"), "", "glusterd", VOLUME_FILE},
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0localhost\0--volfile-id\0shd/v\0-p\0/run/shd.pid\0-l\0/var/log/shd.log\0"
                   "--process-name\0glustershd\0--client-pid=-6"),
         "glustershd", "glusterfs", VOLUME_FILE},

        /* --process-name */
        {ARGUMENTS("a\0--process-name\0b"), "b", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name=b"), "b", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name=b=c"), "b=c", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name=\0b"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name\0"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name\0b\0--process-name=c"), "c", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-name\0--process-name\0b"), "--process-name", "a", VOLUME_FILE},
        {ARGUMENTS("a\0--process-names\0b\0-process-name\0b\0process-name"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0b\0\0--process-name\0c"), "c", "a", VOLUME_FILE},

        /* -f, --volfile */
        {ARGUMENTS("a\0-f\0v"), "", "a", "v"},
        {ARGUMENTS("a\0-fv"), "", "a", "v"},
        {ARGUMENTS("a\0-f=v"), "", "a", "=v"},
        {ARGUMENTS("a\0-Nf\0v"), "", "a", "v"},
        {ARGUMENTS("a\0-Nfv"), "", "a", "v"},
        {ARGUMENTS("a\0-N\0-f\0v"), "", "a", "v"},
        {ARGUMENTS("a\0--volfile\0v"), "", "a", "v"},
        {ARGUMENTS("a\0--volfile=v"), "", "a", "v"},
        {ARGUMENTS("a\0--spec-file\0v"), "", "a", "v"},
        {ARGUMENTS("a\0--spec-file=v"), "", "a", "v"},
        {ARGUMENTS("a\0-f\0v\0-f\0w\0--volfile=x"), "", "a", "x"},
        {ARGUMENTS("a\0-f\0--"), "", "a", "--"},
        {ARGUMENTS("a\0-f\0v\0--process-name\0b"), "b", "a", "v"},
        {ARGUMENTS("a\0--volfile-id\0v\0--volfile-server=s\0--volfile-server-port\0001"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-N\0v\0-\0f\0--f\0v"), "", "a", VOLUME_FILE},

        /* what is the value of another option */
        {ARGUMENTS("a\0-l\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-lf\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-L\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-s\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-p\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-S\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-r\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-Nl\0-f\0v"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-l\0--process-name\0b"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-f\0--process-name\0b"), "", "a", "--process-name"},
        {ARGUMENTS("a\0-l/log\0-f\0v"), "", "a", "v"},

        /* the end of the options */
        {ARGUMENTS("a\0--\0-f\0v\0--process-name\0b"), "", "a", VOLUME_FILE},
        {ARGUMENTS("a\0-f\0v\0--\0-f\0w"), "", "a", "v"},

        /* argv[0] */
        {ARGUMENTS("./a"), "", "a", VOLUME_FILE},
        {ARGUMENTS("/a"), "", "a", VOLUME_FILE},
        {ARGUMENTS("/b//a"), "", "a", VOLUME_FILE},
        {ARGUMENTS("--process-name=b"), "", "--process-name=b", VOLUME_FILE},
        {ARGUMENTS(""), "", "", VOLUME_FILE},
        {ARGUMENTS("\0--process-name\0b"), "b", "", VOLUME_FILE},

        /* the last NUL can be missing, and with it all else */
        {"a\0-f\0v", 6, "", "a", "v"},
        {"a\0-f", 4, "", "a", ""},
        {"a\0--process-name\0b", 18, "b", "a", VOLUME_FILE},
        {"a", 1, "", "a", VOLUME_FILE},
        {"", 0, "", "", VOLUME_FILE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        const char *what = in_words("row %zu", i);

        parse(table[i].cmdline, table[i].len);
        check_string(what, process.role, table[i].role);
        check_string(what, process.program, table[i].program);
        check_string(what, process.volfile, table[i].volfile);
    }
}

static void overlong_names_are_cut(void **state)
{
    enum { LONG = 3 * PATH_MAX };
    static char cmdline[3 * LONG];
    struct text text = TEXT_IN(cmdline);
    static char name[LONG];

    (void)state;
    memset(name, 'x', sizeof(name));
    text_bytes(&text, name, 100);
    text_bytes(&text, "\0--process-name=", 16);
    text_bytes(&text, name, 100);
    text_bytes(&text, "\0-f", 3);
    text_bytes(&text, name, LONG);
    parse(cmdline, text.len);
    check_number("program", strlen(process.program), sizeof(process.program) - 1);
    check_number("role", strlen(process.role), sizeof(process.role) - 1);
    check_number("volume file", strlen(process.volfile), sizeof(process.volfile) - 1);
}

static void a_truncated_command_line_is_harmless(void **state)
{
    static const char cmdline[] = "/usr/sbin/glusterfs\0-Nf\0/v\0--process-name=x\0--volfile\0w\0-l\0-f\0--\0y";

    (void)state;
    for (size_t len = 0; len <= sizeof(cmdline); len++)
        parse(cmdline, len);
    check_string("volume file", process.volfile, "w");
}

static void the_log_prefers_the_role(void **state)
{
    (void)state;
    parse(ARGUMENTS("/usr/sbin/glusterfs\0--process-name\0glustershd"));
    check_string("with a role", process_name(&process), "glustershd");
    parse(ARGUMENTS("/usr/sbin/glusterfs"));
    check_string("without", process_name(&process), "glusterfs");
}

static void reads_its_own_arguments(void **state)
{
    (void)state;
    memset(&process, '#', sizeof(process));
    assert_int_equal(process_read(&process), 0);
    check_string("program", process.program, "test_process");
    check_string("role", process.role, "");
    check_string("volume file", process.volfile, VOLUME_FILE);
}

static void gives_all_memory_back(void **state)
{
    unsigned long before = mapped_pages();

    (void)state;
    assert_int_equal(process_read(&process), 0);
    assert_int_equal(mapped_pages(), before);
}

/* In a mount namespace of its own, which ends with the process. */
static bool lose_proc(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", "/proc", "tmpfs", 0, NULL) == 0;
}

static bool reads(const char *program, const char *role, const char *volfile)
{
    memset(&process, '#', sizeof(process));
    return process_read(&process) == 0 && strcmp(process.program, program) == 0 && strcmp(process.role, role) == 0 &&
           strcmp(process.volfile, volfile) == 0;
}

static void without_proc_the_arguments_are_known(void **state)
{
    pid_t child = fork();
    int status;

    (void)state;
    if (child == 0) {
        execl("/proc/self/exe", "/usr/sbin/glusterfs", "--process-name", "glustershd", "-f/v", "without proc", NULL);
        _exit(2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_names_and_the_volume_file_from_the_arguments),
        cmocka_unit_test(overlong_names_are_cut),
        cmocka_unit_test(a_truncated_command_line_is_harmless),
        cmocka_unit_test(the_log_prefers_the_role),
        cmocka_unit_test(reads_its_own_arguments),
        cmocka_unit_test(gives_all_memory_back),
        native_unit_test(without_proc_the_arguments_are_known),
    };

    if (strcmp(argv[argc - 1], "without proc") == 0)
        return lose_proc() && reads("glusterfs", "glustershd", "/v") ? 0 : 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
