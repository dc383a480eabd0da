#!/usr/bin/env bats
# A cluster of three hosts, each with the GlusterFS of another Debian release: as while one is upgraded host after host.

export SRCADDR_LIBRARY=$SRCADDR_BUILD/libglusterd-srcaddr.so
# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/../cluster/lab.bash"

releases=([1]=bullseye [2]=bookworm [3]=trixie)
versions=([1]=9.2 [2]=10.3 [3]=11.1)

setup() {
    start_lab 1
    for host in 1 2 3; do
        start_host "$host" "$SRCADDR_BUILD/roots/${releases[host]}"
        write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
        [[ $(in_host "$host" glusterd --version) == "glusterfs ${versions[host]}"$'\n'* ]]
    done
}

teardown() {
    stop_lab
}

# start_and_probe bare|preloaded: the oldest asks the others, for the operating version of a cluster is its first host's.
start_and_probe() {
    start_glusterd "$1" 1 2 3
    for host in 2 3; do
        gluster 1 peer probe "$(address_of "$host")"
    done
}

@test "without the library, the others know host 1 by an address where it does not listen" {
    start_and_probe bare
    for host in 2 3; do
        wait_until 30 peers_are "$host" "$(kernel_address_of 1) Accepted peer request (Disconnected)"
    done
    connections_are \
        "host1 glusterd $(kernel_address_of 1) -> $(address_of 2) glusterd" \
        "host1 glusterd $(kernel_address_of 1) -> $(address_of 3) glusterd"
}

@test "preloaded: one cluster, every connection from its bind-address" {
    start_and_probe preloaded
    wait_until 60 in_cluster 1 2 3
    all=()
    for host in 1 2 3; do
        for other in 1 2 3; do
            ((host == other)) || all+=("host$host glusterd $(address_of "$host") -> $(address_of "$other") glusterd")
        done
    done
    wait_until 30 connections_are "${all[@]}"
}
