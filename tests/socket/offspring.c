/*
 * What a process hands on while its other threads connect, and what becomes of it.
 *
 *     offspring fork PEER SOURCE: one thread forks, and each child connects
 *     offspring vfork PEER SOURCE: one thread runs this program with vfork(2) and execve(2), and it connects
 *     offspring chain PEER SOURCE: no threads; the program connects and executes itself, again and again
 *
 * PEER never answers; a rule gives SOURCE for it. Unbound and bound sockets take turns. Prints how many processes
 * connected from SOURCE, inherited no descriptor, and have an environment as large as the first one's.
 */
#include <pthread.h>
#include <sys/wait.h>

#include "testing.h"

enum { THREADS = 4, CHILDREN = 200, CHAIN = 2000 };

static struct {
    struct endpoint peer;
    struct endpoint source;
    unsigned int connects; /* by the threads */
    unsigned int wrong;    /* of these connects */
    int stop;
} test;

/* Returns whether it connected from the source. */
static bool dial(bool bound)
{
    struct endpoint before = parse_endpoint("[::]:0");
    struct endpoint after;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool begun;

    if (fd < 0 || (bound && bind(fd, &before.address.any, before.len) != 0))
        die("socket");
    before = local_of(fd);
    begun = connect(fd, &test.peer.address.any, test.peer.len) != 0 && errno == EINPROGRESS;
    after = local_of(fd);
    close(fd);
    return begun && same_address(&after, &test.source) && (!bound || port_of(&before) == port_of(&after));
}

static void *dial_until_stopped(void *argument)
{
    for (unsigned int i = 0; __atomic_load_n(&test.stop, __ATOMIC_RELAXED) == 0; i++) {
        if (!dial(i % 2 == 0))
            add(&test.wrong);
        add(&test.connects);
    }
    return argument;
}

static size_t environment_size(void)
{
    size_t size = 0;

    for (char **variable = environ; *variable != NULL; variable++)
        size += strlen(*variable) + 1;
    return size;
}

/* Arguments for be_one(): the expected size of the environment, and how many programs are to follow. */
static char *const *arguments_of_one(char *const *argv, size_t size, int left)
{
    static char size_text[32];
    static char left_text[32];
    static char one[] = "one";
    static char *arguments[] = {NULL, one, NULL, NULL, size_text, left_text, NULL};

    (void)snprintf(size_text, sizeof(size_text), "%zu", size);
    (void)snprintf(left_text, sizeof(left_text), "%d", left);
    arguments[0] = argv[0];
    arguments[2] = argv[2];
    arguments[3] = argv[3];
    return arguments;
}

static _Noreturn void become(char *const *arguments)
{
    execv("/proc/self/exe", arguments);
    _exit(2);
}

/* Runs in the child: status 0 if it and the programs after it found nothing wrong. */
static int be_one(char *const *argv)
{
    size_t size = strtoul(argv[4], NULL, 10);
    int left = (int)strtol(argv[5], NULL, 10);
    bool good = count_descriptors() == 3 && environment_size() == size && dial(left % 2 == 0);

    if (!good)
        return 1;
    if (left > 0)
        become(arguments_of_one(argv, size, left - 1));
    return 0;
}

static bool succeeds(pid_t child)
{
    int status;

    if (child < 0 || waitpid(child, &status, 0) != child)
        die("fork");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool fork_one(int nth)
{
    pid_t child = fork();

    if (child == 0)
        _exit(dial(nth % 2 == 0) && dial(nth % 2 != 0) ? 0 : 1);
    return succeeds(child);
}

static bool vfork_one(char *const *argv, int nth)
{
    char *const *arguments = arguments_of_one(argv, environment_size(), nth % 2);
    pid_t child = vfork(); /* NOLINT(clang-analyzer-security.insecureAPI.vfork): it is what is tested */

    if (child == 0) {
        execv("/proc/self/exe", arguments);
        _exit(2);
    }
    return succeeds(child);
}

static int count_good(char *const *argv, bool with_vfork)
{
    pthread_t threads[THREADS];
    int good = 0;

    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&threads[i], NULL, dial_until_stopped, NULL) != 0)
            die("pthread_create");
    for (int i = 0; i < CHILDREN; i++)
        good += (with_vfork ? vfork_one(argv, i) : fork_one(i)) ? 1 : 0;
    __atomic_store_n(&test.stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++)
        if (pthread_join(threads[i], NULL) != 0)
            die("pthread_join");
    return good;
}

static int count_chain(char *const *argv)
{
    pid_t child = fork();

    if (child == 0)
        become(arguments_of_one(argv, environment_size(), CHAIN - 1));
    return succeeds(child) ? CHAIN : 0;
}

int main(int argc, char **argv)
{
    if (argc < 4)
        return 2;
    test.peer = parse_endpoint(argv[2]);
    test.source = parse_endpoint(argv[3]);
    if (strcmp(argv[1], "one") == 0)
        return be_one(argv);
    begin();
    alarm(3 * LIFETIME); /* an emulated machine takes minutes */
    if (strcmp(argv[1], "chain") == 0) {
        printf("good %d\n", count_chain(argv));
        return 0;
    }
    printf("good %d, ", count_good(argv, strcmp(argv[1], "vfork") == 0));
    printf("wrong meanwhile %u, few meanwhile: %s\n", test.wrong, test.connects < CHILDREN ? "yes" : "no");
    return 0;
}
