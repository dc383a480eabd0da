/* The options that a program can set on a TCP socket before it connects, and how each is carried to another socket. */
#pragma once

enum kind {
    VALUE,    /* a few bytes; new sockets differ by sysctl, namespace and cgroup: sock_init_data(), inet6_create(),
                 tcp_init_sock(), BPF_CGROUP_INET_SOCK_CREATE */
    CONSTANT, /* the same on every new socket of this kernel: asked once per process */
    ZERO,     /* zero on every new socket: never asked */
    GROUP,    /* its length tells whether one of the MEMBERs after it is set */
    MEMBER,   /* ZERO; not set if the last option that is no MEMBER has its default */
    LARGE,    /* reads with length 0 if not set */
    HEADER,   /* LARGE, accounted in SK_MEMINFO_OPTMEM: ipv6_renew_options() */
    FILTER,   /* likewise: sk_filter_charge(); read as a number of instructions, set with a struct sock_fprog */
    SEGMENT,  /* TCP_MAXSEG, CONSTANT */
    FALLBACK, /* VALUE, if the kernel doesn't know the one before */
    FIRST,    /* CONSTANT, but the kernel may set it when the socket dials */
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
 * can be set on a TCP socket before it connects, except aliases and SO_REUSEADDR, which a move itself needs. By number,
 * because headers may be older, and the numbers are the same on all architectures that this is built for
 * (include/uapi/asm-generic/socket.h). In the order of setting: an option comes after those that change it as well.
 */
extern const struct option socket_options[OPTIONS];
