#!/usr/bin/env bats
# valgrind finds no invalid access, no leak and no descriptor left open.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"
UNIT_TESTS=$(realpath -m -- "${SRCADDR_UNIT_TESTS:-$ROOT/build/tests/unit}")

# report FILE: prints what valgrind found. Only from 3.21 on does it count descriptors that are open at exit as errors. Ignores its
# warnings about F_GET_RW_HINT and F_SET_RW_HINT, which it does not know.
report() {
    awk '/FILE DESCRIPTORS:|== *$|unimplemented fcntl command: 103[56]/ { next } /== Open / { open = $0; next } /<inherited from parent>/ { open = ""; next }
        open { print open; open = "" } { print }' "$1"
}

# grind PROGRAM [ARGUMENT...]: ignores its output and status.
grind() {
    local file found
    file=$(mktemp)
    valgrind --quiet --log-file="$file" --leak-check=full --track-fds=yes --child-silent-after-fork=yes "$@" 3>&- ||
        echo "status $?"
    found=$(report "$file")
    [[ -e $file && -z $found ]] || fail "$1:" "$found"
}

# grind_preloaded PROGRAM [ARGUMENT...]: with the library. Leaves what it prints in $output.
grind_preloaded() {
    output=$(LD_PRELOAD=$LIBRARY grind "$PROGRAMS/$1" "${@:2}")
    errors=
}

# Their assertions don't count here: arguments in /proc and mapped pages are valgrind's. check-unit has them. test_mark needs the
# write-lifetime hints.
@test "unit tests" {
    export -f grind report fail
    # shellcheck disable=SC2016 # the inner shell's
    find "$UNIT_TESTS" -name 'test_*' -executable ! -name test_mark -print0 |
        xargs --null --max-args=1 --max-procs=2 bash -c 'grind "$1"' bash
}

@test "connects that are bound, moved, refused, left alone, and changes of the configuration" {
    configure <<-END
		log-level = debug
		[dial]
		$PEER = $SOURCE
		$PEER2 = 2001:db8:1::10/124
		$SILENT = bind-address
		$FAR_PEER = $GONE
	END
    printf '%s\n' "volume management" "option transport.socket.bind-address $SOURCE2" "end-volume" >"$BATS_TEST_TMPDIR/vol"
    ln -s "$PROGRAMS/dial" "$BATS_TEST_TMPDIR/glusterfs"
    change="sed --in-place 's/%s/' $GLUSTERD_SRCADDR_CONF"
    # shellcheck disable=SC2059 # a format
    PROGRAMS=$BATS_TEST_TMPDIR grind_preloaded glusterfs --process-name dial -f "$BATS_TEST_TMPDIR/vol" peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen close \
        tcp6 bind="[::]:0" connect="[$PEER2]:1" connect="[$PEER]:$PORT" seen close \
        tcp6 nonblock connect="[$SILENT]:1" local close tcp6 connect="[$FAR_PEER]:1" close tcp6 connect="[::1]:1" close \
        run="$(printf "$change" "= $SOURCE\$/= $SOURCE2")" later=1 tcp6 connect="[$PEER]:$PORT" seen close \
        run="$(printf "$change" "= .*/=")" later=1 tcp6 connect="[$PEER]:$PORT" seen close \
        run="rm $GLUSTERD_SRCADDR_CONF" later=1 tcp6 connect="[$PEER]:$PORT" seen close fd=3 close
    prints "connect: 0" "seen from $SOURCE, port new" \
        "bind: 0" "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port kept" \
        "connect: EINPROGRESS" "local $SOURCE2, port new" "connect: EADDRNOTAVAIL" "connect: ECONNREFUSED" \
        "connect: 0" "seen from $SOURCE2, port new" "connect: 0" "seen from $SOURCE2, port new" \
        "connect: 0" "seen from $PEER, port new"
}

@test "a configuration with an error" {
    configure_rules "::/0 = nonsense"
    grind_preloaded dial tcp6 connect="[$PEER]:1" close 2>"$BATS_TEST_TMPDIR/stderr"
    prints "connect: ECONNREFUSED"
    grep -q nonsense "$BATS_TEST_TMPDIR/stderr"
}

@test "threads" {
    configure <<-END
		[threads]
		$SILENT = $SOURCE
	END
    grind_preloaded threads "[$SILENT]:1" "[$SOURCE]:0"
    prints "from the source 800, from elsewhere 0, ports lost 0, failed 0, descriptors leaked 0"
}
