#!/usr/bin/env bats
# What the library leaves alone, at no cost: foreign sockets, listeners, wrong arguments, peers without a rule.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# calls COMMAND [ARGUMENT...]: prints the names of the system calls between the steps mark=begin and mark=end.
calls() {
    local tracer=(strace --follow-forks --quiet=all)
    # qemu traces the system calls it emulates itself.
    [[ ! ${SRCADDR_QEMU-} ]] || tracer=("$SRCADDR_QEMU" -strace)
    "${tracer[@]}" "$@" >/dev/null 2>"$BATS_TEST_TMPDIR/trace" 3>&-
    grep -q '"end"' "$BATS_TEST_TMPDIR/trace" || fail "the trace has no end" || return
    sed -n '/"begin"/,/"end"/p' "$BATS_TEST_TMPDIR/trace" | sed 's/^[0-9]* *//; s/(.*//'
}

# same_calls STEP...: between its marks, dial makes the same system calls with the library as without. Once the configuration
# has been read, steps must stop the clock: the library might check for a change.
same_calls() {
    local expected found
    expected=$(calls "$PROGRAMS/dial" "$@")
    found=$(calls -E LD_PRELOAD="$LIBRARY" "$PROGRAMS/dial" "$@")
    grep -qE '^(connect|bind)$' <<<"$expected" || fail "nothing was traced" || return
    diff --label bare --label preloaded --unified=0 <(echo "$expected") <(echo "$found")
}

# same_result STEP...: dial prints the same with the library as without.
same_result() {
    local expected
    bare "$@"
    expected=$output
    [[ $expected == *connect:* ]] || fail "nothing was connected" "$expected" || return
    dial "$@"
    diff --label bare --label preloaded --unified=9 <(echo "$expected") <(echo "$output")
}

@test "sockets that are not IPv6 TCP: not one system call more, so the configuration is not even read" {
    configure_rules "::/0 = $SOURCE" "::1 = $SOURCE" "::ffff:0:0/96 = ::ffff:127.0.0.11"
    same_calls tcp4 bind="0.0.0.0:0" mark=begin connect="127.0.0.2:1" mark=end
    same_calls udp4 mark=begin connect="127.0.0.2:1" mark=end
    same_calls unix mark=begin connect="$BATS_TEST_TMPDIR/absent" mark=end
    [[ ! -e $log ]]
}

@test "IPv6 sockets that are not TCP, with a rule for the peer: left alone, and the configuration is not read" {
    configure_rules "::/0 = $SOURCE"
    for kind in udp6 raw6; do
        same_result $kind connect="[$PEER]:$PORT" local
        [[ $output == *"local $PEER,"* ]]
        same_result tcp6 connect="[::1]:1" close $kind connect="[$PEER]:$PORT" local
    done
    logged 2 " section 'dial' in force" # one from each process that had connected a TCP socket
}

