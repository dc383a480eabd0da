#include "socket/sockopt.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/filter.h>
#include <linux/sock_diag.h>

#include "base/kernel.h"
#include "base/memory.h"
#include "socket/optiontable.h"

enum {
    LARGE_MAX = 32 << 10,   /* bytes of a socket filter of BPF_MAXINSNS; extension headers are shorter */
    OPTION_MEMINFO = 55,    /* SO_MEMINFO, Linux 4.12 */
    OPTION_TCP_REPAIR = 19, /* TCP_REPAIR */
    BUF_LOCK_SEND = 1,      /* SOCK_SNDBUF_LOCK */
    BUF_LOCK_RECEIVE = 2    /* SOCK_RCVBUF_LOCK */
};

/* A new socket's values of up to eight bytes, per protocol, as far as they have been asked for. */
enum known { UNASKED, ABSENT, KNOWN };

static struct cached {
    uint64_t value;
    enum known known; /* written last */
} cache[2][OPTIONS];

struct carry {
    int from;
    int to;
    struct cached *cache; /* of the sockets' protocol */
    bool dialled;
    bool was_default;                 /* of the last option that was no MEMBER */
    uint32_t memory[SK_MEMINFO_VARS]; /* SO_MEMINFO of from */
};

static enum known cached_state(const struct carry *carry, const struct option *option)
{
    return __atomic_load_n(&carry->cache[option - socket_options].known, __ATOMIC_ACQUIRE);
}

static uint64_t cached_value(const struct carry *carry, const struct option *option)
{
    return __atomic_load_n(&carry->cache[option - socket_options].value, __ATOMIC_RELAXED);
}

static void cache_value(const struct carry *carry, const struct option *option, enum known known, uint64_t value)
{
    struct cached *cached = &carry->cache[option - socket_options];

    __atomic_store_n(&cached->value, value, __ATOMIC_RELAXED);
    __atomic_store_n(&cached->known, known, __ATOMIC_RELEASE);
}

static int set(int fd, int level, int name, const void *value, socklen_t len)
{
    return kernel(setsockopt, fd, level, name, value, len) == 0 ? 0 : errno;
}

int sockopt_get_int(int fd, int level, int name, int *value)
{
    socklen_t len = sizeof(*value);

    return kernel(getsockopt, fd, level, name, value, &len) == 0 ? 0 : errno;
}

int sockopt_set_int(int fd, int level, int name, int value)
{
    return set(fd, level, name, &value, sizeof(value));
}

/* Zero if the kernel has no such option. */
static int get_int_or_zero(int fd, int level, int name)
{
    int value = 0;

    return sockopt_get_int(fd, level, name, &value) == 0 ? value : 0;
}

/* In one call: sk_get_meminfo(). Older kernels don't return SK_MEMINFO_OPTMEM, so any option may be in there. */
static void get_memory(int fd, uint32_t memory[SK_MEMINFO_VARS])
{
    socklen_t len = SK_MEMINFO_VARS * sizeof(memory[0]);

    if (kernel(getsockopt, fd, SOL_SOCKET, OPTION_MEMINFO, memory, &len) == 0)
        return;
    memory[SK_MEMINFO_SNDBUF] = (uint32_t)get_int_or_zero(fd, SOL_SOCKET, SO_SNDBUF);
    memory[SK_MEMINFO_RCVBUF] = (uint32_t)get_int_or_zero(fd, SOL_SOCKET, SO_RCVBUF);
    memory[SK_MEMINFO_OPTMEM] = 1;
}

/* Errors of getsockopt(2) for an option that this kernel or protocol doesn't have. */
static bool is_absent(int error)
{
    return error == ENOPROTOOPT || error == EOPNOTSUPP;
}

/* The same, or for one that has no value now. */
static bool is_no_value(int error)
{
    return is_absent(error) || error == EINVAL || error == ENOTCONN || error == ENODEV;
}

/* A value of any kind but LARGE, HEADER and FILTER. The bytes after len are zero. */
struct value {
    union {
        uint64_t words[4];
        int number;
    } is;
    socklen_t len;
};

static int get_value(int fd, const struct option *option, struct value *value)
{
    *value = (struct value){.len = sizeof(value->is)};
    return kernel(getsockopt, fd, option->level, option->name, &value->is, &value->len) == 0 ? 0 : errno;
}

/* True if the value fits in its first word. */
static bool is_word(const struct value *value)
{
    return (value->is.words[1] | value->is.words[2] | value->is.words[3]) == 0;
}

