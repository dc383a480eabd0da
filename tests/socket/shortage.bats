#!/usr/bin/env bats
# The system refuses what the library needs: memory, room for the log, /proc, files, system calls.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# Steps: connect and print what the peer sees.
unbound=(tcp6 connect="[$PEER]:$PORT" seen)
bound=(tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen)
both=(peer="[$PEER]:$PORT" "${unbound[@]}" "${bound[@]}")

# both_from ADDRESS
both_from() {
    prints "connect: 0" "seen from $1, port new" "bind: 0" "connect: 0" "seen from $1, port kept"
}

# qemu-user ignores memory limits.
# bats test_tags=native
@test "no memory to read the configuration with: refused, and read at the next connect" {
    configure_rules "::/0 = $SOURCE"
    for limit in as data; do
        for bind in "" "bind=[::]:0"; do
            # shellcheck disable=SC2086 # a step or none
            dial peer="[$PEER]:$PORT" tcp6 $bind limit=$limit:4096 connect="[$PEER]:$PORT" unseen limit=$limit:-1 \
                connect="[$PEER]:$PORT" seen
            grep -q ' W .*Cannot allocate memory; not connected$' "$default_log"
            prints ${bind:+"bind: 0"} "connect: ENOMEM" "unseen" "connect: 0" "seen from $SOURCE, port $([[ $bind ]] && echo kept || echo new)"
        done
    done
}

# bats test_tags=native
@test "no memory later: an address is given all the same, a prefix is refused" {
    configure_rules "::/0 = $SOURCE" "2001:db8:3::/64 = 2001:db8:1::10/124"
    for limit in as data; do
        dial peer="[$PEER]:$PORT" tcp6 connect="[::1]:1" limit=$limit:4096 "${unbound[@]}" "${bound[@]}" \
            tcp6 connect="[$FAR_PEER]:1" tcp6 bind="[::]:0" connect="[$FAR_PEER]:1" local limit=$limit:-1 connect="[$FAR_PEER]:1" local
        prints "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port new" "bind: 0" "connect: 0" \
            "seen from $SOURCE, port kept" "connect: ENOMEM" "bind: 0" "connect: ENOMEM" "local ::, port kept" \
            "connect: ECONNREFUSED" "local $SOURCE, port kept"
    done
}

# bats test_tags=native
@test "no memory for a changed configuration: what was in force stays so, and the change comes with the memory" {
    configure_rules "::/0 = $SOURCE"
    sed "s/= $SOURCE/= $SOURCE2/" "$GLUSTERD_SRCADDR_CONF" >"$GLUSTERD_SRCADDR_CONF.new"
    dial peer="[$PEER]:$PORT" "${unbound[@]}" run="mv $GLUSTERD_SRCADDR_CONF.new $GLUSTERD_SRCADDR_CONF" later=1 limit=as:4096 \
        "${unbound[@]}" later=1 limit=as:-1 "${unbound[@]}"
    prints "connect: 0" "seen from $SOURCE, port new" "connect: 0" "seen from $SOURCE, port new" \
        "connect: 0" "seen from $SOURCE2, port new"
}

@test "a disk that is full under the log: from the source, what was to be logged is on standard error" {
    mkdir "$BATS_TEST_TMPDIR/small"
    log=$BATS_TEST_TMPDIR/small/srcaddr.log
    configure_rules "::/0 = $SOURCE"
    dial_after "mount -t tmpfs -o size=4k small $BATS_TEST_TMPDIR/small; yes >$BATS_TEST_TMPDIR/small/rest 2>/dev/null || true" \
        "${both[@]}"
    [[ $errors == *" I "*"section 'dial' in force"* && $errors != *$'\n'* ]]
    errors=
    both_from "$SOURCE"
}

@test "a disk with room for a part of a line: it is whole on standard error, and nothing of it is in the log" {
    mkdir "$BATS_TEST_TMPDIR/small"
    log=$BATS_TEST_TMPDIR/small/srcaddr.log
    configure_rules "::/0 = $SOURCE"
    dial_after "mount -t tmpfs -o size=8k small $BATS_TEST_TMPDIR/small; yes '' | head --bytes=4050 >$log; yes >$BATS_TEST_TMPDIR/small/rest 2>/dev/null || true" \
        "${both[@]}" run="cp $log $BATS_TEST_TMPDIR/log"
    [[ $errors == "["*" I "*"section 'dial' in force"* && $errors != *$'\n'* ]]
    [[ $(wc --bytes <"$BATS_TEST_TMPDIR/log") == 4050 ]]
    errors=
    both_from "$SOURCE"
}

@test "a directory of the log that comes later: the log is there from then on" {
    log=$BATS_TEST_TMPDIR/absent/srcaddr.log
    configure_rules "2001:db8:2::/64 = $GONE" "2001:db8:3::/64 = $GONE"
    dial tcp6 connect="[$PEER]:1" run="mkdir $BATS_TEST_TMPDIR/absent" connect="[$FAR_PEER]:1"
    [[ $(wc -l <<<"$errors") == 2 ]]
    logged 1 " W .* peer $FAR_PEER: "
    logged 1 ''
}

# Coverage counts could not be written either.
# bats test_tags=exact
@test "everything read-only: from the source, what was to be logged is on standard error" {
    configure_rules "::/0 = $SOURCE"
    dial_after "findmnt --noheadings --raw --output TARGET | while read -r target; do
            mount -o remount,bind,ro \"\$target\" 2>/dev/null || true
        done; ! touch $BATS_TEST_TMPDIR/written 2>/dev/null" "${both[@]}"
    [[ $errors == *" I "*"section 'dial' in force"* && $errors != *$'\n'* ]]
    errors=
    both_from "$SOURCE"
    [[ ! -e $log ]]
}

