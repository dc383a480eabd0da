#!/usr/bin/env bats
# How tests/upstream/run runs a test.

setup() {
    cd "${BATS_TEST_DIRNAME:?}/../.." || return
    # Not below /run, which another sandbox replaces.
    export SRCADDR_UPSTREAM=/mnt
    mount -t tmpfs tests /mnt
    mkdir /mnt/tests
}

teardown() {
    umount --lazy /mnt
}

# verdict_of SCRIPT: runs the script as a test, and prints the last line.
verdict_of() {
    printf '%s\n' "$1" >/mnt/tests/own.t
    tests/sandbox tests/upstream/run tests/own.t ipv4 | tail -n 1 | sed 's/ [0-9]* / /'
}

@test "a test passes that has every step it planned, and each is ok" {
    [ "$(verdict_of 'echo 1..2; echo ok 1; echo ok 2')" = "pass 2/2" ]
    [ "$(verdict_of 'echo 1..2; echo ok 1; echo not ok 2; exit 0')" = "fail 2/2" ]
    [ "$(verdict_of 'echo 1..2; echo ok 1')" = "fail 1/2" ]
    [ "$(verdict_of 'echo 1..1; echo ok 1; echo ok 2')" = "fail 2/1" ]
    [ "$(verdict_of 'echo 1..1; echo ok 1; exit 1')" = "fail 1/1" ]
    [ "$(verdict_of 'echo nothing')" = "fail 0/0" ]
}

# GlusterFS's cleanup empties a directory that its environment names; if it names none, /.
@test "a test can't write to the machine, and knows what it may clean" {
    # shellcheck disable=SC2016 # for the shell there
    run verdict_of '
        echo 1..2
        for place in / /etc /usr /dev /dev/shm /sys/fs/cgroup '"$PWD"'; do
            ! touch "$place/upstream" 2>/dev/null || exit
        done
        echo ok 1
        [ "$GLUSTERD_WORKDIR" -a "$GLUSTERD_PIDFILEDIR" -a "$(ls "$GLUSTERD_WORKDIR")" = groups ] && echo ok 2'
    [ "$output" = "pass 2/2" ]
}
