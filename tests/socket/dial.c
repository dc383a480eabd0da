/*
 * Makes the calls that its arguments name, in order, and prints the result of each: `dial STEP...`, for example
 *
 *     dial peer=[2001:db8::1]:24007 tcp6 bind=[::]:0 connect=[2001:db8::1]:24007 seen
 *
 * Options before the first step are GlusterFS's and have no effect here. Each step is explained at its function. Most
 * act on the newest socket (tcp6, udp6 and so on). After every connect and bind, dial checks that success left errno
 * alone and that no descriptor was opened or closed. It prints only what is wrong.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include "meddle.h"
#include "testing.h"

#define SECOND 1000000000L /* nanoseconds */

static struct {
    int fd;
    int listener;
    in_port_t bound; /* the port that bind(2) gave */
    bool has_length;
    socklen_t length; /* for the next connect, instead of the right one */
    int64_t later;    /* nanoseconds added to the clock */
    bool still;       /* the clock stands still, at */
    int64_t stopped;  /* nanoseconds since 1970 */
    const char *preload;
} state = {.fd = -1, .listener = -1, .later = 10 * SECOND /* files from before the start count as old */};

static int64_t nanoseconds(struct timespec time)
{
    return time.tv_sec * SECOND + time.tv_nsec;
}

static int64_t clock_now(void)
{
    struct timespec now;

    if (state.still)
        return state.stopped + state.later;
    (void)timespec_get(&now, TIME_UTC); /* the vDSO: no system call in a trace */
    return nanoseconds(now) + state.later;
}

/*
 * All of the library's clocks: the dynamic linker finds the program's function before the C library's. So a minute can
 * pass at once.
 */
int clock_gettime(clockid_t clock, struct timespec *now)
{
    int64_t time = clock_now();

    (void)clock;
    *now = (struct timespec){.tv_sec = time / SECOND, .tv_nsec = time % SECOND};
    return 0;
}

static void step_run(const char *value);

/* Instead of the library's sleep while the clock stands still: runs the shell command in MEANWHILE, moves the clock. */
static long wait_as_it_were(const struct timespec *asked)
{
    if (getenv("MEANWHILE") != NULL)
        step_run(getenv("MEANWHILE"));
    state.later += nanoseconds(*asked);
    printf("waited %d ms\n", (int)(nanoseconds(*asked) / (SECOND / 1000)));
    return 0;
}

static long meddle(long number, const long *arguments)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): arguments are longs */
    return number == SYS_nanosleep && state.still ? wait_as_it_were((const struct timespec *)arguments[0])
                                                  : call_kernel(number, arguments);
}

/* What a call changed in the process. errno starts as a value that no call sets. */
struct watch {
    int descriptors;
};

enum { NO_ERROR = 4242 };

static void watch_begin(struct watch *watch)
{
    watch->descriptors = count_descriptors();
    errno = NO_ERROR;
}

static void watch_end(const struct watch *watch, const char *call, int result)
{
    int error = errno;
    int descriptors = count_descriptors();

    printf("%s: %s\n", call, error_name(result == 0 ? 0 : error));
    if (result == 0 && error != NO_ERROR)
        printf("%s changed errno: %s\n", call, error_name(error));
    if (descriptors != watch->descriptors)
        printf("%s leaked descriptors: %d\n", call, descriptors - watch->descriptors);
}

static void made(int fd)
{
    if (fd < 0)
        die("socket");
    state.fd = fd;
    state.bound = 0;
}

static void step_tcp6(const char *value)
{
    (void)value;
    made(socket(AF_INET6, SOCK_STREAM, 0));
}

static void step_mptcp6(const char *value)
{
    (void)value;
    made(socket(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP));
}

static void step_raw6(const char *value)
{
    (void)value;
    made(socket(AF_INET6, SOCK_RAW, IPPROTO_TCP));
}

static void step_udp6(const char *value)
{
    (void)value;
    made(socket(AF_INET6, SOCK_DGRAM, 0));
}

static void step_tcp4(const char *value)
{
    (void)value;
    made(socket(AF_INET, SOCK_STREAM, 0));
}

