#!/usr/bin/env bats
# The processes that glusterd starts have the names in srcaddr.conf(5). One host.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-${BATS_TEST_DIRNAME:?}/../../build/glusterd-srcaddr}")

setup_file() {
    start_lab 1
    use_names
    start_host 1
    # A rule for each role. gfproxyd has no role, so it goes by its program's name.
    write_configuration 1 <<-END
		[glusterd brick glustershd bitd scrub quotad snapd rebalance]
		2001:db8:1::/64 = $(second_address_of 1)
		[glusterfsd]
		2001:db8:1::/64 = $(address_of 1)
	END
    write_volfile 1
    start_glusterd preloaded 1
    gluster 1 volume create shared replica 3 "$(name_of 1):/run/brick/"{a,b,c} force
    gluster 1 volume start shared
    gluster 1 volume bitrot shared enable
    gluster 1 volume quota shared enable
    gluster 1 volume set shared features.uss enable
    gluster 1 volume set shared config.gfproxyd enable
}

teardown_file() {
    stop_lab
}

# processes_are NAME...: status shows exactly these.
processes_are() {
    diff --unified=0 --label expected --label found <(printf '%s\n' "$@" | sort) \
        <(in_host 1 "$COMMAND" status --json | jq --raw-output '.processes[].process' | sort)
}

@test "each has the name by which a section finds it; gfproxyd has its program's only" {
    wait_until 30 processes_are glusterd brick brick brick glustershd bitd scrub quotad snapd glusterfsd
}

# sources_are LINE...: who dials bricks: "COUNT PROCESS SOURCE VERDICT", where COUNT is of bricks.
sources_are() {
    diff --unified=0 --label expected --label found <(printf '%s\n' "$@" | sort) \
        <(in_host 1 "$COMMAND" status --json | jq --raw-output '.connections[] | select(.port != 24007) |
            .process + " " + .source + " " + .verdict' | sort | uniq --count | sed 's/^ *//')
}

@test "each one's connections to bricks follow its own section" {
    wait_until 30 sources_are \
        "3 glustershd $(second_address_of 1) ok" "3 bitd $(second_address_of 1) ok" "3 scrub $(second_address_of 1) ok" \
        "3 quotad $(second_address_of 1) ok" "3 glusterfsd $(address_of 1) ok"
}

@test "rebalance" {
    gluster 1 volume add-brick shared "$(name_of 1):/run/brick/"{d,e,f} force
    gluster 1 volume rebalance shared start
    # It exits soon, but logs a line.
    wait_until 30 grep ' \[rebalance:[0-9]*\] srcaddr: .*/etc/glusterfs/srcaddr.conf:1:' "$LAB/1/log/srcaddr.log"
}
