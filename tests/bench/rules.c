/*
 * What many rules cost, measured with the library's own objects.
 *
 *     rules write SHAPE COUNT      prints a configuration with COUNT rules
 *     rules find SHAPE COUNT       looks peers up among them. Prints "inside" or "outside", and the nanoseconds of a
 *                                  lookup that waits for the one before it, and of one that does not; and the same for
 *                                  a "read" from as much memory as the rules take
 *     rules load FILE COUNT        prints milliseconds to parse it, milliseconds until it is in force in a process
 *                                  without a configuration, and bytes of memory for each of its COUNT rules
 *
 * SHAPE is "disjoint", networks of 64 bits, or "nested", of 32 to 128 bits, many of them inside each other. Peers are
 * random; those inside are in a rule's network. The numbers are the same in every run.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "live/published.h"
#include "live/reload.h"
#include "rules/config.h"
#include "rules/rules.h"

enum {
    PEERS = 1 << 19,
    REPEATS = 7, /* the median counts */
    LINE_MAX_SIZE = 128
};

struct prefix {
    struct in6_addr address;
    unsigned int len;
};

static struct {
    uint32_t count;
    struct prefix *prefixes;
} set;

static _Noreturn void fail(const char *what)
{
    perror(what);
    exit(2);
}

static void *take(size_t size)
{
    void *memory = calloc(1, size);

    if (memory == NULL)
        fail("calloc");
    return memory;
}

/* splitmix64 */
static uint64_t random_number(void)
{
    static uint64_t state = 1;
    uint64_t mixed = state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static uint32_t random_below(uint32_t limit)
{
    return (uint32_t)(random_number() % limit);
}

/* An address with the first len bits of network. */
static struct in6_addr random_inside(const struct in6_addr *network, unsigned int len)
{
    struct in6_addr address = *network;

    for (unsigned int i = len / 8; i < sizeof(address.s6_addr); i++) {
        unsigned int keep = i == len / 8 ? len % 8 : 0;
        unsigned int mask = 0xffu >> keep;

        address.s6_addr[i] = (uint8_t)((address.s6_addr[i] & ~mask) | (random_number() & mask));
    }
    return address;
}

static struct in6_addr parse(const char *text)
{
    struct in6_addr address;

    if (inet_pton(AF_INET6, text, &address) != 1)
        fail(text);
    return address;
}

static struct prefix random_prefix(const struct in6_addr *network, unsigned int network_len, unsigned int len)
{
    struct prefix prefix = {.address = random_inside(network, network_len), .len = len};

    address_mask(&prefix.address, len);
    return prefix;
}

static struct prefix make_disjoint(uint32_t index)
{
    struct in6_addr all = parse("2001:db8::");

    (void)index;
    return random_prefix(&all, 32, 64);
}

/* Every second one is inside an earlier one. */
static struct prefix make_nested(uint32_t index)
{
    struct in6_addr all = parse("2000::");
    const struct prefix *outer = index % 2 == 1 ? &set.prefixes[random_below(index)] : NULL;

    if (outer == NULL || outer->len == 128)
        return random_prefix(&all, 3, 32 + random_below(33));
    return random_prefix(&outer->address, outer->len, outer->len + 1 + random_below(128 - outer->len));
}

static int compare_prefixes(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct prefix));
}

static void drop_doubles(void)
{
    uint32_t kept = 0;

    qsort(set.prefixes, set.count, sizeof(*set.prefixes), compare_prefixes);
    for (uint32_t i = 0; i < set.count; i++)
        if (i == 0 || compare_prefixes(&set.prefixes[i], &set.prefixes[kept - 1]) != 0)
            set.prefixes[kept++] = set.prefixes[i];
    set.count = kept;
}

static void shuffle(void)
{
    for (uint32_t i = set.count; i > 1; i--) {
        uint32_t other = random_below(i);
        struct prefix prefix = set.prefixes[other];

        set.prefixes[other] = set.prefixes[i - 1];
        set.prefixes[i - 1] = prefix;
    }
}

static const struct shape {
    const char *name;
    struct prefix (*make)(uint32_t index);
    const char *all; /* peers outside are in this */
    unsigned int all_len;
} shapes[] = {{"disjoint", make_disjoint, "2001:db8::", 32}, {"nested", make_nested, "2000::", 3}};

static const struct shape *find_shape(const char *name)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    errno = EINVAL;
    fail(name);
}

/* Shuffled, as in a file. Makes a few more than count, because some are duplicates. */
static void make_set(const struct shape *shape, uint32_t count)
{
    set.count = count + count / 4 + 16;
    set.prefixes = take(set.count * sizeof(*set.prefixes));
    for (uint32_t i = 0; i < set.count; i++)
        set.prefixes[i] = shape->make(i);
    drop_doubles();
    shuffle();
    if (set.count < count) {
        errno = ERANGE;
        fail("rules");
    }
    set.count = count;
}

static void write_set(FILE *file)
{
    (void)fprintf(file, "[options]\nlog-file = /dev/null\n[caller rules]\n");
    for (uint32_t i = 0; i < set.count; i++) {
        char text[INET6_ADDRSTRLEN];

        if (inet_ntop(AF_INET6, &set.prefixes[i].address, text, sizeof(text)) == NULL)
            fail("inet_ntop");
        (void)fprintf(file, "%s/%u = 2001:db8:1::11\n", text, set.prefixes[i].len);
    }
}