@test "an IPv6 socket that is not TCP, with a rule for the peer: one system call more, by which that is found" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    run same_calls still tcp6 connect="[$PEER]:1" udp6 mark=begin connect="[$PEER]:1" mark=end
    [[ $status == 1 && ${#lines[@]} == 4 && ${lines[3]} == +getsockopt ]] || fail "$output"
}

@test "until the first TCP connect, an IPv6 socket that is not TCP: one system call more, with rules or without" {
    for name in dial another; do
        printf '%s\n' "[$name]" "::/0 = $SOURCE" | configure
        run same_calls udp6 mark=begin connect="[$PEER]:1" connect="[$PEER]:1" mark=end
        [[ $status == 1 && $(grep -c '^[+-]getsockopt' <<<"$output") == 2 && ${#lines[@]} == 6 ]] || fail "$output"
    done
}

# same_calls_for PEER FIRSTPEER: connects each kind of socket to PEER, after FIRSTPEER had the configuration loaded.
same_calls_for() {
    local kind kinds=(tcp6 udp6)
    ! has mptcp || kinds+=(mptcp6)
    for kind in "${kinds[@]}"; do
        same_calls still tcp6 connect="[$2]:1" "$kind" mark=begin connect="[$1]:1" mark=end
        same_calls still tcp6 connect="[$2]:1" "$kind" bind="[::]:49151" mark=begin connect="[$1]:1" mark=end
    done
}

@test "no rule for the peer: not one system call more, once the configuration is loaded" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    same_calls_for "$FAR_PEER" "$PEER"
}

@test "rule none: not one system call more, once the configuration is loaded" {
    configure_rules "::/0 = $SOURCE" "2001:db8:2::/64 = none"
    same_calls_for "$PEER" "$FAR_PEER"
}

@test "a process without rules: not one system call more, once that is known" {
    configure </dev/null
    same_calls still tcp6 connect="[$FAR_PEER]:1" tcp6 mark=begin connect="[$PEER]:1" mark=end
}

@test "a process without rules: a bad address is EFAULT, of every kind of socket, also when it is time to look" {
    configure </dev/null
    for kind in unix tcp4 tcp6; do
        dial tcp6 connect="[$PEER]:1" $kind connect=bad later=1 connect=bad
        prints "connect: ECONNREFUSED" "connect: EFAULT" "connect: EFAULT"
    done
}

# bats test_tags=native,exact
@test "a sandbox that answers system calls by SIGSYS answers ours too" {
    configure_rules "::/0 = $SOURCE"
    dial trap=openat tcp6 connect="[$PEER]:1"
    [[ $errors == *" W "*"GLUSTERD_SRCADDR_CONF=$GLUSTERD_SRCADDR_CONF does not exist" ]]
    errors=
    prints "connect: ECONNREFUSED"
}

# adds CALLS STEP...: the library makes these additional system calls, in this order.
adds() {
    local expected found
    expected=$(calls "$PROGRAMS/dial" "${@:2}")
    found=$(calls -E LD_PRELOAD="$LIBRARY" "$PROGRAMS/dial" "${@:2}")
    found=$(diff <(echo "$expected") <(echo "$found") | sed -n 's/^> //p' | xargs)
    [[ $found == "$1" ]] || fail "added: $found" "expected: $1"
}

# The step bind calls getsockname itself.
# bats test_tags=native
@test "bind, listen and getsockname: at most four system calls more, where there is something to know" {
    configure_rules "::/0 = $SOURCE"
    adds "" tcp4 mark=begin bind="0.0.0.0:0" mark=end
    adds "getsockname" tcp6 mark=begin bind="[::]:0" mark=end
    adds "fcntl getsockname getsockopt fcntl" tcp6 mark=begin bind="[$SOURCE]:0" mark=end
    adds "getsockname" tcp6 bind="[::]:0" mark=begin listen mark=end
    adds "getsockname getsockopt fcntl" tcp6 connect="[$PEER]:1" mark=begin local mark=end
    adds "getsockname" tcp6 connect="[$PEER]:1" local mark=begin local mark=end
}

@test "a listener is never touched, whatever it is bound to" {
    configure_rules "::/0 = $SOURCE"
    for address in :: "$SOURCE" "$PEER" ::1; do
        dial tcp6 bind="[$address]:49151" listen local
        prints "bind: 0" "listen: 0" "local $address, port kept"
        same_result tcp6 bind="[$address]:49151" listen connect="[$PEER]:1" local
    done
}

@test "wrong arguments give the error that the kernel gives" {
    configure_rules "::/0 = $SOURCE"
    for first in "" "tcp6 connect=[$PEER]:1"; do
        # shellcheck disable=SC2086 # steps
        for bound in "" "bind=[::]:0"; do
            same_result $first tcp6 $bound connect=null local
            same_result $first tcp6 $bound length=0 connect=null local
            for length in -1 0 1 2 8 16 23 24 27 28 29 128 129 100000; do
                same_result $first tcp6 $bound nonblock length=$length connect="[$FAR_PEER]:1" >"$BATS_TEST_TMPDIR/out" ||
                    { echo "length $length"; cat "$BATS_TEST_TMPDIR/out"; false; }
            done
        done
        # shellcheck disable=SC2086
        for step in fd=999 fd=-1 fd=-2147483648 fd=2147483647 file=/dev/null; do
            same_result $first $step connect="[$PEER]:1"
            same_result $first $step bind="[::]:0" connect="[$PEER]:1"
        done
        # shellcheck disable=SC2086
        same_result $first unix connect="[$PEER]:1"
        # shellcheck disable=SC2086
        same_result $first tcp4 connect="[$PEER]:1"
        # shellcheck disable=SC2086
        same_result $first tcp6 connect="127.0.0.2:1"
        # shellcheck disable=SC2086
        same_result $first tcp6 disconnect connect="[::]:0" local
    done
    # The library does nothing for a connect that must fail.
    for length in -1 0 23 129 100000; do
        same_result tcp6 bind="[::]:0" length=$length connect="[$FAR_PEER]:1" local
    done
    logged 0 ' [WE] '
}

@test "an IPv6 address without its scope field is one: it gets its source" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 length=24 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new"
}