static bool is_same(const struct value *a, const struct value *b)
{
    return a->len == b->len && memcmp(a->is.words, b->is.words, sizeof(a->is.words)) == 0;
}

static bool is_constant(const struct option *option)
{
    return option->kind == CONSTANT || option->kind == SEGMENT || option->kind == FIRST;
}

/* True if that is a new socket's value. Asks the new socket if its value is not cached or can differ each time. */
static bool is_default(const struct carry *carry, const struct option *option, const struct value *wanted)
{
    struct value present;

    if (option->kind == ZERO || option->kind == MEMBER)
        return wanted->is.words[0] == 0 && is_word(wanted);
    if (is_constant(option) && cached_state(carry, option) == KNOWN)
        return is_word(wanted) && wanted->is.words[0] == cached_value(carry, option);
    if (get_value(carry->to, option, &present) != 0)
        return false;
    if (is_constant(option) && is_word(&present))
        cache_value(carry, option, KNOWN, present.is.words[0]);
    return is_same(&present, wanted);
}

static int carry_value(struct carry *carry, const struct option *option)
{
    struct value wanted;
    int error = get_value(carry->from, option, &wanted);
    bool has_default = error != 0 || is_default(carry, option, &wanted);

    if (is_absent(error))
        cache_value(carry, option, ABSENT, 0);
    if (option->kind != MEMBER)
        carry->was_default = has_default;
    if (error != 0)
        return is_no_value(error) ? 0 : error;
    return has_default ? 0 : set(carry->to, option->level, option->name, &wanted.is, wanted.len);
}

/* The kernel returns a cmsg(3) for each option that is set, as if a packet had come. Carries nothing over itself. */
static int carry_group(struct carry *carry, const struct option *option)
{
    unsigned char messages[256];
    socklen_t len = sizeof(messages);

    carry->was_default = kernel(getsockopt, carry->from, option->level, option->name, messages, &len) == 0 && len == 0;
    return 0;
}

static int carry_large(struct carry *carry, const struct option *option)
{
    unsigned char probe[1];
    socklen_t len = sizeof(probe);
    void *value;
    int error;

    if (kernel(getsockopt, carry->from, option->level, option->name, probe, &len) == 0 && len == 0)
        return 0;
    value = memory_map(LARGE_MAX);
    if (value == NULL)
        return errno;
    len = LARGE_MAX;
    error = kernel(getsockopt, carry->from, option->level, option->name, value, &len) != 0 || len == 0
                ? 0
                : set(carry->to, option->level, option->name, value, len);
    memory_unmap(value, LARGE_MAX);
    return error;
}

/* EACCES: an eBPF program is attached, which can't be read back (sk_get_filter()). */
static int carry_filter(struct carry *carry, const struct option *option)
{
    struct sock_fprog program;
    socklen_t count = 0;
    int error = 0;

    if (kernel(getsockopt, carry->from, option->level, option->name, NULL, &count) != 0)
        return errno == EACCES ? EOPNOTSUPP : 0;
    if (count == 0)
        return 0;
    program.filter = memory_map(LARGE_MAX);
    if (program.filter == NULL)
        return errno;
    if (kernel(getsockopt, carry->from, option->level, option->name, program.filter, &count) != 0)
        error = errno;
    program.len = (unsigned short)count;
    if (error == 0)
        error = set(carry->to, option->level, option->name, &program, sizeof(program));
    memory_unmap(program.filter, LARGE_MAX);
    return error;
}

/*
 * If not set, TCP_MAXSEG reads as the size that the last connect found, not the program's. Before Linux 6.4 it does so
 * even if set, and nothing tells the difference: do_tcp_getsockopt().
 */
static int carry_segment(struct carry *carry, const struct option *option)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    struct value size;

    if (get_value(carry->from, option, &size) != 0 || is_default(carry, option, &size))
        return 0;
    memset(&info, 0, sizeof(info));
    if (kernel(getsockopt, carry->from, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 &&
        info.tcpi_snd_mss == (unsigned int)size.is.number)
        return 0;
    return set(carry->to, option->level, option->name, &size.is, size.len);
}

/*
 * A size reads back doubled, socket(7), so half of it is set. SO_BUF_LOCK tells what the program set; without
 * SO_BUF_LOCK in the kernel, a different size does. A size above net.core.rmem_max or wmem_max needs the FORCE option
 * and its capability; a smaller buffer, because the limit was lowered meanwhile, is no reason not to connect.
 */
