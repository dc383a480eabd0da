#!/usr/bin/env bats
# Each parser gets inputs that libFuzzer makes from those in its directory and the words in its dictionary.

FUZZERS=${SRCADDR_FUZZERS:-${BATS_TEST_DIRNAME:?}/../../build/fuzz/tests/fuzz}
RUNS=${SRCADDR_RUNS:-200000}

# fuzz NAME: works on a copy of its directory, and leaves an input that made it fail beside the copy. For runs that can be
# repeated, it has a fixed environment and no address randomization, because libFuzzer tries operands of comparisons, pointers
# too; and never rereads its directory.
fuzz() {
    local corpus=$FUZZERS/$1-corpus
    cd "$BATS_TEST_DIRNAME" || return
    rm -rf "$corpus"
    cp -r "$1" "$corpus"
    env --ignore-environment setarch --addr-no-randomize "$FUZZERS/$1" -seed=1 -reload=0 -runs="$RUNS" -max_len=4096 \
        -timeout=10 -dict="$1.dict" -artifact_prefix="$FUZZERS/$1-" -print_final_stats=1 "$corpus" 2>"$FUZZERS/$1.log" || {
        tail -n 40 "$FUZZERS/$1.log"
        return 1
    }
}

@test "the configuration" {
    fuzz config
}

@test "glusterd.vol" {
    fuzz volfile
}

@test "/proc/self/cmdline" {
    fuzz process
}

@test "peer files" {
    fuzz peers
}
