#!/usr/bin/env bats
# A source that can't be used: refused, or left to the kernel, as the configuration says.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

not_connected=' W .* 2001:db8:2::/64 = 2001:db8:1::99: .*Cannot assign requested address; not connected$'

@test "not on this host: refused, nothing sent, one warning" {
    configure_rules "2001:db8:2::/64 = $GONE"
    for bound in "" "bind=[::]:0"; do
        # shellcheck disable=SC2086 # a step or none
        syns tcp6 $bound connect="[$PEER]:1" connect="[$FAR_PEER]:1"
        # The second connect shows that the capture works.
        prints ${bound:+"bind: 0"} "connect: EADDRNOTAVAIL" "connect: ECONNREFUSED" "$FAR_PEER -> $FAR_PEER"
    done
    logged 2 "$not_connected" # from two processes
}

@test "refused: the socket is as the program left it, and connects to other peers" {
    configure_rules "2001:db8:2::/64 = $GONE" "2001:db8:3::/64 = $SOURCE"
    dial peer="[$FAR_PEER]:$PORT" tcp6 connect="[$PEER]:1" local connect="[$FAR_PEER]:$PORT" seen
    prints "connect: EADDRNOTAVAIL" "local ::, port none" "connect: 0" "seen from $SOURCE, port new"
    dial peer="[$FAR_PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:1" local connect="[$FAR_PEER]:$PORT" seen
    prints "bind: 0" "connect: EADDRNOTAVAIL" "local ::, port kept" "connect: 0" "seen from $SOURCE, port kept"
    dial tcp6 connect="[$PEER]:1" bind="[$SOURCE2]:0"
    prints "connect: EADDRNOTAVAIL" "bind: 0"
}

@test "refused: once the address is there, the next connect succeeds" {
    configure_rules "::/0 = $GONE"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" unseen \
        run="ip address add $GONE/128 dev lo nodad" connect="[$PEER]:$PORT" seen \
        run="ip address delete $GONE/128 dev lo"
    prints "bind: 0" "connect: EADDRNOTAVAIL" "unseen" "connect: 0" "seen from $GONE, port kept"
}

@test "kernel: connected as without us, same warning" {
    configure <<-END
		unavailable = kernel
		[dial]
		2001:db8:2::/64 = $GONE
	END
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $PEER, port new"
    logged 1 " W .* 2001:db8:2::/64 = $GONE: .*Cannot assign requested address; connecting from the kernel's choice\$"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" nonblock connect="[$PEER]:$PORT" seen
    prints "bind: 0" "connect: EINPROGRESS" "seen from $PEER, port kept"
}

@test "kernel: what we bound for an earlier peer does not stay behind" {
    configure <<-END
		unavailable = kernel
		[dial]
		2001:db8:2::/64 = $GONE
		2001:db8:3::/64 = $SOURCE
	END
    dial peer="[$PEER]:$PORT" tcp6 connect="[$FAR_PEER]:1" connect="[$PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "connect: 0" "seen from $PEER, port new"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$FAR_PEER]:1" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "connect: ECONNREFUSED" "connect: 0" "seen from $PEER, port kept"
}

@test "a tentative address: refused" {
    configure_rules "2001:db8:2::/64 = 2001:db8:66::7"
    # Duplicate address detection now takes an hour.
    sysctl -qw net.ipv6.conf.silent0.accept_dad=1 net.ipv6.conf.silent0.dad_transmits=3600
    ip address add 2001:db8:66::7/64 dev silent0
    ip -6 address show dev silent0 tentative | grep -q 2001:db8:66::7/64
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" unseen
    prints "connect: EADDRNOTAVAIL" "unseen"
    ip address delete 2001:db8:66::7/64 dev silent0
    sysctl -qw net.ipv6.conf.silent0.accept_dad=0 net.ipv6.conf.silent0.dad_transmits=1
}

