#!/usr/bin/env bats
# Two hosts on two networks, each network with a rule of its own: glusterds talk over the first, the bricks are on the
# second. A glusterd that serves both has no bind-address.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

setup_file() {
    start_lab 1 2
    use_names
    for host in 1 2; do
        start_host "$host"
        write_volfile "$host"
        write_configuration "$host" <<-END
			[gluster*]
			2001:db8:1::/64 = $(address_of "$host" 1)
			2001:db8:2::/64 = $(second_address_of "$host" 2)
		END
    done
    start_glusterd preloaded 1 2
    gluster 1 peer probe "$(name_of 2 1)"
    wait_until 30 in_cluster 1 2
    # Their names in the second network, which the bricks go by.
    gluster 1 peer probe "$(name_of 2 2)"
    gluster 2 peer probe "$(name_of 1 2)"
    gluster 1 volume create shared replica 2 \
        "$(name_of 1 2):/run/brick/data" "$(name_of 2 2):/run/brick/data" force
    gluster 1 volume start shared
}

teardown_file() {
    stop_lab
}

@test "each network's connections come from the source of its rule" {
    for host in 1 2; do
        peer=$((3 - host))
        expected+=(
            "host$host glusterd $(address_of "$host" 1) -> $(address_of "$peer" 1) glusterd"
            # Made when the second name was probed; it stays.
            "host$host glusterd $(second_address_of "$host" 2) -> $(address_of "$peer" 2) glusterd"
            "host$host glusterfsd $(second_address_of "$host" 2) -> $(address_of "$host" 2) glusterd"
            # Without a bind-address, it is told to find its glusterd at "localhost".
            "host$host glustershd 127.0.0.1 -> 127.0.0.1 glusterd"
            "host$host glustershd $(second_address_of "$host" 2) -> $(address_of 1 2) brick"
            "host$host glustershd $(second_address_of "$host" 2) -> $(address_of 2 2) brick"
        )
    done
    wait_until 30 connections_are "${expected[@]}"
}
