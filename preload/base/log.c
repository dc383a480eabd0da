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
    BLOCK_SIZE = 65536 /* of a file system, at most */
};

/*
 * Year, month and day of a day counted from 1 January 1970: civil_from_days() of Howard Hinnant's "chrono-Compatible
 * Low-Level Date Algorithms". Years begin in March there, so that a leap day is the last of its year. gmtime_r(3) takes
 * the lock of the time zone.
 */
static void civil_date(long long days, unsigned int *year, unsigned int *month, unsigned int *day)
{
    unsigned int since = (unsigned int)days + 719468; /* 1 March of the year 0; all 400 years have 146097 days */
    unsigned int left = since % 146097;
    unsigned int years = (left - left / 1460 + left / 36524 - left / 146096) / 365;
    unsigned int day_of_year = left - (365 * years + years / 4 - years / 100);
    unsigned int months = (5 * day_of_year + 2) / 153; /* five months have 153 days, from March to July and so on */

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
 * Makes what text holds one line, whatever it was built from, and however long it is. Line ends are not the only ones
 * that readers know: NEL and others of Unicode's are as well, and terminals take more for commands.
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
 * A pipe that nobody reads, or a limit of file sizes (RLIMIT_FSIZE), must not end the program, and a terminal that is
 * another job's not stop it: signals are held back here, SIGTTOU is then not even sent. Returns as write(2).
 */
static ssize_t write_without_signal(int fd, const struct text *line)
{
    static const struct timespec at_once;
    uint64_t pending = 0; /* a bit for each signal, from 1 */
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

/* A pipe that is full must not stop the program. Under secure execution the descriptor may be anybody's. */
static void write_to_stderr(const struct text *line)
{
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    struct timespec at_once = {.tv_sec = 0}; /* is written to */

    if (!is_secure() && kernel(ppoll, &ready, 1, &at_once, NULL, 0) == 1)
        (void)write_without_signal(STDERR_FILENO, line);
}

/* Takes back a line that a full disk or a limit has cut off, unless another process has written behind it. */
static void take_back(int fd, off_t written)
{
    off_t end = kernel(lseek, fd, (off_t)0, SEEK_CUR);
    struct stat status;

    if (end >= written && kernel(fstat, fd, &status) == 0 && status.st_size == end)
        (void)kernel_patiently(ftruncate, fd, end - written);
}

/*
 * Under secure execution another user than root does not make the log, which would then be that user's, and a link such
 * as /dev/stderr is not followed: the file behind it can be one that whoever started the process may only read.
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

static void put(int fd, off_t at, char byte)
{
    const struct text text = {.data = &byte, .len = sizeof(byte)};

    if (kernel(lseek, fd, at, SEEK_SET) == at)
        (void)write_without_signal(fd, &text);
}

/* The last byte comes last: until then, there is all of it still to do. */
static void blank_end(int fd, off_t size)
{
    for (off_t at = size - 2; size - at < BLOCK_SIZE && is_zero(fd, at); at--)
        put(fd, at, ' ');
    put(fd, size - 1, '\n');
}

/*
 * Makes blanks of the zero bytes at the end, and a line: after a power cut ext4 can have what a file was last appended
 * to by its length alone, as the content of a block that is in use is written after that. Other processes that do the
 * same write the same, and those that append write elsewhere. A file that bytes can't be read of, or put anywhere in,
 * stays as it is.
 */
static void mend_end(const char *file, int appending)
{
    struct stat status;
    int fd;

    if (kernel(fstat, appending, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    fd = (int)kernel(openat, AT_FDCWD, file, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return;
    /* By now another file may be at that path, of another size. */
    if (kernel(fstat, fd, &status) == 0 && S_ISREG(status.st_mode) && is_zero(fd, status.st_size - 1))
        blank_end(fd, status.st_size);
    (void)kernel(close, fd);
}

/* Before the first line of a process, whichever of its threads writes it: a power cut ends all processes. */
static void mend_end_once(const char *file, int appending)
{
    static bool is_mended;

    if (!__atomic_load_n(&is_mended, __ATOMIC_RELAXED))
        mend_end(file, appending);
    __atomic_store_n(&is_mended, true, __ATOMIC_RELAXED);
}

/* Under secure execution nothing is taken back: a user who has set the limit can stop the process until others have
 * written. */
static bool append_to(const char *file, const struct text *line)
{
    int fd = open_log(file);
    ssize_t written;

    if (fd < 0)
        return false;
    mend_end_once(file, fd);
    written = write_without_signal(fd, line);
    if (written > 0 && written < (ssize_t)line->len && !is_secure())
        take_back(fd, written);
    (void)kernel(close, fd);
    return written == (ssize_t)line->len;
}

/* To the file, or to standard error where that can't be written or is NULL. Whether it is in the file. */
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
