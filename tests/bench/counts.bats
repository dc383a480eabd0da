#!/usr/bin/env bats
# Limits for a connect, and for a process that makes none: system calls and instructions, which are the same in every run of a
# build. Not time, and not the instructions of the kernel's clock, vdso(7).
#
# Instructions depend on the compiler (142 with gcc 12, 156 with gcc 14) and, at a process's start, on the C library. So their
# limits leave a margin of at least a quarter: they catch a lookup that walks all rules, or a lock. make bench records the exact
# counts and the compiler.

# shellcheck source=tests/bench/ways.bash
source "${BATS_TEST_DIRNAME:?}/ways.bash"

ways=(bare srcaddr)

setup_file() {
    make_network
    configure
}

# costs_at_most CALLS INSTRUCTIONS CASE: at most so many more than bare, for each connect.
costs_at_most() {
    local calls instructions
    calls=$(count "$3" calls | more_than_bare srcaddr)
    instructions=$(count "$3" instructions | more_than_bare srcaddr)
    echo "$3: $calls system calls, $instructions instructions more"
    awk "BEGIN { exit !($calls <= $1 && $instructions <= $2) }"
}

@test "not IPv6: not one system call and at most 30 instructions more" {
    for case in tcp4 unix; do
        costs_at_most 0 30 "$case"
    done
}

@test "no rule for the peer: not one system call and at most 200 instructions more" {
    for case in udp6 tcp6; do
        costs_at_most 0 200 "$case"
    done
}

# connect(2)'s arguments do not tell the kind of socket.
@test "a datagram socket with a rule for its peer, or before the rules are known: at most one system call more" {
    for case in udp6-ruled udp6-alone; do
        costs_at_most 1 400 "$case"
    done
}

@test "an unbound socket gets its source: at most eight system calls more" {
    costs_at_most 8 1400 ruled
}

@test "a bound socket is moved: at most 160 system calls more" {
    costs_at_most 160 22000 bound
}

@test "the start of a process" {
    start=$(start_instructions "$LIBRARY")
    empty=$(start_instructions "$PROGRAMS/nothing.so")
    echo "$start instructions, $empty with an empty object"
    ((start > empty && start - empty <= 30000))
}

@test "a process without rules: at most 8 KiB of its own memory that is written to" {
    export GLUSTERD_SRCADDR_CONF=/run/srcaddr.conf
    read -r own linked < <(dirty_memory "$LIBRARY")
    echo "$own KiB, and $linked KiB of libdl"
    ((own > 4 && own <= 8 && linked <= 8))
}
