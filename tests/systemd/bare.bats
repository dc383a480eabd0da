#!/usr/bin/env bats
# Two machines without the package: the problem that it solves.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

setup_file() {
    start_machines 1 2
}

teardown_file() {
    stop_machines
}

@test "at boot, glusterd does not start: its address is not usable yet" {
    for host in 1 2; do
        wait_until 10 unit_is "$host" glusterd failed
        grep "creation of listener failed" "$LAB/$host/log/glusterd.log"
        wait_until 10 starts_without_address "$host" glusterd
    done
}

@test "started once it is usable, it dials from another address" {
    for host in 1 2; do
        wait_until 10 has_address_now "$host"
        in_host "$host" systemctl start glusterd
    done
    gluster 1 peer probe "$(address_of 2)"
    wait_until 30 peers_are 2 "$(kernel_address_of 1) Accepted peer request (Disconnected)"
    connections_are "host1 glusterd $(kernel_address_of 1) -> $(address_of 2) glusterd"
}
