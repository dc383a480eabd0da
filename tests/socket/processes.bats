#!/usr/bin/env bats
# Threads, signal handlers, thread cancellation.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# bats test_tags=threads
@test "threads that connect at once, the process's first connect among them" {
    configure_rules "$SILENT = $SOURCE"
    # Each run is a new race for the first connect.
    for _ in {1..10}; do
        run_program threads "[$SILENT]:1" "[$SOURCE]:0"
        prints "from the source 800, from elsewhere 0, ports lost 0, failed 0, descriptors leaked 0"
    done
    logged 10 " I .*section 'dial' in force"
    logged 10 ''
}

@test "a signal handler that connects, at each call within a connect, the process's first one and one that reloads too" {
    configure_rules "$SILENT = 2001:db8:1::10/124" "$SILENT2 = $SOURCE2"
    run_program within signal "[$SILENT]:1" "[$SOURCE]:0" "[$SILENT2]:1" "[$SOURCE2]:0"
    count=${output//[^0-9]/}
    prints "something happened at $count calls"
    ((count > 500))
    # Once per process, even if the handler connects first.
    [[ $(sort "$log" | awk '/section/ { print $5 }' | uniq --repeated) == "" ]]
    logged 0 ' [WE] '
}

# bats test_tags=threads
@test "a thread is cancelled while it waits in connect" {
    configure_rules "$SILENT = $SOURCE"
    run_program cancel waiting "[$SILENT]:1"
    prints "thread cancelled, connect did not return, cancellation unknown, local $SOURCE, descriptors leaked 0"
}

# bats test_tags=threads
@test "a thread with a cancellation pending: cancelled in the real connect, after our work" {
    configure <<-END
		log-level = debug
		[dial]
		$SILENT = 2001:db8:1::10/124
	END
    run_program cancel pending "[$SILENT]:1"
    prints "thread cancelled, connect did not return, cancellation unknown, local $SOURCE, descriptors leaked 0"
    logged 1 ' I '
    logged 1 ' D .*: moved$'
}

# bats test_tags=threads
@test "a thread with a cancellation pending: nothing of ours is a cancellation point where connect is refused" {
    configure <<-END
		log-level = debug
		[dial]
		$SILENT = 2001:db8:55::/64
	END
    run_program cancel pending "[$SILENT]:1"
    prints "thread not cancelled, connect EADDRNOTAVAIL, cancellation enabled, local ::, descriptors leaked 0"
    logged 1 ' W '
}

# bats test_tags=threads
@test "a thread that has cancellation disabled still has it disabled" {
    configure_rules "$SILENT = $SOURCE"
    run_program cancel disabled "[$SILENT]:1"
    prints "thread not cancelled, connect EINPROGRESS, cancellation disabled, local $SOURCE, descriptors leaked 0"
}

@test "a signal handler that jumps out of a connect, at each call within: nothing is left behind" {
    configure_rules "$SILENT = 2001:db8:1::10/124" "$SILENT2 = $SOURCE2"
    run_program within jump "[$SILENT]:1" "[$SOURCE]:0" "[$SILENT2]:1" "[$SOURCE2]:0"
    count=${output//[^0-9]/}
    prints "something happened at $count calls"
    ((count > 500))
    logged 0 ' [WE] '
}

@test "a socket that another thread closes at any call within a connect, and whose number a file gets: the file stays" {
    configure_rules "$SILENT = 2001:db8:1::10/124" "$SILENT2 = $SOURCE2"
    run_program within close "[$SILENT]:1" "[$SOURCE]:0" "[$SILENT2]:1" "[$SOURCE2]:0"
    count=${output//[^0-9]/}
    prints "something happened at $count calls"
    ((count > 500))
}

@test "a thread that is cancelled at each call within a connect, a first one or one that reloads: in the real connect only" {
    configure_rules "$SILENT = 2001:db8:1::10/124" "$SILENT2 = $SOURCE2"
    run_program within cancel "[$SILENT]:1" "[$SOURCE]:0" "[$SILENT2]:1" "[$SOURCE2]:0"
    count=${output//[^0-9]/}
    prints "something happened at $count calls"
    ((count > 500))
    logged 0 ' [WE] '
}
