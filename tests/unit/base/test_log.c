#include "../unit.h"

#include <errno.h>
#include <regex.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>

#include "../../socket/meddle.h"
#include "base/log.h"

enum {
    LINE_MAX_BYTES = 1024, /* no line is longer */
    DAY = 86400            /* seconds */
};

/* What the log reads as the time while clock_is_fake. */
static struct timespec fake_now;
static bool clock_is_fake;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!clock_is_fake)
        return (int)syscall(SYS_clock_gettime, clock, now);
    *now = fake_now;
    return 0;
}

static bool next_write_is_interrupted;
static const char *written_behind; /* by another process, right after the next write */

static void add_to_log(const char *string)
{
    rlim_t before = limit_resource(RLIMIT_FSIZE, RLIM_INFINITY);
    int fd = open("log", O_WRONLY | O_APPEND | O_CREAT, 0600);

    assert_int_equal(write(fd, string, strlen(string)), strlen(string));
    close(fd);
    limit_resource(RLIMIT_FSIZE, before);
}

static long meddle(long number, const long *arguments)
{
    long written;

    if (number != SYS_write)
        return call_kernel(number, arguments);
    if (next_write_is_interrupted) {
        next_write_is_interrupted = false;
        errno = EINTR;
        return -1;
    }
    written = call_kernel(number, arguments);
    if (written_behind != NULL)
        add_to_log(written_behind);
    written_behind = NULL;
    return written;
}

static const struct log to_file = {.file = "log", .level = LEVEL_DEBUG, .process = "glusterd"};

/* Returns the file's content, and deletes the file. Valid until the next call. */
static const char *taken(const char *path)
{
    static char content[8 << 20];
    int fd = open(path, O_RDONLY);
    ssize_t len = fd < 0 ? 0 : read(fd, content, sizeof(content) - 1);

    assert_in_range(len, 0, sizeof(content) - 2);
    content[len] = '\0';
    if (fd >= 0)
        close(fd);
    unlink(path);
    return content;
}

static void check_pattern(const char *string, const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, string, 0, NULL, 0) != 0)
        fail_msg("found \"%s\", wanted %s", string, pattern);
    regfree(&regex);
}

static void a_line_is_in_the_form_of_glusterfs(void **state)
{
    (void)state;
    log_write(&to_file, LEVEL_INFO, "%s:%u: rules: %u", "srcaddr.conf", 1u, 4u);
    check_pattern(taken("log"),
                  in_words("^\\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6} \\+0000\\] "
                           "I \\[glusterd:%d\\] srcaddr: srcaddr.conf:1: rules: 4\n$",
                           getpid()));
}

static void a_level_is_one_letter(void **state)
{
    static const char *const patterns[] = {[LEVEL_ERROR] = "\\] E \\[",
                                           [LEVEL_WARNING] = "\\] W \\[",
                                           [LEVEL_INFO] = "\\] I \\[",
                                           [LEVEL_DEBUG] = "\\] D \\["};

    (void)state;
    for (enum log_level level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
        log_write(&to_file, level, "x");
        check_pattern(taken("log"), patterns[level]);
    }
}

static void only_wanted_levels_are_logged(void **state)
{
    (void)state;
    for (enum log_level wanted = LEVEL_ERROR; wanted <= LEVEL_DEBUG; wanted++) {
        for (enum log_level level = LEVEL_ERROR; level <= LEVEL_DEBUG; level++) {
            struct log log = to_file;

            log.level = wanted;
            log_write(&log, level, "x");
            assert_int_equal(taken("log")[0] != '\0', level <= wanted);
        }
    }
}

