#!/usr/bin/env bats
# A moved socket differs from the program's own only in its address.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# compares COUNT: the output has no difference, and says that at least COUNT settings were compared.
compares() {
    local differences compared
    differences=$(grep -v '^compared ' <<<"$output") || true
    compared=$(awk '$1 == "compared" { print $2 }' <<<"$output")
    [[ -z $differences ]] || fail "$(head -n 40 <<<"$differences")" || return
    ((compared >= $1)) || fail "compared ${compared:-no} settings only"
}

# qemu-user knows only some of the options.
# bats test_tags=native
@test "every option is as on a socket that bound itself to the source, whichever the program has set" {
    configure_rules "::/0 = $SOURCE"
    run_program options tcp "[$SILENT]:$PORT" "[$SOURCE]:0"
    compares 500
}

# bats test_tags=native
@test "the same for MPTCP" {
    needs mptcp
    configure_rules "::/0 = $SOURCE"
    run_program options mptcp "[$SILENT]:$PORT" "[$SOURCE]:0"
    compares 250
}

# bats test_tags=native
@test "the same for a socket that is moved a second time, after a connect that failed" {
    configure_rules "::/0 = $SOURCE" "2001:db8:2::/64 = $SOURCE2"
    run_program options tcp "[$SILENT]:$PORT" "[$SOURCE]:0" "[$PEER]:1"
    compares 500
}

# All sysctls that set defaults of a new TCP socket.
other_sysctls="sysctl -qw net.ipv4.tcp_rmem='8192 200000 6291456' net.ipv4.tcp_wmem='8192 40000 4194304' \
    net.ipv4.tcp_keepalive_time=100 net.ipv4.tcp_keepalive_intvl=11 net.ipv4.tcp_keepalive_probes=5 \
    net.ipv4.tcp_syn_retries=3 net.ipv4.tcp_fin_timeout=20 net.ipv4.tcp_notsent_lowat=100000 \
    net.ipv4.tcp_congestion_control=reno net.ipv4.ip_default_ttl=33 net.ipv4.ip_no_pmtu_disc=1 \
    net.ipv6.auto_flowlabels=2 net.ipv6.bindv6only=1 net.ipv6.conf.all.hop_limit=77 net.ipv6.conf.silent0.hop_limit=77 &&
    sysctl -qew net.core.txrehash=0 net.ipv4.tcp_rto_min_us=100000 net.ipv4.tcp_rto_max_ms=60000" # not in every kernel

# make_namespace NAME: makes a network namespace with the silent link and the source.
make_namespace() {
    mkdir -p /run/netns
    ip netns add "$1"
    ip -n "$1" link set lo up
    ip -n "$1" address add "$SOURCE/128" dev lo nodad
    ip -n "$1" link add silent0 type veth peer name silent1
    ip -n "$1" link set silent0 up
    ip -n "$1" link set silent1 up
    ip -n "$1" address add "$SILENT_SOURCE/64" dev silent0 nodad
    ip -n "$1" neighbour add "$SILENT" lladdr 02:00:00:00:00:99 dev silent0 nud permanent
}

# compares_in_another_namespace tcp|mptcp
compares_in_another_namespace() {
    make_namespace changing
    NETNS=/run/netns/changing MEANWHILE="ip netns exec changing sh -c '${other_sysctls//\'/\"}'" \
        run_program options "$1" "[$SILENT]:$PORT" "[$SOURCE]:0"
    compares 250
    ip netns delete changing
}

# bats test_tags=native
@test "the same in another network namespace, where every sysctl of new sockets is another, than that of the first move" {
    configure_rules "::/0 = $SOURCE"
    compares_in_another_namespace tcp
}

# bats test_tags=native
@test "the same for MPTCP in another network namespace" {
    needs mptcp
    configure_rules "::/0 = $SOURCE"
    compares_in_another_namespace mptcp
}

