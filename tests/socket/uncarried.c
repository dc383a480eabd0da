/*
 * Connects a socket, bound to [::] and a port, with a setting that can't be carried over to another socket. Prints the
 * result, and whether the descriptor still holds the same socket, bound as before.
 *
 *     uncarried repair|ebpf PEER
 */
#include <netinet/tcp.h>
#include <sys/stat.h>

#include <linux/bpf.h>

#include "testing.h"

enum { OPTION_TCP_REPAIR = 19, OPTION_ATTACH_BPF = 50 };

static int set_repair(int fd)
{
    static const int on = 1;

    return setsockopt(fd, IPPROTO_TCP, OPTION_TCP_REPAIR, &on, sizeof(on));
}

/* A program that passes everything: r0 = 0xffff; exit. */
static int set_ebpf_filter(int fd)
{
    static const struct bpf_insn pass[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0xffff},
                                           {.code = BPF_JMP | BPF_EXIT}};
    static const char license[] = "";
    union bpf_attr attributes = {.prog_type = BPF_PROG_TYPE_SOCKET_FILTER};
    int program;
    int result;

    attributes.insn_cnt = sizeof(pass) / sizeof(pass[0]);
    attributes.insns = (uintptr_t)pass;
    attributes.license = (uintptr_t)license;
    program = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes));
    if (program < 0)
        die("bpf");
    result = setsockopt(fd, SOL_SOCKET, OPTION_ATTACH_BPF, &program, sizeof(program));
    close(program);
    return result;
}

static ino_t inode_of(int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        die("fstat");
    return status.st_ino;
}

static void dial(int (*set)(int fd), const struct endpoint *peer)
{
    struct endpoint before = parse_endpoint("[::]:0");
    struct endpoint after;
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    ino_t inode;
    int descriptors;
    int error;

    if (fd < 0 || bind(fd, &before.address.any, before.len) != 0 || set(fd) != 0)
        die("socket");
    before = local_of(fd);
    inode = inode_of(fd);
    descriptors = count_descriptors();
    error = connect(fd, &peer->address.any, peer->len) == 0 ? 0 : errno;
    after = local_of(fd);
    printf("%s, %s%s\n", error_name(error),
           inode == inode_of(fd) && same_endpoint(&before, &after) ? "the same socket" : "changed",
           descriptors == count_descriptors() ? "" : ", leaked descriptors");
    close(fd);
}

int main(int argc, char **argv)
{
    struct endpoint peer;

    if (argc < 3)
        return 2;
    peer = parse_endpoint(argv[2]);
    begin();
    dial(strcmp(argv[1], "ebpf") == 0 ? set_ebpf_filter : set_repair, &peer);
    return 0;
}