static void step_udp4(const char *value)
{
    (void)value;
    made(socket(AF_INET, SOCK_DGRAM, 0));
}

static void step_unix(const char *value)
{
    (void)value;
    made(socket(AF_UNIX, SOCK_STREAM, 0));
}

/* A descriptor that is no socket. */
static void step_file(const char *value)
{
    made(open(value, O_RDONLY));
}

/* Uses this descriptor number, open or not. */
static void step_fd(const char *value)
{
    state.fd = (int)strtol(value, NULL, 10);
}

/* Moves the socket to another descriptor number. */
static void step_to(const char *value)
{
    int fd = dup2(state.fd, (int)strtol(value, NULL, 10));

    if (fd < 0)
        die("dup2");
    close(state.fd);
    state.fd = fd;
}

static void step_close(const char *value)
{
    (void)value;
    close(state.fd);
}

static void step_nonblock(const char *value)
{
    (void)value;
    if (fcntl(state.fd, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
}

/* LEVEL:NAME:VALUE, all numbers. */
static void step_set(const char *value)
{
    char *end;
    int level = (int)strtol(value, &end, 10);
    int name = (int)strtol(end + 1, &end, 10);
    int number = (int)strtol(end + 1, &end, 10);

    if (setsockopt(state.fd, level, name, &number, sizeof(number)) != 0)
        die("setsockopt");
}

/* LEVEL:NAME */
static void step_get(const char *value)
{
    char *end;
    int level = (int)strtol(value, &end, 10);
    int name = (int)strtol(end + 1, &end, 10);
    int number = 0;
    socklen_t len = sizeof(number);

    if (getsockopt(state.fd, level, name, &number, &len) != 0)
        die("getsockopt");
    printf("option %s: %d\n", value, number);
}

static void step_bind(const char *value)
{
    struct endpoint endpoint = parse_endpoint(value);
    struct watch watch;
    int result;

    watch_begin(&watch);
    result = bind(state.fd, &endpoint.address.any, endpoint.len);
    watch_end(&watch, "bind", result);
    if (result == 0) {
        endpoint = local_of(state.fd);
        state.bound = port_of(&endpoint);
    }
}

static void step_length(const char *value)
{
    state.has_length = true;
    state.length = (socklen_t)strtol(value, NULL, 10);
}

static const struct sockaddr *unreadable(void)
{
    void *page = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (page == MAP_FAILED)
        die("mmap");
    return page;
}

/* ENDPOINT, or null for a null pointer, or bad for an unreadable address. */
static void step_connect(const char *value)
{
    bool null = strcmp(value, "null") == 0;
    bool bad = strcmp(value, "bad") == 0;
    struct endpoint endpoint =
        null || bad ? (struct endpoint){.len = sizeof(struct sockaddr_in6)} : parse_endpoint(value);
    socklen_t len = state.has_length ? state.length : endpoint.len;
    const struct sockaddr *address = null ? NULL : bad ? unreadable() : &endpoint.address.any;
    struct watch watch;
    int result;

    state.has_length = false;
    watch_begin(&watch);
    result = connect(state.fd, address, len);
    watch_end(&watch, "connect", result);
}

/* Dissolves the connection with AF_UNSPEC. A port that the program chose stays. */
static void step_disconnect(const char *value)
{
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    struct watch watch;

    (void)value;
    watch_begin(&watch);
    watch_end(&watch, "disconnect", connect(state.fd, &nowhere, sizeof(nowhere)));
}

static void step_listen(const char *value)
{
    (void)value;
    printf("listen: %s\n", error_name(listen(state.fd, 1) == 0 ? 0 : errno));
}

/* Waits until the connection is established or has failed. */
static void step_wait(const char *value)
{
    struct pollfd ready = {.fd = state.fd, .events = POLLOUT};
    int error = 0;
    socklen_t len = sizeof(error);

    (void)value;
    if (poll(&ready, 1, PATIENCE_MS) != 1 || getsockopt(state.fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
        die("poll");
    printf("waited: %s\n", error_name(error));
}

static const char *port_kind(const struct endpoint *endpoint)
{
    if (port_of(endpoint) == 0)
        return "none";
    return port_of(endpoint) == state.bound ? "kept" : "new";
}

static void step_local(const char *value)
{
    struct endpoint local = local_of(state.fd);

    (void)value;
    printf("local %s, port %s\n", address_text(&local), port_kind(&local));
}

/* The peer listens from now on. */
static void step_peer(const char *value)
{
    struct endpoint endpoint = parse_endpoint(value);

    state.listener = listen_directly(&endpoint);
}

/* The address that the peer sees. */
static void step_seen(const char *value)
{
    struct pollfd ready = {.fd = state.listener, .events = POLLIN};
    struct endpoint from = {.len = sizeof(from.address)};
    int accepted;

    (void)value;
    if (poll(&ready, 1, PATIENCE_MS) != 1)
        die("poll");
    accepted = accept(state.listener, &from.address.any, &from.len);
    if (accepted < 0)
        die("accept");
    printf("seen from %s, port %s\n", address_text(&from), port_kind(&from));
    close(accepted); /* first: TIME_WAIT keeps the peer's port, not the one under test */
}

static int accept_from(int listener)
{
    int accepted = accept(listener, NULL, NULL);

    if (accepted < 0)
        die("accept");
    return accepted;
}

/* The socket is a listener. The accepted one takes its place. */
static void step_accept(const char *value)
{
    (void)value;
    state.fd = accept_from(state.fd);
}

/* The peer writes something and resets the connection. On the same host both arrive at once. */
static void step_reset(const char *value)
{
    static const struct linger linger = {.l_onoff = 1, .l_linger = 0};
    int accepted = accept_from(state.listener);

    if (write(accepted, value, strlen(value)) < 0 ||
        setsockopt(accepted, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) != 0)
        die("write");
    close(accepted);
}

static void step_receive(const char *value)
{
    char data[64];
    ssize_t got = recv(state.fd, data, sizeof(data), MSG_DONTWAIT);

    (void)value;
    if (got < 0)
        printf("received: %s\n", error_name(errno));
    else
        printf("received %.*s\n", (int)got, data);
}

/* Whether the peer sees no connection. On one host it is established or refused once the SYN has been sent. */
static void step_unseen(const char *value)
{
    struct pollfd ready = {.fd = state.listener, .events = POLLIN};

    (void)value;
    printf("%s\n", poll(&ready, 1, 0) == 0 ? "unseen" : "seen");
}

/* Drops a capability, by its number. */
static void step_drop(const char *value)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = 0}};
    unsigned long capability = strtoul(value, NULL, 10);

    if (syscall(SYS_capget, &header, data) != 0)
        die("capget");
    data[capability / 32].effective &= ~(1u << capability % 32);
    if (syscall(SYS_capset, &header, data) != 0)
        die("capset");
}

static void set_limit(rlim_t limit)
{
    struct rlimit descriptors;

    if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        die("getrlimit");
    descriptors.rlim_cur = limit;
    if (setrlimit(RLIMIT_NOFILE, &descriptors) != 0)
        die("setrlimit");
}

/* as:BYTES or data:BYTES, memory that can still be mapped, or file:BYTES. -1 lifts the limit. */
static void step_limit(const char *value)
{
    const char *bytes = strchr(value, ':');
    int resource = value[0] == 'a' ? RLIMIT_AS : value[0] == 'd' ? RLIMIT_DATA : RLIMIT_FSIZE; /* an enum in glibc */
    struct rlimit limit;

    if (bytes == NULL || syscall(SYS_prlimit64, 0, resource, NULL, &limit) != 0)
        die(value);
    limit.rlim_cur = (rlim_t)strtol(bytes + 1, NULL, 10);
    if (syscall(SYS_prlimit64, 0, resource, &limit, NULL) != 0)
        die("prlimit");
}

static unsigned int call_number(const char *name, size_t len)
{
    static const struct {
        const char *name;
        unsigned int number;
    } calls[] = {
        {"bind", SYS_bind},
        {"close", SYS_close},
        {"connect", SYS_connect},
        {"dup3", SYS_dup3},
        {"fcntl", SYS_fcntl},
        {"fstat", SYS_fstat},
        {"geteuid", SYS_geteuid},
        {"getpid", SYS_getpid},
        {"getsockname", SYS_getsockname},
        {"getsockopt", SYS_getsockopt},
        {"mmap", SYS_mmap},
        {"munmap", SYS_munmap},
        {"newfstatat", SYS_newfstatat},
        {"openat", SYS_openat},
        {"ppoll", SYS_ppoll},
        {"read", SYS_read},
        {"recvfrom", SYS_recvfrom},
        {"rt_sigpending", SYS_rt_sigpending},
        {"rt_sigprocmask", SYS_rt_sigprocmask},
        {"rt_sigtimedwait", SYS_rt_sigtimedwait},
        {"sendto", SYS_sendto},
        {"setsockopt", SYS_setsockopt},
        {"socket", SYS_socket},
        {"write", SYS_write},
    };

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        if (strlen(calls[i].name) == len && strncmp(calls[i].name, name, len) == 0)
            return calls[i].number;
    errno = ENOSYS;
    die(name);
}

/* Filters a system call with seccomp(2), except writes to the standard streams. */
static void filter_call(unsigned int number, unsigned int answer)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, STDERR_FILENO, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        die("seccomp");
}

