#!/usr/bin/env bats
# All ways to give glusterd its address, with the package installed. glusterd must start with each, at boot not before the address
# is usable, and bind-address must be where it listens.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

setup_file() {
    start_machines 1
    printf '%s\n' "$(address_of 1) store1 both" "192.0.2.1 both store4" >>"$LAB/1/root/etc/hosts"
    sed -i '/^Address=/a Address=192.0.2.1/24' "$LAB/1/root/etc/systemd/network/10-host0.network"
    install_package 1 "$SRCADDR_PACKAGE"
    reboot 1
}

teardown_file() {
    stop_machines
}

# Debian's glusterd.service allows six starts an hour.
setup() {
    in_host 1 systemctl reset-failed
    rm -f "$LAB/1/root/etc/default/glusterd"
}

# restarts STATUS: glusterd restarts, after check exits with STATUS.
restarts() {
    in_host 1 systemctl restart glusterd
    unit_is 1 glusterd active
    [[ $(in_host 1 systemctl show --property=ExecMainStatus --value glusterd-srcaddr) == "$1" ]]
}

# source_is SOURCE WHY: explain gives glusterd this source, and this reason.
source_is() {
    [[ $(in_host 1 glusterd-srcaddr explain 2001:db8:1::12 | awk '/^(SOURCE|WHY) / { $1 = ""; print }') == \
        "${1:+ $1$'\n'} $2" ]]
}

from_listener() { source_is "$(address_of 1)" "bind-address, where glusterd listens"; }

# starts_at_boot: glusterd starts, not before its address is usable.
starts_at_boot() {
    reboot 1
    unit_is 1 glusterd active
    wait_until 10 starts_without_address 1 glusterd-srcaddr
    wait_until 10 starts_with_address 1 glusterd
    from_listener
}

@test "a host name with an IPv4 address alone, a cluster over IPv4: nothing is asked of the operator" {
    write_volfile 1 transport.socket.bind-address store4
    sed -i 's/address-family inet6/address-family inet/' "$LAB/1/etc/glusterd.vol"
    restarts 0
    source_is "" "bind-address, but glusterd does not listen on a specific IPv6 address"
    in_host 1 glusterd-srcaddr check
}

@test "a host name with an IPv6 address, also at boot" {
    write_volfile 1 transport.socket.bind-address store1
    restarts 0
    from_listener
    starts_at_boot
}

@test "a host name with both, and the alias" {
    write_volfile 1 bind-address both transport.socket.bind-address store4
    restarts 0
    from_listener
}

@test "an option of the unit's command line, also at boot" {
    write_volfile 1
    echo "GLUSTERD_OPTIONS=\"--xlator-option management.transport.socket.bind-address=$(address_of 1)\"" \
        >"$LAB/1/root/etc/default/glusterd"
    restarts 0
    from_listener
    starts_at_boot
    in_host 1 systemctl stop glusterd
    source_is "$(address_of 1)" "bind-address, from glusterd.service"
}

@test "what only glusterd can tell: a warning, and it starts" {
    write_volfile 1 transport.socket.bind-address "\`echo $(address_of 1)\`"
    # While glusterd runs, check finds where it listens. Stopped, only glusterd.vol is left.
    in_host 1 systemctl stop glusterd
    restarts 1
    from_listener
    in_host 1 glusterd-srcaddr check
}
