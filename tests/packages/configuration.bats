#!/usr/bin/env bats
# The configuration that the packages install.

setup() {
    CONFIGURATION=${BATS_TEST_DIRNAME:?}/../../packaging/srcaddr.conf
    BUILT_IN=$BATS_TEST_TMPDIR/built-in.conf
    printf '#include "rules/config.h"\nCONFIG_BUILT_IN' |
        gcc -E -P -I "$BATS_TEST_DIRNAME/../../preload" - | tail -n 1 | xargs printf '%b' >"$BUILT_IN"
}

@test "without its comments it is the built-in one" {
    [ -s "$BUILT_IN" ]
    diff <(grep -v '^#' "$CONFIGURATION" | grep .) "$BUILT_IN"
}

@test "the example in its comments is right" {
    sed -n '/For example:/,/A process reads/s/^#   //p' "$CONFIGURATION" >"$BATS_TEST_TMPDIR/example.conf"
    grep -c . "$BATS_TEST_TMPDIR/example.conf"
    [ "$(grep -c '^\[' "$BATS_TEST_TMPDIR/example.conf")" -eq 3 ]
    run "${SRCADDR_BUILD:?}/glusterd-srcaddr" check "$BATS_TEST_TMPDIR/example.conf"
    echo "$output"
    # 1: this host lacks the sources. A mistake would be 2.
    [ "$status" -le 1 ]
}
