#!/usr/bin/env bats
# Five of GlusterFS's own tests of clusters, over IPv6 with the library as packaged. All of them: make check-upstream.

setup() {
    cd "${BATS_TEST_DIRNAME:?}/../.." || return
}

# shellcheck disable=SC2154 # bats' run sets them
# run_upstream TEST WAY VERDICT
run_upstream() {
    run tests/sandbox tests/upstream/run "$1" "$2"
    echo "$output"
    [ "$status" -eq 0 ]
    [[ ${lines[-1]} == "$3 "* ]]
}

# So that the others can fail.
@test "a volume with an arbiter in a cluster: fails over IPv6 without the library, passes with it" {
    run_upstream tests/basic/glusterd/arbiter-volume-probe.t ipv6 fail
    run_upstream tests/basic/glusterd/arbiter-volume-probe.t srcaddr pass
}

@test "a volume with a thin arbiter in a cluster" {
    run_upstream tests/basic/glusterd/thin-arbiter-volume-probe.t srcaddr pass
}

@test "a blank line in a peer's file" {
    run_upstream tests/bugs/glusterd/bug-1482906-peer-file-blank-line.t srcaddr pass
}

@test "volumes that two glusterds change at the same time" {
    run_upstream tests/basic/mgmt_v3-locks.t srcaddr pass
}

@test "quota on a volume that the peer has" {
    run_upstream tests/bugs/quota/bug-1287996.t srcaddr pass
}

@test "the page of all tests is made of the recorded results, and the README has their counts" {
    tests/upstream/report | diff docs/upstream-tests.md -
    read -r _ ipv4 ipv6 srcaddr < <(tests/upstream/counts)
    grep -q "$srcaddr of the $ipv4 .* without it $ipv6" README.md
}
