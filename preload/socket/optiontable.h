/* The options that a program can set on a TCP socket before it connects, and how each is carried to another socket. */
#pragma once

enum kind {
    VALUE,    /* of some few bytes; on a new socket what a sysctl, its namespace or its cgroup makes of it:
                 sock_init_data(),    inet6_create(), tcp_init_sock(), BPF_CGROUP_INET_SOCK_CREATE */
    CONSTANT, /* the same on every new socket of this kernel: one is asked once in a process */
    ZERO,     /* zero on every new socket, which need not be asked */
    TELLING,  /* how long it is tells whether one of the MEMBERs behind it is set */
    MEMBER,   /* ZERO, and so where the last one that was no MEMBER has its default */
    LARGE,    /* read with length 0 if it is not set */
    HEADER,   /* LARGE, in memory of SK_MEMINFO_OPTMEM: ipv6_renew_options() */
    FILTER,   /* likewise: sk_filter_charge(); read in instructions, set with a struct sock_fprog */
    SEGMENT,  /* TCP_MAXSEG, CONSTANT */
    FALLBACK, /* VALUE, where the kernel doesn't know the one before */
    FIRST,    /* CONSTANT, but set by the kernel too once the socket has dialled */
    BUFFERS   /* SO_BUF_LOCK, SO_SNDBUF and SO_RCVBUF */
};

struct option {
    short level;
    short name;
    enum kind kind;
};

enum {
    OPTIONS = 126,       /* in the table */
    OPTION_BUF_LOCK = 72 /* SO_BUF_LOCK, Linux 5.14 */
};

/*
 * All options of the kernel's sock_getsockopt(), do_ip_getsockopt(), do_tcp_getsockopt() and do_ipv6_getsockopt() that
 * can be set on a TCP socket before it is connected, but for SO_REUSEADDR, which a move itself needs, and other
 * names for the same thing. By number: headers name only those of their own time, and the numbers are the same on
 * all architectures that this is built for (include/uapi/asm-generic/socket.h). The order is that of setting: an option
 * stands after those that change it as well.
 */
extern const struct option socket_options[OPTIONS];
