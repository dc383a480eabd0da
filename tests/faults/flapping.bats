#!/usr/bin/env bats
# Sources that come and go while many threads connect: from there or not at all, as the peer sees it.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"

never_from_elsewhere() {
    run_program flapping "[$PEER]:$PORT" "$@"
    prints "seen from elsewhere 0, connected from elsewhere 0, ports lost 0, failed otherwise 0, few seen: no, few refused: no"
    # All were refused because of that, and no other way to say so.
    logged 1 ' W .*: Cannot assign requested address; not connected$'
    logged 0 ' E '
}

@test "an address" {
    configure_rules "::/0 = $SOURCE"
    never_from_elsewhere "[$SOURCE]:0"
}

@test "two addresses of a prefix" {
    configure_rules "::/0 = 2001:db8:1::10/124"
    never_from_elsewhere "[$SOURCE]:0" "[$SOURCE2]:0"
}
