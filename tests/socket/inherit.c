/*
 * One thread keeps connecting while another runs programs, which check whether they have inherited a descriptor.
 *
 *     inherit PEER
 *
 * PEER never answers. Rules make the library move the socket. The program closes all its own descriptors on exec.
 */
#include <pthread.h>
#include <spawn.h>
#include <sys/wait.h>

#include "testing.h"

enum { PROGRAMS = 300 };

static struct {
    struct endpoint peer;
    unsigned int connects;
    unsigned int failed;
    int stop;
} test;

static void dial(void)
{
    struct endpoint any = parse_endpoint("[::]:0");
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || bind(fd, &any.address.any, any.len) != 0)
        die("socket");
    if (connect(fd, &test.peer.address.any, test.peer.len) == 0 || errno != EINPROGRESS)
        test.failed++;
    test.connects++;
    close(fd);
}

static void *dial_until_stopped(void *argument)
{
    while (__atomic_load_n(&test.stop, __ATOMIC_RELAXED) == 0)
        dial();
    return argument;
}

/* Returns how many descriptors the child has beyond the standard streams. */
static int run_child(char *program)
{
    char look[] = "look";
    char *const arguments[] = {program, look, NULL};
    int status;
    pid_t child;

    if (posix_spawn(&child, "/proc/self/exe", NULL, NULL, arguments, environ) != 0 ||
        waitpid(child, &status, 0) != child || !WIFEXITED(status))
        die("posix_spawn");
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    pthread_t thread;
    int inherited = 0;

    if (argc < 2)
        return 2;
    if (strcmp(argv[1], "look") == 0)
        return count_descriptors() - 3;
    unsetenv("LD_PRELOAD");
    test.peer = parse_endpoint(argv[1]);
    begin();
    dial(); /* the first one waits if the configuration is young */
    if (pthread_create(&thread, NULL, dial_until_stopped, NULL) != 0)
        die("pthread_create");
    for (int i = 0; i < PROGRAMS; i++)
        inherited += run_child(argv[0]) != 0 ? 1 : 0;
    __atomic_store_n(&test.stop, 1, __ATOMIC_RELAXED);
    if (pthread_join(thread, NULL) != 0)
        die("pthread_join");
    printf("programs that inherited a descriptor: %d, connects that failed: %u, few connects: %s\n", inherited,
           test.failed, test.connects < PROGRAMS ? "yes" : "no");
    return 0;
}
