#!/usr/bin/env bats
# The collection's playbooks on four machines: a cluster with the problem, a volume replicated over three of them, and a client
# that writes and reads back all the time. Each test continues where the one before stopped.

# shellcheck source=tests/fleet/fleet.bash
source "${BATS_TEST_DIRNAME:?}/fleet.bash"

# Machine 2 is in the cluster, but has no brick.
BRICKS=(1 3 4)

setup_file() {
    start_fleet 1 2 3 4
    form_cluster 1 2 3 4
    make_volume "${BRICKS[@]}"
    configure group_vars/peers <<-END
		[$(daemons)]
		::/0 = bind-address
	END
    start_client 1
}

teardown_file() {
    stop_fleet
}

### What the playbooks do

# plays STATUS NAME [OPTION...]: leaves the output in $output, and shows it if the test fails.
plays() {
    run play "${@:2}"
    echo "$output"
    if (($1 == 0)); then
        [[ $status == 0 ]]
    else
        [[ $status != 0 ]]
    fi
}

# changed HOST: prints how many tasks changed something there, from the recap.
changed() { sed -n "s/^host$1 .* changed=\([0-9]*\) .*/\1/p" <<<"$output"; }

# nothing_changed HOST...
nothing_changed() {
    local host
    for host; do
        [[ $(changed "$host") == 0 ]] || complain "host $host: something has changed" || return
    done
}

### What the hosts are

main_pid() { in_host "$1" systemctl show --property=MainPID --value glusterd; }

# has_library HOST PID: the process has mapped the installed library.
has_library() { in_host "$1" cat "/proc/$2/maps" | grep '/libglusterd-srcaddr\.so$'; }

# state_of HOST...: prints what a refusal must not change.
state_of() {
    local host
    for host; do
        echo "host $host: glusterd $(main_pid "$host"), bricks $(in_host "$host" pgrep --exact glusterfsd | xargs)"
        in_host "$host" sha256sum /etc/glusterfs/srcaddr.conf || true
        in_host "$host" dpkg-query --show glusterd-srcaddr || true
    done 2>&1
}

# is_as_before STATE HOST...: state_of still prints STATE.
is_as_before() { diff --label before --label now - <(state_of "${@:2}") <<<"$1"; }

# unit_is_as_before HOST...: no trace is left of KillMode=process.
unit_is_as_before() {
    local host
    for host; do
        [[ $(in_host "$host" systemctl show --property=KillMode --value glusterd) == control-group ]]
        in_host "$host" test ! -e /run/systemd/system/glusterd.service.d/99-srcaddr-restart.conf
    done
}

# all_is_well HOST...: the command says so there.
all_is_well() {
    local host
    for host; do
        echo "host $host:"
        in_host "$host" glusterd-srcaddr status --wrong || return
    done
}

@test "in check mode, what would be changed is shown and nothing is changed" {
    before=$(state_of 1 2 3 4)
    plays 0 rollout --check --diff
    for host in 1 2 3 4; do
        (($(changed "$host") > 0))
    done
    [[ $output == *"+[$(daemons)]"* ]]
    is_as_before "$before" 1 2 3 4
}

@test "rolled out, bricks included, without one operation of the client that fails or waits" {
    plays 0 rollout
    all_is_well 1 2 3 4
    unit_is_as_before 1 2 3 4
    if bricks_can_be_restarted; then
        for host in "${BRICKS[@]}"; do
            has_library "$host" "$(in_host "$host" pgrep --exact glusterfsd)"
        done
    fi
    longest=$(stop_client)
    echo "The longest operation took $longest ms."
    # As long as a restart of glusterd on a busy machine.
    ((longest < 5000))
}

@test "a second run changes nothing" {
    before=$(state_of 1 2 3 4)
    plays 0 rollout
    nothing_changed 1 2 3 4
    is_as_before "$before" 1 2 3 4
}

@test "a configuration that one host refuses is put in place on none" {
    before=$(state_of 1 2 3 4)
    start_client 1
    configure host_vars/host3 <<-'END'
		[glusterd]
		::/0 = 2001:db8::g
	END
    plays 1 rollout
    nothing_changed 1 2 3 4
    [[ $output == *"host3 refuses the configuration"* && $output == *"srcaddr.conf:2:8: error: "* ]]
    is_as_before "$before" 1 2 3 4
    rm "$FLEET/host_vars/host3.yml"
}

