#include "../unit.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "base/text.h"
#include "live/process.h"

static struct process process; /* too large for a stack */

static void parse(const char *cmdline, size_t len)
{
    memset(&process, '#', sizeof(process));
    process_parse(at_memory_end(cmdline, len), len, &process);
}

/* A string literal and its length. The literal's own NUL ends the last argument. */
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
        {ARGUMENTS("glusterfs\0-f\0v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0-fv"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0-f=v"), "", "glusterfs", "=v"},
        {ARGUMENTS("glusterfs\0-Nf\0v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0-Nfv"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0-N\0-f\0v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0--volfile\0v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0--volfile=v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0--spec-file\0v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0--spec-file=v"), "", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0-f\0v\0-f\0w\0--volfile=x"), "", "glusterfs", "x"},
        {ARGUMENTS("glusterfs\0-f\0--"), "", "glusterfs", "--"},
        {ARGUMENTS("glusterfs\0-f\0v\0--process-name\0b"), "b", "glusterfs", "v"},
        {ARGUMENTS("glusterfs\0--volfile-id\0v\0--volfile-server=s\0--volfile-server-port\0001"), "", "glusterfs",
         VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-N\0v\0-\0f\0--f\0v"), "", "glusterfs", VOLUME_FILE},

        /* values of other options */
        {ARGUMENTS("glusterfs\0-l\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-lf\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-L\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-s\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-p\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-S\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-r\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-Nl\0-f\0v"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-l\0--process-name\0b"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-f\0--process-name\0b"), "", "glusterfs", "--process-name"},
        {ARGUMENTS("glusterfs\0-l/log\0-f\0v"), "", "glusterfs", "v"},

        /* the end of the options */
        {ARGUMENTS("glusterfs\0--\0-f\0v\0--process-name\0b"), "", "glusterfs", VOLUME_FILE},
        {ARGUMENTS("glusterfs\0-f\0v\0--\0-f\0w"), "", "glusterfs", "v"},

        /* other programs have an -f of their own */
        {ARGUMENTS("/usr/sbin/glusterfsd\0-f\0v"), "", "glusterfsd", "v"},
        {ARGUMENTS("ganesha.nfsd\0-f\0/etc/ganesha/ganesha.conf"), "", "ganesha.nfsd", VOLUME_FILE},
        {ARGUMENTS("qemu-img\0create\0-f\0raw"), "", "qemu-img", VOLUME_FILE},
        {ARGUMENTS("a\0--volfile=v\0--process-name\0b"), "b", "a", VOLUME_FILE},

        /* argv[0] */
        {ARGUMENTS("./a"), "", "a", VOLUME_FILE},
        {ARGUMENTS("/a"), "", "a", VOLUME_FILE},
        {ARGUMENTS("/b//a"), "", "a", VOLUME_FILE},
        {ARGUMENTS("--process-name=b"), "", "--process-name=b", VOLUME_FILE},
        {ARGUMENTS(""), "", "", VOLUME_FILE},
        {ARGUMENTS("\0--process-name\0b"), "b", "", VOLUME_FILE},

        /* the last NUL may be missing, or everything */
        {"glusterd\0-f\0v", 13, "", "glusterd", "v"},
        {"glusterd\0-f", 11, "", "glusterd", ""},
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

/* The arguments that glusterd 9.2, 10.3 and 11.1 start their daemons with. */
static void knows_what_glusterd_has_told_it_of_its_listener(void **state)
{
#define OTHERS "\0--volfile-id\0shd/v\0-p\0/run/shd.pid\0-l\0/var/log/shd.log\0--process-name\0glustershd"
#define BRICK  "/usr/sbin/glusterfsd\0-s\0002001:db8::1\0--volfile-id\0v.host.brick\0--process-name\0brick"
    static const struct {
        const char *cmdline;
        size_t len;
        const char *listener;
    } table[] = {
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0002001:db8::1" OTHERS), "2001:db8::1"},
        {ARGUMENTS("/usr/sbin/glusterfs\0--volfile-server=2001:db8::1" OTHERS), "2001:db8::1"},
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\000192.0.2.1" OTHERS), "192.0.2.1"},
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0localhost" OTHERS), ""},
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0server1" OTHERS), ""},
        {ARGUMENTS("/usr/sbin/glusterfs" OTHERS), ""},

        /* a brick's -s is the volume's name for this host */
        {ARGUMENTS(BRICK), ""},
        {ARGUMENTS(BRICK "\0--xlator-option\0transport.socket.bind-address=2001:db8::2"), "2001:db8::2"},
        {ARGUMENTS(BRICK "\0--xlator-option\0transport.socket.bind-address=server1"), ""},
        {ARGUMENTS(BRICK "\0--xlator-option\0v-server.transport.socket.bind-address=2001:db8::2"), ""},

        /* other hosts */
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0002001:db8::1\0--process-name\0fuse\0--volfile-id\0v\0/mnt"), ""},
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0002001:db8::1\0--process-name\0fuse.x\0--volfile-id\0v\0/mnt"), ""},
        {ARGUMENTS("/usr/sbin/glusterfs\0-s\0002001:db8::1\0--volfile-id\0v\0/mnt"), ""},
        {ARGUMENTS("smbd\0-s\0002001:db8::1" OTHERS), ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        parse(table[i].cmdline, table[i].len);
        check_string(in_words("row %zu", i), process.listener, table[i].listener);
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
    parse(cmdline, text.len);
    check_number("program", strlen(process.program), sizeof(process.program) - 1);
    text = TEXT_IN(cmdline);
    text_bytes(&text, "glusterd\0--process-name=", 24);
    text_bytes(&text, name, 100);
    text_bytes(&text, "\0-f", 3);
    text_bytes(&text, name, LONG);
    parse(cmdline, text.len);
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

/* In a new mount namespace, which ends with the process. */
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
        cmocka_unit_test(knows_what_glusterd_has_told_it_of_its_listener),
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
