/*
 * Compares every readable option of a moved socket with that of a reference, a socket that did the same but bound
 * itself to the source, without the library. First no option is set, then each option that can be set, to several
 * values. The sockets are compared while they connect to a peer that never answers: a handshake would measure something
 * else each time.
 *
 *     options tcp|mptcp SILENTPEER SOURCE [REFUSINGPEER]
 *
 * With REFUSINGPEER, both sockets first fail to connect there, the reference from its source, so the other one is moved
 * a second time. Prints each difference, and at the end how many settings were compared.
 *
 * After the first comparison, of sockets without a setting, it runs the shell command in MEANWHILE and enters the
 * network namespace at the path in NETNS, if they are set: what the library has learned about new sockets is then out
 * of date.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>

#include <linux/filter.h>

#include "testing.h"

enum {
    NAMES = 256,       /* for each level; the highest in Linux 6.18 is 83 */
    VALUE_SHOWN = 256, /* bytes compared */
    BUFFER_SIZE = 4096,
    PORT = 49151
};

static const int levels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_IPV6};

enum { LEVELS = sizeof(levels) / sizeof(levels[0]) };

/* What the program does to its socket before it connects. */
struct setting {
    const char *what;
    int level;
    int name;
    const void *value;
    socklen_t len;
    int (*set)(int fd); /* instead of setsockopt(2) */
};

struct option {
    int error;
    socklen_t len;
    unsigned char value[VALUE_SHOWN];
};

/* Everything visible of a socket. */
struct view {
    struct option options[LEVELS][NAMES];
    int connect_error;
    struct endpoint local;
    int status_flags;
    int descriptor_flags;
    int signal;
    int owner_type;
    pid_t owner;
};

static struct {
    int protocol;
    struct endpoint silent;
    struct endpoint source;
    struct endpoint refusing; /* length 0: none */
    unsigned int compared;
} test;

/* Differs between any two sockets, or from one moment to the next. */
static bool is_of_its_own(int level, int name)
{
    static const struct {
        int level;
        int name;
    } own[] = {
        {SOL_SOCKET, 55},  /* SO_MEMINFO: memory in use; its limits are options too */
        {SOL_SOCKET, 57},  /* SO_COOKIE: the socket's own number */
        {IPPROTO_TCP, 11}, /* TCP_INFO: times since the SYN */
        {IPPROTO_TCP, 24}, /* TCP_TIMESTAMP: a clock */
    };

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
        if (own[i].level == level && own[i].name == name)
            return true;
    /* The error of the failed connect, and the processor that received its RST. */
    return test.refusing.len > 0 && level == SOL_SOCKET && (name == SO_ERROR || name == SO_INCOMING_CPU);
}

static void read_option(int fd, int level, int name, struct option *option)
{
    static unsigned char buffer[BUFFER_SIZE]; /* larger than len: SO_GET_FILTER counts instructions */
    socklen_t len = VALUE_SHOWN;

    memset(buffer, 0, sizeof(buffer));
    option->error = getsockopt(fd, level, name, buffer, &len) == 0 ? 0 : errno;
    option->len = option->error == 0 ? len : 0;
    memcpy(option->value, buffer, sizeof(option->value));
}

static void read_view(int fd, struct view *view)
{
    struct f_owner_ex owner = {.type = 0};

    for (int level = 0; level < LEVELS; level++)
        for (int name = 0; name < NAMES; name++)
            read_option(fd, levels[level], name, &view->options[level][name]);
    view->local = local_of(fd);
    view->status_flags = fcntl(fd, F_GETFL);
    view->descriptor_flags = fcntl(fd, F_GETFD);
    view->signal = fcntl(fd, F_GETSIG);
    if (fcntl(fd, F_GETOWN_EX, &owner) != 0)
        die("fcntl");
    view->owner_type = owner.pid != 0 ? (int)owner.type : 0;
    view->owner = owner.pid;
}

static void print_option(const char *whose, const struct option *option)
{
    printf(" %s ", whose);
    if (option->error != 0)
        printf("%s", error_name(option->error));
    for (socklen_t i = 0; i < option->len && i < 16; i++)
        printf("%02x", option->value[i]);
}