static void carry_buffer(const struct carry *carry, int name, int force_name, uint32_t wanted)
{
    int half = (int)(wanted / 2);

    set(carry->to, SOL_SOCKET, name, &half, sizeof(half));
    if ((uint32_t)get_int_or_zero(carry->to, SOL_SOCKET, name) < wanted)
        set(carry->to, SOL_SOCKET, force_name, &half, sizeof(half));
}

static int carry_buffers(struct carry *carry, const struct option *option)
{
    const uint32_t *wanted = carry->memory;
    uint32_t present[SK_MEMINFO_VARS];
    int lock = get_int_or_zero(carry->from, option->level, option->name);
    bool sending;
    bool receiving;

    get_memory(carry->to, present);
    sending = (lock & BUF_LOCK_SEND) != 0 || wanted[SK_MEMINFO_SNDBUF] != present[SK_MEMINFO_SNDBUF];
    receiving = (lock & BUF_LOCK_RECEIVE) != 0 || wanted[SK_MEMINFO_RCVBUF] != present[SK_MEMINFO_RCVBUF];
    if (sending)
        carry_buffer(carry, SO_SNDBUF, SO_SNDBUFFORCE, wanted[SK_MEMINFO_SNDBUF]);
    if (receiving)
        carry_buffer(carry, SO_RCVBUF, SO_RCVBUFFORCE, wanted[SK_MEMINFO_RCVBUF]);
    if ((sending || receiving) && get_int_or_zero(carry->to, option->level, option->name) != lock)
        set(carry->to, option->level, option->name, &lock, sizeof(lock));
    return 0;
}

static int carry_owner(const struct carry *carry)
{
    struct f_owner_ex owner;
    int signal = (int)kernel(fcntl, carry->from, F_GETSIG, NULL);

    if (kernel(fcntl, carry->from, F_GETOWN_EX, &owner) == 0 && owner.pid != 0 &&
        kernel(fcntl, carry->to, F_SETOWN_EX, &owner) != 0 &&
        errno != ESRCH) /* the owner has ended; before Linux 5.12 */
        return errno;
    if (signal > 0 && kernel(fcntl, carry->to, F_SETSIG, signal) != 0)
        return errno;
    return 0;
}

/* After the owner, so that no signal goes to anybody else. */
static int carry_status_flags(const struct carry *carry)
{
    int flags = (int)kernel(fcntl, carry->from, F_GETFL, NULL);

    if (flags == -1 || (flags != O_RDWR && kernel(fcntl, carry->to, F_SETFL, flags) != 0))
        return errno;
    return 0;
}

/* True if there is certainly nothing to carry over, without asking the kernel. */
static bool is_skipped(const struct carry *carry, const struct option *option)
{
    if (cached_state(carry, option) == ABSENT)
        return true;
    switch (option->kind) {
    case MEMBER:
        return carry->was_default;
    case FALLBACK:
        return cached_state(carry, option - 1) != ABSENT;
    case FIRST: /* the kernel may have set it while dialling */
        return carry->dialled;
    case HEADER:
    case FILTER:
        return carry->memory[SK_MEMINFO_OPTMEM] == 0;
    default:
        return false;
    }
}

static int carry_options(struct carry *carry)
{
    static int (*const functions[])(struct carry *, const struct option *) = {
        [VALUE] = carry_value,     [CONSTANT] = carry_value, [ZERO] = carry_value,   [GROUP] = carry_group,
        [MEMBER] = carry_value,    [LARGE] = carry_large,    [HEADER] = carry_large, [FILTER] = carry_filter,
        [SEGMENT] = carry_segment, [FALLBACK] = carry_value, [FIRST] = carry_value,  [BUFFERS] = carry_buffers};
    int error = 0;

    for (const struct option *option = socket_options; error == 0 && option < socket_options + OPTIONS; option++)
        if (!is_skipped(carry, option))
            error = functions[option->kind](carry, option);
    return error;
}

int sockopt_carry(int from, int to, int protocol, bool dialled)
{
    struct carry carry = {.from = from, .to = to, .cache = cache[protocol == IPPROTO_TCP], .dialled = dialled};
    int error;

    if (get_int_or_zero(from, IPPROTO_TCP, OPTION_TCP_REPAIR) != 0)
        return EOPNOTSUPP; /* a connection that is being restored, with queues that can't be carried over */
    get_memory(from, carry.memory);
    error = carry_options(&carry);
    if (error == 0)
        error = carry_owner(&carry);
    return error == 0 ? carry_status_flags(&carry) : error;
}
