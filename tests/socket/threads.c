/*
 * Many threads connect at once, and race for the process's first connect. Each connects several times, from unbound and
 * bound sockets in turn.
 *
 *     threads PEER SOURCE
 *
 * PEER never answers; a rule gives SOURCE for it. Prints how many connects came from SOURCE, and what went wrong.
 */
#include <pthread.h>

#include "testing.h"

enum { THREADS = 16, CONNECTS = 50 };

static struct {
    struct endpoint peer;
    struct endpoint source;
    pthread_barrier_t start;
    unsigned int from_source;
    unsigned int from_elsewhere;
    unsigned int port_lost;
    unsigned int failed;
} test;

static void dial(bool bound)
{
    struct endpoint before = parse_endpoint("[::]:0");
    struct endpoint after;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);

    if (fd < 0 || (bound && bind(fd, &before.address.any, before.len) != 0))
        die("socket");
    before = local_of(fd);
    if (connect(fd, &test.peer.address.any, test.peer.len) == 0 || errno != EINPROGRESS)
        add(&test.failed);
    after = local_of(fd);
    if (same_address(&after, &test.source))
        add(&test.from_source);
    else
        add(&test.from_elsewhere);
    if (bound && port_of(&before) != port_of(&after))
        add(&test.port_lost);
    close(fd);
}

static void *dial_often(void *argument)
{
    int result = pthread_barrier_wait(&test.start);

    (void)result;
    for (int i = 0; i < CONNECTS; i++)
        dial(i % 2 == 0);
    return argument;
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];
    int descriptors;

    if (argc < 3)
        return 2;
    test.peer = parse_endpoint(argv[1]);
    test.source = parse_endpoint(argv[2]);
    begin();
    descriptors = count_descriptors();
    if (pthread_barrier_init(&test.start, NULL, THREADS) != 0)
        die("pthread_barrier_init");
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, dial_often, NULL) != 0)
            die("pthread_create");
    for (int i = 0; i < THREADS; i++)
        if (pthread_join(threads[i], NULL) != 0)
            die("pthread_join");
    printf("from the source %u, from elsewhere %u, ports lost %u, failed %u, descriptors leaked %d\n", test.from_source,
           test.from_elsewhere, test.port_lost, test.failed, count_descriptors() - descriptors);
    return 0;
}