# SO_INCOMING_CPU: the processor that received the RST.
@test "after a connect that failed, what the kernel has set meanwhile is not carried over" {
    needs so-incoming-cpu
    configure_rules "2001:db8:2::/64 = $SOURCE" "::/0 = $SOURCE2"
    dial tcp6 bind="[::]:0" connect="[$PEER]:1" get=1:49 nonblock connect="[$SILENT]:$PORT" get=1:49
    [[ $output != *"option 1:49: -1"*"option 1:49: "* && $output == *"option 1:49: -1" ]]
}

# bats test_tags=native
@test "a socket that is being restored, TCP_REPAIR, is not moved: refused, and as it was" {
    configure_rules "::/0 = $SOURCE"
    run_program uncarried repair "[$SILENT]:$PORT"
    prints "EOPNOTSUPP, the same socket"
    logged 1 ' W .* not connected$'
}

# bats test_tags=native
@test "a socket with an eBPF filter, which can't be read, is not moved: refused, and as it was" {
    needs ebpf
    configure_rules "::/0 = $SOURCE"
    run_program uncarried ebpf "[$SILENT]:$PORT"
    prints "EOPNOTSUPP, the same socket"
    logged 1 ' W .* not connected$'
}

@test "an option for which the program has lost its capability: refused, and as it was" {
    configure_rules "::/0 = $SOURCE"
    # SO_PRIORITY, CAP_NET_ADMIN and CAP_NET_RAW
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" set=1:12:7 drop=12 drop=13 connect="[$PEER]:$PORT" local unseen get=1:12
    prints "bind: 0" "connect: EPERM" "local ::, port kept" "unseen" "option 1:12: 7"
}

@test "SO_REUSEADDR, on for the moment of a move, is as before, on the moved and on a refused socket" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $GONE"
    for value in 0 1; do
        dial peer="[$PEER]:$PORT" tcp6 set=1:2:$value bind="[::]:0" connect="[$FAR_PEER]:$PORT" get=1:2 local \
            connect="[$PEER]:$PORT" get=1:2 seen
        prints "bind: 0" "connect: EADDRNOTAVAIL" "option 1:2: $value" "local ::, port kept" \
            "connect: 0" "option 1:2: $value" "seen from $SOURCE, port kept"
    done
}

@test "after the move nobody else gets the port, as before" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:49151" connect="[$PEER]:$PORT" tcp6 bind="[::]:49151" \
        bind="[$SOURCE]:49151"
    prints "bind: 0" "connect: 0" "bind: EADDRINUSE" "bind: EADDRINUSE"
}

@test "a socket keeps its owner, whom policy routing goes by, where the process may give it away" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" euid=65534 tcp6 bind="[::]:0" euid=0 connect="[$PEER]:$PORT" owner seen
    prints "bind: 0" "connect: 0" "owner 65534" "seen from $SOURCE, port kept"
}

# bats test_tags=native
@test "a socket of another network namespace than its thread is in: not moved there, refused" {
    mkdir -p /run/netns
    ip netns add other
    ip -n other link set lo up
    for address in "$SOURCE" "$PEER"; do ip -n other address add "$address/128" dev lo nodad; done
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" netns=/run/netns/other connect="[$PEER]:$PORT" unseen local
    prints "bind: 0" "connect: EADDRNOTAVAIL" unseen "local ::, port kept"
    logged 1 " W .* move the socket from another network namespace: Cannot assign requested address; not connected\$"
    # An unbound socket is bound in its own namespace, but not to an address looked up in another.
    dial peer="[$PEER]:$PORT" tcp6 netns=/run/netns/other connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new"
    configure_rules "::/0 = 2001:db8:1::10/124"
    dial peer="[$PEER]:$PORT" tcp6 netns=/run/netns/other connect="[$PEER]:$PORT" unseen local
    prints "connect: EADDRNOTAVAIL" unseen "local ::, port none"
    ip netns delete other
}

# A program that qemu-user starts would have to be this machine's.
# bats test_tags=native,threads
@test "no program that another thread runs inherits a descriptor" {
    # Each connect opens the log, because of level debug, and a netlink socket, because of the prefix.
    configure <<-END
		log-level = debug
		[dial]
		::/0 = 2001:db8:1::10/124
	END
    run_program inherit "[$SILENT]:$PORT"
    prints "programs that inherited a descriptor: 0, connects that failed: 0, few connects: no"
}
