#!/usr/bin/env bats
# fork, vfork and exec while other threads connect, and thousands of exec's.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"

# A configuration that needs descriptors for itself, the log and netlink.
setup() {
    log=$BATS_TEST_TMPDIR/srcaddr.log
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/srcaddr.conf
    configure <<-END
		log-level = debug
		[dial]
		::/0 = 2001:db8:1::10/124
	END
}

@test "forked while other threads connect: the children connect from the source, and so do the threads" {
    run_program offspring fork "[$SILENT]:1" "[$SOURCE]:0"
    prints "good 200, wrong meanwhile 0, few meanwhile: no"
}

@test "vfork and exec while other threads connect: what is run connects from the source, and inherits no descriptor" {
    run_program offspring vfork "[$SILENT]:1" "[$SOURCE]:0"
    prints "good 200, wrong meanwhile 0, few meanwhile: no"
}

@test "2000 exec's in a row with the preload inherited: each connects from the source, and nothing piles up" {
    run_program offspring chain "[$SILENT]:1" "[$SOURCE]:0"
    prints "good 2000"
    logged 2000 " I .*section 'dial' in force"
}
