#!/usr/bin/env bats
# What a connect, and a process that makes none, may cost at most: system calls and instructions, the same in every run of the
# same build. Time is not looked at. Instructions of the kernel's clock, vdso(7), are not counted.
#
# Another compiler makes other instructions of the same source (142 with gcc 12 are 156 with gcc 14), another C library others
# at a process's start. So limits of instructions leave a quarter or more to them; they are for what must not happen, a lookup that
# walks all rules or a lock. The exact counts, and the compiler that they are of, are recorded by make bench.

# shellcheck source=tests/bench/ways.bash
source "${BATS_TEST_DIRNAME:?}/ways.bash"

ways=(bare srcaddr)

setup_file() {
    make_network
    configure
}

# costs_at_most CALLS INSTRUCTIONS CASE: more than bare, for each connect.
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

# connect(2) does not tell what kind of socket it is.
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
