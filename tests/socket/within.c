/*
 * Interferes at each call that the library makes within a connect, one call after the other: the call fails; a signal
 * arrives, whose handler connects too or jumps out of the connect; the thread is cancelled; or the socket is closed and
 * a file opened under its number, as another thread could do. Covers the first connect of a process, and one that
 * reloads the configuration.
 *
 *     within fail|signal|fail-kernel|cancel|jump|close PEER SOURCE OTHERPEER OTHERSOURCE
 *
 * PEER and OTHERPEER never answer; rules give SOURCE and OTHERSOURCE for them. With fail the configuration must refuse
 * if the source is unavailable, with fail-kernel leave the choice to the kernel. GLUSTERD_SRCADDR_CONF names the
 * configuration, whose rules stay the same. Prints what went wrong, and at the end at how many calls it interfered.
 */
#undef _FORTIFY_SOURCE /* its inline functions would replace those below */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "meddle.h"
#include "testing.h"

enum mode { FAIL, FAIL_KERNEL, SIGNAL, CANCEL, JUMP, CLOSE, MODES };

/* The socket's state before the connect. */
enum kind { UNBOUND, BOUND, MOVED, KINDS };

/* The configuration's state before the connect. */
enum history { UNREAD, READ, CHANGED, HISTORIES };

static struct {
    enum mode mode;
    const char *configuration;
    struct endpoint peer;
    struct endpoint source;
    struct endpoint other_peer;
    struct endpoint other_source;
    enum history history;
    time_t later;                /* seconds added to the library's clock */
    volatile sig_atomic_t armed; /* calls until it interferes; 0 for never */
    const char *volatile happened_at;
    int dialling; /* the socket */
    sigjmp_buf jump;
    volatile sig_atomic_t handled;
    volatile sig_atomic_t handler_source_wrong;
} test;

static void replace_by_file(int fd)
{
    int file = open("/dev/null", O_RDONLY);

    if (file < 0 || dup2(file, fd) != fd || close(file) != 0)
        _exit(2);
}

/* Interferes if it is this call's turn. Returns whether the call must fail with error. */
static bool happens(const char *call, int error)
{
    if (test.armed == 0 || --test.armed > 0)
        return false;
    test.happened_at = call;
    if (test.mode == SIGNAL || test.mode == JUMP) {
        if (raise(SIGUSR1) != 0)
            _exit(2);
        return false;
    }
    if (test.mode == CLOSE) {
        replace_by_file(test.dialling);
        return false;
    }
    if (test.mode == CANCEL) {
        if (pthread_cancel(pthread_self()) != 0)
            _exit(2);
        return false;
    }
    errno = error;
    return true;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const long arguments[6] = {clock, (long)now};
    int result = (int)call_kernel(SYS_clock_gettime, arguments);

    now->tv_sec += test.later;
    return result;
}

static long meddle(long number, const long *arguments)
{
    static const struct {
        long number;
        const char *name;
        int error;
    } calls[] = {
        {SYS_socket, "socket", EMFILE},
        {SYS_getsockopt, "getsockopt", ENOBUFS},
        {SYS_setsockopt, "setsockopt", ENOMEM},
        {SYS_getsockname, "getsockname", ENOBUFS},
        {SYS_dup3, "dup3", EBUSY},
        {SYS_fcntl, "fcntl", ENOMEM},
        {SYS_ppoll, "ppoll", ENOMEM},
        {SYS_fstat, "fstat", ENOMEM},
        {SYS_newfstatat, "newfstatat", ENOMEM},
        {SYS_openat, "openat", EMFILE},
        {SYS_sendto, "sendto", ENOBUFS},
        {SYS_recvfrom, "recvfrom", ENOBUFS},
        {SYS_nanosleep, "nanosleep", EINTR},
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (calls[i].number == number && happens(calls[i].name, calls[i].error))
            return -1;
    if (number != SYS_nanosleep)
        return call_kernel(number, arguments);
    test.later++; /* the clock moves on without waiting */
    return 0;
}

void *mmap(void *address, size_t len, int protection, int flags, int fd, off_t offset)
{
    if (happens("mmap", ENOMEM))
        return MAP_FAILED;
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): system calls return longs */
    return (void *)call_kernel(SYS_mmap, (const long[6]){(long)address, (long)len, protection, flags, fd, offset});
}

