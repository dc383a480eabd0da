#!/usr/bin/env bats
# check --wait: the kernel's duplicate address detection, and addresses that come late or never.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

WANTED=2001:db8:7::1

# A link to another host.
setup() {
    enter_machine
    ip netns add other
    ip link add wire0 type veth peer name wire1 netns other
    sysctl -qw net.ipv6.conf.wire0.addr_gen_mode=1
    ip -n other link set wire1 up
    in_force <<-END
		[glusterd]
		::/0 = $WANTED
	END
}

teardown() {
    ip link delete wire0
    ip netns delete other
    leave_machine
}

is_up() {
    [[ $(ip link show wire0) == *" state UP "* ]]
}

other_is_up() {
    [[ $(ip -n other link show wire1) == *" state UP "* ]]
}

add() {
    ip address add "$1/64" dev wire0 "${@:2}"
}

# start_waiting COMMAND [ARGUMENT...]: returns once the command says that it waits.
start_waiting() {
    "$@" >printed 2>&1 3>&- </dev/null &
    waiting=$!
    wait_until grep -q ^waiting printed
}

# waited STATUS: it exits with STATUS, and has printed what is on standard input.
waited() {
    ends "$1" wait "$waiting"
    diff --unified=9 --label expected --label printed - printed
}

@test "as at boot: until the link is up and duplicate address detection is over, and no longer" {
    add "$WANTED"
    write_volfile transport.socket.bind-address 2001:db8:8::1
    add 2001:db8:8::1
    in_force <<-END
		[glusterd]
		::/0 = $WANTED
		2001:db8:9::/64 = 2001:db8:9::/64
	END
    start_waiting "$COMMAND" check --wait 120
    start=$SECONDS
    add 2001:db8:9::1
    ip link set wire0 up
    waited 0 <<-END
		waiting up to 120 s: 2001:db8:8::1 (tentative), $WANTED (tentative), 2001:db8:9::/64 (not on this host)
		/etc/glusterfs/srcaddr.conf: 1 section, 2 rules, 3 sources, 0 warnings
	END
    # Detection takes one or two seconds on an idle machine.
    ((SECONDS - start < 60))
    [[ -z $(ip -6 address show dev wire0 tentative) ]]
    ip -6 address show dev wire0 | grep "$WANTED"
}

slept() {
    (($(grep -c '^poll' trace) >= $1))
}

@test "until an address comes; and it sleeps until the kernel tells it something" {
    ip link set wire0 up
    wait_until is_up
    start_waiting strace --output=trace --trace=poll,openat,select,epoll_wait,clock_nanosleep "$COMMAND" check --wait 60
    wait_until slept 1
    add 2001:db8:8::8 nodad
    wait_until slept 2
    add "$WANTED" nodad
    waited 0 <<-END
		waiting up to 60 s: $WANTED (not on this host)
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 0 warnings
	END
    cat trace
    # Once for each of the two, or slightly more: the link has also just changed.
    sleeps=$(grep -c '^poll' trace)
    ((sleeps >= 2 && sleeps <= 4))
    # Each sleep is for the time left, and ends with a message.
    [ "$(grep -cE '^poll.*, 1, [56][0-9]{4}\) = 1 ' trace)" -eq "$sleeps" ]
    # It looks before it says that it waits, before it first sleeps, and each time it wakes.
    [ "$(grep -c if_inet6 trace)" -eq $((sleeps + 2)) ]
    run grep -E 'nanosleep|select|epoll' trace
    [ "$status" -eq 1 ]
}

@test "never: time is up, once" {
    start=$SECONDS
    says 1 check --wait 1 <<-END
		waiting up to 1 s: $WANTED (not on this host)
		/etc/glusterfs/srcaddr.conf:2:8: warning: $WANTED is not on this host, even after waiting
		::/0 = $WANTED
		       ^~~~~~~~~~~~~
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
    ((SECONDS - start < 5))
    # Detection now takes an hour.
    ip link set wire0 up
    sysctl -qw net.ipv6.conf.wire0.dad_transmits=3600
    add "$WANTED"
    says 1 check --wait 1 <<-END
		waiting up to 1 s: $WANTED (tentative)
		/etc/glusterfs/srcaddr.conf:2:8: warning: $WANTED is tentative on wire0, even after waiting: duplicate address detection is still running
		::/0 = $WANTED
		       ^~~~~~~~~~~~~
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
}

@test "an address that another host has: no longer than detection needs to find that out" {
    ip link set wire0 up
    wait_until is_up
    wait_until other_is_up
    ip -n other address add "$WANTED/64" dev wire1 nodad
    start_waiting "$COMMAND" check --wait 120
    start=$SECONDS
    add "$WANTED"
    waited 1 <<-END
		waiting up to 120 s: $WANTED (not on this host)
		/etc/glusterfs/srcaddr.conf:2:8: warning: $WANTED is a duplicate on wire0: another host has the same address
		::/0 = $WANTED
		       ^~~~~~~~~~~~~
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
    ((SECONDS - start < 60))
    # The library can't use it either.
    GLUSTERD_SRCADDR_CONF=/etc/glusterfs/srcaddr.conf run_as glusterd dial tcp6 connect="[$PEER]:$PORT"
    [ "$output" = "connect: EADDRNOTAVAIL" ]
}

@test "an optimistic address can be used before detection is over" {
    sysctl -qw net.ipv6.conf.wire0.optimistic_dad=1 net.ipv6.conf.wire0.dad_transmits=3600
    ip link set wire0 up
    add "$WANTED" optimistic
    ip -6 address show dev wire0 | grep "$WANTED.* optimistic"
    says 0 check --wait 60 <<-END
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 0 warnings
	END
    GLUSTERD_SRCADDR_CONF=/etc/glusterfs/srcaddr.conf \
        run_as glusterd dial tcp6 nonblock connect="[$SILENT]:$PORT" local
    [ "$output" = "connect: EINPROGRESS"$'\n'"local $WANTED, port new" ]
}

@test "nothing to wait for: usable, deprecated, an error" {
    ip link set wire0 up
    add "$WANTED" nodad preferred_lft 0
    says 1 check --wait 60 <<-END
		/etc/glusterfs/srcaddr.conf:2:8: warning: $WANTED is deprecated on wire0: still works, but the network is phasing it out
		::/0 = $WANTED
		       ^~~~~~~~~~~~~
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
    ip address change "$WANTED/64" dev wire0 preferred_lft forever
    says 0 check --wait 60 <<-END
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 0 warnings
	END
    ip address delete "$WANTED/64" dev wire0
    echo wrong >>/etc/glusterfs/srcaddr.conf
    says 2 check --wait 60 <<-END
		/etc/glusterfs/srcaddr.conf:3:1: error: expected NETWORK = SOURCE or [NAME...], found 'wrong'
		wrong
		^~~~~
	END
}

@test "on a terminal it shows what it waits for, and takes that away" {
    on_terminal 1 check --wait 2 <<-END
		^[[Kwaiting, 0 s: $WANTED (not on this host)^[[Kwaiting, 1 s: $WANTED (not on this host)^[[K/etc/glusterfs/srcaddr.conf:2:8: ^[[1;33mwarning:^[[0m $WANTED is not on this host, even after waiting
		::/0 = $WANTED
		       ^[[1;33m^~~~~~~~~~~~~^[[0m
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
}
