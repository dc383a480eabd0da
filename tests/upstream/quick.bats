#!/usr/bin/env bats
# Five of GlusterFS's own cluster tests, over IPv6 with the library as packaged. make check-upstream runs all.

setup() {
    cd "${BATS_TEST_DIRNAME:?}/../.." || return
}

# try TEST WAY
try() {
    tests/sandbox tests/upstream/run "$1" "$2" | tee "$BATS_TEST_TMPDIR/log"
    [[ $(tail -n 1 "$BATS_TEST_TMPDIR/log") == "pass "* ]]
}

# passes TEST: with a second try, as in GlusterFS's run-tests.sh: some tests do not wait for what they start or stop.
passes() {
    try "$1" srcaddr || try "$1" srcaddr
}

@test "a volume with an arbiter is known to the peer, not so without the library" {
    run try tests/basic/glusterd/arbiter-volume-probe.t ipv6
    [ "$status" -eq 1 ]
    passes tests/basic/glusterd/arbiter-volume-probe.t
}

@test "a mount goes on with another server" {
    passes tests/basic/glusterd/volfile_server_switch.t
}

@test "a blank line in a peer's file" {
    passes tests/bugs/glusterd/bug-1482906-peer-file-blank-line.t
}

@test "a glusterd that was away gets what has changed" {
    passes tests/bugs/glusterd/sync-post-glusterd-restart.t
}

@test "quota on a volume that the peer has" {
    passes tests/bugs/quota/bug-1287996.t
}

@test "the page of all tests is made of the recorded results, and the README has their counts" {
    tests/upstream/report | diff docs/upstream-tests.md -
    read -r _ ipv4 ipv6 srcaddr < <(tests/upstream/counts)
    grep -q "$srcaddr of the $ipv4 .* without it $ipv6" README.md
}