static int make_socket(enum kind kind)
{
    struct endpoint any = parse_endpoint("[::]:0");
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    if (fd < 0 || (kind != UNBOUND && bind(fd, &any.address.any, any.len) != 0))
        die("socket");
    if (kind == MOVED && (connect(fd, &test.other_peer.address.any, test.other_peer.len) == 0 ||
                          connect(fd, &nowhere, sizeof(nowhere)) != 0))
        die("connect");
    return fd;
}

static int reuse_of(int fd)
{
    int reuse = -1;
    socklen_t len = sizeof(reuse);

    if (getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, &len) != 0)
        die("getsockopt");
    return reuse;
}

static void on_signal(int signal)
{
    int error = errno;
    sig_atomic_t armed = test.armed;
    struct endpoint local = {.len = sizeof(local.address)};
    int fd;

    (void)signal;
    if (test.mode == JUMP)
        siglongjmp(test.jump, 1);
    test.armed = 0;
    fd = make_socket(BOUND);
    if (connect(fd, &test.peer.address.any, test.peer.len) == 0 || errno != EINPROGRESS ||
        getsockname(fd, &local.address.any, &local.len) != 0 || !same_address(&local, &test.source))
        test.handler_source_wrong = 1;
    close(fd);
    test.handled++;
    test.armed = armed;
    errno = error;
}

static void complain(enum kind kind, const char *what)
{
    static const char *const kinds[] = {[UNBOUND] = "unbound", [BOUND] = "bound", [MOVED] = "moved"};

    printf("%s, %s: %s\n", kinds[kind], test.happened_at, what);
}

static void check_refused(enum kind kind, int fd, int error, const struct endpoint *before)
{
    struct endpoint local = local_of(fd);

    if (error == EINPROGRESS)
        complain(kind, "connected, but not from the source");
    if (!same_endpoint(&local, before))
        complain(kind, "refused, but not bound as before");
    if (strcmp(test.happened_at, "setsockopt") != 0 && reuse_of(fd) != 0)
        complain(kind, "refused, but SO_REUSEADDR is not as before");
    if (connect(fd, &test.peer.address.any, test.peer.len) == 0 || errno != EINPROGRESS)
        complain(kind, "the next connect fails");
    local = local_of(fd);
    if (!same_address(&local, &test.source))
        complain(kind, "the next connect is not from the source");
}

static void check(enum kind kind, int fd, int error, const struct endpoint *before)
{
    struct endpoint local = local_of(fd);
    bool from_source = error == EINPROGRESS && same_address(&local, &test.source);

    if (from_source && kind != UNBOUND && port_of(&local) != port_of(before))
        complain(kind, "the port was lost");
    if (from_source)
        return;
    if (test.mode == SIGNAL)
        complain(kind, "not connected from the source");
    else if (test.mode == FAIL)
        check_refused(kind, fd, error, before);
    else if (error != EINPROGRESS && kind != MOVED && test.history != UNREAD) /* before, "kernel" is not known */
        complain(kind, "refused, and should have been left to the kernel");
}

/* Gives the configuration a modification time that it never had. */
static void change_configuration(void)
{
    struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 0}};

    times[1].tv_sec = time(NULL) - 10 - (time_t)getpid();
    if (utimensat(AT_FDCWD, test.configuration, times, 0) != 0)
        die("utimensat");
    test.later++;
}

/* error stays unset if the thread is cancelled. */
struct attempt {
    int fd;
    int error;
};

static void *dial(void *argument)
{
    struct attempt *attempt = argument;

    attempt->error = connect(attempt->fd, &test.peer.address.any, test.peer.len) == 0 ? 0 : errno;
    return argument;
}

/* Whether the thread was cancelled. */
static bool dial_in_thread(struct attempt *attempt)
{
    pthread_t thread;
    void *result;

    if (pthread_create(&thread, NULL, dial, attempt) != 0 || pthread_join(thread, &result) != 0)
        die("pthread");
    return result == PTHREAD_CANCELED;
}

static bool try_connect(struct attempt *attempt)
{
    test.dialling = attempt->fd;
    if (test.mode == JUMP && sigsetjmp(test.jump, 1) != 0)
        return false;
    return test.mode == CANCEL ? dial_in_thread(attempt) : dial(attempt) == NULL;
}

/* Only the real connect acts on the cancellation. So the socket has its source, and can connect again. */
static void check_cancelled(enum kind kind, int fd, bool cancelled)
{
    struct endpoint local = local_of(fd);

    if (!cancelled)
        complain(kind, "not cancelled");
    if (!same_address(&local, &test.source))
        complain(kind, "cancelled before the socket had its source");
    if (connect(fd, &test.peer.address.any, test.peer.len) == 0 || errno != EINPROGRESS)
        complain(kind, "the next connect fails");
}

