#!/usr/bin/env bats
# Clusters poisoned by the real bug, mended as docs/guide.md says. Every test makes its own cluster.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-${BATS_TEST_DIRNAME:?}/../../build/glusterd-srcaddr}")
ACCEPTED="Accepted peer request"
DEAD_END="Sent and Received peer request"

teardown() {
    stop_lab
}

# poison HOST...: without the library, the first host probes the others, which store it under the kernel's choice.
poison() {
    local host
    [[ -x $COMMAND && $COMMAND != /run/* ]] || complain "$COMMAND: no command that hosts can run. Run make first."
    start_lab 1
    for host; do
        start_host "$host"
        write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
    done
    start_glusterd bare "$@"
    for host in "${@:2}"; do
        gluster "$1" peer probe "$(address_of "$host")"
    done
    for host in "${@:2}"; do
        wait_until 30 peers_are "$host" "$(kernel_address_of "$1") $ACCEPTED (Disconnected)"
    done
}

stop_glusterd() {
    local host pid
    for host; do
        pid=$(in_host "$host" pgrep --exact glusterd)
        in_host "$host" kill "$pid"
        while in_host "$host" kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
    done
}

# Every host lists every peer as in the cluster, connected or not.
all_settled() {
    local host found
    for host in $(hosts); do
        found=$(peers "$host") || return
        ! grep -v "^[^ ]* Peer in Cluster " <<<"$found" || return
    done
}

# restart_with_library HOST...: one after the other, each after all have settled. Otherwise a host whose request goes to a
# glusterd that is just stopped ends in the dead end below.
restart_with_library() {
    local host
    for host; do
        stop_glusterd "$host"
        start_glusterd preloaded "$host"
        wait_until 30 all_settled
    done
}

# repair HOST [OPTION]...
repair() {
    in_host "$1" "$COMMAND" repair "${@:2}"
}

# fails STATUS COMMAND [ARGUMENT...]: exits with STATUS.
fails() {
    local status=0
    "${@:2}" || status=$?
    ((status == $1))
}

lists_peers() {
    peers "$1" | grep -qxF "$2"
}

stored_on() {
    cat "$LAB/$1"/lib/peers/*
}

not_stored_on() {
    ! stored_on "$1" | grep -F "$2"
}

uuid_of() {
    sed -n 's/^UUID=//p' "$LAB/$1/lib/glusterd.info"
}

@test "two hosts: the list names the peer and its right address, mended both are connected" {
    poison 1 2
    restart_with_library 1 2
    wait_until 30 peers_are 2 "$(kernel_address_of 1) Peer in Cluster (Disconnected)"
    wait_until 30 peers_are 1 "$(address_of 2) Peer in Cluster (Connected)"

    diff - <(fails 1 repair 2) <<-END
		PEER                                 STATE           ADDRESS        ANSWER
		$(uuid_of 1) Peer in Cluster 2001:db8:1::21 connection refused

		CALLER         CONNECTIONS ANSWER
		2001:db8:1::11           1 answers

		A peer in this list is down, or stored under a wrong address.
		A caller that answers is a server: its /var/lib/glusterd/glusterd.info has its UUID.
		One that does not answer may be a client that mounts a volume.

		To see the change:
		glusterd-srcaddr repair --from 2001:db8:1::21 --to 2001:db8:1::11 --dry-run
	END

    before=$(stored_on 2)
    in_host 2 "$COMMAND" repair --from "$(kernel_address_of 1)" --to "$(address_of 1)" --dry-run
    pid=$(in_host 2 pgrep --exact glusterd)
    fails 2 repair 2 --from "$(kernel_address_of 1)" --to "$(address_of 1)" 2>&1 |
        grep -F "glusterd is running (process $pid); stop it first"
    [[ $(stored_on 2) == "$before" ]]
    [[ ! -e $LAB/2/lib/srcaddr-backup ]]

    stop_glusterd 2
    repair 2 --from "$(kernel_address_of 1)" --to "$(address_of 1)"
    start_glusterd preloaded 2
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
    repair 2 | grep "^No suspects: .* (peers: 1)"
}

@test "three hosts: both that know the first under a wrong name are stopped, mended, started; nothing of it is left" {
    poison 1 2 3
    restart_with_library 1 2 3
    for host in 2 3; do
        wait_until 30 lists_peers "$host" "$(kernel_address_of 1) Peer in Cluster (Disconnected)"
    done
    wait_until 30 peers_are 1 "$(address_of 2) Peer in Cluster (Connected)" "$(address_of 3) Peer in Cluster (Connected)"
    stop_glusterd 2 3
    for host in 2 3; do
        repair "$host" --from "$(kernel_address_of 1)" --to "$(address_of 1)"
    done
    start_glusterd preloaded 2 3
    wait_until 30 in_cluster 1 2 3
    for host in 1 2 3; do
        wait_until 10 repair "$host"
        not_stored_on "$host" "$(kernel_address_of 1)"
    done
}

@test "where the right address was probed before, the peer has two equal names then, which glusterd takes for one" {
    poison 1 2
    restart_with_library 1 2
    wait_until 30 peers_are 1 "$(address_of 2) Peer in Cluster (Connected)"
    gluster 2 peer probe "$(address_of 1)"
    # GlusterFS 11 puts it first.
    stored_on 2 | grep -x "hostname[12]=$(address_of 1)"
    stop_glusterd 2
    repair 2 --from "$(kernel_address_of 1)" --to "$(address_of 1)"
    stored_on 2 | grep -xF "hostname1=$(address_of 1)"
    stored_on 2 | grep -xF "hostname2=$(address_of 1)"
    start_glusterd preloaded 2
    wait_until 30 in_cluster 1 2
    wait_until 10 not_stored_on 2 hostname2
}

@test "in the state \"$ACCEPTED\" a mended peer is connected, but does not get in; to probe it again, as is said, does that" {
    poison 1 2
    stop_glusterd 1 2
    repair 2 --from "$(kernel_address_of 1)" --to "$(address_of 1)" |
        grep -A 3 "^The peer is not in the cluster yet, its state is '$ACCEPTED'" >"$LAB/advice"
    start_glusterd preloaded 1 2
    wait_until 30 peers_are 1 "$(address_of 2) $DEAD_END (Connected)"
    wait_until 30 peers_are 2 "$(address_of 1) $DEAD_END (Connected)"
    grep '^gluster ' "$LAB/advice" | while read -r _ words; do
        # shellcheck disable=SC2086 # the words of a command
        gluster 2 $words
    done
    wait_until 30 in_cluster 1 2
}
