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

/* The kernel's TCP states: include/net/tcp_states.h */
enum { ESTABLISHED = 1, SYN_SENT = 2, LISTEN = 10 };

struct line {
    struct in6_addr local;
    struct in6_addr remote;
    unsigned int local_port;
    unsigned int remote_port;
    unsigned int state;
    uint64_t inode;
};

/* The sockets of one network namespace. */
struct sockets {
    struct sockets *next;
    ino_t namespace;
    struct line *lines; /* established, connecting and listening */
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

static bool parse_line(const char *text, struct line *line)
{
    char local[33];
    char remote[33];

    if (sscanf(text, " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%x %x %*s %*s %*s %*u %*u %" SCNu64, local, &line->local_port,
               remote, &line->remote_port, &line->state, &line->inode) != 6)
        return false;
    parse_address(local, &line->local);
    parse_address(remote, &line->remote);
    return true;
}

static void read_lines(FILE *list, struct sockets *sockets)
{
    size_t capacity = 0;
    char text[512];
    struct line line;

    while (fgets(text, sizeof(text), list) != NULL) {
        if (!parse_line(text, &line))
            continue;
        if (line.state == LISTEN)
            sockets->listens[line.local_port & UINT16_MAX] = true;
        if (line.state != ESTABLISHED && line.state != SYN_SENT && line.state != LISTEN)
            continue;
        if (sockets->count == capacity) {
            capacity = capacity * 2 + 64;
            sockets->lines = check_alloc(reallocarray(sockets->lines, capacity, sizeof(*sockets->lines)));
        }
        sockets->lines[sockets->count++] = line;
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

        free(cache->lines);
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

/* Whether a socket listens on the local address and port of line: that makes line an accepted connection. */
static bool is_accepted(const struct sockets *sockets, const struct line *line)
{
    if (!sockets->listens[line->local_port & UINT16_MAX])
        return false;
    for (size_t i = 0; i < sockets->count; i++) {
        const struct line *listener = &sockets->lines[i];

        if (listener->state == LISTEN && listener->local_port == line->local_port &&
            (IN6_IS_ADDR_UNSPECIFIED(&listener->local) || IN6_ARE_ADDR_EQUAL(&listener->local, &line->local)))
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
        const struct line *line = &sockets->lines[i];

        if (line->state == LISTEN ||
            bsearch(&line->inode, inodes, inode_count, sizeof(*inodes), compare_inodes) == NULL ||
            is_accepted(sockets, line))
            continue;
        dialled[(*count)++] = (struct connection){.source = line->local,
                                                  .peer = line->remote,
                                                  .port = (in_port_t)line->remote_port,
                                                  .established = line->state == ESTABLISHED};
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
    for (size_t i = 0; i < sockets->count; i++) {
        const struct line *line = &sockets->lines[i];

        if (line->local_port == port && sockets->listens[port] && line->state == ESTABLISHED)
            accepted[(*count)++] = (struct connection){
                .source = line->local, .peer = line->remote, .port = (in_port_t)line->remote_port, .established = true};
    }
    return accepted;
}