static bool cancellation_is_enabled(void)
{
    int before;

    return pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before) == 0 && before == PTHREAD_CANCEL_ENABLE;
}

/* The connect after the jump works as usual. */
static void check_jumped(enum kind kind, int fd)
{
    struct endpoint local;

    if (!cancellation_is_enabled())
        complain(kind, "cancellation stayed disabled");
    if (connect(fd, &test.peer.address.any, test.peer.len) == 0 || (errno != EINPROGRESS && errno != EALREADY))
        complain(kind, "the next connect fails");
    local = local_of(fd);
    if (!same_address(&local, &test.source))
        complain(kind, "the next connect is not from the source");
}

/* The library can't prevent what happens between its last check and dup3(2). */
static void check_closed(enum kind kind, int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0 || (!S_ISCHR(status.st_mode) && strcmp(test.happened_at, "dup3") != 0))
        complain(kind, "a socket is in the file's place");
}

/* One connect in a new process, interfered with at its nth call. False if it makes fewer calls. */
static bool try_call(enum kind kind, enum history history, int nth)
{
    int first = history != UNREAD ? make_socket(MOVED) : -1;
    struct attempt attempt = {.fd = history != UNREAD || kind != MOVED ? make_socket(kind) : -1};
    struct endpoint before;
    int descriptors;
    bool cancelled;
    bool armed;

    if (attempt.fd < 0)
        return false;
    close(first);
    if (history == CHANGED)
        change_configuration();
    test.history = history;
    before = local_of(attempt.fd);
    descriptors = count_descriptors();
    test.armed = nth;
    cancelled = try_connect(&attempt);
    armed = test.armed != 0;
    test.armed = 0; /* instrumentation makes calls at exit */
    if (armed)
        return false;
    if (test.mode == CANCEL)
        check_cancelled(kind, attempt.fd, cancelled);
    else if (test.mode == JUMP)
        check_jumped(kind, attempt.fd);
    else if (test.mode == CLOSE)
        check_closed(kind, attempt.fd);
    else
        check(kind, attempt.fd, attempt.error, &before);
    if (count_descriptors() != descriptors)
        complain(kind, "leaked a descriptor");
    if (test.mode == SIGNAL && (test.handled != 1 || test.handler_source_wrong != 0))
        complain(kind, "the handler did not connect from the source");
    return true;
}

static bool try_in_child(enum kind kind, enum history history, int nth)
{
    int status;
    pid_t child;

    (void)fflush(stdout);
    child = fork();
    if (child == 0) {
        exit(try_call(kind, history, nth) ? 0 : 1);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        die("fork");
    if (!WIFEXITED(status) || WEXITSTATUS(status) > 1)
        printf("call %d of kind %d: the process ended with status %#x\n", nth, (int)kind, (unsigned int)status);
    return !WIFEXITED(status) || WEXITSTATUS(status) != 1;
}

static int try_calls(enum kind kind, enum history history)
{
    int nth = 1;

    alarm(LIFETIME);
    while (try_in_child(kind, history, nth))
        nth++;
    return nth - 1;
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {
        [FAIL] = "fail",  [FAIL_KERNEL] = "fail-kernel", [SIGNAL] = "signal", [CANCEL] = "cancel", [JUMP] = "jump",
        [CLOSE] = "close"};
    struct sigaction action = {.sa_handler = on_signal};
    int count = 0;

    if (argc < 6 || sigaction(SIGUSR1, &action, NULL) != 0)
        return 2;
    while (test.mode < MODES && strcmp(argv[1], modes[test.mode]) != 0)
        test.mode++;
    test.configuration = getenv("GLUSTERD_SRCADDR_CONF");
    if (test.mode == MODES || test.configuration == NULL)
        return 2;
    test.peer = parse_endpoint(argv[2]);
    test.source = parse_endpoint(argv[3]);
    test.other_peer = parse_endpoint(argv[4]);
    test.other_source = parse_endpoint(argv[5]);
    begin();
    for (enum kind kind = UNBOUND; kind < KINDS; kind++)
        for (enum history history = UNREAD; history < HISTORIES; history++)
            count += try_calls(kind, history);
    printf("something happened at %d calls\n", count);
    return 0;
}
