/*
 * Threads keep connecting while the configuration changes, at most ten times a second.
 *
 *     soak CONNECTS CONFIGURATION OTHER SOURCE OTHERSOURCE SILENT REFUSING NORULE NOSOURCE
 *
 * CONFIGURATION and OTHER are files, last written long ago, that are exchanged again and again. They give SOURCE and
 * OTHERSOURCE for the peers SILENT and REFUSING, and have no rule for NORULE, for which the kernel chooses NOSOURCE.
 * Each stays until connections have come from its source. SILENT and NORULE never answer, REFUSING refuses at once, so
 * no connection ends in TIME_WAIT. At the end of each tenth, while no thread connects, prints what resources the
 * process holds; at the end, where connections came from and what went wrong.
 */
#include <poll.h>
#include <pthread.h>

#include <linux/fs.h>

#include "testing.h"

enum { THREADS = 8, TENTHS = 10, INTERVAL_MS = 100, CONNECTS_PER_SECOND = 1000 /* at least */ };

enum peer { PEER_SILENT, PEER_REFUSING, PEER_NO_RULE, PEERS };

static struct {
    unsigned int connects; /* in all, or a few more */
    const char *configuration;
    const char *other;
    struct endpoint source;
    struct endpoint other_source;
    struct endpoint peers[PEERS];
    struct endpoint no_source;
    pthread_barrier_t turn; /* a tenth begins or ends */
    int over;               /* tenths that are over */
    unsigned int dialled;
    unsigned int changes;
    unsigned int from_source;
    unsigned int from_other_source;
    unsigned int without_rule;
    unsigned int from_elsewhere;
    unsigned int port_lost;
    unsigned int failed;
} test;

static void count_source(enum peer peer, const struct endpoint *local)
{
    if (peer == PEER_NO_RULE)
        add(same_address(local, &test.no_source) ? &test.without_rule : &test.from_elsewhere);
    else if (same_address(local, &test.source))
        add(&test.from_source);
    else
        add(same_address(local, &test.other_source) ? &test.from_other_source : &test.from_elsewhere);
}

static void dial(enum peer peer, bool bound)
{
    static const struct endpoint any = {.address.in6.sin6_family = AF_INET6, .len = sizeof(any.address.in6)};
    const struct endpoint *to = &test.peers[peer];
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | (peer == PEER_REFUSING ? 0 : SOCK_NONBLOCK), 0);
    struct endpoint before;
    struct endpoint after;

    if (fd < 0 || (bound && bind(fd, &any.address.any, any.len) != 0))
        die("socket");
    before = local_of(fd);
    if (connect(fd, &to->address.any, to->len) == 0 || errno != (peer == PEER_REFUSING ? ECONNREFUSED : EINPROGRESS))
        add(&test.failed);
    after = local_of(fd);
    count_source(peer, &after);
    if (bound && port_of(&before) != port_of(&after))
        add(&test.port_lost);
    close(fd);
}

static void await_turn(void)
{
    int result = pthread_barrier_wait(&test.turn);

    (void)result;
}

static void *dial_often(void *argument)
{
    for (int tenth = 1; tenth <= TENTHS; tenth++) {
        await_turn();
        for (unsigned int i = 0; __atomic_load_n(&test.over, __ATOMIC_RELAXED) < tenth; i++) {
            dial(i % PEERS, i / PEERS % 2 == 0);
            add(&test.dialled);
        }
        await_turn();
    }
    return argument;
}

/*
 * Puts the other configuration in force, and returns once enough connections show it. Each thread may still have one
 * connect under way from when that configuration was last in force.
 */
static void change(void)
{
    const unsigned int *from = test.changes++ % 2 == 0 ? &test.from_other_source : &test.from_source;
    unsigned int before = __atomic_load_n(from, __ATOMIC_RELAXED);

    if (syscall(SYS_renameat2, AT_FDCWD, test.configuration, AT_FDCWD, test.other, RENAME_EXCHANGE) != 0)
        die("renameat2");
    do
        (void)poll(NULL, 0, INTERVAL_MS);
    while (__atomic_load_n(from, __ATOMIC_RELAXED) <= before + THREADS);
}

static void run_tenth(int tenth)
{
    unsigned int enough = test.connects / TENTHS * (unsigned int)tenth;

    await_turn();
    do
        change();
    while (__atomic_load_n(&test.dialled, __ATOMIC_RELAXED) < enough);
    __atomic_store_n(&test.over, tenth, __ATOMIC_RELAXED);
    await_turn();
}

/* Returns the number of lines. *number is what follows name in the last line that starts with it. */
static unsigned int read_lines(const char *file, const char *name, unsigned long *number)
{
    char line[512];
    unsigned int count = 0;
    FILE *stream = fopen(file, "re");

    if (stream == NULL)
        die(file);
    for (; fgets(line, sizeof(line), stream) != NULL; count++)
        if (strncmp(line, name, strlen(name)) == 0)
            *number = strtoul(line + strlen(name), NULL, 10);
    (void)fclose(stream);
    return count;
}

static void print_possessions(int tenth)
{
    unsigned long pages = 0;
    unsigned long written = 0; /* not all resident pages: the kernel maps more of a file than was asked for */
    unsigned int mappings = read_lines("/proc/self/maps", "-", &pages);

    (void)read_lines("/proc/self/statm", "", &pages);
    (void)read_lines("/proc/self/smaps_rollup", "Anonymous:", &written);
    printf("tenth %d: descriptors %d mappings %u pages %lu written %lu KiB\n", tenth, count_descriptors(), mappings,
           pages, written);
}

static void set_up(char *const *arguments)
{
    test.connects = (unsigned int)strtoul(arguments[0], NULL, 10);
    test.configuration = arguments[1];
    test.other = arguments[2];
    test.source = parse_endpoint(arguments[3]);
    test.other_source = parse_endpoint(arguments[4]);
    for (int peer = 0; peer < PEERS; peer++)
        test.peers[peer] = parse_endpoint(arguments[5 + peer]);
    test.no_source = parse_endpoint(arguments[8]);
    begin();
    alarm(LIFETIME + test.connects / CONNECTS_PER_SECOND);
    if (pthread_barrier_init(&test.turn, NULL, THREADS + 1) != 0)
        die("pthread_barrier_init");
}

int main(int argc, char **argv)
{
    pthread_t threads[THREADS];

    if (argc < 10)
        return 2;
    set_up(argv + 1);
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, dial_often, NULL) != 0)
            die("pthread_create");
    for (int tenth = 1; tenth <= TENTHS; tenth++) {
        run_tenth(tenth);
        print_possessions(tenth);
    }
    for (int i = 0; i < THREADS; i++)
        if (pthread_join(threads[i], NULL) != 0)
            die("pthread_join");
    printf("from the source %u, from the other %u, without a rule %u, changes %u\n", test.from_source,
           test.from_other_source, test.without_rule, test.changes);
    printf("from elsewhere %u, ports lost %u, failed %u\n", test.from_elsewhere, test.port_lost, test.failed);
    return 0;
}
