#!/usr/bin/env bats
# Hosts on two networks, each with its own rule. A glusterd that serves both has no bind-address.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"
# shellcheck source=tests/cluster/watch.bash
source "${BATS_TEST_DIRNAME:?}/watch.bash"

setup() {
    start_lab 1 2
    use_names
}

teardown() {
    [[ ! -e $LAB/watch.pid ]] || stop_watch || true
    stop_lab
}

start_hosts() {
    local host
    for host in 1 2; do
        start_host "$host" || return
        write_volfile "$host"
        write_configuration "$host" <<-END
			[gluster*]
			2001:db8:1::/64 = $(address_of "$host" 1)
			2001:db8:2::/64 = $(second_address_of "$host" 2)
		END
    done
    start_glusterd preloaded 1 2
}

# glusterd talks over the first network; bricks are on the second.
start_volume() {
    gluster 1 peer probe "$(name_of 2 1)"
    wait_until 30 in_cluster 1 2
    # The names in the second network, which the bricks have.
    gluster 1 peer probe "$(name_of 2 2)"
    gluster 2 peer probe "$(name_of 1 2)"
    gluster 1 volume create shared replica 2 \
        "$(name_of 1 2):/run/brick/data" "$(name_of 2 2):/run/brick/data" force
    gluster 1 volume start shared
}

@test "each network's connections come from the source of its rule" {
    start_hosts
    start_volume
    for host in 1 2; do
        peer=$((3 - host))
        expected+=(
            "host$host glusterd $(address_of "$host" 1) -> $(address_of "$peer" 1) glusterd"
            # Left over from the probe of the second name.
            "host$host glusterd $(second_address_of "$host" 2) -> $(address_of "$peer" 2) glusterd"
            "host$host glusterfsd $(second_address_of "$host" 2) -> $(address_of "$host" 2) glusterd"
            # Without a bind-address, glusterd starts it with -s localhost.
            "host$host glustershd 127.0.0.1 -> 127.0.0.1 glusterd"
            "host$host glustershd $(second_address_of "$host" 2) -> $(address_of 1 2) brick"
            "host$host glustershd $(second_address_of "$host" 2) -> $(address_of 2 2) brick"
        )
    done
    wait_until 30 connections_are "${expected[@]}"
}

# Prints host 1's SYNs to host 2's glusterd.
dials() { syns | grep '^host1 .* glusterd$'; }

dialled_more_than() { [[ $(dials | wc -l) -gt $1 ]]; }

# Returns when host 1 is connected again.
restart_peer() {
    local before
    before=$(dials | wc -l)
    in_host 2 pkill -KILL --exact glusterd
    start_glusterd preloaded 2 || return
    wait_until 30 dialled_more_than "$before" || return
    wait_until 30 peers_are 1 "both Peer in Cluster (Connected)"
}

# Each time GlusterFS redials, it takes the name's next address, and binds to its own address of the dial before.
@test "a peer whose name has an address in each network: however often it is dialled, from that network's source" {
    for network in 1 2; do
        echo "$(address_of 2 "$network") both" >>"$LAB/hosts"
    done
    start_hosts
    start_watch
    gluster 1 peer probe both
    wait_until 30 peers_are 1 "both Peer in Cluster (Connected)"
    for _ in {1..4}; do
        restart_peer
    done
    stop_watch
    dials
    diff --unified=0 --label expected --label dialled \
        <(printf '%s\n' "host1 $(address_of 1 1) -> $(address_of 2 1) glusterd" \
            "host1 $(second_address_of 1 2) -> $(address_of 2 2) glusterd") \
        <(dials | sort -u)
}