static void compare_option(const char *what, int level, int name, const struct option *expected,
                           const struct option *found)
{
    if (is_of_its_own(level, name) || (expected->error == found->error && expected->len == found->len &&
                                       memcmp(expected->value, found->value, sizeof(found->value)) == 0))
        return;
    printf("%s: option %d:%d:", what, level, name);
    print_option("reference", expected);
    print_option("moved", found);
    printf("\n");
}

static void compare_number(const char *what, const char *name, long expected, long found)
{
    if (expected != found)
        printf("%s: %s: reference %ld moved %ld\n", what, name, expected, found);
}

static void compare(const char *what, const struct view *expected, const struct view *found)
{
    for (int level = 0; level < LEVELS; level++)
        for (int name = 0; name < NAMES; name++)
            compare_option(what, levels[level], name, &expected->options[level][name], &found->options[level][name]);
    compare_number(what, "connect's error", expected->connect_error, found->connect_error);
    compare_number(what, "local port", port_of(&expected->local), port_of(&found->local));
    if (!same_address(&found->local, &expected->local))
        printf("%s: local address %s\n", what, address_text(&found->local));
    compare_number(what, "file status flags", expected->status_flags, found->status_flags);
    compare_number(what, "file descriptor flags", expected->descriptor_flags, found->descriptor_flags);
    compare_number(what, "signal", expected->signal, found->signal);
    compare_number(what, "kind of owner", expected->owner_type, found->owner_type);
    compare_number(what, "owner", expected->owner, found->owner);
}

static int apply(int fd, const struct setting *setting)
{
    if (setting->set != NULL)
        return setting->set(fd);
    return setsockopt(fd, setting->level, setting->name, setting->value, setting->len);
}

/* Returns a socket with the setting, or -1 if the kernel rejects the setting. */
static int make_socket(int protocol, const struct setting *setting)
{
    int fd = socket(AF_INET6, SOCK_STREAM, protocol);

    if (fd < 0)
        die("socket");
    if (apply(fd, setting) == 0)
        return fd;
    close(fd);
    return -1;
}

/* An MPTCP socket accepts values that TCP rejects, and drops them. */
static bool is_taken(const struct setting *setting)
{
    int fd = make_socket(IPPROTO_TCP, setting);

    close(fd);
    return fd >= 0;
}

static void set_nonblocking(int fd)
{
    if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0)
        die("fcntl");
}

/* connect(2) itself, without the library. */
static int connect_directly(int fd, const struct sockaddr *address, socklen_t len)
{
    return (int)syscall(SYS_connect, fd, address, len);
}

typedef int connect_function(int fd, const struct sockaddr *address, socklen_t len);

/* The peer refuses; if the setting keeps the SYN from arriving, gives up. */
static void fail_to_connect(int fd, connect_function *dial)
{
    struct pollfd refused = {.fd = fd, .events = POLLOUT};
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};

    if (dial(fd, &test.refusing.address.any, test.refusing.len) == 0)
        die("connect");
    if (poll(&refused, 1, 50) < 0 || connect_directly(fd, &nowhere, sizeof(nowhere)) != 0)
        die("poll");
}

/* Takes a bound socket through its connects, then reads its view. */
static void view_connecting(int fd, connect_function *dial, struct view *view)
{
    set_nonblocking(fd);
    if (test.refusing.len > 0)
        fail_to_connect(fd, dial);
    view->connect_error = dial(fd, &test.silent.address.any, test.silent.len) == 0 ? 0 : errno;
    read_view(fd, view);
}

/* The source can't be used with this setting: the library must refuse with the same error, and leave the socket as the
 * program bound it. */
static void view_unusable(int fd, int error, struct view *view)
{
    struct endpoint any = parse_endpoint("[::]:0");

    any.address.in6.sin6_port = htons(PORT);
    bind_directly(fd, &any);
    set_nonblocking(fd);
    view->connect_error = error;
    read_view(fd, view);
}

static bool view_reference(const struct setting *setting, struct view *view)
{
    struct endpoint local = test.source;
    int fd = make_socket(test.protocol, setting);

    if (fd < 0)
        return false;
    local.address.in6.sin6_port = htons(PORT);
    if (syscall(SYS_bind, fd, &local.address, local.len) != 0)
        view_unusable(fd, errno, view);
    else
        view_connecting(fd, connect_directly, view);
    close(fd);
    return true;
}

