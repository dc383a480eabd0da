#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/kernel.h"
#include "base/secure.h"
#include "base/signals.h"
#include "base/text.h"

enum {
    LINE_SIZE = 1024,
    BLOCK_SIZE = 65536 /* the largest block of a file system */
};

/*
 * Converts days since 1 January 1970 to a date: civil_from_days() of Howard Hinnant's "chrono-Compatible Low-Level Date
 * Algorithms". Its years begin in March, so that leap days come last. gmtime_r(3) takes the time zone's lock.
 */
static void civil_date(long long days, unsigned int *year, unsigned int *month, unsigned int *day)
{
    unsigned int since = (unsigned int)days + 719468; /* from 1 March of year 0; 400 years have 146097 days */
    unsigned int day_of_era = since % 146097;
    unsigned int years = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    unsigned int day_of_year = day_of_era - (365 * years + years / 4 - years / 100);
    unsigned int months = (5 * day_of_year + 2) / 153; /* March to July have 153 days, as have August to December */

    *day = day_of_year - (153 * months + 2) / 5 + 1;
    *month = months < 10 ? months + 3 : months - 9;
    *year = since / 146097 * 400 + years + (*month <= 2 ? 1 : 0);
}

static void text_time(struct text *text, const struct timespec *now)
{
    unsigned int second = (unsigned int)(now->tv_sec % 86400);
    unsigned int year;
    unsigned int month;
    unsigned int day;

    civil_date(now->tv_sec / 86400, &year, &month, &day);
    text_format(text, "%04u-%02u-%02u %02u:%02u:%02u.%06u +0000", year, month, day, second / 3600, second / 60 % 60,
                second % 60, (unsigned int)(now->tv_nsec / 1000));
}

/*
 * Makes text exactly one line, even if it fills the buffer. Replaces all but printable ASCII: some readers also break
 * lines at NEL and other Unicode characters, and terminals interpret control characters.
 */
static void text_end_line(struct text *text)
{
    for (size_t i = 0; i < text->len; i++)
        if (text->data[i] < ' ' || text->data[i] > '~')
            text->data[i] = '?';
    if (text->len == text->size - 1)
        text->len--;
    text_string(text, "\n");
}

/*
 * A pipe without a reader, RLIMIT_FSIZE or another job's terminal must not end or stop the program. Signals are blocked
 * here: SIGTTOU is then not sent, and the SIGPIPE or SIGXFSZ that the write causes is discarded. Returns as write(2).
 */
static ssize_t write_without_signal(int fd, const struct text *line)
{
    static const struct timespec at_once;
    uint64_t pending = 0; /* signal N is bit N - 1 */
    uint64_t caused;
    ssize_t written;
    int signal;

    (void)kernel(rt_sigpending, &pending, sizeof(pending));
    written = kernel_patiently(write, fd, line->data, line->len);
    signal = written >= 0 ? 0 : errno == EPIPE ? SIGPIPE : errno == EFBIG ? SIGXFSZ : 0;
    caused = signal != 0 ? 1ull << (signal - 1) & ~pending : 0;
    if (caused != 0)
        (void)kernel_patiently(rt_sigtimedwait, &caused, NULL, &at_once, sizeof(caused));
    return written;
}

/* A full pipe must not block the program. Under secure execution the descriptor may be anything. */
static void write_to_stderr(const struct text *line)
{
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    struct timespec at_once = {.tv_sec = 0}; /* ppoll(2) changes it */

    if (!is_secure() && kernel(ppoll, &ready, 1, &at_once, NULL, 0) == 1)
        (void)write_without_signal(STDERR_FILENO, line);
}

/* Removes a line that a full disk or RLIMIT_FSIZE cut off, unless another process has appended to it since. */
static void remove_partial_line(int fd, off_t written)
{
    off_t end = kernel(lseek, fd, (off_t)0, SEEK_CUR);
    struct stat status;

    if (end >= written && kernel(fstat, fd, &status) == 0 && status.st_size == end)
        (void)kernel_patiently(ftruncate, fd, end - written);
}

/*
 * Under secure execution only root creates the log, which would otherwise belong to the user, and a symbolic link such
 * as /dev/stderr is not followed: its target may be a file that whoever started the process can only read.
 */