static double now(void)
{
    struct timespec time = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare_numbers(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;

    return (difference > 0) - (difference < 0);
}

static double median(double *values)
{
    qsort(values, REPEATS, sizeof(*values), compare_numbers);
    return values[REPEATS / 2];
}

static void parse_config(const char *text, size_t len, struct config *config)
{
    struct diagnostic diagnostic;

    if (config_parse(text, len, config, &diagnostic))
        return;
    (void)fprintf(stderr, "%u:%u: %s\n", diagnostic.line, diagnostic.column, diagnostic.message);
    exit(2);
}

/*
 * With waits, the next peer's place depends on the result of the lookup before, so that the processor can't start
 * early. Always inlined, with a constant waits, so that no lookup has to test it.
 */
static inline __attribute__((always_inline)) double find_all(const struct section *section,
                                                             const struct in6_addr *peers, const bool waits)
{
    const struct rule *const impossible = (const struct rule *)peers;
    double start = now();
    size_t hits = 0;

    for (size_t i = 0; i < PEERS; i++) {
        const struct in6_addr *peer = &peers[waits ? i + hits : i];

        hits += rules_find(&section->rules, peer) == impossible;
    }
    if (hits != 0)
        abort();
    return (now() - start) / (double)PEERS;
}

static void print_lookups(const char *where, const struct section *section, const struct in6_addr *peers)
{
    double waiting[REPEATS];
    double streaming[REPEATS];

    for (int i = 0; i < REPEATS; i++) {
        waiting[i] = find_all(section, peers, true);
        streaming[i] = find_all(section, peers, false);
    }
    printf("%s\t%.1f\t%.1f\n", where, median(waiting), median(streaming));
}

/* Like find_all(), but only reads a random rule. */
static inline __attribute__((always_inline)) double read_all(const struct rule *rules, const uint32_t *places,
                                                             const bool waits)
{
    double start = now();
    uint32_t sum = 0;

    for (size_t i = 0; i < PEERS; i++)
        sum += rules[places[waits ? i + sum : i]].line;
    if (sum != 0)
        abort();
    return (now() - start) / (double)PEERS;
}

static void print_reads(void)
{
    struct rule *rules = take(set.count * sizeof(*rules)); /* with line 0 */
    uint32_t *places = take(PEERS * sizeof(*places));
    double waiting[REPEATS];
    double streaming[REPEATS];

    for (uint32_t i = 0; i < set.count; i++)
        rules[i].parent = i; /* writes to every page */
    for (size_t i = 0; i < PEERS; i++)
        places[i] = random_below(set.count);
    for (int i = 0; i < REPEATS; i++) {
        waiting[i] = read_all(rules, places, true);
        streaming[i] = read_all(rules, places, false);
    }
    printf("read\t%.1f\t%.1f\n", median(waiting), median(streaming));
}

static void find(const struct shape *shape)
{
    struct in6_addr all = parse(shape->all);
    struct in6_addr *peers = take(PEERS * sizeof(*peers));
    struct config config;
    char *text;
    size_t size;
    FILE *file = open_memstream(&text, &size);

    if (file == NULL)
        fail("open_memstream");
    write_set(file);
    if (fclose(file) != 0)
        fail("fclose");
    parse_config(text, size, &config);
    for (size_t i = 0; i < PEERS; i++) {
        const struct prefix *prefix = &set.prefixes[random_below(set.count)];

        peers[i] = random_inside(&prefix->address, prefix->len);
    }
    print_lookups("inside", &config.sections[0], peers);
    for (size_t i = 0; i < PEERS; i++)
        peers[i] = random_inside(&all, shape->all_len);
    print_lookups("outside", &config.sections[0], peers);
    print_reads();
}

/* In kibibytes, from smaps_rollup: proc(5). */
static double dirty_memory(void)
{
    char line[LINE_MAX_SIZE];
    double dirty = 0;
    FILE *file = fopen("/proc/self/smaps_rollup", "re");

    if (file == NULL)
        fail("/proc/self/smaps_rollup");
    while (fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "Private_Dirty:", 14) == 0)
            dirty = strtod(line + 14, NULL);
    fclose(file);
    return dirty;
}

static double parse_often(const char *path)
{
    double times[REPEATS];
    struct stat status;
    const char *text;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || fstat(fd, &status) != 0)
        fail(path);
    text = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    if (text == MAP_FAILED)
        fail("mmap");
    for (int i = 0; i < REPEATS; i++) {
        struct config config;
        double start = now();

        parse_config(text, (size_t)status.st_size, &config);
        times[i] = now() - start;
        config_free(&config);
    }
    return median(times);
}

static void load(const char *path, uint32_t count)
{
    const struct ruleset *ruleset;
    double dirty;
    double start;
    double time;

    if (setenv("GLUSTERD_SRCADDR_CONF", path, 1) != 0)
        fail("setenv");
    (void)dirty_memory(); /* stdio's own memory */
    dirty = dirty_memory();
    start = now();
    errno = reload_first(&ruleset);
    time = now() - start;
    if (errno != 0)
        fail("reload_first");
    if (ruleset->rules.count != count) {
        (void)fprintf(stderr, "%u rules: %s\n", ruleset->rules.count, ruleset->diagnostic);
        exit(2);
    }
    dirty = dirty_memory() - dirty;
    printf("%.3f\t%.3f\t%.1f\n", parse_often(path) / 1e6, time / 1e6, dirty * 1024 / count);
}

int main(int argc, char **argv)
{
    uint32_t count = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 10) : 0;

    if (count == 0)
        return 2;
    if (strcmp(argv[1], "load") == 0) {
        load(argv[2], count);
        return 0;
    }
    make_set(find_shape(argv[2]), count);
    if (strcmp(argv[1], "find") == 0)
        find(find_shape(argv[2]));
    else
        write_set(stdout);
    return 0;
}