/* CALL:ERRNO, a number. The call fails with it. */
static void step_deny(const char *value)
{
    size_t len = strcspn(value, ":");

    filter_call(call_number(value, len), SECCOMP_RET_ERRNO | (unsigned int)strtoul(value + len + 1, NULL, 10));
}

/* Makes the trapped call return ENOENT. */
static void answer(int signal, siginfo_t *info, void *context)
{
    mcontext_t *registers = &((ucontext_t *)context)->uc_mcontext;

    (void)signal;
    (void)info;
#if defined(__x86_64__)
    registers->gregs[REG_RAX] = -ENOENT;
#elif defined(__aarch64__)
    registers->regs[0] = (unsigned long long)-ENOENT;
#endif
}

/* CALL. A handler of SIGSYS answers it, with ENOENT. */
static void step_trap(const char *value)
{
    struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO};

    if (sigaction(SIGSYS, &action, NULL) != 0)
        die("sigaction");
    filter_call(call_number(value, strlen(value)), SECCOMP_RET_TRAP);
}

/* Leaves this many free descriptors. */
static void step_spare(const char *value)
{
    int lowest;

    set_limit(DESCRIPTORS_MAX);
    lowest = dup(STDOUT_FILENO);
    if (lowest < 0)
        die("dup");
    close(lowest);
    set_limit((rlim_t)lowest + strtoul(value, NULL, 10));
}

