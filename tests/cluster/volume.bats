#!/usr/bin/env bats
# A volume replicated over hosts 1 to 3, mounted on host 4, everything preloaded and with a section in srcaddr.conf.
# The tests share the cluster, and each continues where the one before stopped.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"
# shellcheck source=tests/cluster/volume.bash
source "${BATS_TEST_DIRNAME:?}/volume.bash"

COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-${BATS_TEST_DIRNAME:?}/../../build/glusterd-srcaddr}")

setup_file() {
    start_lab 1
    use_names
    for host in 1 2 3; do
        start_host "$host"
        # No bind-address: GlusterFS 11's self-heal would be started with it, and not find its glusterd.
        write_volfile "$host"
        # A second address for everything that glusterd starts, to tell the sections apart. Bricks need it: they dial only
        # their own host's glusterd, for which the kernel would choose the destination, the first address.
        write_configuration "$host" <<-END
			[glusterd]
			::/0 = $(address_of "$host")
			[glusterfsd glustershd glfsheal]
			2001:db8:1::/64 = $(second_address_of "$host")
		END
    done
    start_host 4
    write_configuration 4 <<-END
		[fuse]
		2001:db8:1::/64 = $(address_of 4)
	END

    # shellcheck disable=SC2119 # no options
    start_volume
}

teardown_file() {
    stop_lab
}

# Connections to the host's own addresses match the rules' prefix too, and follow them.
connections_follow_the_sections() {
    local host other expected=("host4 fuse $(address_of 4) -> $(address_of 1) glusterd")
    for host in 1 2 3; do
        expected+=(
            "host$host glusterfsd $(second_address_of "$host") -> $(address_of "$host") glusterd"
            # Without a bind-address, glusterd starts it with -s localhost.
            "host$host glustershd 127.0.0.1 -> 127.0.0.1 glusterd"
            "host4 fuse $(address_of 4) -> $(address_of "$host") brick"
        )
        for other in 1 2 3; do
            expected+=("host$host glustershd $(second_address_of "$host") -> $(address_of "$other") brick")
            [[ $other == "$host" ]] ||
                expected+=("host$host glusterd $(address_of "$host") -> $(address_of "$other") glusterd")
        done
    done
    connections_are "${expected[@]}"
}

# write_files NAME...: writes new content through the mount.
write_files() {
    local name
    for name; do
        in_host 4 dd if=/dev/urandom of="/run/mount/$name" bs=100k count=3 status=none
    done
}

@test "every connection comes from the source that its process's section gives" {
    wait_until 30 connections_follow_the_sections
}

@test "no connection so far, not even a closed one, came from the kernel's choice" {
    connections=$(for host in $(hosts); do in_host "$host" ss -Htna; done)
    # Closed connections stay in TIME-WAIT for a minute. There are some, from clients that asked glusterd for a port.
    grep TIME-WAIT <<<"$connections"
    for host in $(hosts); do
        run grep -F "[$(kernel_address_of "$host")]" <<<"$connections"
        echo "$output"
        [ "$status" -eq 1 ]
    done
}

@test "files written through the mount read back the same and are on all bricks" {
    write_files a b c
    in_host 4 dd if=/dev/urandom of=/run/original bs=1M count=8 status=none
    in_host 4 cp /run/original /run/mount/copy
    in_host 4 cmp /run/original /run/mount/copy
    [ "$(mounted_sums | wc -l)" -eq 4 ]
    bricks_agree 1 2 3
}

@test "a killed brick that comes back is healed" {
    in_host 2 pkill -KILL -x glusterfsd
    write_files b d e
    bricks_agree 1 3
    run bricks_agree 2
    [ "$status" -ne 0 ]

    gluster 1 volume start shared force
    # Fails until the self-heal daemons have found the brick's new port.
    wait_until 30 gluster 1 volume heal shared
    wait_until 30 heal_is_complete
    bricks_agree 1 2 3
}

@test "connections that were made anew follow the sections as well" {
    wait_until 30 connections_follow_the_sections
}

# raise_firewall HOST...: each answers "prohibited", as a firewall does, to the kernel's choices. The local table is looked up
# first, so it has to move behind these rules.
raise_firewall() {
    local host other
    for host; do
        in_host "$host" ip -6 rule add pref 1 lookup local
        for other in 1 2 3; do
            in_host "$host" ip -6 rule add pref 0 from "$(kernel_address_of "$other")" prohibit
        done
        in_host "$host" ip -6 rule delete pref 0 lookup local
    done
}

drop_firewall() {
    local host other
    for host; do
        in_host "$host" ip -6 rule add pref 0 lookup local
        in_host "$host" ip -6 rule delete pref 1 lookup local
        for other in 1 2 3; do
            in_host "$host" ip -6 rule delete pref 0 from "$(kernel_address_of "$other")" prohibit
        done
    done
}

@test "behind a firewall heal info sees the other hosts' bricks by glusterd-srcaddr run" {
    raise_firewall 2 3
    info=$(in_host 1 gluster --mode=script volume heal shared info)
    [ "$(grep -c '^Status: Transport endpoint is not connected$' <<<"$info")" -eq 2 ]
    # LD_LIBRARY_PATH, because the library is not installed.
    info=$(in_host 1 env LD_LIBRARY_PATH="${LIBRARY%/*}" "$COMMAND" run gluster --mode=script volume heal shared info)
    [ "$(grep -c '^Status: Connected$' <<<"$info")" -eq 3 ]
    [ "$(grep -c '^Number of entries: 0$' <<<"$info")" -eq 3 ]
    drop_firewall 2 3
}

@test "a rule that changes while a brick runs: its next connection follows" {
    brick=$(in_host 1 pgrep -x glusterfsd)
    write_configuration 1 <<-END
		[glusterd]
		::/0 = $(address_of 1)
		[glusterfsd]
		2001:db8:1::/64 = $(kernel_address_of 1)
	END
    in_host 1 pkill -x glusterd
    start_glusterd preloaded 1
    wait_until 30 brick_dials_from "$(kernel_address_of 1)"
    [[ $(in_host 1 pgrep -x glusterfsd) == "$brick" ]]
}

brick_dials_from() {
    dialled 1 | grep -Fx "host1 glusterfsd $1 -> $(address_of 1) glusterd"
}
