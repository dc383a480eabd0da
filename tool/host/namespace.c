#include "host/namespace.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/processes.h"
#include "terminal/command.h"

/* This process's own; opened by the first namespace_enter(). */
static struct {
    int root;
    int directory;
    int network;
    int mounts;
} own = {-1, -1, -1, -1};

static struct {
    bool root;
    bool network;
} entered;

static int open_path(const char *path, int flags)
{
    return open(path, flags | O_CLOEXEC);
}

static void open_own(void)
{
    if (own.root >= 0)
        return;
    own.root = open_path("/", O_PATH);
    own.directory = open_path(".", O_PATH);
    own.network = open_path("/proc/self/ns/net", O_RDONLY);
    own.mounts = open_path("/proc/self/ns/mnt", O_RDONLY);
    if (own.root < 0 || own.directory < 0 || own.network < 0 || own.mounts < 0)
        fatal("cannot open the root directory, the current directory and /proc/self/ns: %m");
}

static bool is_same(int a, int b)
{
    struct stat left;
    struct stat right;

    return fstat(a, &left) == 0 && fstat(b, &right) == 0 && left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

static bool enter_network(int network)
{
    if (is_same(network, own.network))
        return true;
    entered.network = setns(network, CLONE_NEWNET) == 0;
    return entered.network;
}

/* Mount namespaces count too: the same directory can have other mounts below it. */
static bool enter_root(int root, int mounts)
{
    if (is_same(root, own.root) && is_same(mounts, own.mounts))
        return true;
    entered.root = fchdir(root) == 0 && chroot(".") == 0;
    return entered.root;
}

static void close_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

bool namespace_enter(pid_t pid)
{
    int root = open_path(proc_path(pid, "root").data, O_PATH | O_DIRECTORY);
    int network = open_path(proc_path(pid, "ns/net").data, O_RDONLY);
    int mounts = open_path(proc_path(pid, "ns/mnt").data, O_RDONLY);
    bool is_entered;

    open_own();
    is_entered = root >= 0 && network >= 0 && mounts >= 0 && enter_network(network) && enter_root(root, mounts);
    close_open(root);
    close_open(network);
    close_open(mounts);
    if (!is_entered)
        namespace_leave();
    return is_entered;
}

void namespace_leave(void)
{
    bool is_restored = true;

    if (entered.root)
        is_restored = fchdir(own.root) == 0 && chroot(".") == 0;
    if (fchdir(own.directory) != 0)
        is_restored = false;
    if (entered.network && setns(own.network, CLONE_NEWNET) != 0)
        is_restored = false;
    entered.root = entered.network = false;
    if (!is_restored)
        fatal("cannot return from the container: %m");
}
