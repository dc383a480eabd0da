/*
 * Runs a command, and prints a line "SOURCE -> PEER" for every TCP connection over IPv6 that any process begins
 * meanwhile: for each SYN that a device of this network namespace sends.
 *
 *     sniff COMMAND [ARGUMENT...]
 */
#include <net/ethernet.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <sys/wait.h>

#include <linux/if_packet.h>

#include "testing.h"

struct frame {
    struct ip6_hdr ip;
    struct tcphdr tcp;
};

static int open_capture(void)
{
    static const int room = 8 << 20;
    int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) != 0)
        die("socket");
    return fd;
}

static void print_address(const struct in6_addr *address)
{
    char text[INET6_ADDRSTRLEN];

    printf("%s", inet_ntop(AF_INET6, address, text, sizeof(text)));
}

static void print_syn(const struct frame *frame)
{
    if (frame->ip.ip6_nxt != IPPROTO_TCP || frame->tcp.syn == 0 || frame->tcp.ack != 0)
        return;
    print_address(&frame->ip.ip6_src);
    printf(" -> ");
    print_address(&frame->ip.ip6_dst);
    printf("\n");
}

/* Everything sent so far is in the socket: the kernel copies a packet there before the device gets it. */
static void print_captured(int fd)
{
    struct frame frame = {.ip.ip6_nxt = 0};
    struct sockaddr_ll link = {.sll_pkttype = 0};
    socklen_t len = sizeof(link);

    while (recvfrom(fd, &frame, sizeof(frame), 0, (struct sockaddr *)&link, &len) >= 0) {
        if (link.sll_pkttype == PACKET_OUTGOING && ntohs(link.sll_protocol) == ETH_P_IPV6)
            print_syn(&frame);
        len = sizeof(link);
    }
}

int main(int argc, char **argv)
{
    int fd;
    int status;
    pid_t child;

    if (argc < 2)
        return 2;
    fd = open_capture();
    child = fork();
    if (child == 0) {
        execvp(argv[1], argv + 1);
        die(argv[1]);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        die("fork");
    print_captured(fd);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
