#!/usr/bin/env bats
# A prefix as source: which of the host's addresses in it is used.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# Only these tests use this prefix.
PREFIX=2001:db8:7::/64

setup() {
    log=$BATS_TEST_TMPDIR/srcaddr.log
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/srcaddr.conf
    configure_rules "2001:db8:2::/64 = $PREFIX"
}

teardown() {
    sysctl -qw net.ipv6.conf.silent0.accept_dad=0 net.ipv6.conf.silent0.dad_transmits=1 \
        net.ipv6.conf.silent0.use_tempaddr=0
    ip -6 address flush to "$PREFIX"
    ip -6 address flush to 2001:db8:8::/64
}

add() {
    ip address add "$1/64" dev "${2:-silent0}" nodad "${@:3}"
}

# gives ADDRESS: both an unbound and a bound socket get it.
gives() {
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $1, port new" "bind: 0" "connect: 0" "seen from $1, port kept"
}

refuses() {
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" unseen
    prints "connect: EADDRNOTAVAIL" "bind: 0" "connect: EADDRNOTAVAIL" "unseen"
}

@test "no address in the prefix: EADDRNOTAVAIL" {
    add 2001:db8:8::1
    refuses
    logged 1 " W .* 2001:db8:2::/64 = $PREFIX: .*Cannot assign requested address; not connected\$"
}

@test "the one address in the prefix, whatever its interface and the order of addresses" {
    add 2001:db8:8::1
    add 2001:db8:7::5 lo
    add 2001:db8:8::2
    gives 2001:db8:7::5
}

@test "the lowest of several, whichever was added first" {
    add 2001:db8:7::20
    add 2001:db8:7::3
    add 2001:db8:7::100 lo
    gives 2001:db8:7::3
}

@test "the lowest by value, not by text" {
    add 2001:db8:7::100
    add 2001:db8:7::2a
    gives 2001:db8:7::2a
}

@test "one that is not deprecated before one that is" {
    add 2001:db8:7::1 silent0 preferred_lft 0
    add 2001:db8:7::9
    gives 2001:db8:7::9
}

@test "a deprecated one where there is no other" {
    add 2001:db8:7::9 silent0 preferred_lft 0
    gives 2001:db8:7::9
}

@test "never a tentative one" {
    # Duplicate address detection now takes an hour.
    sysctl -qw net.ipv6.conf.silent0.accept_dad=1 net.ipv6.conf.silent0.dad_transmits=3600
    ip address add 2001:db8:7::1/64 dev silent0
    ip -6 address show dev silent0 tentative | grep -q 2001:db8:7::1/64
    refuses
    add 2001:db8:7::9
    gives 2001:db8:7::9
}

@test "never a temporary one" {
    sysctl -qw net.ipv6.conf.silent0.use_tempaddr=2
    # The kernel adds a temporary one, which is random and lower.
    add 2001:db8:7:0:ffff:ffff:ffff:fffe silent0 mngtmpaddr
    until ip -6 address show dev silent0 temporary -tentative | grep -q 2001:db8:7:; do
        ((SECONDS < 30)) || fail "no temporary address came" "$(ip -6 address)"
    done
    gives 2001:db8:7:0:ffff:ffff:ffff:fffe
    temporary=$(ip -6 -o address show dev silent0 temporary | awk '$4 ~ /^2001:db8:7:/ { print $4 }')
    ip address delete 2001:db8:7:0:ffff:ffff:ffff:fffe/64 dev silent0
    [[ -z $(ip -6 address show to "$temporary" dev silent0) ]] || refuses
}

@test "an address that is added or deleted later is seen at the next connect" {
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" \
        run="ip address add 2001:db8:7::9/64 dev silent0 nodad" connect="[$PEER]:$PORT" seen \
        run="ip address add 2001:db8:7::5/64 dev silent0 nodad" tcp6 connect="[$PEER]:$PORT" seen \
        run="ip address delete 2001:db8:7::5/64 dev silent0" tcp6 connect="[$PEER]:$PORT" seen
    prints "bind: 0" "connect: EADDRNOTAVAIL" "connect: 0" "seen from 2001:db8:7::9, port kept" \
        "connect: 0" "seen from 2001:db8:7::5, port new" "connect: 0" "seen from 2001:db8:7::9, port new"
}

@test "found among more addresses than one answer of the kernel has room for" {
    seq --format="address add 2001:db8:8::%g/64 dev silent0 nodad" 1200 | ip -batch -
    add 2001:db8:7::9
    seq --format="address add 2001:db8:8::%g/64 dev silent0 nodad" 1201 1300 | ip -batch -
    gives 2001:db8:7::9
}

@test "a link-local prefix: an address of its scope's interface" {
    # Lower, but on another interface.
    ip address add fe80::1/64 dev silent1 nodad
    configure_rules "fe80::/10 = fe80::%silent0/64"
    dial peer="[$LINK_PEER%silent0]:$PORT" tcp6 bind="[::]:0" connect="[$LINK_PEER%silent0]:$PORT" seen
    ip address delete fe80::1/64 dev silent1
    prints "bind: 0" "connect: 0" "seen from $LINK_SOURCE, port kept"
}

@test "an IPv4-mapped prefix: an IPv4 address" {
    ip address add 192.0.2.9/24 dev silent0
    ip address add 192.0.2.5/24 dev silent0
    configure_rules "::ffff:127.0.0.0/104 = ::ffff:192.0.2.0/120"
    dial peer="127.0.0.2:$PORT" tcp6 bind="[::]:0" connect="[::ffff:127.0.0.2]:$PORT" seen
    ip address delete 192.0.2.9/24 dev silent0
    ip address delete 192.0.2.5/24 dev silent0 2>/dev/null || true # deleting the primary may have deleted it
    prints "bind: 0" "connect: 0" "seen from 192.0.2.5, port kept"
}