static void view_moved(const struct setting *setting, struct view *view)
{
    struct endpoint local = parse_endpoint("[::]:0");
    int fd = make_socket(test.protocol, setting);

    local.address.in6.sin6_port = htons(PORT);
    if (fd < 0 || bind(fd, &local.address.any, local.len) != 0)
        die("bind");
    view_connecting(fd, connect, view);
    close(fd);
}

static void try_setting(const struct setting *setting)
{
    static struct view reference;
    static struct view moved;

    if (!is_taken(setting) || !view_reference(setting, &reference))
        return;
    if (test.refusing.len > 0 && reference.connect_error != EINPROGRESS)
        return; /* no SYN was sent, so the options still show the failed connect */
    view_moved(setting, &moved);
    compare(setting->what, &reference, &moved);
    test.compared++;
}

/* Settings with which the library must refuse to connect. */
static bool is_refused(const struct setting *setting)
{
    return setting->level == IPPROTO_TCP && setting->name == 19; /* TCP_REPAIR */
}

/* TCP_MAXSEG set to the default reads as if it were not set. */
static bool is_like_none(const struct setting *setting, int first_default)
{
    return setting->level == IPPROTO_TCP && setting->name == TCP_MAXSEG &&
           *(const int *)setting->value == first_default;
}

static int number_in(const struct option *option)
{
    int number;

    memcpy(&number, option->value, sizeof(number));
    return number;
}

/* first_default is a new socket's value before the surroundings changed. */
static void try_numbers(int level, int name, int first_default)
{
    const int numbers[] = {-1, 0, 1, 2, 100, 1000, first_default};
    char what[64];
    struct setting setting = {.what = what, .level = level, .name = name, .len = sizeof(int)};

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        (void)snprintf(what, sizeof(what), "%d:%d=%d", level, name, numbers[i]);
        setting.value = &numbers[i];
        if (!is_refused(&setting) && !is_like_none(&setting, first_default))
            try_setting(&setting);
    }
}

static int set_nothing(int fd)
{
    (void)fd;
    return 0;
}

static int set_close_on_exec(int fd)
{
    return fcntl(fd, F_SETFD, FD_CLOEXEC);
}

static int set_nonblock_append(int fd)
{
    return fcntl(fd, F_SETFL, O_NONBLOCK | O_APPEND);
}

/* SIGURG, which is ignored by default. */
static int set_async(int fd)
{
    struct f_owner_ex owner = {.type = F_OWNER_PID, .pid = getpid()};

    return fcntl(fd, F_SETOWN_EX, &owner) == 0 && fcntl(fd, F_SETSIG, SIGURG) == 0 ? fcntl(fd, F_SETFL, O_ASYNC) : -1;
}

static int set_owner_thread(int fd)
{
    struct f_owner_ex owner = {.type = F_OWNER_TID, .pid = (pid_t)syscall(SYS_gettid)};

    return fcntl(fd, F_SETOWN_EX, &owner);
}

static int set_owner_group(int fd)
{
    struct f_owner_ex owner = {.type = F_OWNER_PGRP, .pid = getpgrp()};

    return fcntl(fd, F_SETOWN_EX, &owner);
}

/* A filter of 64 instructions that passes everything, locked so that it can't be replaced. */
static int set_locked_filter(int fd)
{
    static const int on = 1;
    struct sock_filter pass[64];
    struct sock_fprog program = {.len = sizeof(pass) / sizeof(pass[0]), .filter = pass};

    for (size_t i = 0; i < sizeof(pass) / sizeof(pass[0]); i++)
        pass[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xffff);
    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) == 0
               ? setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on))
               : -1;
}

static int set_number(int fd, int level, int name, int number)
{
    return setsockopt(fd, level, name, &number, sizeof(number));
}

static int set_as_glusterfs(int fd)
{
    return set_number(fd, SOL_SOCKET, SO_RCVBUF, 131072) | set_number(fd, SOL_SOCKET, SO_SNDBUF, 131072) |
           set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1) | set_number(fd, IPPROTO_TCP, TCP_NODELAY, 1) |
           set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1) | set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, 20) |
           set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, 2) | set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, 9) |
           set_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 42000);
}

