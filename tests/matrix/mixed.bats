#!/usr/bin/env bats
# Hosts with different Debian releases' GlusterFS in one cluster, as during an upgrade host by host.

export SRCADDR_LIBRARY=$SRCADDR_BUILD/libglusterd-srcaddr.so
# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/../cluster/lab.bash"

declare -gA versions=([bullseye]=9.2 [bookworm]=10.3 [trixie]=11.1)

setup() {
    start_lab 1
    all=()
    for release in $SRCADDR_RELEASES; do
        host=$((${#all[@]} + 1))
        all+=("$host")
        start_host "$host" "$SRCADDR_BUILD/roots/$release"
        write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
        [[ $(in_host "$host" glusterd --version) == "glusterfs ${versions[$release]}"$'\n'* ]]
    done
    others=("${all[@]:1}")
    ((${#others[@]} > 0))
}

teardown() {
    stop_lab
}

# start_and_probe bare|preloaded: the oldest probes the others, because the first host determines the cluster's op-version.
start_and_probe() {
    start_glusterd "$1" "${all[@]}"
    for host in "${others[@]}"; do
        gluster 1 peer probe "$(address_of "$host")"
    done
}

@test "without the library, the others know host 1 by an address where it does not listen" {
    local wrong=()
    start_and_probe bare
    for host in "${others[@]}"; do
        wait_until 30 peers_are "$host" "$(kernel_address_of 1) Accepted peer request (Disconnected)"
        wrong+=("host1 glusterd $(kernel_address_of 1) -> $(address_of "$host") glusterd")
    done
    connections_are "${wrong[@]}"
}

@test "preloaded: one cluster, every connection from its bind-address" {
    local right=()
    start_and_probe preloaded
    wait_until 60 in_cluster "${all[@]}"
    for host in "${all[@]}"; do
        for other in "${all[@]}"; do
            ((host == other)) || right+=("host$host glusterd $(address_of "$host") -> $(address_of "$other") glusterd")
        done
    done
    wait_until 30 connections_are "${right[@]}"
}
