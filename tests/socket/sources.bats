#!/usr/bin/env bats
# Which source a rule gives a connection, as the peer sees it.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# dial_peer ADDRESS [STEP...]: connects a new socket, after these steps.
dial_peer() {
    dial peer="[$1]:$PORT" tcp6 "${@:2}" connect="[$1]:$PORT" seen
}

@test "without the library the peer sees the kernel's choice" {
    bare peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $PEER, port new"
}

@test "no rule for the peer: the kernel's choice" {
    configure_rules "2001:db8:3::/64 = $SOURCE"
    dial_peer "$PEER"
    prints "connect: 0" "seen from $PEER, port new"
}

@test "rule none: the kernel's choice" {
    configure_rules "::/0 = $SOURCE" "2001:db8:2::/64 = none"
    dial_peer "$PEER"
    prints "connect: 0" "seen from $PEER, port new"
}

@test "an unbound socket gets the source of its rule" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    dial_peer "$PEER"
    prints "connect: 0" "seen from $SOURCE, port new"
    logged 0 ' [WE] '
}

# qemu-user lacks IP_BIND_ADDRESS_NO_PORT.
# bats test_tags=native
@test "an unbound socket keeps IP_BIND_ADDRESS_NO_PORT as the program has it, and the default of SO_REUSEADDR" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    for value in 0 1; do
        dial peer="[$PEER]:$PORT" tcp6 set=0:24:$value connect="[$PEER]:$PORT" get=0:24 get=1:2 seen
        prints "connect: 0" "option 0:24: $value" "option 1:2: 0" "seen from $SOURCE, port new"
    done
}

# bats test_tags=native
@test "an unbound socket gets a port that is free towards its peer, even where others use all ports of the source" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    # bind(2) alone would find the range's only port taken.
    dial run="sysctl -qw net.ipv4.ip_local_port_range='40000 40000'" peer="[$PEER]:$PORT" tcp6 \
        connect="[$PEER]:$PORT" tcp6 peer="[$PEER2]:$PORT" connect="[$PEER2]:$PORT" seen \
        run="sysctl -qw net.ipv4.ip_local_port_range='32768 60999'"
    prints "connect: 0" "connect: 0" "seen from $SOURCE, port new"
}

@test "a socket bound to [::] and a port is moved: same port, source of its rule" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    dial_peer "$PEER" bind="[::]:0"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    dial_peer "$PEER" bind="[::]:49151"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    dial_peer "$PEER" bind="[::]:1000"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    logged 0 ' [WE] '
}

# bats test_tags=native
@test "a socket that the program bound to an address is left alone" {
    configure_rules "::/0 = $SOURCE"
    dial_peer "$PEER" bind="[$SOURCE2]:0"
    prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
    dial_peer "$PEER" bind="[$SOURCE2]:0" to=40
    prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

# bats test_tags=native
@test "a socket that the program bound to an address is left alone, even one of the number of a socket bound by us" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen close \
        tcp6 bind="[$SOURCE2]:0" connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new" "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen close \
        tcp6 bind="[$SOURCE2]:0" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept" \
        "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

@test "after a failed connect, another peer's source: moved again, a port of the program's kept" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $SOURCE2"
    dial peer="[$FAR_PEER]:$PORT" tcp6 connect="[$PEER]:1" connect="[$FAR_PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE2, port new"
    dial peer="[$FAR_PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:1" local connect="[$FAR_PEER]:$PORT" seen
    prints "bind: 0" "connect: ECONNREFUSED" "local $SOURCE, port kept" "connect: 0" "seen from $SOURCE2, port kept"
}

@test "after a failed connect, the same peer again: the same source, the program's port kept" {
    configure_rules "::/0 = $SOURCE"
    dial tcp6 connect="[$PEER]:1" peer="[$PEER]:$PORT" connect="[$PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port new"
    dial tcp6 bind="[::]:0" connect="[$PEER]:1" peer="[$PEER]:$PORT" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port kept"
}

