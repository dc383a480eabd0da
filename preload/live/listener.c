#include "live/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/kernel.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/word.h"
#include "live/file.h"

/* Written once; kind is written last. */
static struct listener own;

enum listener_place listener_place(const struct process *process)
{
    if (process_is_glusterd(process))
        return LISTENER_OWN;
    return process->listener[0] != '\0' ? LISTENER_TOLD : LISTENER_HOST;
}

bool listener_same(const struct listener *a, const struct listener *b)
{
    return a->kind == b->kind && IN6_ARE_ADDR_EQUAL(&a->address, &b->address);
}

static struct listener listener_on(const struct in6_addr *address)
{
    if (IN6_IS_ADDR_UNSPECIFIED(address) || IN6_IS_ADDR_V4MAPPED(address))
        return (struct listener){.kind = LISTENER_ANY};
    return (struct listener){.kind = LISTENER_ADDRESS, .address = *address};
}

void listener_note(const struct sockaddr_in6 *local)
{
    static const struct in6_addr any;
    struct listener noted = listener_on(local->sin6_family == AF_INET ? &any : &local->sin6_addr);

    if (__atomic_load_n(&own.kind, __ATOMIC_RELAXED) != LISTENER_NONE)
        return;
    if (noted.kind == LISTENER_ADDRESS)
        own.address = noted.address;
    __atomic_store_n(&own.kind, noted.kind, __ATOMIC_RELEASE);
}

static struct listener get_own(void)
{
    struct listener listener = {.kind = __atomic_load_n(&own.kind, __ATOMIC_ACQUIRE)};

    if (listener.kind == LISTENER_ADDRESS)
        listener.address = own.address;
    return listener;
}

/* The kernel prints words in host byte order: one for an IPv4 address, four for an IPv6 one. */
static bool parse_address(struct word digits, struct in6_addr *address)
{
    size_t words = digits.len / 8;

    if (words != 1 && words != 4)
        return false;
    *address = address_any_ipv4;
    for (size_t i = 0; i < words; i++)
        address->s6_addr32[4 - words + i] =
            (uint32_t)word_number((struct word){.start = digits.start + i * 8, .len = 8}, 16, UINT32_MAX);
    return true;
}

/* Parses a line of /proc/net/tcp6 or tcp: get_tcp6_sock(), get_tcp4_sock() in the kernel. False if not a listener's. */
static bool parse_line(struct word line, struct listening *listening)
{
    enum { LOCAL = 1, STATE = 3, USER = 7, INODE = 9, FIELDS = 10 };
    struct word fields[FIELDS];
    struct word port;
    struct word address;

    for (size_t i = 0; i < FIELDS; i++)
        fields[i] = word_next(&line);
    if (!word_is(fields[STATE], "0A"))
        return false;
    port = fields[LOCAL];
    address = word_split(&port, ':');
    listening->port = (in_port_t)word_number(port, 16, UINT16_MAX);
    listening->user = (uid_t)word_number(fields[USER], 10, UINT32_MAX);
    listening->inode = (uint64_t)word_number(fields[INODE], 10, INT64_MAX);
    return parse_address(address, &listening->address);
}

static void add(struct listener *found, const struct in6_addr *address)
{
    struct listener one = listener_on(address);

    if (found->kind == LISTENER_NONE)
        *found = one;
    else if (!listener_same(found, &one))
        *found = (struct listener){.kind = LISTENER_SEVERAL};
}

struct search {
    bool (*is_glusterds)(const struct listening *listening, const void *context);
    const void *context;
    struct listener *found;
    bool heading; /* is the next line */
};

/* Parses the complete lines and takes them off *text. Returns false at the first connection: listeners come first. */
static bool parse_lines(struct word *text, struct search *search)
{
    while (word_has(*text, '\n')) {
        struct word line = word_split(text, '\n');
        struct listening listening;

        if (!search->heading) {
            if (!parse_line(line, &listening))
                return false;
            if (search->is_glusterds(&listening, search->context))
                add(search->found, &listening.address);
        }
        search->heading = false;
    }
    return true;
}

enum { LIST_SIZE = 16 << 10 /* bytes that are read at once, many lines */ };

static void search_list(int fd, char *buffer, struct search *search)
{
    struct word rest = {.start = buffer, .len = 0};

    do {
        ssize_t got;

        memmove(buffer, rest.start, rest.len);
        got = kernel_patiently(read, fd, buffer + rest.len, LIST_SIZE - rest.len);
        if (got <= 0)
            return;
        rest = word_between(buffer, buffer + rest.len + (size_t)got);
    } while (parse_lines(&rest, search) && rest.len < LIST_SIZE);
}

static int search_file(const char *directory, const char *name, struct search *search)
{
    char data[64];
    struct text path = TEXT_IN(data);
    char *buffer;
    int fd;

    text_format(&path, "%s/%s", directory, name);
    fd = (int)kernel(openat, AT_FDCWD, path.data, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    buffer = memory_map(LIST_SIZE);
    search->heading = true;
    if (buffer != NULL)
        search_list(fd, buffer, search);
    (void)kernel(close, fd);
    memory_unmap(buffer, LIST_SIZE);
    return buffer != NULL ? 0 : ENOMEM;
}

int listener_find(const char *directory, bool (*is_glusterds)(const struct listening *listening, const void *context),
                  const void *context, struct listener *found)
{
    struct search search = {.is_glusterds = is_glusterds, .context = context, .found = found};
    int error;

    *found = (struct listener){.kind = LISTENER_NONE};
    error = search_file(directory, "tcp6", &search);
    if (error == 0 && found->kind == LISTENER_NONE)
        error = search_file(directory, "tcp", &search);
    return error;
}

/* The port is not privileged: anybody could listen there and make root's connections come from elsewhere. */
static bool is_trusted(const struct listening *listening, const void *context)
{
    const in_port_t *port = context;

    return listening->port == *port && is_trusted_user(listening->user, (uid_t)kernel(geteuid));
}

/* Searches this thread's network namespace. Linux before 3.17 lists only the process's. */
static int find_on_host(in_port_t port, struct listener *found)
{
    int error = listener_find("/proc/thread-self/net", is_trusted, &port, found);

    return is_missing(error) ? listener_find("/proc/self/net", is_trusted, &port, found) : error;
}

int listener_look(enum listener_place place, in_port_t port, struct listener *listener)
{
    struct listener found = {.kind = LISTENER_NONE};
    int error = 0;

    if (place == LISTENER_OWN)
        found = get_own();
    else if (place == LISTENER_HOST)
        error = find_on_host(port, &found);
    if (error == 0 && found.kind != LISTENER_NONE)
        *listener = found;
    return is_shortage(error) ? error : 0; /* without permission nothing is known */
}
