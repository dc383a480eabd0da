#!/usr/bin/env bats
# The sandbox that the tests run in.

setup() {
    cd "${BATS_TEST_DIRNAME:?}/../.." || return
}

# with_run FILE_SYSTEM COMMAND [ARGUMENT...]: as on a machine whose /run is a mount, which systemd makes it.
with_run() {
    # shellcheck disable=SC2016 # for the shell in there
    run unshare --mount sh -c 'mount -t tmpfs "$0" /run && exec "$@"' "$@"
}

@test "a machine's /run, a file system or not, lies below the sandbox's" {
    tests/in-sandbox
    tests/sandbox tests/in-sandbox
    with_run tmpfs tests/sandbox tests/in-sandbox
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "outside of the sandbox nothing is changed" {
    with_run tmpfs tests/in-sandbox
    [ "$status" -eq 1 ]
    [ "$output" = "This would change the machine itself: run it by tests/sandbox." ]
}

# Not below /run, which another sandbox replaces.
@test "an ordinary user can read a repository in a directory that is its owner's alone" {
    local ordinary=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    mount -t tmpfs -o mode=700 home /mnt
    mkdir /mnt/repository
    cp -r --parents tests/sandbox Makefile /mnt/repository
    cd /mnt/repository || return
    run "${ordinary[@]}" cat /mnt/repository/Makefile
    [ "$status" -eq 1 ]
    tests/sandbox "${ordinary[@]}" cat Makefile /mnt/repository/Makefile >"$BATS_TEST_TMPDIR/printed"
    cat Makefile Makefile | cmp - "$BATS_TEST_TMPDIR/printed"
}

@test "SIGINT and SIGTERM end what runs in there, even if they are ignored outside" {
    run sh -c "trap '' INT TERM; tests/sandbox awk '/^SigIgn:/ { print \$2 }' /proc/self/status"
    echo "$output"
    [ $((16#$output & (1 << 1 | 1 << 14))) -eq 0 ]
}

teardown() {
    ! mountpoint --quiet /mnt || umount --lazy /mnt
}