@test "no descriptor left for a move: refused; unbound sockets need none" {
    configure_rules "::/0 = $SOURCE"
    dial tcp6 connect="[$PEER]:1" peer="[$PEER]:$PORT" tcp6 bind="[::]:0" \
        spare=0 connect="[$PEER]:$PORT" unseen spare=1 connect="[$PEER]:$PORT" seen
    [[ $errors == *" W "*"peer $PEER: "*"Too many open files; not connected" ]] # the log file needs a descriptor too
    errors=
    prints "connect: ECONNREFUSED" "bind: 0" "connect: EMFILE" "unseen" "connect: 0" "seen from $SOURCE, port kept"
    dial tcp6 connect="[$PEER]:1" peer="[$PEER]:$PORT" tcp6 spare=0 connect="[$PEER]:$PORT" spare=1 seen
    prints "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port new"
}

@test "no descriptor left to read the configuration with: refused, and read at the next connect" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 spare=0 connect="[$PEER]:$PORT" unseen spare=1 connect="[$PEER]:$PORT" seen
    warning=$errors
    errors=
    prints "connect: EMFILE" "unseen" "connect: 0" "seen from $SOURCE, port new"
    [[ $warning == *" W "*"peer $PEER: "*"Too many open files; not connected" ]]
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" spare=0 connect="[$PEER]:$PORT" unseen local spare=1 \
        connect="[$PEER]:$PORT" seen
    errors=
    prints "bind: 0" "connect: EMFILE" "unseen" "local ::, port kept" "connect: 0" "seen from $SOURCE, port kept"
}

@test "a port below 1024 and no capability for it any more: refused, not from a wrong source" {
    configure_rules "::/0 = $SOURCE"
    # CAP_NET_BIND_SERVICE
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:1000" drop=10 connect="[$PEER]:$PORT" unseen local get=1:2
    prints "bind: 0" "connect: EACCES" "unseen" "local ::, port kept" "option 1:2: 0"
    logged 1 ' W .*Permission denied; not connected$'
}

@test "the port is taken at the source by another socket: refused" {
    configure_rules "::/0 = $SOURCE"
    # Both sockets have SO_REUSEADDR, and the one at the source listens.
    dial peer="[$PEER]:$PORT" tcp6 set=1:2:1 bind="[::]:49151" tcp6 set=1:2:1 bind="[$SOURCE]:49151" listen \
        fd=4 connect="[$PEER]:$PORT" unseen local
    prints "bind: 0" "bind: 0" "listen: 0" "connect: EADDRINUSE" "unseen" "local ::, port kept"
}

@test "50 connects that fail give one warning, another peer gives another, and another minute too" {
    configure_rules "::/0 = $GONE"
    often=()
    for _ in {1..50}; do
        often+=(connect="[$PEER]:1")
    done
    dial tcp6 "${often[@]}"
    prints "${often[@]/*/connect: EADDRNOTAVAIL}"
    logged 1 ' W '
    rm "$log"
    dial tcp6 "${often[@]}" connect="[$PEER2]:1" connect="[$PEER]:2" later=58 connect="[$PEER]:1"
    logged 2 ' W '
    logged 1 " W .* peer $PEER: "
    logged 1 " W .* peer $PEER2: "
    rm "$log"
    dial tcp6 connect="[$PEER]:1" later=61 "${often[@]}" connect="[$PEER2]:1"
    logged 2 " W .* peer $PEER: "
    logged 1 " W .* peer $PEER2: "
}

@test "whichever call of ours fails, refuse means from the source or not at all, and nothing is left behind" {
    configure_rules "$SILENT = 2001:db8:1::10/124" "$SILENT2 = $SOURCE2"
    run_program within fail "[$SILENT]:1" "[$SOURCE]:0" "[$SILENT2]:1" "[$SOURCE2]:0"
    count=${output//[^0-9]/}
    errors= # if opening the log fails, it is written here
    prints "something happened at $count calls"
    ((count > 500))
}

@test "whichever call of ours fails, kernel means connected, and nothing is left behind" {
    configure <<-END
		unavailable = kernel
		[dial]
		$SILENT = 2001:db8:1::10/124
		$SILENT2 = $SOURCE2
	END
    run_program within fail-kernel "[$SILENT]:1" "[$SOURCE]:0" "[$SILENT2]:1" "[$SOURCE2]:0"
    count=${output//[^0-9]/}
    errors=
    prints "something happened at $count calls"
    ((count > 500))
}
