#!/usr/bin/env bats
# The library loads with glibc 2.17, which is older than any that is here to test with.

setup() {
    FLOOR=$SRCADDR_BUILD/tests/matrix/floor
    SYSTEMS=()
    for release in $SRCADDR_RELEASES; do
        SYSTEMS+=("$SRCADDR_BUILD/roots/$release/lib/$(gcc -print-multiarch)")
    done
}

# meets_floor OBJECT DIRECTORY...: floor accepts it, after checking every symbol that it needs.
meets_floor() {
    "$FLOOR" "$@"
    [[ $("$FLOOR" "$@" | cut -d ' ' -f 1 | sort) == "$(nm --dynamic --undefined-only "$1" | awk '{ print $NF }' | sort)" ]]
}

# refused VERSION MESSAGE...: makes an object that calls nowhere() in this version, or without one if VERSION is empty. floor
# prints exactly these messages.
refused() {
    cd "$BATS_TEST_TMPDIR" || return
    echo 'int nowhere(void) { return 0; }' | gcc -shared -fPIC -nostdlib -Wl,-soname,libc.so.6 -o libc.so \
        ${1:+-Wl,--version-script=<(echo "$1 { nowhere; };")} -x c -
    echo 'int nowhere(void); int f(void) { return nowhere(); }' | gcc -shared -fPIC -nostdlib -o object.so -x c - -x none libc.so
    run "$FLOOR" object.so "${SYSTEMS[@]}"
    echo "$output"
    [[ $status == 1 ]]
    [[ $(grep '^floor: ' <<<"$output") == "$(printf 'floor: %s\n' "${@:2}")" ]]
}

@test "all symbols that the library needs are in glibc 2.17, and in every Debian" {
    meets_floor "$SRCADDR_BUILD/libglusterd-srcaddr.so" "${SYSTEMS[@]}"
}

@test "the same for aarch64" {
    meets_floor "$SRCADDR_BUILD/aarch64/libglusterd-srcaddr.so" "$SRCADDR_BUILD"/roots/arm64-*/lib/aarch64-linux-gnu
}

@test "a symbol of a newer version is found" {
    refused GLIBC_2.25 "GLIBC_2.25: not as old as GLIBC_2.17" "${SYSTEMS[@]/#/nowhere@GLIBC_2.25: not in }"
}

@test "a symbol that is old enough, but not in the library that it is wanted from, is found" {
    refused GLIBC_2.2.5 "${SYSTEMS[@]/#/nowhere@GLIBC_2.2.5: not in }"
}

@test "a symbol of one glibc alone is found" {
    refused GLIBC_PRIVATE "GLIBC_PRIVATE: not as old as GLIBC_2.17" "${SYSTEMS[@]/#/nowhere@GLIBC_PRIVATE: not in }"
}

@test "a symbol without a version is found" {
    refused "" "nowhere: has no version"
}
