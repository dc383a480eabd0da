#!/usr/bin/env bats
# docs/guide.md's alternatives in the kernel, on two hosts with GlusterFS as it is: the guide's own commands, on host 2 with the
# hosts exchanged. Every test makes its own cluster.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"
# shellcheck source=tests/cluster/guide.bash
source "${BATS_TEST_DIRNAME:?}/guide.bash"

# The control group of glusterd's unit, as hosts see it.
UNIT_GROUP=/sys/fs/cgroup/system.slice/glusterd.service

setup() {
    # Control groups outlive the sandbox.
    [[ $(group_of 1) == /sys/fs/cgroup/glusterd-srcaddr.* ]] || complain "Run this by tests/systemd/own-cgroup as well."
    start_lab 1
    for host in 1 2; do
        start_host "$host"
        write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
        # The interface's name in the guide.
        in_host "$host" ip link property add dev net1 altname eth0
        mkdir "$(group_of "$host")"
        in_host "$host" mount --bind "$(group_of "$host")" /sys/fs/cgroup
        in_host "$host" mkdir -p "$UNIT_GROUP"
        in_host "$host" mount -t bpf bpf /sys/fs/bpf
    done
}

teardown() {
    stop_lab
    for host in 1 2; do
        wait_until 10 find "$(group_of "$host")" -depth -type d -delete
    done
}

### Parts of the guide

# Filters: without the commands that undo an alternative; only those; without those that show connections.
setting() { sed "/$UNSETS/d"; }
unsetting() { sed -n "/^\`\`\`/p; /$UNSETS/p"; }
not_showing() { awk '/^host[12]# |^`/ { showing = / ss / } !showing'; }
UNSETS='^host[12]# \(rm .*\|.* \(delete\|detach\) .*\|.* preferred_lft forever\)$'

# write_program [SED-SCRIPT]: writes the guide's program on each host, with the host's own address.
write_program() {
    for host in 1 2; do
        section "A program in the kernel" | sed -n '/^    #include/,/^    }/s/^    //p' |
            sed "s/0x00000011/0x0000001$host/; ${1-}" >"$LAB/$host/etc/source.c"
    done
    follow "A program in the kernel" setting
    follow "A program in the kernel" setting exchanged
}

# start_unit HOST: starts glusterd after the guide's ExecStartPre commands.
start_unit() {
    section "A program in the kernel" | sed -n 's/^    ExecStartPre=//p' | while read -r command; do
        typed "$1" "${command#*+}" || [[ $command == -* ]] || return
    done
    in_unit "$1" start_glusterd bare "$1"
}

# in_unit HOST COMMAND [ARGUMENT...]: runs it in the control group of the host's unit.
in_unit() (
    echo "$BASHPID" >"$(group_of "$1")/${UNIT_GROUP#/sys/fs/cgroup/}/cgroup.procs"
    "${@:2}"
)

### What is done

stop_glusterd() {
    in_host "$1" pkill -x glusterd
    wait_until 10 not in_host "$1" pgrep -x glusterd
}

restart_glusterd() {
    stop_glusterd "$1"
    start_glusterd bare "$1"
}

probe() {
    gluster 1 peer probe "$(address_of 2)"
}

# The address that the kernel prefers comes later, as on many clusters with this problem. Host 1 then dials from it.
form_cluster() {
    in_host 1 ip -6 address flush scope global dev net1
    in_host 1 ip -6 address add "$(address_of 1)/64" dev net1 nodad
    start_glusterd bare 1 2
    probe
    wait_until 30 in_cluster 1 2
    in_host 1 ip -6 address add "$(kernel_address_of 1)/64" dev net1 nodad
    restart_glusterd 1
    wait_until 30 dials_from "$(kernel_address_of 1)"
}

### What can be seen of host 1

dials_from() {
    dialled 1 | grep -Fx "host1 glusterd $1 -> $(address_of 2) glusterd"
}

# As host 2 sees it.
comes_from() {
    [[ $(callers_of 2) == "$1" ]]
}

in_cluster_from_bind_addresses() {
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
}

known_by_a_wrong_address() {
    wait_until 30 peers_are 2 "$(kernel_address_of 1) Accepted peer request (Disconnected)"
    dials_from "$(kernel_address_of 1)"
}

### Labels