static void the_time_is_the_clocks(void **state)
{
    static const struct {
        time_t second;
        long nanosecond;
        const char *wanted;
    } table[] = {
        {0, 0, "[1970-01-01 00:00:00.000000 +0000]"},
        {1, 999, "[1970-01-01 00:00:01.000000 +0000]"},
        {DAY - 1, 999999999, "[1970-01-01 23:59:59.999999 +0000]"},
        {951782400, 1000, "[2000-02-29 00:00:00.000001 +0000]"},
        {951868800, 0, "[2000-03-01 00:00:00.000000 +0000]"},
        {1735689599, 20000, "[2024-12-31 23:59:59.000020 +0000]"},
        {4107542399, 0, "[2100-02-28 23:59:59.000000 +0000]"},
        {4107542400, 0, "[2100-03-01 00:00:00.000000 +0000]"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        fake_now = (struct timespec){.tv_sec = table[i].second, .tv_nsec = table[i].nanosecond};
        clock_is_fake = true;
        log_write(&to_file, LEVEL_INFO, "x");
        clock_is_fake = false;
        if (strncmp(taken("log"), table[i].wanted, strlen(table[i].wanted)) != 0)
            fail_msg("no line of %s", table[i].wanted);
    }
}

/* Every day until 2104, each at another time. 2100 is no leap year. */
static void days_are_those_of_the_calendar(void **state)
{
    enum { DAYS = 365 * 134 + 33 };
    const char *line;

    (void)state;
    clock_is_fake = true;
    for (time_t day = 0; day < DAYS; day++) {
        fake_now = (struct timespec){.tv_sec = day * DAY + day * 7919 % DAY};
        log_write(&to_file, LEVEL_INFO, "x");
    }
    clock_is_fake = false;
    line = taken("log");
    for (time_t day = 0; day < DAYS; day++) {
        time_t second = day * DAY + day * 7919 % DAY;
        struct tm broken_down;
        char wanted[32];

        assert_int_not_equal(strftime(wanted, sizeof(wanted), "[%Y-%m-%d %H:%M:%S.", gmtime_r(&second, &broken_down)),
                             0);
        if (strncmp(line, wanted, strlen(wanted)) != 0)
            fail_msg("day %ld: found %.30s, wanted %s", (long)day, line, wanted);
        line = strchr(line, '\n') + 1;
    }
}

static void what_is_not_printable_ascii_is_replaced(void **state)
{
    char bytes[256];
    const char *message;

    (void)state;
    for (int i = 1; i < 256; i++)
        bytes[i - 1] = (char)i;
    bytes[255] = '\0';
    log_write(&to_file, LEVEL_INFO, "%s", bytes);
    message = strstr(taken("log"), "srcaddr: ") + strlen("srcaddr: ");
    for (int i = 1; i < 256; i++)
        assert_int_equal(message[i - 1], i < ' ' || i > '~' ? '?' : i);
    assert_string_equal(message + 255, "\n");
}

static void a_process_can_not_forge_a_line(void **state)
{
    struct log log = to_file;
    const char *line;

    (void)state;
    log.process = "a\n[2024-01-01";
    log_write(&log, LEVEL_INFO, "x");
    line = taken("log");
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_non_null(strstr(line, "[a?[2024-01-01:"));
}

/* Each is one line, cut or not. */
static void a_long_line_still_ends(void **state)
{
    static char message[2 * LINE_MAX_BYTES];

    (void)state;
    for (size_t len = LINE_MAX_BYTES - 100; len < LINE_MAX_BYTES + 20; len++) {
        const char *line;
        size_t line_len;

        memset(message, 'x', len);
        log_write(&to_file, LEVEL_INFO, "%s", message);
        line = taken("log");
        line_len = strlen(line);
        assert_true(line_len < LINE_MAX_BYTES);
        assert_ptr_equal(strchr(line, '\n'), line + line_len - 1);
        if (line_len < LINE_MAX_BYTES - 1) /* not cut */
            assert_int_equal(strspn(strstr(line, "srcaddr: ") + strlen("srcaddr: "), "x"), len);
    }
    assert_int_equal(strlen(taken("log")), 0);
}

static void rotation_starts_a_new_file(void **state)
{
    (void)state;
    log_write(&to_file, LEVEL_INFO, "before");
    assert_int_equal(rename("log", "log.1"), 0);
    log_write(&to_file, LEVEL_INFO, "after");
    check_pattern(taken("log.1"), "^[^\n]* srcaddr: before\n$");
    check_pattern(taken("log"), "^[^\n]* srcaddr: after\n$");
}

static void lines_are_appended(void **state)
{
    (void)state;
    log_write(&to_file, LEVEL_INFO, "first");
    log_write(&to_file, LEVEL_INFO, "second");
    check_pattern(taken("log"), "^[^\n]* srcaddr: first\n[^\n]* srcaddr: second\n$");
}

static void the_log_is_for_its_owners_eyes(void **state)
{
    struct stat status;
    mode_t before = umask(0);

    (void)state;
    log_write(&to_file, LEVEL_INFO, "x");
    umask(before);
    assert_int_equal(stat("log", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    taken("log");
}

static void write_many(char letter)
{
    char message[800];

    memset(message, letter, sizeof(message) - 1);
    message[sizeof(message) - 1] = '\0';
    for (int i = 0; i < 300; i++)
        log_write(&to_file, LEVEL_INFO, "%s", message);
    _exit(0);
}

/* A line that does not repeat its letter 799 times was mixed with another process's. */
static void lines_of_several_processes_do_not_mix(void **state)
{
    enum { PROCESSES = 4 };
    const char *line;
    int count = 0;

    (void)state;
    for (int i = 0; i < PROCESSES; i++)
        if (fork() == 0)
            write_many((char)('A' + i));
    while (wait(NULL) > 0)
        continue;
    for (line = taken("log"); *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *tag = strstr(line, "srcaddr: ");
        const char *message = tag != NULL ? tag + strlen("srcaddr: ") : "";
        const char letter[] = {message[0], '\0'};

        assert_int_equal(strspn(message, letter), 799);
        assert_int_equal(message[799], '\n');
        count++;
    }
    assert_int_equal(count, PROCESSES * 300);
}

static int saved_stderr;

static void capture_stderr(void)
{
    int fd = open("stderr", O_WRONLY | O_CREAT | O_APPEND, 0600);

    saved_stderr = dup(STDERR_FILENO);
    assert_true(fd >= 0 && saved_stderr >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    close(fd);
}

static const char *captured(void)
{
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    return taken("stderr");
}

static void a_line_that_can_not_be_written_goes_to_standard_error(void **state)
{
    static const char *const files[] = {
        ".",           /* a directory */
        "missing/log", /* in a directory that does not exist */
        "/dev/full",   /* a full file system */
        "fifo",        /* without a reader: opening it must not wait */
        "",
    };

    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    for (size_t i = 0; i < COUNT(files); i++) {
        struct log log = {.file = files[i], .level = LEVEL_INFO, .process = "glusterd"};

        capture_stderr();
        assert_false(log_write(&log, LEVEL_INFO, "x"));
        assert_true(log_write(&log, LEVEL_DEBUG, "not wanted"));
        check_pattern(captured(), "^\\[[^\n]*\\] I \\[glusterd:[0-9]+\\] srcaddr: x\n$");
    }
}

/* Only the first part of the line fits. */
static const char *log_with_little_room(void)
{
    enum { THERE = 4000, ROOM = 20 };
    static char there[THERE + 1];
    rlim_t before;

    memset(there, '\n', THERE);
    add_to_log(there);
    capture_stderr();
    before = limit_resource(RLIMIT_FSIZE, THERE + ROOM);
    log_write(&to_file, LEVEL_INFO, "x");
    limit_resource(RLIMIT_FSIZE, before);
    check_pattern(captured(), "^\\[[^\n]*\\] I \\[glusterd:[0-9]+\\] srcaddr: x\n$");
    return taken("log") + THERE;
}

static void a_line_that_is_cut_off_goes_to_standard_error_whole(void **state)
{
    (void)state;
    check_string("log", log_with_little_room(), "");
}

static void a_line_that_is_cut_off_is_left_where_another_process_has_written_behind_it(void **state)
{
    (void)state;
    written_behind = "another line\n";
    check_pattern(log_with_little_room(), "^\\[.{19}another line\n$");
}

static void what_is_written_does_not_go_to_standard_error(void **state)
{
    (void)state;
    capture_stderr();
    assert_true(log_write(&to_file, LEVEL_ERROR, "x"));
    check_string("standard error", captured(), "");
    assert_string_not_equal(taken("log"), "");
}

static void a_message_to_standard_error_is_a_line_as_it_is(void **state)
{
    static char long_message[2 * LINE_MAX_BYTES];
    const char *line;

    (void)state;
    capture_stderr();
    log_to_stderr("\n%s:%u: error: \x1b\n", "srcaddr.conf", 3u);
    check_string("standard error", captured(), "?srcaddr.conf:3: error: ??\n");

    memset(long_message, 'x', sizeof(long_message) - 1);
    capture_stderr();
    log_to_stderr("%s", long_message);
    line = captured();
    assert_int_equal(strlen(line), LINE_MAX_BYTES - 1);
    assert_int_equal(strspn(line, "x"), LINE_MAX_BYTES - 2);
}

/* Makes standard error a pipe. Returns its reading end, or -1. */
static int stderr_to_pipe(void)
{
    int ends[2];

    return pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO && close(ends[1]) == 0 ? ends[0] : -1;
}

static bool is_pending(int signal)
{
    sigset_t pending;

    return sigpending(&pending) != 0 || sigismember(&pending, signal);
}

static int write_to_nobody(void)
{
    close(stderr_to_pipe());
    log_to_stderr("x");
    return is_pending(SIGPIPE);
}

static int write_to_full_pipe(void)
{
    static const char bytes[4096];

    if (stderr_to_pipe() < 0 || fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK) != 0)
        return 1;
    while (write(STDERR_FILENO, bytes, sizeof(bytes)) > 0)
        continue;
    if (fcntl(STDERR_FILENO, F_SETFL, 0) != 0)
        return 1;
    alarm(10); /* if the write blocks */
    log_to_stderr("x");
    return 0;
}

static int write_beyond_the_file_size_limit(void)
{
    rlim_t before = limit_resource(RLIMIT_FSIZE, 0);
    int pending;

    log_write(&to_file, LEVEL_INFO, "x");
    pending = is_pending(SIGXFSZ);
    limit_resource(RLIMIT_FSIZE, before);
    return pending;
}

/*
 * Makes standard error the controlling terminal of a new session. It stops background jobs that write to it (stty
 * tostop). Returns the master side, or -1.
 */
static int stderr_to_terminal(void)
{
    struct termios terminal;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name = master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0 ? ptsname(master) : NULL;
    int fd = name != NULL && setsid() >= 0 ? open(name, O_RDWR | O_NOCTTY) : -1;

    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) != 0 || tcgetattr(fd, &terminal) != 0)
        return -1;
    terminal.c_lflag |= TOSTOP;
    return tcsetattr(fd, TCSANOW, &terminal) == 0 && dup2(fd, STDERR_FILENO) == STDERR_FILENO ? master : -1;
}

static void write_in_background(void)
{
    if (setpgid(0, 0) != 0)
        _exit(2);
    log_to_stderr("x");
    _exit(is_pending(SIGTTOU));
}

static int write_to_another_jobs_terminal(void)
{
    int master = stderr_to_terminal();
    pid_t child = fork();
    char byte = '\0';
    int status;

    if (child == 0)
        write_in_background();
    if (waitpid(child, &status, WUNTRACED) != child || status != 0)
        return 1;
    alarm(10); /* if the read blocks */
    return read(master, &byte, 1) == 1 && byte == 'x' ? 0 : 1;
}

/* In a child: the test may be process 1 of its PID namespace, which such signals do not stop. */
static void check_survives(int (*writes)(void))
{
    pid_t child = fork_flushed();
    int status;

    if (child == 0)
        exit(writes());
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_line_that_can_not_be_written_does_not_stop_the_program(void **state)
{
    (void)state;
    check_survives(write_to_nobody);
    check_survives(write_to_full_pipe);
    check_survives(write_beyond_the_file_size_limit);
}

static void a_terminal_of_another_job_does_not_stop_the_program(void **state)
{
    (void)state;
    check_survives(write_to_another_jobs_terminal);
}

static void writes_again_after_an_interruption(void **state)
{
    (void)state;
    next_write_is_interrupted = true;
    log_write(&to_file, LEVEL_INFO, "x");
    assert_false(next_write_is_interrupted);
    check_pattern(taken("log"), "^[^\n]* srcaddr: x\n$");
}

static void leaves_no_descriptor_open(void **state)
{
    (void)state;
    begin_without_stdin();
    log_write(&to_file, LEVEL_INFO, "x");
    end_without_stdin();
    check_pattern(taken("log"), "^[^\n]* srcaddr: x\n$");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_in_the_form_of_glusterfs),
        cmocka_unit_test(a_level_is_one_letter),
        cmocka_unit_test(only_wanted_levels_are_logged),
        cmocka_unit_test(the_time_is_the_clocks),
        cmocka_unit_test(days_are_those_of_the_calendar),
        cmocka_unit_test(what_is_not_printable_ascii_is_replaced),
        cmocka_unit_test(a_process_can_not_forge_a_line),
        cmocka_unit_test(a_long_line_still_ends),
        cmocka_unit_test(rotation_starts_a_new_file),
        cmocka_unit_test(lines_are_appended),
        cmocka_unit_test(the_log_is_for_its_owners_eyes),
        cmocka_unit_test(lines_of_several_processes_do_not_mix),
        cmocka_unit_test(a_line_that_can_not_be_written_goes_to_standard_error),
        cmocka_unit_test(a_line_that_is_cut_off_goes_to_standard_error_whole),
        cmocka_unit_test(a_line_that_is_cut_off_is_left_where_another_process_has_written_behind_it),
        cmocka_unit_test(what_is_written_does_not_go_to_standard_error),
        cmocka_unit_test(a_message_to_standard_error_is_a_line_as_it_is),
        cmocka_unit_test(a_line_that_can_not_be_written_does_not_stop_the_program),
        native_unit_test(a_terminal_of_another_job_does_not_stop_the_program),
        cmocka_unit_test(writes_again_after_an_interruption),
        cmocka_unit_test(leaves_no_descriptor_open),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