static int open_log(const char *file)
{
    int how = !is_secure() ? O_CREAT : kernel(geteuid) == 0 ? O_CREAT | O_NOFOLLOW : O_NOFOLLOW;

    return (int)kernel(openat, AT_FDCWD, file, O_WRONLY | O_APPEND | how | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
}

static bool is_zero(int fd, off_t at)
{
    char byte;

    return kernel(lseek, fd, at, SEEK_SET) == at && kernel(read, fd, &byte, sizeof(byte)) == 1 && byte == '\0';
}

static void put_byte(int fd, off_t at, char byte)
{
    const struct text text = {.data = &byte, .len = sizeof(byte)};

    if (kernel(lseek, fd, at, SEEK_SET) == at)
        (void)write_without_signal(fd, &text);
}

/* Writes the last byte last: until then, the next process would do it all again. */
static void overwrite_zeros(int fd, off_t size)
{
    for (off_t at = size - 2; size - at < BLOCK_SIZE && is_zero(fd, at); at--)
        put_byte(fd, at, ' ');
    put_byte(fd, size - 1, '\n');
}

/*
 * True for a regular file that nobody has written since the boot. Also true if the clock was set back since the last
 * write, or forward by more than the time since the boot.
 */
static bool is_from_before_boot(int fd)
{
    struct timespec now = {.tv_sec = 0};
    struct timespec up = {.tv_sec = 0};
    struct stat status;

    if (kernel(fstat, fd, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)clock_gettime(CLOCK_MONOTONIC, &up);
    return (uint64_t)(now.tv_sec - status.st_mtim.tv_sec) > (uint64_t)up.tv_sec;
}

/*
 * Replaces zero bytes at the end of the file by blanks and a newline. After a power cut ext4 may have the new length of
 * a file but not the data last appended to it, which it writes later. Processes that do this at the same time write the
 * same bytes, and appends go elsewhere. A file that can't be read, or only be appended to, stays as it is. SELinux
 * audits each such denial.
 */
static void blank_zeros(const char *file)
{
    int fd = (int)kernel(openat, AT_FDCWD, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;

    if (fd < 0)
        return;
    /* The path may name another file by now, of another size. */
    if (kernel(fstat, fd, &status) == 0 && S_ISREG(status.st_mode) && is_zero(fd, status.st_size - 1))
        overwrite_zeros(fd, status.st_size);
    (void)kernel(close, fd);
}

/* Keeps a partial line under secure execution: a user could set the limit and stop us until others have appended. */
static bool append_to(const char *file, const struct text *line)
{
    int fd = open_log(file);
    ssize_t written;

    if (fd < 0)
        return false;
    if (is_from_before_boot(fd))
        blank_zeros(file);
    written = write_without_signal(fd, line);
    if (written > 0 && written < (ssize_t)line->len && !is_secure())
        remove_partial_line(fd, written);
    (void)kernel(close, fd);
    return written == (ssize_t)line->len;
}

/* Writes to file, or to standard error if file is NULL or can't be written. Returns whether the line is in file. */
static bool write_out(const char *file, const struct text *line)
{
    struct signals signals;
    bool written;

    signals_block(&signals);
    written = signals.is_blocked && file != NULL && append_to(file, line);
    if (signals.is_blocked && !written)
        write_to_stderr(line);
    signals_restore(&signals);
    return written;
}

bool log_write(const struct log *log, enum log_level level, const char *format, ...)
{
    static const char letters[][2] = {
        [LEVEL_ERROR] = "E", [LEVEL_WARNING] = "W", [LEVEL_INFO] = "I", [LEVEL_DEBUG] = "D"};
    char data[LINE_SIZE];
    struct text line = TEXT_IN(data);
    struct timespec now = {.tv_sec = 0};
    va_list arguments;

    if (level > log->level)
        return true;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    text_string(&line, "[");
    text_time(&line, &now);
    text_format(&line, "] %s [%s:%u] srcaddr: ", letters[level], log->process, (unsigned int)kernel(getpid));
    va_start(arguments, format);
    text_vformat(&line, format, arguments);
    va_end(arguments);
    text_end_line(&line);
    return write_out(log->file, &line);
}

void log_to_stderr(const char *format, ...)
{
    char data[LINE_SIZE];
    struct text line = TEXT_IN(data);
    va_list arguments;

    va_start(arguments, format);
    text_vformat(&line, format, arguments);
    va_end(arguments);
    text_end_line(&line);
    (void)write_out(NULL, &line);
}