@test "labels: a glusterd that runs is probed, and both dial from their bind-addresses; a third peer is dialled as before" {
    start_glusterd bare 1 2
    follow "Labels" setting
    follow "Labels" setting exchanged
    probe
    in_cluster_from_bind_addresses
    in_host 1 ip -6 route get "$(address_of 3)" | grep -F " src $(kernel_address_of 1) "

    in_host 1 ip -6 address delete "$(address_of 1)/64" dev net1
    in_host 1 ip -6 route get "$(address_of 2)" | grep -F " src $(kernel_address_of 1) "
    follow "Labels" unsetting
    not grep -F "label 100" <(in_host 1 ip addrlabel)
}

@test "labels, a route and a deprecated address: glusterd keeps to where it has dialled from until it is restarted" {
    form_cluster
    follow "Labels" setting
    follow "Alternatives" setting
    restart_glusterd 2
    wait_until 30 dials_from "$(kernel_address_of 1)"
    restart_glusterd 1
    wait_until 30 dials_from "$(address_of 1)"
}

### A program in the kernel

@test "a program on bind: both dial from their bind-addresses, also after a restart; without a bind-address glusterd listens there" {
    write_program
    start_unit 1
    start_unit 2
    probe
    in_cluster_from_bind_addresses
    stop_glusterd 1
    write_volfile 1
    start_unit 1
    in_cluster_from_bind_addresses
    [[ $(in_host 1 ss -Htnl sport = :24007 | awk '{ print $4 }') == "[$(address_of 1)]:24007" ]]

    follow "A program in the kernel" unsetting
    in_host 1 bpftool cgroup show "$UNIT_GROUP" | not grep source
}

@test "a program on bind, with an address that is not there: GlusterFS connects from another one" {
    write_program s/0x0000001[12]/0x00000099/
    start_unit 1
    start_glusterd bare 2
    probe
    known_by_a_wrong_address
}

# It lets only those connections through that it could not give a source.
@test "a program on connect: bpf_bind() fails with EINVAL for glusterd, and works for a socket that has not been bound" {
    cat >"$LAB/1/etc/connect.c" <<-'END'
		#include <asm/byteorder.h>
				#include <linux/bpf.h>
		#include <linux/errno.h>
		#include <linux/in6.h>

		static long (*bpf_bind)(struct bpf_sock_addr *, struct sockaddr_in6 *, int) = (void *)BPF_FUNC_bind;

		__attribute__((section("cgroup/connect6"), used))
		int source(struct bpf_sock_addr *connect)
		{
		    struct sockaddr_in6 source = {
		        .sin6_family = 10,
		        .sin6_addr.s6_addr32 = { __constant_htonl(0x20010db8), __constant_htonl(0x00010000), 0, __constant_htonl(0x11) },
		    };
		    return bpf_bind(connect, &source, sizeof source) == -EINVAL;
		}

		char gpl[] __attribute__((section("license"), used)) = "GPL";
	END
    # shellcheck disable=SC2016 # for the host
    typed 1 'cd /etc/glusterfs && clang -O2 -target bpf -I/usr/include/$(uname -m)-linux-gnu -c connect.c
        bpftool prog load connect.o /sys/fs/bpf/connect && bpftool cgroup attach '"$UNIT_GROUP"' connect6 pinned /sys/fs/bpf/connect'
    in_unit 1 start_glusterd bare 1
    start_glusterd bare 2
    probe
    known_by_a_wrong_address
    in_unit 1 not in_host 1 bash -c ": </dev/tcp/$(address_of 2)/24007" 2>&1 | grep "Operation not permitted"
}

### A translation

@test "a translation: host 2 sees the bind-address, whatever host 1 has; both when it comes and when it goes, nothing is restarted" {
    # GlusterFS would notice only after 20 seconds.
    sed -i 's/keepalive-time 10/keepalive-time 1/' "$LAB"/[12]/etc/glusterd.vol
    follow "A translation" setting not_showing
    follow "A translation" setting not_showing exchanged
    start_glusterd bare 1 2
    probe
    wait_until 30 in_cluster 1 2
    dials_from "$(kernel_address_of 1)"
    comes_from "$(address_of 1)"

    follow "A translation" unsetting
    wait_until 30 comes_from "$(kernel_address_of 1)"
    follow "A translation" setting
    wait_until 30 in_cluster 1 2
    comes_from "$(address_of 1)"

    # Connects as glusterd would.
    in_host 1 bash -c ": </dev/tcp/$(address_of 2)/24007"
    in_host 1 ip -6 address delete "$(address_of 1)/64" dev net1
    in_host 2 ip neighbour flush dev net1
    not in_host 1 timeout 2 bash -c ": </dev/tcp/$(address_of 2)/24007"
}