# bats test_tags=native
@test "after a failed connect, a socket that nobody but us bound can still be bound by the program" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:1" bind="[$SOURCE2]:0" connect="[$PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:1" bind="[::]:49151" connect="[$PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

# Checking for such a socket would cost every peer without a rule a system call.
@test "after a failed connect, a peer without a rule, or with none, sees the source that the socket has" {
    for rule in "2001:db8:4::/64 = $SOURCE2" "2001:db8:3::/64 = none"; do
        configure_rules "2001:db8:2::/64 = $SOURCE" "$rule"
        dial peer="[$FAR_PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:1" connect="[$FAR_PEER]:$PORT" seen
        prints "bind: 0" "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port kept"
    done
}

# The kernel sets IPV6_V6ONLY when it binds to an IPv6 address. It must not outlast that address.
# bats test_tags=native
@test "after a failed connect, IPV6_V6ONLY is the program's: for an IPv4-mapped source, and for its own bind" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "::ffff:127.0.0.0/104 = ::ffff:127.0.0.9"
    for bound in "" "bind=[::]:0"; do
        # shellcheck disable=SC2086 # a step or none
        dial peer="127.0.0.2:$PORT" tcp6 $bound connect="[$PEER]:1" connect="[::ffff:127.0.0.2]:$PORT" seen
        [[ $output == *$'\nconnect: 0\nseen from 127.0.0.9, port '* ]] || fail "$output"
    done
    for only in 0 1; do
        dial tcp6 set=41:26:$only connect="[$PEER]:1" bind="[::]:0" get=41:26
        prints "connect: ECONNREFUSED" "bind: 0" "option 41:26: $only"
    done
}

@test "after a failed connect, a socket that the program had bound can't be bound by it again" {
    configure_rules "::/0 = $SOURCE"
    dial tcp6 bind="[::]:0" connect="[$PEER]:1" bind="[$SOURCE2]:0"
    prints "bind: 0" "connect: ECONNREFUSED" "bind: EINVAL"
}

# bats test_tags=native
@test "after a failed connect, another socket that comes to its descriptor number is not taken for it" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:1" tcp6 bind="[$SOURCE2]:0" to=4 connect="[$PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

@test "bound to the IPv4-mapped [::ffff:0.0.0.0] and a port: moved, as from [::]" {
    configure_rules "::ffff:127.0.0.0/104 = ::ffff:127.0.0.9"
    dial peer="127.0.0.2:$PORT" tcp6 bind="[::ffff:0.0.0.0]:0" connect="[::ffff:127.0.0.2]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from 127.0.0.9, port kept"
}

# qemu-user returns four bytes of TCP_INFO, which lack the connection's segment size.
# bats test_tags=native
@test "after a connection that was taken off the socket again, the next one gets the source of its rule" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $SOURCE2"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen disconnect \
        peer="[$FAR_PEER]:$PORT" connect="[$FAR_PEER]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept" "disconnect: 0" \
        "connect: 0" "seen from $SOURCE2, port kept"
}

@test "a non-blocking socket: EINPROGRESS, then connected from the source" {
    configure_rules "::/0 = $SOURCE"
    dial_peer "$PEER" nonblock
    prints "connect: EINPROGRESS" "seen from $SOURCE, port new"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" nonblock connect="[$PEER]:$PORT" wait seen
    prints "bind: 0" "connect: EINPROGRESS" "waited: 0" "seen from $SOURCE, port kept"
}

@test "connecting or connected: left alone, EALREADY and EISCONN as ever" {
    configure_rules "2001:db8:66::/64 = $SOURCE" "2001:db8:2::/64 = $SOURCE" "::/0 = $SOURCE2"
    dial tcp6 bind="[::]:0" nonblock connect="[$SILENT]:$PORT" connect="[$SILENT]:$PORT" connect="[$FAR_PEER]:1" local
    prints "bind: 0" "connect: EINPROGRESS" "connect: EALREADY" "connect: EALREADY" "local $SOURCE, port kept"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" connect="[$PEER]:$PORT" connect="[$FAR_PEER]:1" seen
    prints "connect: 0" "connect: EISCONN" "connect: EISCONN" "seen from $SOURCE, port new"
    logged 0 ' [WE] '
}

@test "a connect without an answer that was given up: the next peer's source" {
    configure_rules "2001:db8:66::/64 = $SOURCE" "2001:db8:2::/64 = $SOURCE2"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" nonblock connect="[$SILENT]:$PORT" disconnect \
        connect="[$PEER]:$PORT" wait seen
    prints "bind: 0" "connect: EINPROGRESS" "disconnect: 0" "connect: EINPROGRESS" "waited: 0" \
        "seen from $SOURCE2, port kept"
}

@test "a connection that was reset with data unread is still one: EISCONN, and the data is there" {
    configure_rules "::/0 = none"
    for library in bare dial; do
        "$library" peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" reset="last words" \
            run="sed -i 's/none/$SOURCE/' $GLUSTERD_SRCADDR_CONF" later=1 connect="[$PEER]:$PORT" receive
        prints "bind: 0" "connect: 0" "connect: EISCONN" "received last words"
        configure_rules "::/0 = none"
    done
}

@test "the result of a non-blocking connect, fetched or not, is told by the next one; the one after that is a new one" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $SOURCE2"
    for fetch in "" wait; do
        for library in bare dial; do
            # shellcheck disable=SC2086 # a step or none
            "$library" peer="[$FAR_PEER]:$PORT" tcp6 bind="[::]:1000" nonblock connect="[$PEER]:1" $fetch \
                connect="[$FAR_PEER]:$PORT" unseen connect="[$FAR_PEER]:$PORT" seen
            [[ $library == dial ]] && source=$SOURCE2 || source=$FAR_PEER
            prints "bind: 0" "connect: EINPROGRESS" ${fetch:+"waited: ECONNREFUSED"} \
                "connect: $([[ $fetch ]] && echo ECONNABORTED || echo ECONNREFUSED)" unseen \
                "connect: EINPROGRESS" "seen from $source, port kept"
        done
    done
}

