#include "../unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "../../socket/meddle.h"
#include "live/file.h"
#include "rules/config.h"

enum { SOMEBODY = 12345, SOMEBODY_ELSE = 12346, ANYBODY = 65534 }; /* users */

static bool reads_are_interrupted;

/* If asked to: every second read is interrupted by a signal, the others are short, as in /proc. */
static long meddle(long number, const long *arguments)
{
    static bool interrupt;
    const long few[6] = {arguments[0], arguments[1], arguments[2] > 3 ? 3 : arguments[2]};

    if (!reads_are_interrupted || number != SYS_read)
        return call_kernel(number, arguments);
    interrupt = !interrupt;
    if (!interrupt)
        return call_kernel(number, few);
    errno = EINTR;
    return -1;
}

static char reason[512];
static struct file file;

static void make(const char *path, const char *content, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    assert_int_equal(fchmod(fd, mode), 0); /* whatever the umask */
    close(fd);
}

static int read_file(const char *path, size_t max, bool trusted)
{
    struct text why = TEXT_IN(reason);

    file = (struct file){.data = NULL};
    return file_read(path, max, trusted ? geteuid() : FILE_OF_ANYBODY, &file, &why);
}

/* The kernel checks permissions, and the library the owner, against the effective user. */
static int read_file_as(uid_t user, const char *path, bool trusted)
{
    int error;

    assert_int_equal(seteuid(user), 0);
    error = read_file(path, 100, trusted);
    assert_int_equal(seteuid(0), 0);
    return error;
}

static void check_content(const char *wanted)
{
    check_number("length", file.len, strlen(wanted));
    assert_memory_equal(file.data, wanted, strlen(wanted));
    check_string("reason", reason, "");
    file_free(&file);
    assert_null(file.data);
    assert_int_equal(file.len, 0);
}

static void reads_the_whole_file(void **state)
{
    static const char *const contents[] = {"", "x", "[glusterd]\n::/0 = bind-address\n"};

    (void)state;
    for (size_t i = 0; i < COUNT(contents); i++) {
        make("whole", contents[i], 0644);
        assert_int_equal(read_file("whole", 100, true), 0);
        check_content(contents[i]);
    }
}

static void follows_a_symbolic_link(void **state)
{
    (void)state;
    make("target", "content", 0644);
    assert_int_equal(symlink("target", "link"), 0);
    assert_int_equal(read_file("link", 100, true), 0);
    check_content("content");
}

/* stat(2) gives their size as 0. */
static void reads_files_in_proc(void **state)
{
    (void)state;
    assert_int_equal(prctl(PR_SET_NAME, "test_file"), 0); /* an emulator has a name of its own */
    assert_int_equal(read_file("/proc/self/comm", 100, false), 0);
    check_content("test_file\n");
    assert_int_equal(read_file("/proc/self/comm", strlen("test_file\n"), false), 0);
    check_content("test_file\n");
    assert_int_not_equal(read_file("/proc/self/comm", strlen("test_file"), false), 0);
    assert_null(file.data);
}

static void make_directory(const char *path)
{
    assert_int_equal(mkdir(path, 0755), 0);
}

static void make_fifo(const char *path)
{
    assert_int_equal(mkfifo(path, 0644), 0);
}

static void make_device(const char *path)
{
    assert_int_equal(symlink("/dev/zero", path), 0);
}

static void make_socket(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    memcpy(address.sun_path, path, strlen(path));
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    close(fd);
}

static void make_group_writable(const char *path)
{
    make(path, "", 0664);
}

static void make_world_writable(const char *path)
{
    make(path, "", 0646);
}

static void make_somebodys(const char *path)
{
    make(path, "", 0644);
    assert_int_equal(chown(path, SOMEBODY, 0), 0);
}

static void make_one_byte_too_large(const char *path)
{
    make(path, "", 0644);
    assert_int_equal(truncate(path, (64 << 20) + 1), 0);
}

static void make_far_too_large(const char *path)
{
    make(path, "", 0644);
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
}

static void make_nothing(const char *path)
{
    (void)path;
}

static void make_dangling(const char *path)
{
    assert_int_equal(symlink("nowhere", path), 0);
}

static void make_loop(const char *path)
{
    assert_int_equal(symlink(path, path), 0);
}

#define NOT_REGULAR "not a regular file"
#define WRITABLE    "writable by group or others; chmod go-w"
#define DANGLING    "'dangling' is a dangling symbolic link"
#define TOO_LARGE   "larger than 64 MiB"

static const struct {
    void (*make)(const char *path);
    const char *path;
    bool untrusted_too; /* refused even if it need not be trusted */
    int error;
    const char *reason;
} refusals[] = {
    {make_directory, "directory", true, EPERM, NOT_REGULAR},
    {make_fifo, "fifo", true, EPERM, NOT_REGULAR},
    {make_device, "device", true, EPERM, NOT_REGULAR},
    {make_socket, "socket", true, EPERM, NOT_REGULAR},
    {make_group_writable, "group-writable", false, EPERM, WRITABLE},
    {make_world_writable, "world-writable", false, EPERM, WRITABLE},
    {make_somebodys, "somebodys", false, EPERM, "owned by user 12345, not by root; chown root"},
    {make_one_byte_too_large, "too-large", true, EPERM, TOO_LARGE},
    {make_far_too_large, "far-too-large", true, EPERM, TOO_LARGE},
    {make_nothing, "missing", true, ENOENT, "cannot read it: No such file or directory"},
    {make_nothing, "", true, ENOENT, "cannot read it: No such file or directory"},
    {make_nothing, "fifo/file", true, ENOTDIR, "cannot read it: Not a directory"},
    {make_dangling, "dangling", true, EPERM, DANGLING},
    {make_nothing, "dangling/file", true, EPERM, DANGLING},
    {make_loop, "loop", true, ELOOP, "cannot read it: Too many levels of symbolic links"},
};

