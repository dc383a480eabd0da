#!/usr/bin/env bats
# Two hosts and one peer probe, as in the demo. Every test makes its own cluster, because the bug leaves traces on disk.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

setup() {
    start_lab 1
    for host in 1 2; do
        start_host "$host"
        write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
    done
}

teardown() {
    stop_lab
}

# start_and_probe bare|preloaded
start_and_probe() {
    start_glusterd "$1" 1 2
    gluster 1 peer probe "$(address_of 2)"
}

peers_from_their_bind_addresses() {
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
}

@test "without the library, host 2 knows host 1 by an address where it does not listen" {
    start_and_probe bare
    wait_until 30 peers_are 2 "$(kernel_address_of 1) Accepted peer request (Disconnected)"
    peers_are 1 "$(address_of 2) Accepted peer request (Connected)"
    connections_are "host1 glusterd $(kernel_address_of 1) -> $(address_of 2) glusterd"
}

@test "preloaded, without a configuration file: a cluster, every connection from its bind-address" {
    start_and_probe preloaded
    peers_from_their_bind_addresses
}

@test "preloaded, with a configuration file: a cluster, and the log says which section is in force" {
    for host in 1 2; do
        write_configuration "$host" <<-END
			[glusterfsd]
			::/0 = $(kernel_address_of "$host")     ; not for glusterd
			[glusterd]
			::/0 = bind-address
			2001:db8:1::/64 = $(address_of "$host")
		END
    done
    start_and_probe preloaded
    peers_from_their_bind_addresses
    for host in 1 2; do
        grep -E '^\[.* \+0000\] I \[glusterd:[0-9]+\] srcaddr: /etc/glusterfs/srcaddr\.conf.*section .?glusterd\>' \
            "$LAB/$host/log/srcaddr.log"
    done
}

@test "preloaded, a longer rule wins over the bind-address: host 2 knows host 1 by it" {
    write_configuration 1 <<-END
		[glusterd]
		::/0 = bind-address
		2001:db8:1::/64 = $(second_address_of 1)
	END
    start_and_probe preloaded
    # Nobody listens there. The rule asks for what the bug does by accident, which shows that the rule wins.
    wait_until 30 peers_are 2 "$(second_address_of 1) Accepted peer request (Disconnected)"
    connections_are "host1 glusterd $(second_address_of 1) -> $(address_of 2) glusterd"
}

# restart_glusterd HOST: afterwards both hosts dial each other again.
restart_glusterd() {
    in_host "$1" pkill -x glusterd
    start_glusterd preloaded "$1"
}

@test "preloaded, a rule that changes while glusterd runs: its next connection follows" {
    write_configuration 1 <<-END
		[glusterd]
		::/0 = bind-address
	END
    start_and_probe preloaded
    peers_from_their_bind_addresses
    write_configuration 1 <<-END
		[glusterd]
		::/0 = $(second_address_of 1)
	END
    restart_glusterd 2
    wait_until 30 dialled_as "host1 glusterd $(second_address_of 1) -> $(address_of 2) glusterd"
}

@test "preloaded, another bind-address in the volume file is in force when glusterd has been restarted, as for glusterd itself" {
    start_and_probe preloaded
    peers_from_their_bind_addresses
    write_volfile 1 transport.socket.bind-address "$(second_address_of 1)"
    restart_glusterd 2
    wait_until 30 dialled_as "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd"
    restart_glusterd 1
    wait_until 30 dialled_as "host1 glusterd $(second_address_of 1) -> $(address_of 2) glusterd"
}

# dialled_as LINE: host 1 has dialled this connection.
dialled_as() {
    dialled 1 | grep -Fx "$1"
}