# With musl the library does not learn its arguments without /proc: see tests/faults/calls.bats and
# tests/unit/live/test_process.c. Sanitizers need /proc.
# bats test_tags=exact
@test "no /proc: the program has its rules, and changes are noticed" {
    configure_rules "::/0 = $SOURCE"
    sed "s/= $SOURCE/= $SOURCE2/" "$GLUSTERD_SRCADDR_CONF" >"$GLUSTERD_SRCADDR_CONF.new"
    dial_after "mount -t tmpfs no-proc /proc" "${both[@]}" run="mv $GLUSTERD_SRCADDR_CONF.new $GLUSTERD_SRCADDR_CONF" later=1 \
        "${unbound[@]}"
    prints "connect: 0" "seen from $SOURCE, port new" "bind: 0" "connect: 0" "seen from $SOURCE, port kept" \
        "connect: 0" "seen from $SOURCE2, port new"
    logged 0 ' [WE] '
}

@test "a root directory without configuration from the start: the built-in one, in which glusterd alone has rules" {
    mkdir -p "$BATS_TEST_TMPDIR/root/etc/glusterfs"
    configure_rules "::/0 = $SOURCE2"
    unset GLUSTERD_SRCADDR_CONF
    dial chroot="$BATS_TEST_TMPDIR/root" "${both[@]}"
    both_from "$PEER"
    printf '%s\n' "option transport.socket.bind-address $SOURCE" >"$BATS_TEST_TMPDIR/root/etc/glusterfs/glusterd.vol"
    dial_as glusterd chroot="$BATS_TEST_TMPDIR/root" "${both[@]}"
    [[ $errors == *"srcaddr.conf does not exist: built-in configuration"* ]] # there is no directory for the log either
    errors=
    both_from "$SOURCE"
}

# bats test_tags=native, exact
@test "an error that may pass, as from a lease or a disk: refused, in every process" {
    configure_rules "::/0 = $SOURCE"
    for name in dial glusterfs; do
        for errno in 5:EIO 11:EAGAIN; do
            dial_as $name peer="[$PEER]:$PORT" tcp6 deny="openat:${errno%:*}" connect="[$PEER]:$PORT" unseen
            [[ $errors == *" W "*" peer $PEER: cannot read the configuration: "*"; not connected" && $errors != *$'\n'* ]] ||
                fail "$errors"
            errors=
            prints "connect: ${errno#*:}" unseen
        done
    done
}

# bats test_tags=native, exact
@test "an error that does not pass: only GlusterFS's own processes are refused, and not what is on this host" {
    configure_rules "::/0 = $SOURCE"
    for errno in 1 13 38; do
        dial peer="[$PEER]:$PORT" tcp6 deny="openat:$errno" connect="[$PEER]:$PORT" seen
        [[ $errors == *"; running without rules"* ]]
        errors=
        prints "connect: 0" "seen from $PEER, port new"
        dial_as glusterfs peer="[$PEER]:$PORT" tcp6 deny="openat:$errno" connect="[$PEER]:$PORT" unseen connect="[::1]:1"
        [[ $errors == *"; refusing all peers that ::/0 covers"*" rule ::/0 = unknown"* ]]
        errors=
        prints "connect: EADDRNOTAVAIL" unseen "connect: ECONNREFUSED"
    done
}

# For each system call in turn, a filter refuses it for good, with EPERM and with ENOSYS. Without close(2) descriptors leak.
# The names and numbers are this machine's. Sanitizers make calls of their own.
# bats test_tags=native, exact
@test "a seccomp filter: from the source or not at all, and nothing breaks" {
    printf '%s\n' "option transport.socket.bind-address $SOURCE" >"$BATS_TEST_TMPDIR/glusterd.vol"
    configure <<-END
		log-level = debug
		[dial]
		2001:db8:2::/64 = bind-address
		2001:db8:3::/64 = 2001:db8:1::10/124
	END
    calls=(bind close connect dup3 fcntl fstat geteuid getpid getsockname getsockopt mmap munmap newfstatat openat read recvfrom
        rt_sigpending rt_sigprocmask rt_sigtimedwait sendto setsockopt socket write ppoll)
    for errno in 1 38; do
        for call in "${calls[@]}"; do
            for steps in "tcp6 deny=$call:$errno connect=[$PEER]:1" "tcp6 connect=[::1]:1 tcp6 deny=$call:$errno connect=[$FAR_PEER]:1" \
                "tcp6 connect=[::1]:1 tcp6 bind=[::]:0 deny=$call:$errno connect=[$FAR_PEER]:1"; do
                rm -f "$log" "$default_log"
                # shellcheck disable=SC2086 # steps
                syns -f "$BATS_TEST_TMPDIR/glusterd.vol" $steps 2>"$BATS_TEST_TMPDIR/stderr"
                case $(grep -v "leaked\|^::1 -> ::1\$" <<<"$output" | tail -n 2 | tr '\n' ';') in
                    *"connect: ECONNREFUSED;$SOURCE -> "*) ;;
                    *"connect: EPERM;" | *"connect: ENOSYS;" | *"connect: ENOMEM;") ;;
                    *"connect: EADDRNOTAVAIL;") grep -q 'refusing all peers' "$BATS_TEST_TMPDIR/stderr" "$default_log" ;;
                    *) false ;;
                esac || fail "$errno $steps" "$output" "$(cat "$BATS_TEST_TMPDIR/stderr" "$log" "$default_log")"
            done
        done
    done
}
