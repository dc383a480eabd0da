/*
 * Whether this kernel has a feature that a test needs: exit status 0 if it has, 1 if not.
 *
 *     has ebpf|mptcp|so-incoming-cpu
 */
#include <linux/bpf.h>

#include "testing.h"

static bool has_ebpf(void)
{
    union bpf_attr no_program = {.prog_type = BPF_PROG_TYPE_UNSPEC};

    return syscall(SYS_bpf, BPF_PROG_LOAD, &no_program, sizeof(no_program)) == 0 || errno != ENOSYS;
}

static bool has_mptcp(void)
{
    return socket(AF_INET6, SOCK_STREAM, IPPROTO_MPTCP) >= 0;
}

static bool has_incoming_cpu(void)
{
    enum { OPTION_INCOMING_CPU = 49 };
    int value;
    socklen_t len = sizeof(value);

    return getsockopt(socket(AF_INET6, SOCK_STREAM, 0), SOL_SOCKET, OPTION_INCOMING_CPU, &value, &len) == 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bool (*is_there)(void);
    } features[] = {{"ebpf", has_ebpf}, {"mptcp", has_mptcp}, {"so-incoming-cpu", has_incoming_cpu}};

    for (size_t i = 0; argc > 1 && i < sizeof(features) / sizeof(features[0]); i++)
        if (strcmp(features[i].name, argv[1]) == 0)
            return features[i].is_there() ? 0 : 1;
    return 2;
}
