#!/usr/bin/env bats
# glibc 2.17 is the oldest that the library loads with. Of the ones that there are to look at, Debian 11's is the oldest.

setup() {
    FLOOR=$SRCADDR_BUILD/tests/matrix/floor
    SYSTEMS=("$SRCADDR_BUILD"/roots/{bullseye,bookworm,trixie}/lib/"$(gcc -print-multiarch)")
}

# meets_floor OBJECT DIRECTORY...: and every symbol that it needs was looked at.
meets_floor() {
    "$FLOOR" "$@"
    [[ $("$FLOOR" "$@" | cut -d ' ' -f 1 | sort) == "$(nm --dynamic --undefined-only "$1" | awk '{ print $NF }' | sort)" ]]
}

# refused CODE MESSAGE...: an object with such a function; nothing but this is said of it.
refused() {
    echo "$1" >"$BATS_TEST_TMPDIR/object.c"
    gcc -shared -fPIC -fno-builtin -o "$BATS_TEST_TMPDIR/object.so" "$BATS_TEST_TMPDIR/object.c"
    run "$FLOOR" "$BATS_TEST_TMPDIR/object.so" "${SYSTEMS[@]}"
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
    refused 'int getrandom(void); int f(void) { return getrandom(); }' "GLIBC_2.25: not as old as GLIBC_2.17"
}

@test "a symbol that is old enough, but was in another library once, is found" {
    refused '__asm__(".symver pthread_create, pthread_create@GLIBC_2.2.5");
        int pthread_create(void); int f(void) { return pthread_create(); }' \
        "pthread_create@GLIBC_2.2.5: not in ${SYSTEMS[0]}"
}

@test "a symbol of one glibc alone is found" {
    refused 'int __libc_early_init(void); int f(void) { return __libc_early_init(); }' \
        "GLIBC_PRIVATE: not as old as GLIBC_2.17" "__libc_early_init@GLIBC_PRIVATE: not in ${SYSTEMS[0]}"
}

@test "a symbol without a version is found" {
    refused 'int nowhere(void); int f(void) { return nowhere(); }' "nowhere: has no version"
}
