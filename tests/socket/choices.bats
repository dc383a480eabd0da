#!/usr/bin/env bats
# Who chose a local address. One that the program chose is left alone. One that it learned from its own connections, or that
# the library gave, follows the rules. qemu-user, like kernels before 4.13, has no write-lifetime hints.
# bats file_tags=native

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# GlusterFS does this at each dial after the first.
@test "a peer with an address in each of two networks: each is dialled from its own source" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $SOURCE2"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen local \
        peer="[$FAR_PEER]:$PORT" tcp6 bind="[$SOURCE]:0" connect="[$FAR_PEER]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept" "local $SOURCE, port kept" \
        "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
    logged 0 ' [WE] '
}

@test "the kernel's choice towards a peer without a rule, or with none, is learned too" {
    for rule in "2001:db8:4::/64 = none" "2001:db8:2::/64 = none"; do
        configure_rules "2001:db8:3::/64 = $SOURCE" "$rule"
        dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen local \
            peer="[$FAR_PEER]:$PORT" tcp6 bind="[$PEER]:0" connect="[$FAR_PEER]:$PORT" seen
        prints "connect: 0" "seen from $PEER, port new" "local $PEER, port new" \
            "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    done
}

@test "an address that it has learned is not what a peer without a rule, or with none, sees" {
    for rule in "2001:db8:4::/64 = none" "2001:db8:3::/64 = none"; do
        configure_rules "2001:db8:2::/64 = $SOURCE" "$rule"
        dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen local \
            peer="[$FAR_PEER]:$PORT" tcp6 bind="[$SOURCE]:0" connect="[$FAR_PEER]:$PORT" seen
        prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept" "local $SOURCE, port kept" \
            "bind: 0" "connect: 0" "seen from $FAR_PEER, port kept"
    done
}

@test "a learned address's port that somebody shares at the source is not joined: the next lower one" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen local run="sed -i 's/= $SOURCE\$/= $SOURCE2/' $GLUSTERD_SRCADDR_CONF" \
        later=1 later=1 tcp6 set=1:2:1 bind="[$SOURCE2]:40010" connect="[$PEER]:$PORT" seen \
        tcp6 bind="[$SOURCE]:40010" connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new" "local $SOURCE, port new" "bind: 0" "connect: 0" "seen from $SOURCE2, port kept" \
        "bind: 0" "connect: 0" "seen from $SOURCE2, port new"
}

@test "the program's own choice is left alone, also where it is the kernel's, or that of a rule for another peer" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $SOURCE2"
    dial peer="[$PEER]:$PORT" tcp6 bind="[$PEER]:0" connect="[$PEER]:$PORT" seen \
        tcp6 connect="[$FAR_PEER]:1" tcp6 bind="[$SOURCE2]:0" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept" \
        "connect: ECONNREFUSED" "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

@test "what a program asks of a socket that it bound itself teaches it nothing" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 bind="[$SOURCE2]:0" local connect="[$PEER]:$PORT" seen local \
        tcp6 bind="[$SOURCE2]:0" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "local $SOURCE2, port kept" "connect: 0" "seen from $SOURCE2, port kept" "local $SOURCE2, port kept" \
        "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

# nginx's "proxy_bind $server_addr" does this.
@test "what it asks of a connection that it accepted is no choice of the library's or the kernel's either" {
    configure_rules "::/0 = $SOURCE"
    dial tcp6 bind="[::]:24015" listen tcp6 connect="[$PEER]:24015" fd=3 accept local \
        peer="[$PEER2]:$PORT" tcp6 bind="[$PEER]:0" connect="[$PEER2]:$PORT" seen
    prints "bind: 0" "listen: 0" "connect: 0" "local $PEER, port new" "bind: 0" "connect: 0" "seen from $PEER, port kept"
}

@test "what it asks of a listener that another process has handed on is its own choice too" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" fd=3 local tcp6 bind="[$PEER]:0" peer="[$PEER2]:$PORT" connect="[$PEER2]:$PORT" seen
    prints "local $PEER, port new" "bind: 0" "connect: 0" "seen from $PEER, port kept"
}

@test "what it asks of a datagram socket is its own choice too" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" udp6 connect="[$PEER]:9" local tcp6 bind="[$PEER]:0" connect="[$PEER]:$PORT" seen
    prints "connect: 0" "local $PEER, port new" "bind: 0" "connect: 0" "seen from $PEER, port kept"
}

@test "who chose is known after exec, for both kinds of socket" {
    configure_rules "2001:db8:2::/64 = $SOURCE" "2001:db8:3::/64 = $SOURCE2"
    for bound in "" "bind=[::]:0"; do
        # shellcheck disable=SC2086 # a step or none
        dial tcp6 $bound connect="[$PEER]:1" exec connect="[$FAR_PEER]:1" local
        prints ${bound:+"bind: 0"} "connect: ECONNREFUSED" "connect: ECONNREFUSED" "local $SOURCE2, port new"
    done
    dial tcp6 bind="[$SOURCE]:0" exec connect="[$FAR_PEER]:1" local
    prints "bind: 0" "connect: ECONNREFUSED" "local $SOURCE, port new"
}

@test "a socket that the program binds a second time: the second choice counts" {
    configure_rules "::/0 = $SOURCE"
    # IP_BIND_ADDRESS_NO_PORT
    dial peer="[$PEER]:$PORT" tcp6 set=0:24:1 bind="[$SOURCE2]:0" bind="[::]:0" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "bind: 0" "connect: 0" "seen from $SOURCE, port new"
    dial peer="[$PEER]:$PORT" tcp6 set=0:24:1 bind="[$SOURCE2]:0" bind="[::]:0" connect="[$PEER2]:1" connect="[$PEER]:$PORT" seen
    prints "bind: 0" "bind: 0" "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port new"
}

@test "a port that the kernel gave for a connect that failed is not the program's: gone, it is not asked for again" {
    configure_rules "2001:db8:2::/64 = none" "2001:db8:3::/64 = $SOURCE"
    # There is only one port, and another socket takes it.
    dial run="sysctl -qw net.ipv4.ip_local_port_range='40000 40000'" tcp6 connect="[$PEER]:1" \
        to=20 tcp6 bind="[$SOURCE2]:40000" fd=20 run="sysctl -qw net.ipv4.ip_local_port_range='32768 60999'" \
        peer="[$FAR_PEER]:$PORT" connect="[$FAR_PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "bind: 0" "connect: 0" "seen from $SOURCE, port new"
}
