/*
 * Connects when it is told to: the client whose time is measured.
 *
 *     caller KIND BATCH THREADS PEER [SOURCE]
 *
 * KIND is what it does before it connects to PEER, non-blocking as in GlusterFS:
 *
 *     plain      nothing
 *     udp        nothing, but the socket is a datagram socket
 *     udp-alone  the same, in a process that has connected nothing else
 *     bound      binds to [::] and a port of its own
 *     self       gives the socket its SOURCE itself
 *     self-bound binds to SOURCE and a port of its own
 *     asked      like self, but first queries the socket and keeps its options, as code must that did not make it
 *     moved      like bound, but then replaces the socket with one bound to SOURCE and the port, and no more
 *     carried    like moved, but first queries every option that could have been set
 *
 * For a byte on standard input it makes BATCH connects, from THREADS threads, and writes to descriptor 3 how many
 * nanoseconds they took. For the next byte it closes them all and writes 0. It exits at the end of standard input, or
 * with 3 if a connect failed. First of all it connects a TCP socket in vain, to get the work of a first connect done.
 */
#include <pthread.h>
#include <time.h>

#include "../socket/testing.h"

enum {
    BATCH_MAX = 1000,
    THREADS_MAX = 64,
    REPORT = 3,         /* descriptor */
    FIRST_PORT = 20000, /* below the kernel's range */
    FAILED = 3,         /* exit status */
    NANOSECONDS = 1000000000
};

struct kind {
    const char *name;
    void (*prepare)(int fd, int index);
    int type;
    bool alone;
};

static struct {
    const struct kind *kind;
    int batch;
    int threads;
    struct endpoint peer;
    struct endpoint source;
    int sockets[BATCH_MAX];
    pthread_barrier_t start;
} caller;

static void must(int result)
{
    if (result != 0)
        exit(FAILED);
}

static void leave(int fd, int index)
{
    (void)fd;
    (void)index;
}

static void bind_to(int fd, const struct in6_addr *address, int port)
{
    struct sockaddr_in6 local = {.sin6_family = AF_INET6, .sin6_addr = *address, .sin6_port = htons((in_port_t)port)};

    must(bind(fd, (const struct sockaddr *)&local, sizeof(local)));
}

static void bind_port(int fd, int index)
{
    bind_to(fd, &in6addr_any, FIRST_PORT + index);
}

static void bind_source(int fd, int index)
{
    static const int on = 1;

    (void)index;
    must(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)));
    bind_to(fd, &caller.source.address.in6.sin6_addr, 0);
}

static void ask(int fd, int level, int name, int *value)
{
    socklen_t len = sizeof(*value);

    must(getsockopt(fd, level, name, value, &len));
}

static void ask_and_bind_source(int fd, int index)
{
    struct sockaddr_in6 local;
    socklen_t len = sizeof(local);
    int protocol;
    int v6only;
    int no_port;

    ask(fd, SOL_SOCKET, SO_PROTOCOL, &protocol);
    must(getsockname(fd, (struct sockaddr *)&local, &len));
    ask(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only);
    ask(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &no_port);
    bind_source(fd, index);
    must(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &no_port, sizeof(no_port)));
    must(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only)));
}

static void bind_source_and_port(int fd, int index)
{
    bind_to(fd, &caller.source.address.in6.sin6_addr, FIRST_PORT + index);
}

static void set_reuse(int fd, int value)
{
    must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value)));
}

/* The options that this kernel has and that can be set, at least to their current value. */
static struct {
    int level;
    int name;
} options[512];
static size_t option_count;

static bool is_settable(int fd, int level, int name)
{
    char value[64];
    socklen_t len = sizeof(value);

    return getsockopt(fd, level, name, value, &len) == 0 && setsockopt(fd, level, name, value, len) == 0;
}

static void find_options(void)
{
    static const int levels[] = {SOL_SOCKET, IPPROTO_IP, IPPROTO_TCP, IPPROTO_IPV6};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
        for (int name = 1; name <= 128; name++)
            if (is_settable(fd, levels[i], name)) {
                options[option_count].level = levels[i];
                options[option_count++].name = name;
            }
    close(fd);
}