/* IP_TOS changes SO_PRIORITY: the last one set must win. */
static int set_priority_after_tos(int fd)
{
    return set_number(fd, IPPROTO_IP, IP_TOS, 0x10) | set_number(fd, SOL_SOCKET, SO_PRIORITY, 3);
}

static int set_tos_after_priority(int fd)
{
    return set_number(fd, SOL_SOCKET, SO_PRIORITY, 3) | set_number(fd, IPPROTO_IP, IP_TOS, 0x10);
}

/* SO_RCVLOWAT raises the receive buffer; TCP_WINDOW_CLAMP depends on that. */
static int set_small_buffer_large_mark(int fd)
{
    return set_number(fd, SOL_SOCKET, SO_RCVLOWAT, 300000) | set_number(fd, SOL_SOCKET, SO_RCVBUF, 8192) |
           set_number(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, 5000);
}

static int set_large_mark_after_buffer(int fd)
{
    return set_number(fd, SOL_SOCKET, SO_RCVBUF, 8192) | set_number(fd, SOL_SOCKET, SO_RCVLOWAT, 300000);
}

static int set_clamp_and_buffer(int fd)
{
    return set_number(fd, IPPROTO_TCP, TCP_WINDOW_CLAMP, 60000) | set_number(fd, SOL_SOCKET, SO_RCVBUF, 200000);
}

/* A size that the program set and the kernel may still change. */
static int set_unlocked_buffer(int fd)
{
    enum { OPTION_BUF_LOCK = 72 };

    return set_number(fd, SOL_SOCKET, SO_RCVBUF, 50000) | set_number(fd, SOL_SOCKET, SO_SNDBUF, 50000) |
           set_number(fd, SOL_SOCKET, OPTION_BUF_LOCK, 0);
}

static int set_both_reuse(int fd)
{
    return set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1) | set_number(fd, SOL_SOCKET, SO_REUSEPORT, 1);
}

static int set_keepalive_before_idle(int fd)
{
    return set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1000) | set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

#define VALUE(value) &(value), sizeof(value)

static void change_surroundings(void)
{
    const char *command = getenv("MEANWHILE");
    const char *path = getenv("NETNS");
    int namespace = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (command != NULL && (unsetenv("LD_PRELOAD") != 0 || system(command) != 0)) /* NOLINT(cert-env33-c) */
        die(command);
    if (path != NULL && (namespace < 0 || setns(namespace, CLONE_NEWNET) != 0 || close(namespace) != 0))
        die(path);
}

