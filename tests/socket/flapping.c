/*
 * Threads connect, from unbound and bound sockets in turn, while their source addresses are removed and added again,
 * ten times a second, for two seconds and until there were SEEN connections and REFUSED refusals.
 *
 *     flapping PEER SOURCE [SOURCE]
 *
 * PEER is this process's own listener, which checks where connections come from. A rule gives one of the sources for
 * it. Prints what went wrong.
 */
#include <poll.h>
#include <pthread.h>

#include "testing.h"

enum { THREADS = 8, SOURCES = 2, ROUNDS = 20, ROUND_MS = 100 };
enum { CONNECTS = 500 /* at least, by each thread */, SEEN = 1000, REFUSED = 100 /* at least, in all */ };

static struct {
    struct endpoint peer;
    struct endpoint sources[SOURCES];
    int source_count;
    int listener;
    int flapping; /* 0 when it is over */
    int stop;
    unsigned int seen;
    unsigned int seen_elsewhere;
    unsigned int refused;
    unsigned int elsewhere;
    unsigned int port_lost;
    unsigned int failed;
} test = {.flapping = 1};

static bool is_source(const struct endpoint *endpoint)
{
    return same_address(endpoint, &test.sources[0]) ||
           (test.source_count > 1 && same_address(endpoint, &test.sources[1]));
}

static void dial(bool bound)
{
    struct endpoint before = parse_endpoint("[::]:0");
    struct endpoint after;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    bool begun;

    if (fd < 0 || (bound && bind(fd, &before.address.any, before.len) != 0))
        die("socket");
    before = local_of(fd);
    begun = connect(fd, &test.peer.address.any, test.peer.len) == 0 || errno == EINPROGRESS;
    after = local_of(fd);
    if (!begun && errno == EADDRNOTAVAIL)
        add(&test.refused);
    else if (!begun)
        add(&test.failed);
    else if (!is_source(&after))
        add(&test.elsewhere);
    if (bound && port_of(&before) != port_of(&after))
        add(&test.port_lost);
    close(fd);
}

static void *dial_often(void *argument)
{
    for (int i = 0; i < CONNECTS || __atomic_load_n(&test.flapping, __ATOMIC_RELAXED) != 0; i++)
        dial(i % 2 == 0);
    return argument;
}

/* Goes on until the other threads have stopped and the queue is empty. */
static void *accept_all(void *argument)
{
    static const struct linger at_once = {.l_onoff = 1};
    struct pollfd ready = {.fd = test.listener, .events = POLLIN};

    while (poll(&ready, 1, 1) == 1 || __atomic_load_n(&test.stop, __ATOMIC_RELAXED) == 0) {
        struct endpoint from = {.len = sizeof(from.address)};
        int fd = accept4(test.listener, &from.address.any, &from.len, SOCK_NONBLOCK);

        if (fd < 0)
            continue;
        add(&test.seen);
        if (!is_source(&from))
            add(&test.seen_elsewhere);
        if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) != 0) /* no TIME_WAIT */
            die("setsockopt");
        close(fd);
    }
    return argument;
}

static void change(FILE *ip, const char *how, const struct endpoint *source)
{
    (void)fprintf(ip, "address %s %s/128 dev lo nodad\n", how, address_text(source));
    (void)fflush(ip);
    (void)poll(NULL, 0, ROUND_MS / 2 / test.source_count);
}

static bool enough(void)
{
    return __atomic_load_n(&test.seen, __ATOMIC_RELAXED) >= SEEN &&
           __atomic_load_n(&test.refused, __ATOMIC_RELAXED) >= REFUSED;
}

static void flap(void)
{
    FILE *ip = popen("ip -batch -", "we"); /* NOLINT(cert-env33-c): a test's own command */

    if (ip == NULL)
        die("ip");
    for (int round = 0; round < ROUNDS || !enough(); round++) {
        for (int i = 0; i < test.source_count; i++)
            change(ip, "delete", &test.sources[i]);
        for (int i = 0; i < test.source_count; i++)
            change(ip, "add", &test.sources[i]);
    }
    if (pclose(ip) != 0)
        die("ip");
    __atomic_store_n(&test.flapping, 0, __ATOMIC_RELAXED);
}

static void start(pthread_t *thread, void *(*run)(void *))
{
    if (pthread_create(thread, NULL, run, NULL) != 0)
        die("pthread_create");
}

static void await(pthread_t thread)
{
    if (pthread_join(thread, NULL) != 0)
        die("pthread_join");
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    pthread_t acceptor;

    if (argc < 3 || argc > 2 + SOURCES)
        return 2;
    begin();
    unsetenv("LD_PRELOAD"); /* ip may have another C library */
    test.peer = parse_endpoint(argv[1]);
    test.source_count = argc - 2;
    for (int i = 0; i < test.source_count; i++)
        test.sources[i] = parse_endpoint(argv[2 + i]);
    test.listener = listen_directly(&test.peer);
    if (fcntl(test.listener, F_SETFL, O_NONBLOCK) != 0)
        die("fcntl");
    start(&acceptor, accept_all);
    for (int i = 0; i < THREADS; i++)
        start(&threads[i], dial_often);
    flap();
    for (int i = 0; i < THREADS; i++)
        await(threads[i]);
    __atomic_store_n(&test.stop, 1, __ATOMIC_RELAXED);
    await(acceptor);
    printf("seen from elsewhere %u, connected from elsewhere %u, ports lost %u, failed otherwise %u\n",
           test.seen_elsewhere, test.elsewhere, test.port_lost, test.failed);
    return 0;
}