static void bind_and_move(int fd, int index)
{
    int fresh = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fresh < 0)
        exit(FAILED);
    bind_port(fd, index);
    set_reuse(fd, 1);
    set_reuse(fresh, 1);
    bind_source_and_port(fresh, index);
    set_reuse(fresh, 0);
    must(dup3(fresh, fd, O_CLOEXEC) != fd);
    must(close(fresh));
}

static void carry_and_move(int fd, int index)
{
    for (size_t i = 0; i < option_count; i++) {
        char value[64];
        socklen_t len = sizeof(value);

        (void)getsockopt(fd, options[i].level, options[i].name, value, &len);
    }
    bind_and_move(fd, index);
}

static void call(int index)
{
    int fd = socket(caller.peer.address.any.sa_family, caller.kind->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        exit(FAILED);
    caller.sockets[index] = fd;
    caller.kind->prepare(fd, index);
    if (connect(fd, &caller.peer.address.any, caller.peer.len) != 0 && errno != EINPROGRESS)
        exit(FAILED);
}

/* A thread's share of the calls: its first socket, then every threads-th after that. */
static void *call_share(void *first)
{
    int result = pthread_barrier_wait(&caller.start);

    (void)result;
    for (int i = (int)((int *)first - caller.sockets); i < caller.batch; i += caller.threads)
        call(i);
    return NULL;
}

static int64_t now(void)
{
    struct timespec time = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static int64_t call_alone(void)
{
    int64_t start = now();

    for (int i = 0; i < caller.batch; i++)
        call(i);
    return now() - start;
}

static int64_t call_together(void)
{
    pthread_t threads[THREADS_MAX] = {0};
    int64_t start;
    int result;

    for (int i = 0; i < caller.threads; i++)
        must(pthread_create(&threads[i], NULL, call_share, &caller.sockets[i]));
    start = now();
    result = pthread_barrier_wait(&caller.start);
    (void)result;
    for (int i = 0; i < caller.threads; i++)
        must(pthread_join(threads[i], NULL));
    return now() - start;
}

static void report(int64_t number)
{
    if (write(REPORT, &number, sizeof(number)) != sizeof(number))
        die("write");
}

static void close_all(void)
{
    for (int i = 0; i < caller.batch; i++)
        close(caller.sockets[i]);
}

static const struct kind *find_kind(const char *name)
{
    static const struct kind kinds[] = {{"plain", leave, SOCK_STREAM, false},
                                        {"udp", leave, SOCK_DGRAM, false},
                                        {"udp-alone", leave, SOCK_DGRAM, true},
                                        {"bound", bind_port, SOCK_STREAM, false},
                                        {"self", bind_source, SOCK_STREAM, false},
                                        {"self-bound", bind_source_and_port, SOCK_STREAM, false},
                                        {"asked", ask_and_bind_source, SOCK_STREAM, false},
                                        {"moved", bind_and_move, SOCK_STREAM, false},
                                        {"carried", carry_and_move, SOCK_STREAM, false}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    errno = EINVAL;
    die(name);
}

/* To a port where nobody listens. Some libraries allow no IPv6 sockets. */
static void connect_in_vain(void)
{
    struct endpoint nobody = parse_endpoint("[::1]:1");
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return;
    (void)connect(fd, &nobody.address.any, nobody.len);
    close(fd);
}

static int number(const char *text, int max)
{
    long value = strtol(text, NULL, 10);

    if (value < 1 || value > max) {
        errno = ERANGE;
        die(text);
    }
    return (int)value;
}

static bool is_told(void)
{
    char byte;

    return read(STDIN_FILENO, &byte, 1) == 1;
}

int main(int argc, char **argv)
{
    if (argc < 5)
        return 2;
    caller.kind = find_kind(argv[1]);
    if (caller.kind->prepare == carry_and_move)
        find_options();
    caller.batch = number(argv[2], BATCH_MAX);
    caller.threads = number(argv[3], THREADS_MAX);
    caller.peer = parse_endpoint(argv[4]);
    if (argc > 5)
        caller.source = parse_endpoint(argv[5]);
    must(pthread_barrier_init(&caller.start, NULL, (unsigned int)caller.threads + 1));
    if (!caller.kind->alone)
        connect_in_vain();
    while (is_told()) {
        report(caller.threads == 1 ? call_alone() : call_together());
        if (!is_told())
            break;
        close_all();
        report(0);
    }
    return 0;
}