/* A child takes the other steps, and the parent exits with its status. */
static void step_fork(const char *value)
{
    int status;
    pid_t child;

    (void)value;
    (void)fflush(stdout);
    child = fork();
    if (child == 0)
        return;
    if (child < 0 || waitpid(child, &status, 0) != child)
        die("fork");
    exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

/* Executes this program again for the other steps. It inherits the socket. */
static void exec_rest(char **rest)
{
    char fd[32];
    char *arguments[64] = {program_invocation_name, fd};

    (void)snprintf(fd, sizeof(fd), "fd=%d", state.fd);
    for (size_t i = 0; rest[i] != NULL && i + 3 < sizeof(arguments) / sizeof(arguments[0]); i++)
        arguments[i + 2] = rest[i];
    (void)fflush(stdout);
    if ((state.preload != NULL && setenv("LD_PRELOAD", state.preload, 1) != 0) || setenv("KEEP", "", 1) != 0)
        die("setenv");
    execv("/proc/self/exe", arguments);
    die("execv");
}

/* Changes only the effective user, so that it can be changed back. */
static void step_euid(const char *value)
{
    if (seteuid((uid_t)strtoul(value, NULL, 10)) != 0)
        die("seteuid");
}

/* The socket's owner. */
static void step_owner(const char *value)
{
    struct stat status;

    (void)value;
    if (fstat(state.fd, &status) != 0)
        die("fstat");
    printf("owner %u\n", status.st_uid);
}

/* Enters the network namespace at the path. */
static void step_netns(const char *value)
{
    int namespace = open(value, O_RDONLY | O_CLOEXEC);

    if (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0)
        die(value);
    close(namespace);
}

static void step_run(const char *value)
{
    if (system(value) != 0) /* NOLINT(cert-env33-c): a test's own command */
        die(value);
}

static void step_chroot(const char *value)
{
    if (chdir(value) != 0 || chroot(".") != 0)
        die(value);
}

/* A system call that marks a place in a trace. */
static void step_mark(const char *value)
{
    (void)access(value, F_OK);
}

/* Seconds, a decimal fraction, may be negative. */
static void step_later(const char *value)
{
    state.later += (int64_t)(strtod(value, NULL) * SECOND);
}

/* Stops the clock. */
static void step_still(const char *value)
{
    (void)value;
    state.stopped = clock_now();
    state.later = 0;
    state.still = true;
}

/* MILLISECONDS:PATH. Stops the clock, at this time after the file or directory was changed. */
static void step_written(const char *value)
{
    char *path;
    int64_t age = strtol(value, &path, 10);
    struct stat status;

    if (lstat(path + 1, &status) != 0)
        die(path + 1);
    state.still = true;
    state.stopped = nanoseconds(status.st_ctim) + age * (SECOND / 1000);
    state.later = 0;
}

struct step {
    const char *name;
    void (*run)(const char *value);
};

static const struct step *find_step(const char *name, size_t len)
{
    static const struct step steps[] = {
        {"accept", step_accept},     {"bind", step_bind},       {"chroot", step_chroot},
        {"close", step_close},       {"euid", step_euid},       {"netns", step_netns},
        {"owner", step_owner},       {"receive", step_receive}, {"reset", step_reset},
        {"connect", step_connect},   {"deny", step_deny},       {"disconnect", step_disconnect},
        {"drop", step_drop},         {"fd", step_fd},           {"file", step_file},
        {"fork", step_fork},         {"get", step_get},         {"later", step_later},
        {"length", step_length},     {"limit", step_limit},     {"listen", step_listen},
        {"local", step_local},       {"mark", step_mark},       {"mptcp6", step_mptcp6},
        {"nonblock", step_nonblock}, {"peer", step_peer},       {"run", step_run},
        {"raw6", step_raw6},         {"seen", step_seen},       {"set", step_set},
        {"spare", step_spare},       {"still", step_still},     {"tcp4", step_tcp4},
        {"tcp6", step_tcp6},         {"to", step_to},           {"trap", step_trap},
        {"udp4", step_udp4},         {"udp6", step_udp6},       {"unix", step_unix},
        {"unseen", step_unseen},     {"wait", step_wait},       {"written", step_written},
    };

    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (strlen(steps[i].name) == len && strncmp(steps[i].name, name, len) == 0)
            return &steps[i];
    return NULL;
}

static void take_step(const char *argument)
{
    size_t len = strcspn(argument, "=");
    const struct step *step = find_step(argument, len);

    if (step == NULL) {
        (void)fprintf(stderr, "dial: %s: no such step\n", argument);
        exit(2);
    }
    step->run(argument[len] == '=' ? argument + len + 1 : "");
}

static bool has_its_value(const char *option)
{
    return option[1] == '-' ? strchr(option, '=') != NULL : option[2] != '\0';
}

/* -f FILE, -fFILE, --volfile FILE, --volfile=FILE and so on. */
static int skip_options(int count, char *const *arguments)
{
    int i = 1;

    while (i < count && arguments[i][0] == '-')
        i += has_its_value(arguments[i]) ? 1 : 2;
    return i;
}

int main(int argc, char **argv)
{
    static char buffer[BUFSIZ]; /* so that printing adds no system calls to a trace */

    if (getenv("KEEP") == NULL)
        begin();
    state.preload = getenv("LD_PRELOAD");
    if (state.preload != NULL)
        state.preload = strdup(state.preload);
    unsetenv("LD_PRELOAD"); /* commands run here may have another C library */
    if (setvbuf(stdout, buffer, _IOLBF, sizeof(buffer)) != 0)
        die("setvbuf");
    for (int i = skip_options(argc, argv); i < argc; i++)
        if (strcmp(argv[i], "exec") == 0)
            exec_rest(&argv[i + 1]);
        else
            take_step(argv[i]);
    return 0;
}