# new_addresses HOST...: all hosts are to dial from a new address, and these already have it.
new_addresses() {
    configure group_vars/peers <<-'END'
		[glusterd]
		::/0 = 2001:db8:1::30/124
	END
    for host; do
        in_host "$host" ip address add "$(second_address_of "$host")/64" dev host0 nodad
    done
}

@test "a host without the source that it is to have: a warning, and nothing is changed on any" {
    before=$(state_of 1 2 3 4)
    new_addresses 1 3 4
    plays 1 rollout
    nothing_changed 1 2 3 4
    [[ $output == *"host2 refuses the configuration"* && $output == *": warning: "* && $output == *srcaddr_accept_warnings* ]]
    is_as_before "$before" 1 2 3 4
}

@test "where such warnings are accepted, the play stops at that host, before it is restarted" {
    glusterds=("$(main_pid 1)" "$(main_pid 2)")
    untouched=("$(state_of 3)" "$(state_of 4)")
    plays 1 rollout --extra-vars srcaddr_accept_warnings=true
    [[ $output == *"host2 did not get there, and no host after it was touched."*"glusterd-srcaddr check"* ]]
    [[ $(main_pid 1) != "${glusterds[0]}" && $(main_pid 2) == "${glusterds[1]}" ]]
    is_as_before "${untouched[0]}" 3
    is_as_before "${untouched[1]}" 4
    unit_is_as_before 1 2 3 4
}

@test "when that is mended, the same goes on from there" {
    in_host 2 ip address add "$(second_address_of 2)/64" dev host0 nodad
    done_before=$(state_of 1)
    plays 0 rollout
    nothing_changed 1
    is_as_before "$done_before" 1
    all_is_well 1 2 3 4
    for host in 1 2 3 4; do
        dialled "$host" | grep -F "host$host glusterd $(second_address_of "$host") -> "
    done
}

@test "upgraded: every glusterd has the new library" {
    plays 0 rollout --extra-vars srcaddr_package="$(newer_package)"
    for host in 1 2 3 4; do
        in_host "$host" dpkg-query --show glusterd-srcaddr | grep +newer
        has_library "$host" "$(main_pid "$host")"
    done
    all_is_well 1 2 3 4
}

@test "removed: every glusterd is without the library" {
    plays 0 remove
    for host in 1 2 3 4; do
        in_host "$host" cat "/proc/$(main_pid "$host")/maps" | not grep libglusterd-srcaddr
        in_host "$host" test ! -e /usr/sbin/glusterd-srcaddr
    done
    unit_is_as_before 1 2 3 4
}

@test "all the while, the client could write and read" {
    longest=$(stop_client)
    echo "The longest operation took $longest ms."
    ((longest < 5000))
}

@test "three hosts that know the first under a wrong address are repaired" {
    in_host 4 systemctl stop glusterd
    write_inventory 1 2 3
    configure group_vars/peers <<-'END'
		[glusterd]
		::/0 = bind-address
	END
    # Otherwise the kernel would choose these.
    for host in 1 2 3; do
        in_host "$host" ip address delete "$(second_address_of "$host")/64" dev host0
    done
    poison 1 2 3
    plays 0 repair
    for host in 2 3; do
        [[ $output == *"host$host has stored host1 under $(kernel_address_of 1); right is $(address_of 1)."* ]]
    done
    all_connected 1 2 3
    all_is_well 1 2 3
    for host in 2 3; do
        cat "$LAB/$host"/root/var/lib/glusterd/peers/* | not grep -F "$(kernel_address_of 1)"
    done
    unit_is_as_before 1 2 3
    plays 0 repair --check
    nothing_changed 1 2 3
    [[ $output != *"; right is "* ]]
}

@test "no command of the guide's chapter is left" {
    sed -n 's/^admin\$ //p' "$BATS_TEST_DIRNAME/../../docs/guide.md" >"$BATS_TEST_TMPDIR/commands"
    (($(wc -l <"$BATS_TEST_TMPDIR/commands") > 3))
    not grep -vxF -f "$FLEET/commands" "$BATS_TEST_TMPDIR/commands"
}