static void every_refusal_says_why(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refusals); i++) {
        const char *path = refusals[i].path;

        refusals[i].make(path);
        check_number(path, (unsigned long)read_file(path, CONFIG_SIZE_MAX, true), (unsigned long)refusals[i].error);
        check_string(path, reason, refusals[i].reason);
        assert_null(file.data);
        check_bool(path, read_file(path, CONFIG_SIZE_MAX, false) != 0, refusals[i].untrusted_too);
        file_free(&file);
    }
}

static void a_file_can_be_as_large_as_allowed(void **state)
{
    (void)state;
    make("large", "x", 0644);
    assert_int_equal(truncate("large", CONFIG_SIZE_MAX), 0);
    assert_int_equal(read_file("large", CONFIG_SIZE_MAX, true), 0);
    check_number("length", file.len, CONFIG_SIZE_MAX);
    assert_int_equal(file.data[0], 'x');
    assert_int_equal(file.data[CONFIG_SIZE_MAX - 1], '\0');
    file_free(&file);
}

static void trusts_root_and_its_own_user(void **state)
{
    static const struct {
        const char *what;
        uid_t user;
        uid_t owner;
        int error;
    } table[] = {
        {"root's", SOMEBODY, 0, 0},
        {"its own", SOMEBODY, SOMEBODY, 0},
        {"somebody else's", SOMEBODY, SOMEBODY_ELSE, EPERM},
        {"root's, without a number in this user namespace", ANYBODY, 0, 0},
        {"anybody's, without a number in this user namespace", ANYBODY, ANYBODY, EPERM},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        make("owned", "content", 0644);
        assert_int_equal(chown("owned", table[i].owner, 0), 0);
        check_number(table[i].what, (unsigned long)read_file_as(table[i].user, "owned", true),
                     (unsigned long)table[i].error);
        file_free(&file);
        assert_int_equal(unlink("owned"), 0);
    }
}

static void a_file_that_is_not_ours_to_read_says_so(void **state)
{
    (void)state;
    make("secret", "content", 0600);
    assert_int_equal(read_file_as(SOMEBODY, "secret", true), EACCES);
    check_string("reason", reason, "cannot read it: Permission denied; chmod, or restorecon under SELinux");
}

static void reads_on_after_an_interruption(void **state)
{
    int error;

    (void)state;
    make("slow", "[glusterd]\n::/0 = bind-address\n", 0644);
    reads_are_interrupted = true;
    error = read_file("slow", 100, true);
    reads_are_interrupted = false;
    assert_int_equal(error, 0);
    check_content("[glusterd]\n::/0 = bind-address\n");
}

/* This thread has its own descriptor table. The decoy's number is free in it, so the file gets that number. */
static void *read_with_own_descriptors(void *decoy)
{
    const int *fd = decoy;
    bool succeeded = unshare(CLONE_FILES) == 0 && close(*fd) == 0 && read_file("wanted", 100, true) == 0;

    return succeeded ? decoy : NULL;
}

static void a_thread_with_descriptors_of_its_own_reads_no_other_file(void **state)
{
    pthread_t thread;
    void *succeeded;
    int fd;

    (void)state;
    make("wanted", "wanted", 0644);
    make("decoy", "decoy", 0644);
    fd = open("decoy", O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(pthread_create(&thread, NULL, read_with_own_descriptors, &fd), 0);
    assert_int_equal(pthread_join(thread, &succeeded), 0);
    /* fd stays open: valgrind believes that the thread closed it for the whole process. */
    assert_ptr_equal(succeeded, &fd);
    check_content("wanted");
}

static void leaves_no_descriptor_and_no_memory(void **state)
{
    static const char *const paths[] = {"good", "/", "missing"};
    unsigned long before;

    (void)state;
    make("good", "content", 0644);
    before = mapped_pages();
    for (size_t i = 0; i < COUNT(paths); i++) {
        int error;

        begin_without_stdin();
        error = read_file(paths[i], 100, true);
        file_free(&file);
        end_without_stdin();
        assert_int_equal(error != 0, i > 0);
    }
    read_file("/proc/self/comm", 1, false); /* larger than allowed */
    assert_int_equal(mapped_pages(), before);
}

static void what_may_pass_is_neither_missing_nor_denied(void **state)
{
    static const struct {
        int error;
        bool passing;
    } table[] = {{0, false},     {ENOENT, false}, {ENOTDIR, false}, {EACCES, false}, {EPERM, false}, {ELOOP, false},
                 {EAGAIN, true}, {EIO, true},     {EINTR, true},    {ESTALE, true},  {EMFILE, true}, {ENOMEM, true}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_bool(in_words("error %d", table[i].error), is_passing(table[i].error), table[i].passing);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_the_whole_file),
        cmocka_unit_test(follows_a_symbolic_link),
        cmocka_unit_test(reads_files_in_proc),
        cmocka_unit_test(every_refusal_says_why),
        cmocka_unit_test(a_file_can_be_as_large_as_allowed),
        cmocka_unit_test(trusts_root_and_its_own_user),
        cmocka_unit_test(a_file_that_is_not_ours_to_read_says_so),
        cmocka_unit_test(reads_on_after_an_interruption),
        cmocka_unit_test(a_thread_with_descriptors_of_its_own_reads_no_other_file),
        cmocka_unit_test(leaves_no_descriptor_and_no_memory),
        cmocka_unit_test(what_may_pass_is_neither_missing_nor_denied),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