@test "MPTCP sockets get their source too, and stay MPTCP" {
    needs mptcp
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" mptcp6 connect="[$PEER]:$PORT" get=1:38 seen
    prints "connect: 0" "option 1:38: 262" "seen from $SOURCE, port new"
    dial peer="[$PEER]:$PORT" mptcp6 bind="[::]:0" connect="[$PEER]:$PORT" get=1:38 seen
    prints "bind: 0" "connect: 0" "option 1:38: 262" "seen from $SOURCE, port kept"
}

@test "the longest network wins, wherever it stands" {
    configure_rules "2001:db8:2::1 = $SOURCE2" "::/0 = none" "2001:db8:2::/64 = $SOURCE"
    dial_peer "$PEER"
    prints "connect: 0" "seen from $SOURCE2, port new"
    dial_peer "$PEER2"
    prints "connect: 0" "seen from $SOURCE, port new"
    dial_peer "$FAR_PEER"
    prints "connect: 0" "seen from $FAR_PEER, port new"
}

@test "::/0 does not reach loopback, link-local and IPv4 peers" {
    configure_rules "::/0 = $SOURCE"
    dial_peer ::1 bind="[::]:0"
    prints "bind: 0" "connect: 0" "seen from ::1, port kept"
    dial_peer "$LINK_PEER%silent0" bind="[::]:0"
    prints "bind: 0" "connect: 0" "seen from $LINK_PEER, port kept"
    dial peer="127.0.0.2:$PORT" tcp6 bind="[::]:0" connect="[::ffff:127.0.0.2]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from 127.0.0.1, port kept"
    logged 0 ' [WE] '
}

@test "::/0 does not reach multicast: the error is the kernel's" {
    configure_rules "::/0 = $GONE"
    bare tcp6 connect="[ff02::1%lo]:$PORT"
    expected=$output
    dial tcp6 connect="[ff02::1%lo]:$PORT"
    prints "$expected"
    logged 0 ' [WE] '
}

@test "networks of their own reach loopback and link-local peers" {
    configure_rules "::1 = $SOURCE" "fe80::/10 = $LINK_SOURCE%silent0"
    dial_peer ::1 bind="[::]:0"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    dial_peer "$LINK_PEER%silent0" bind="[::]:0"
    prints "bind: 0" "connect: 0" "seen from $LINK_SOURCE, port kept"
    dial_peer "$LINK_PEER%silent0"
    prints "connect: 0" "seen from $LINK_SOURCE, port new"
}

@test "a link-local source of an interface that does not exist: refused" {
    configure_rules "fe80::/10 = $LINK_SOURCE%absent0"
    dial peer="[$LINK_PEER%silent0]:$PORT" tcp6 connect="[$LINK_PEER%silent0]:$PORT" unseen
    prints "connect: ENODEV" "unseen"
}

@test "IPv4 peers of an IPv6 socket get an IPv4-mapped source" {
    configure_rules "::ffff:127.0.0.0/104 = ::ffff:127.0.0.11"
    dial peer="127.0.0.2:$PORT" tcp6 connect="[::ffff:127.0.0.2]:$PORT" seen
    prints "connect: 0" "seen from 127.0.0.11, port new"
    dial peer="127.0.0.2:$PORT" tcp6 bind="[::]:0" connect="[::ffff:127.0.0.2]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from 127.0.0.11, port kept"
}

@test "the first section with a matching name is in force, alone" {
    configure <<-END
		[other]
		::/0 = $GONE
		[d?al*]
		2001:db8:2::/64 = $SOURCE
		[dial]
		::/0 = $SOURCE2
	END
    dial_peer "$PEER"
    prints "connect: 0" "seen from $SOURCE, port new"
    dial_peer "$FAR_PEER"
    prints "connect: 0" "seen from $FAR_PEER, port new"
}

@test "a process that no section names has no rules" {
    configure <<-END
		[glusterd glusterfsd]
		::/0 = $SOURCE
	END
    dial_peer "$PEER"
    prints "connect: 0" "seen from $PEER, port new"
}

@test "a section names the last component of argv[0]" {
    configure <<-END
		[glusterd]
		::/0 = $SOURCE
		[glusterfs]
		::/0 = $SOURCE2
	END
    dial_as /usr/sbin/glusterd peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new"
    dial_as glusterfs peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE2, port new"
}

@test "a section names the process name of the command line too, whatever argv[0] is" {
    configure <<-END
		[glustershd]
		::/0 = $SOURCE
		[glusterfs]
		::/0 = $SOURCE2
	END
    for option in --process-name=glustershd "--process-name glustershd"; do
        # shellcheck disable=SC2086 # one argument or two
        dial_as glusterfs $option peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
        prints "connect: 0" "seen from $SOURCE, port new"
    done
}

@test "a descriptor of a high number is moved as any other" {
    configure_rules "::/0 = $SOURCE"
    dial_peer "$PEER" bind="[::]:0" to=900
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

@test "a child that a program forks has the rules, before or after its parent's first connect" {
    configure_rules "::/0 = $SOURCE"
    dial_peer "$PEER" fork
    prints "connect: 0" "seen from $SOURCE, port new"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen fork tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new" "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}