static void try_structures(void)
{
    static const struct linger linger = {.l_onoff = 1, .l_linger = 7};
    static const struct linger no_linger = {.l_onoff = 0, .l_linger = 7};
    static const struct timeval timeout = {.tv_sec = 3, .tv_usec = 250000};
    static const int megabytes = 16 << 20; /* twice that is more than net.core.rmem_max */
    static const char interface[] = "silent0";
    static const char loopback[] = "lo";
    static const char congestion[] = "reno";
    static const unsigned char padding[8] = {[1] = 0, [2] = 1, [3] = 4}; /* PadN */
    static const unsigned char routing[24] = {[1] = 2, [2] = 2, [3] = 1, [8] = 0x20,
                                              0x01,    0x0d,    0xb8,    [23] = 9}; /* type 2: a home address */
    static const unsigned long long rate = 5000000000ull;
    static const unsigned int port_range = 50000u << 16 | 40000u;
    static const unsigned char key[16] = {1, 2, 3};
    static const struct in6_pktinfo pktinfo = {.ipi6_ifindex = 1};
    static const unsigned int timestamping[2] = {1u << 4 | 1u << 7, 0};
    static const unsigned char ip_options[4] = {1, 1, 1, 0};
    static const struct setting settings[] = {
        {"nothing", 0, 0, NULL, 0, set_nothing},
        {"FD_CLOEXEC", 0, 0, NULL, 0, set_close_on_exec},
        {"O_NONBLOCK and O_APPEND", 0, 0, NULL, 0, set_nonblock_append},
        {"O_ASYNC, owner and signal", 0, 0, NULL, 0, set_async},
        {"a thread as owner", 0, 0, NULL, 0, set_owner_thread},
        {"a group as owner", 0, 0, NULL, 0, set_owner_group},
        {"a locked filter", 0, 0, NULL, 0, set_locked_filter},
        {"GlusterFS's", 0, 0, NULL, 0, set_as_glusterfs},
        {"SO_PRIORITY after IP_TOS", 0, 0, NULL, 0, set_priority_after_tos},
        {"IP_TOS after SO_PRIORITY", 0, 0, NULL, 0, set_tos_after_priority},
        {"SO_RCVBUF after SO_RCVLOWAT", 0, 0, NULL, 0, set_small_buffer_large_mark},
        {"SO_RCVLOWAT after SO_RCVBUF", 0, 0, NULL, 0, set_large_mark_after_buffer},
        {"TCP_WINDOW_CLAMP and SO_RCVBUF", 0, 0, NULL, 0, set_clamp_and_buffer},
        {"SO_BUF_LOCK after SO_RCVBUF", 0, 0, NULL, 0, set_unlocked_buffer},
        {"SO_REUSEADDR and SO_REUSEPORT", 0, 0, NULL, 0, set_both_reuse},
        {"SO_KEEPALIVE after TCP_KEEPIDLE", 0, 0, NULL, 0, set_keepalive_before_idle},
        {"SO_LINGER", SOL_SOCKET, SO_LINGER, VALUE(linger), NULL},
        {"SO_LINGER off", SOL_SOCKET, SO_LINGER, VALUE(no_linger), NULL},
        {"SO_RCVTIMEO", SOL_SOCKET, SO_RCVTIMEO, VALUE(timeout), NULL},
        {"SO_SNDTIMEO", SOL_SOCKET, SO_SNDTIMEO, VALUE(timeout), NULL},
        {"SO_RCVBUFFORCE", SOL_SOCKET, SO_RCVBUFFORCE, VALUE(megabytes), NULL},
        {"SO_SNDBUFFORCE", SOL_SOCKET, SO_SNDBUFFORCE, VALUE(megabytes), NULL},
        {"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, VALUE(megabytes), NULL},
        {"SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, VALUE(interface), NULL},
        {"SO_BINDTODEVICE lo", SOL_SOCKET, SO_BINDTODEVICE, VALUE(loopback), NULL},
        {"SO_MAX_PACING_RATE", SOL_SOCKET, 47, VALUE(rate), NULL},
        {"SO_TIMESTAMPING", SOL_SOCKET, 37, VALUE(timestamping), NULL},
        {"TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, VALUE(congestion), NULL},
        {"TCP_FASTOPEN_KEY", IPPROTO_TCP, 33, VALUE(key), NULL},
        {"IP_OPTIONS", IPPROTO_IP, IP_OPTIONS, VALUE(ip_options), NULL},
        {"IP_LOCAL_PORT_RANGE", IPPROTO_IP, 51, VALUE(port_range), NULL},
        {"IPV6_PKTINFO", IPPROTO_IPV6, IPV6_PKTINFO, VALUE(pktinfo), NULL},
        {"IPV6_HOPOPTS", IPPROTO_IPV6, IPV6_HOPOPTS, VALUE(padding), NULL},
        {"IPV6_DSTOPTS", IPPROTO_IPV6, IPV6_DSTOPTS, VALUE(padding), NULL},
        {"IPV6_RTHDRDSTOPTS", IPPROTO_IPV6, IPV6_RTHDRDSTOPTS, VALUE(padding), NULL},
        {"IPV6_RTHDR", IPPROTO_IPV6, IPV6_RTHDR, VALUE(routing), NULL},
    };

    try_setting(&settings[0]);
    change_surroundings();
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
        try_setting(&settings[i]);
}

int main(int argc, char **argv)
{
    static struct view first;
    int fd;

    if (argc < 4)
        return 2;
    test.protocol = strcmp(argv[1], "mptcp") == 0 ? IPPROTO_MPTCP : IPPROTO_TCP;
    test.silent = parse_endpoint(argv[2]);
    test.source = parse_endpoint(argv[3]);
    if (argc > 4)
        test.refusing = parse_endpoint(argv[4]);
    begin();
    fd = socket(AF_INET6, SOCK_STREAM, test.protocol);
    read_view(fd, &first);
    close(fd);
    try_structures();
    for (int level = 0; level < LEVELS; level++)
        for (int name = 0; name < NAMES; name++)
            try_numbers(levels[level], name, number_in(&first.options[level][name]));
    printf("compared %u settings\n", test.compared);
    return 0;
}
