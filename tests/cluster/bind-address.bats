#!/usr/bin/env bats
# All ways to give glusterd the address it listens on. It must dial its peers from there, and the command must say so. Every
# test makes its own cluster twice: without the library, to show what goes wrong, then with it.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-${BATS_TEST_DIRNAME:?}/../../build/glusterd-srcaddr}")

teardown() {
    stop_lab
}

# make_hosts: two hosts that know each other by name. Host 1 is also store1 (IPv6), store4 (IPv4), and both.
make_hosts() {
    local host
    start_lab 1
    use_names
    printf '%s\n' "$(address_of 1) store1" "$(address_of 1) both" "192.0.2.1 both store4" "192.0.2.2 peer4" >>"$LAB/hosts"
    for host in 1 2; do
        start_host "$host"
        in_host "$host" ip address add "192.0.2.$host/24" dev net1
        write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
        write_configuration "$host" <"${BATS_TEST_DIRNAME:?}/../../packaging/srcaddr.conf"
    done
}

# run_glusterd bare|preloaded [ARGUMENT...]: on host 1 with these arguments, on host 2 as usual.
run_glusterd() {
    start_program 1 "$1" glusterd "${@:2}"
    wait_until 30 peers 1
    start_glusterd "$1" 2
    gluster 1 peer probe "$(name_of 2)"
}

# dials_from_listener [ARGUMENT...]: glusterd on host 1, with the volume file that is there.
dials_from_listener() {
    local volfile
    volfile=$(<"$LAB/1/etc/glusterd.vol")
    run_glusterd bare "$@"
    wait_until 30 peers_are 2 "$(kernel_address_of 1) Accepted peer request (Disconnected)"
    says_wrong
    stop_lab
    make_hosts
    echo "$volfile" >"$LAB/1/etc/glusterd.vol"
    run_glusterd preloaded "$@"
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
    says_the_same
}

command_on_1() { in_host 1 "$COMMAND" "$@"; }

# Names the file: otherwise check also looks for the installed library.
check_on_1() { command_on_1 check /etc/glusterfs/srcaddr.conf; }

# Not with another release's root directory: the command finds no glusterd of its own there.
can_run_command() { [[ ! ${SRCADDR_ROOT-} ]]; }

# status on host 1 shows that glusterd dials from another address than it listens on.
says_wrong() {
    ! can_run_command || wait_until 10 status_is 1 "$(kernel_address_of 1) $(address_of 1) wrong"
}

says_the_same() {
    can_run_command || return 0
    status_is 0 "$(address_of 1) $(address_of 1) ok"
    [[ $(command_on_1 explain --json "$(address_of 2)" | jq --raw-output '.explanations[] | .source + ", " + .why') == \
        "$(address_of 1), bind-address, where glusterd listens" ]]
    check_on_1
}

# status_is STATUS LINE: LINE is source, wanted source and verdict of glusterd's connection.
status_is() {
    local status=0 printed
    printed=$(command_on_1 status --json) || status=$?
    jq . <<<"$printed"
    ((status == $1)) &&
        [[ $(jq --raw-output '.connections[] | [.source, .wanted, .verdict] | join(" ")' <<<"$printed") == "$2" ]]
}

@test "a host name with an IPv6 address" {
    make_hosts
    write_volfile 1 transport.socket.bind-address store1
    dials_from_listener
}

@test "a host name with an IPv6 and an IPv4 address" {
    make_hosts
    write_volfile 1 transport.socket.bind-address both
    dials_from_listener
}

@test "the alias bind-address" {
    make_hosts
    write_volfile 1 bind-address "$(address_of 1)"
    dials_from_listener
}

@test "the alias, which goes before the long key, wherever it stands" {
    make_hosts
    write_volfile 1 bind-address "$(address_of 1)" transport.socket.bind-address "$(second_address_of 1)"
    dials_from_listener
}

@test "an option of the command line, for the volume management" {
    make_hosts
    write_volfile 1
    dials_from_listener --xlator-option "management.transport.socket.bind-address=$(address_of 1)"
}

@test "an option of the command line, for every volume; it goes before the volume file" {
    make_hosts
    write_volfile 1 transport.socket.bind-address "$(second_address_of 1)"
    dials_from_listener --xlator-option="*.transport.socket.bind-address=$(address_of 1)"
}

@test "of two options of the command line the first counts" {
    make_hosts
    write_volfile 1
    dials_from_listener --xlator-option "management.transport.socket.bind-address=$(address_of 1)" \
        --xlator-option "management.transport.socket.bind-address=$(second_address_of 1)"
}

@test "a volume file elsewhere, and by a relative path" {
    make_hosts
    mv "$LAB/1/etc/glusterd.vol" "$LAB/1/etc/x.vol"
    cp "$LAB/1/etc/x.vol" "$LAB/1/etc/glusterd.vol"
    sed -i "s/bind-address .*/bind-address $(second_address_of 1)/" "$LAB/1/etc/glusterd.vol"
    run_glusterd preloaded -f /etc/glusterfs/x.vol
    wait_until 30 in_cluster 1 2
    says_the_same
    in_host 1 pkill glusterd
    wait_until 10 not_running
    in_host 1 env --chdir=/etc/glusterfs LD_PRELOAD="$LIBRARY" glusterd -f x.vol
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
    ! can_run_command || status_is 0 "$(address_of 1) $(address_of 1) ok"
}

not_running() { ! in_host 1 pgrep glusterd; }

@test "a command in back quotes, which glusterd runs" {
    make_hosts
    write_volfile 1 transport.socket.bind-address "\`echo $(address_of 1)\`"
    run_glusterd preloaded
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
}

@test "a cluster over IPv4, by a host name with an IPv4 address: it starts, and no rule concerns it" {
    make_hosts
    sed -i 's/address-family inet6/address-family inet/' "$LAB"/[12]/etc/glusterd.vol
    sed -i 's/bind-address .*/bind-address store4/' "$LAB/1/etc/glusterd.vol"
    sed -i 's/bind-address .*/bind-address peer4/' "$LAB/2/etc/glusterd.vol"
    start_glusterd preloaded 1 2
    gluster 1 peer probe peer4
    wait_until 30 peers_are 1 "peer4 Peer in Cluster (Connected)"
    ! can_run_command || check_on_1
    [[ ! -e $LAB/1/log/srcaddr.log ]] || ! grep -E '\] [EW] \[' "$LAB/1/log/srcaddr.log"
}

# bats test_tags=command
@test "a working directory of the command line: status shows its peers, and repair finds its store" {
    make_hosts
    mkdir "$LAB/1/run/glusterd"
    write_volfile 1 transport.socket.bind-address "$(address_of 1)"
    start_program 1 bare glusterd --xlator-option management.working-directory=/run/glusterd
    wait_until 30 peers 1
    start_glusterd bare 2
    gluster 2 peer probe "$(address_of 1)"
    wait_until 30 peers_are 1 "$(kernel_address_of 2) Accepted peer request (Disconnected)"
    [[ $(command_on_1 status --json | jq --raw-output '.peers[].names[]') == "$(kernel_address_of 2)" ]]
    ! command_on_1 status || return
    [[ $(command_on_1 repair --json | jq --raw-output '.suspects[].name') == "$(kernel_address_of 2)" ]]
}
