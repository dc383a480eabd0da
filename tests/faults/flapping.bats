#!/usr/bin/env bats
# Sources come and go while many threads connect. The peer sees connections from the sources, or none.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"

never_from_elsewhere() {
    run_program flapping "[$PEER]:$PORT" "$@"
    prints "seen from elsewhere 0, connected from elsewhere 0, ports lost 0, failed otherwise 0"
    # Every refusal has this reason.
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
