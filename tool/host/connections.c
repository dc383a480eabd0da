#include "host/connections.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/processes.h"
#include "terminal/command.h"

/* The sockets of one network namespace. */
struct sockets {
    struct sockets *next;
    ino_t namespace;
    struct connection *all; /* also those that listen: TCP_LISTEN */
    size_t count;
    bool listens[UINT16_MAX + 1]; /* by port; on any address */
};

/* The kernel prints an address as four 32-bit words, each in host byte order. */
static void parse_address(const char *hex, struct in6_addr *address)
{
    for (int i = 0; i < 4; i++) {
        char word[9] = {'\0'};

        memcpy(word, hex + (size_t)i * 8, 8);
        address->s6_addr32[i] = (uint32_t)strtoul(word, NULL, 16);
    }
}

static bool parse_line(const char *text, struct connection *connection)
{
    char source[33];
    char peer[33];

    if (sscanf(text, " %*u: %32[0-9A-F]:%hx %32[0-9A-F]:%hx %x %*s %*s %*s %*u %*u %" SCNu64, source,
               &connection->source_port, peer, &connection->port, &connection->state, &connection->inode) != 6)
        return false;
    parse_address(source, &connection->source);
    parse_address(peer, &connection->peer);
    return connection->state == TCP_ESTABLISHED || connection->state == TCP_SYN_SENT || connection->state == TCP_LISTEN;
}

static void read_lines(FILE *list, struct sockets *sockets)
{
    size_t capacity = 0;
    char text[512];
    struct connection connection;

    while (fgets(text, sizeof(text), list) != NULL) {
        if (!parse_line(text, &connection))
            continue;
        if (connection.state == TCP_LISTEN)
            sockets->listens[connection.source_port] = true;
        if (sockets->count == capacity) {
            capacity = capacity * 2 + 64;
            sockets->all = check_alloc(reallocarray(sockets->all, capacity, sizeof(*sockets->all)));
        }
        sockets->all[sockets->count++] = connection;
    }
}

static struct sockets *cache;

/* The inode number of the process's network namespace; 0 if this user may not read it. */
static ino_t namespace_of(pid_t pid)
{
    struct stat status;

    return stat(proc_path(pid, "ns/net").data, &status) == 0 ? status.st_ino : 0;
}

/* Each network namespace is read once for all of its processes. NULL with errno set. */
static const struct sockets *sockets_of(pid_t pid)
{
    ino_t namespace = namespace_of(pid);
    struct sockets *sockets;
    FILE *list;

    for (sockets = cache; sockets != NULL; sockets = sockets->next)
        if (namespace != 0 && sockets->namespace == namespace)
            return sockets;
    list = fopen(proc_path(pid, "net/tcp6").data, "re");
    if (list == NULL)
        return NULL;
    sockets = check_alloc(calloc(1, sizeof(*sockets)));
    sockets->namespace = namespace;
    sockets->next = cache;
    cache = sockets;
    read_lines(list, sockets);
    (void)fclose(list);
    return sockets;
}

void connections_forget(void)
{
    while (cache != NULL) {
        struct sockets *next = cache->next;

        free(cache->all);
        free(cache);
        cache = next;
    }
}

static int compare_inodes(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;

    return (left > right) - (left < right);
}

uint64_t *connections_inodes(pid_t pid, size_t *count)
{
    DIR *descriptors = opendir(proc_path(pid, "fd").data);
    uint64_t *inodes;

    *count = 0;
    if (descriptors == NULL)
        return NULL;
    inodes = check_alloc(calloc(1, sizeof(*inodes)));
    for (struct dirent *entry = readdir(descriptors); entry != NULL; entry = readdir(descriptors)) {
        char target[64] = "";

        if (readlinkat(dirfd(descriptors), entry->d_name, target, sizeof(target) - 1) < 0)
            continue;
        inodes = check_alloc(reallocarray(inodes, *count + 1, sizeof(*inodes)));
        if (sscanf(target, "socket:[%" SCNu64 "]", &inodes[*count]) == 1)
            (*count)++;
    }
    closedir(descriptors);
    qsort(inodes, *count, sizeof(*inodes), compare_inodes);
    return inodes;
}

/* Whether a socket listens on the connection's own address and port: then it was accepted. */
static bool is_accepted(const struct sockets *sockets, const struct connection *connection)
{
    if (!sockets->listens[connection->source_port])
        return false;
    for (size_t i = 0; i < sockets->count; i++) {
        const struct connection *listener = &sockets->all[i];

        if (listener->state == TCP_LISTEN && listener->source_port == connection->source_port &&
            (IN6_IS_ADDR_UNSPECIFIED(&listener->source) || IN6_ARE_ADDR_EQUAL(&listener->source, &connection->source)))
            return true;
    }
    return false;
}

struct connection *connections_dialled(pid_t pid, size_t *count)
{
    const struct sockets *sockets = sockets_of(pid);
    size_t inode_count = 0;
    uint64_t *inodes = sockets != NULL ? connections_inodes(pid, &inode_count) : NULL;
    struct connection *dialled;

    *count = 0;
    if (inodes == NULL)
        return NULL;
    dialled = check_alloc(calloc(sockets->count + 1, sizeof(*dialled)));
    for (size_t i = 0; i < sockets->count; i++) {
        const struct connection *connection = &sockets->all[i];

        if (connection->state != TCP_LISTEN &&
            bsearch(&connection->inode, inodes, inode_count, sizeof(*inodes), compare_inodes) != NULL &&
            !is_accepted(sockets, connection))
            dialled[(*count)++] = *connection;
    }
    free(inodes);
    return dialled;
}

struct connection *connections_accepted(in_port_t port, size_t *count)
{
    const struct sockets *sockets = sockets_of(getpid());
    struct connection *accepted;

    *count = 0;
    if (sockets == NULL)
        return NULL;
    accepted = check_alloc(calloc(sockets->count + 1, sizeof(*accepted)));
    for (size_t i = 0; i < sockets->count; i++)
        if (sockets->listens[port] && sockets->all[i].source_port == port && sockets->all[i].state == TCP_ESTABLISHED)
            accepted[(*count)++] = sockets->all[i];
    return accepted;
}
