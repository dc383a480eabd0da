#include "socket/hostaddr.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "base/kernel.h"
#include "base/memory.h"
#include "base/signals.h"
#include "socket/namespace.h"

enum {
    DUMP_SIZE = 32 << 10, /* bytes; the kernel's largest message of a dump */
    DUMP_TRIES = 8        /* dumps that address changes may interrupt */
};

bool host_address_fits(const struct host_address *candidate, const struct network *network)
{
    if ((candidate->flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED | IFA_F_TEMPORARY)) != 0)
        return false;
    return network->len >= address_shortest_prefix(&candidate->address) &&
           address_same_prefix(&candidate->address, &network->address, network->len);
}

bool host_address_better(const struct host_address *a, const struct host_address *b)
{
    if ((a->flags & IFA_F_DEPRECATED) != (b->flags & IFA_F_DEPRECATED))
        return (a->flags & IFA_F_DEPRECATED) == 0;
    return memcmp(&a->address, &b->address, sizeof(a->address)) < 0;
}

/* Parses an RTM_NEWADDR message. IFA_LOCAL is the host's own address; IPv6 has it only on point-to-point links. */
static bool parse_address(struct nlmsghdr *message, struct host_address *parsed)
{
    struct ifaddrmsg *header = NLMSG_DATA(message);
    bool is_ipv4 = header->ifa_family == AF_INET;
    size_t size = is_ipv4 ? 4 : 16;
    ssize_t left = (ssize_t)IFA_PAYLOAD(message); /* wide enough for what the macros compare it with */
    const void *address = NULL;

    parsed->flags = header->ifa_flags;
    parsed->interface = header->ifa_index;
    for (struct rtattr *attribute = IFA_RTA(header); RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        if ((attribute->rta_type == IFA_LOCAL || (attribute->rta_type == IFA_ADDRESS && address == NULL)) &&
            RTA_PAYLOAD(attribute) >= size)
            address = RTA_DATA(attribute);
        else if (attribute->rta_type == IFA_FLAGS && RTA_PAYLOAD(attribute) >= sizeof(parsed->flags))
            memcpy(&parsed->flags, RTA_DATA(attribute), sizeof(parsed->flags));
    }
    if (address == NULL)
        return false;
    if (is_ipv4)
        parsed->flags &= ~(uint32_t)IFA_F_SECONDARY; /* the same bit means temporary for IPv6 */
    parsed->address = address_any_ipv4;              /* an IPv6 address overwrites all of it */
    memcpy(&parsed->address.s6_addr[sizeof(parsed->address) - size], address, size);
    return true;
}

/* The message that ends a dump has a negative errno value if the kernel could not list everything. */
static int end_error(struct nlmsghdr *message)
{
    int number = 0;

    if (message->nlmsg_len >= NLMSG_LENGTH(sizeof(number)))
        memcpy(&number, NLMSG_DATA(message), sizeof(number));
    return number < 0 ? -number : 0;
}

struct search {
    const struct network *network;
    unsigned int interface;
    struct host_address best;
    bool found;
    bool done;
    bool interrupted;
};

static int handle_message(struct nlmsghdr *message, struct search *search)
{
    struct host_address candidate;

    if ((message->nlmsg_flags & NLM_F_DUMP_INTR) != 0)
        search->interrupted = true;
    if (message->nlmsg_type == NLMSG_DONE || message->nlmsg_type == NLMSG_ERROR) {
        search->done = true;
        return end_error(message);
    }
    if (message->nlmsg_type != RTM_NEWADDR || !parse_address(message, &candidate))
        return 0;
    if ((search->interface != 0 && search->interface != candidate.interface) ||
        !host_address_fits(&candidate, search->network))
        return 0;
    if (!search->found || host_address_better(&candidate, &search->best))
        search->best = candidate;
    search->found = true;
    return 0;
}

static int request_dump(int fd)
{
    struct {
        struct nlmsghdr header;
        struct ifaddrmsg body;
    } request = {
        .header = {.nlmsg_len = sizeof(request), .nlmsg_type = RTM_GETADDR, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .body = {.ifa_family = AF_UNSPEC},
    };
    struct sockaddr_nl to_kernel = {.nl_family = AF_NETLINK};

    return kernel_patiently(sendto, fd, &request, sizeof(request), 0, &to_kernel, sizeof(to_kernel)) < 0 ? errno : 0;
}

/* Receives a dump, which comes in several parts. Drops parts that the kernel did not send. */
static int receive_dump(int fd, void *buffer, struct search *search)
{
    while (!search->done) {
        struct sockaddr_nl sender = {.nl_pid = 0};
        socklen_t sender_len = sizeof(sender);
        ssize_t left = kernel_patiently(recvfrom, fd, buffer, (size_t)DUMP_SIZE, 0, &sender, &sender_len);

        if (left < 0)
            return errno;
        if (sender.nl_pid != 0)
            continue;
        for (struct nlmsghdr *message = buffer; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
            int error = handle_message(message, search);

            if (error != 0)
                return error;
        }
    }
    return 0;
}

static int search_all(int fd, void *buffer, struct search *search)
{
    for (int tries = 0; tries < DUMP_TRIES; tries++) {
        int error = request_dump(fd);

        search->found = search->done = search->interrupted = false;
        if (error == 0)
            error = receive_dump(fd, buffer, search);
        if (error != 0)
            return error;
        if (!search->interrupted)
            return search->found ? 0 : EADDRNOTAVAIL;
    }
    return EAGAIN;
}

int host_address_find(const struct network *network, unsigned int interface, int beside, struct host_address *found)
{
    struct search search = {.network = network, .interface = interface};
    struct signals signals;
    void *buffer;
    int fd;
    int error;

    signals_block(&signals);
    buffer = memory_map(DUMP_SIZE);
    fd = buffer == NULL ? -1 : (int)kernel(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0)
        error = errno;
    else if (beside != -1 && !namespace_same(beside, fd))
        error = EADDRNOTAVAIL;
    else
        error = search_all(fd, buffer, &search);
    if (fd >= 0)
        (void)kernel(close, fd);
    memory_unmap(buffer, DUMP_SIZE);
    signals_restore(&signals);
    *found = search.best;
    return error;
}
