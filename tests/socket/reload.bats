#!/usr/bin/env bats
# A configuration or a volume file that changes while a process runs.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# Moves the clock on: the next connect checks for a change, and the new file counts as settled.
later=(later=1)

# become FILE LINE...: prints the step that replaces the file by rename, as well-behaved tools do.
become() {
    local new
    new=$(mktemp "$1.XXXX")
    chmod 644 "$new"
    printf '%s\n' "${@:2}" >"$new"
    echo "run=mv $new $1"
}

# becomes RULE...: prints the step that gives dial these rules.
becomes() {
    become "$GLUSTERD_SRCADDR_CONF" "[options]" "log-file = $log" "[dial]" "$@"
}

# Steps: connect and print what the peer sees.
connects=(tcp6 connect="[$PEER]:$PORT" seen)

seen_from() {
    local source expected=()
    for source; do
        expected+=("connect: 0" "seen from $source, port new")
    done
    prints "${expected[@]}"
}

@test "replaced by rename: in force for the next connect, and logged" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes "::/0 = $SOURCE2")" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2"
    logged 2 " I .* srcaddr: $GLUSTERD_SRCADDR_CONF:3: section 'dial' in force, rules: 1\$"
    logged 2 ''
}

@test "written in place: in force for the next connect" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" \
        run="sed 's/= $SOURCE\$/= $SOURCE2/' $GLUSTERD_SRCADDR_CONF >$BATS_TEST_TMPDIR/new" \
        run="cat $BATS_TEST_TMPDIR/new >$GLUSTERD_SRCADDR_CONF" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2"
}

@test "written in place, same size and same times: still noticed" {
    configure_rules "::/0 = 2001:db8:1::11"
    touch -d '1 hour ago' "$GLUSTERD_SRCADDR_CONF"
    dial peer="[$PEER]:$PORT" "${connects[@]}" \
        run="sed 's/::11/::12/' $GLUSTERD_SRCADDR_CONF >$BATS_TEST_TMPDIR/new" \
        run="touch -r $GLUSTERD_SRCADDR_CONF $BATS_TEST_TMPDIR/new" \
        run="cat $BATS_TEST_TMPDIR/new >$GLUSTERD_SRCADDR_CONF; touch -r $BATS_TEST_TMPDIR/new $GLUSTERD_SRCADDR_CONF" \
        "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2"
}

@test "behind a symbolic link, which points elsewhere from then on" {
    configure_rules "::/0 = $SOURCE"
    mv "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/one"
    sed "s/= $SOURCE\$/= $SOURCE2/" "$BATS_TEST_TMPDIR/one" >"$BATS_TEST_TMPDIR/two"
    ln -s one "$GLUSTERD_SRCADDR_CONF"
    dial peer="[$PEER]:$PORT" "${connects[@]}" run="ln -sfn two $GLUSTERD_SRCADDR_CONF" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2"
}

@test "looked at not before it is time" {
    configure_rules "::/0 = $SOURCE"
    dial still peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes "::/0 = $SOURCE2")" "${connects[@]}" later=1 "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE" "$SOURCE2"
}

# in_turn WHAT...: either "waited", for a file that may still be written, or an address that a connect came from.
in_turn() {
    local what expected=()
    for what; do
        case $what in
            waited) expected+=("waited 200 ms") ;;
            *) expected+=("connect: 0" "seen from $what, port new") ;;
        esac
    done
    prints "${expected[@]}"
}

@test "a file that somebody is writing is read once it has been the same for 200 ms, whatever times it has" {
    for age in 0 -1 -3600000 4000; do
        configure_rules "::/0 = $SOURCE"
        dial written="$age:$GLUSTERD_SRCADDR_CONF" peer="[$PEER]:$PORT" "${connects[@]}" \
            run="printf '[options]\nlog-file = $log\n[dial]\n' >$GLUSTERD_SRCADDR_CONF" later=0.05 "${connects[@]}" \
            later=0.199 "${connects[@]}" run="echo '::/0 = $SOURCE2' >>$GLUSTERD_SRCADDR_CONF" later=0.05 "${connects[@]}" \
            later=0.149 "${connects[@]}" later=0.051 "${connects[@]}"
        in_turn waited "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE2"
    done
}

@test "at the first connect a file that was written less than five seconds ago is waited for, once" {
    configure_rules "::/0 = $SOURCE"
    dial written="6000:$GLUSTERD_SRCADDR_CONF" peer="[$PEER]:$PORT" "${connects[@]}"
    in_turn "$SOURCE"
    dial written="4999:$GLUSTERD_SRCADDR_CONF" peer="[$PEER]:$PORT" "${connects[@]}"
    in_turn waited "$SOURCE"
    # A writer that goes on after the wait does not delay the connect. The file is read again later.
    MEANWHILE="sed -i '\$d' $GLUSTERD_SRCADDR_CONF" dial written="0:$GLUSTERD_SRCADDR_CONF" peer="[$PEER]:$PORT" \
        "${connects[@]}" run="echo '::/0 = $SOURCE2' >>$GLUSTERD_SRCADDR_CONF" later=0.05 "${connects[@]}" \
        later=0.19 "${connects[@]}" later=0.05 "${connects[@]}"
    in_turn waited "$PEER" "$PEER" "$PEER" "$SOURCE2"
}

@test "who has not connected for long does not use what was in force then: what has just changed is waited for, once" {
    configure_rules "::/0 = $SOURCE"
    # The clock is 7 s behind the file system's, so files still count as fresh 6 s later.
    ahead=(written="-7000:$GLUSTERD_SRCADDR_CONF" peer="[$PEER]:$PORT" "${connects[@]}" later=3)
    dial "${ahead[@]}" "$(becomes "::/0 = $SOURCE2")" later=3 "${connects[@]}" later=0.05 "${connects[@]}"
    in_turn waited "$SOURCE" waited "$SOURCE2" "$SOURCE2"
    MEANWHILE="echo >>$GLUSTERD_SRCADDR_CONF" dial "${ahead[@]}" "$(becomes "::/0 = $SOURCE")" later=3 "${connects[@]}" \
        later=0.05 "${connects[@]}" later=0.2 "${connects[@]}"
    in_turn waited "$SOURCE2" waited "$SOURCE2" "$SOURCE2" "$SOURCE"
    dial "${ahead[@]}" run="rm $GLUSTERD_SRCADDR_CONF" later=3600 "${connects[@]}"
    in_turn waited "$SOURCE" waited "$PEER"
}

@test "where there is no file nothing is waited for, unless the directory that it would be in has just changed" {
    unset GLUSTERD_SRCADDR_CONF
    mkdir -p "$BATS_TEST_TMPDIR/root/etc"
    dial chroot="$BATS_TEST_TMPDIR/root" written="6000:/etc" peer="[$PEER]:$PORT" "${connects[@]}"
    in_turn "$PEER"
    dial chroot="$BATS_TEST_TMPDIR/root" written="4999:/etc" peer="[$PEER]:$PORT" "${connects[@]}"
    in_turn waited "$PEER"
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/absent/srcaddr.conf
    configuration="[options]\nlog-file = $log\n[dial]\n::/0 = $SOURCE\n"
    MEANWHILE="mkdir $BATS_TEST_TMPDIR/absent; printf '$configuration' >$GLUSTERD_SRCADDR_CONF" \
        dial written="0:$BATS_TEST_TMPDIR" peer="[$PEER]:$PORT" "${connects[@]}"
    in_turn waited "$SOURCE"
}

# away AWAY BACK: dial, while the configuration goes away for almost 200 ms, then for good.
away() {
    dial written="6000:$GLUSTERD_SRCADDR_CONF" peer="[$PEER]:$PORT" "${connects[@]}" run="$1" later=0.05 "${connects[@]}" \
        later=0.199 "${connects[@]}" run="$2" later=0.05 "${connects[@]}" run="$1" later=0.05 "${connects[@]}" \
        later=0.199 "${connects[@]}" later=0.05 "${connects[@]}"
}

@test "a file that is away for a moment is not deleted yet: an editor may write it anew, mv put another directory there" {
    mkdir "$BATS_TEST_TMPDIR/etc"
    GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/etc/srcaddr.conf
    for what in "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/etc"; do
        configure_rules "::/0 = $SOURCE"
        rm -f "$log"
        away "mv $what $BATS_TEST_TMPDIR/aside" "mv $BATS_TEST_TMPDIR/aside $what"
        in_turn "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$PEER"
        logged 1 " W .* srcaddr: $GLUSTERD_SRCADDR_CONF is gone: built-in configuration in force\$"
        logged 2 ''
        mv "$BATS_TEST_TMPDIR/aside" "$what"
    done
}

@test "what a symbolic link points to is away: not deleted at all, and what was in force stays so" {
    configure_rules "::/0 = $SOURCE"
    mkdir "$BATS_TEST_TMPDIR/mount"
    mv "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/mount"
    ln -s mount "$BATS_TEST_TMPDIR/etc"
    ln -s etc/srcaddr.conf "$GLUSTERD_SRCADDR_CONF"
    for GLUSTERD_SRCADDR_CONF in "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/etc/srcaddr.conf"; do
        rm -f "$log"
        away "mv $BATS_TEST_TMPDIR/mount $BATS_TEST_TMPDIR/aside" "mv $BATS_TEST_TMPDIR/aside $BATS_TEST_TMPDIR/mount"
        in_turn "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE"
        logged 1 " E .* srcaddr: $GLUSTERD_SRCADDR_CONF:1:1: error: .* is a dangling symbolic link; keeping the previous configuration\$"
        logged 2 ''
        mv "$BATS_TEST_TMPDIR/aside" "$BATS_TEST_TMPDIR/mount"
    done
}

@test "a volume file that somebody is writing is waited for in the same way" {
    volfile=$BATS_TEST_TMPDIR/glusterd.vol
    configure_rules "::/0 = bind-address"
    : >"$volfile"
    MEANWHILE="echo option transport.socket.bind-address $SOURCE >$volfile" \
        dial_daemon -f "$volfile" written="0:$volfile" peer="[$PEER]:$PORT" "${connects[@]}" \
        run="echo option transport.socket.bind-address $SOURCE2 >$volfile" later=0.05 "${connects[@]}" \
        later=0.199 "${connects[@]}" later=0.05 "${connects[@]}"
    in_turn waited "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE2"
}

@test "touched, or written anew with the same content: nothing to say" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" "${later[@]}" run="touch $GLUSTERD_SRCADDR_CONF" "${later[@]}" "${connects[@]}" \
        run="cp -p $GLUSTERD_SRCADDR_CONF $BATS_TEST_TMPDIR/new; mv $BATS_TEST_TMPDIR/new $GLUSTERD_SRCADDR_CONF" \
        "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE" "$SOURCE"
    logged 1 ''
}

@test "a version with an error: said once, and the last good one stays in force" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes "::/0 = $SOURCE2" nonsense)" \
        "${later[@]}" "${connects[@]}" "${later[@]}" "${connects[@]}" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE"
    logged 1 " E .* srcaddr: $GLUSTERD_SRCADDR_CONF:5:1: error: expected .*, found 'nonsense'; keeping the previous configuration\$"
    logged 2 ''
    [[ ! -e $default_log ]]
}

@test "another version with an error is said as well, and so is the good one behind it, also if it is the old one" {
    configure_rules "::/0 = $SOURCE"
    good=$(<"$GLUSTERD_SRCADDR_CONF")
    dial peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes nonsense)" "${later[@]}" "${connects[@]}" \
        "$(becomes nonsense)" "${later[@]}" "${connects[@]}" "$(become "$GLUSTERD_SRCADDR_CONF" "$good")" \
        "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE"
    logged 2 ' E '
    logged 2 ' I '
}

@test "an error from the start, in a process that is not GlusterFS's: no rules until there is a good version" {
    configure_rules nonsense
    dial peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes worse)" "${later[@]}" "${connects[@]}" \
        "$(becomes "::/0 = $SOURCE")" "${later[@]}" "${connects[@]}"
    [[ $errors == "$GLUSTERD_SRCADDR_CONF:4:1: error: expected "*", found 'nonsense'"* && $errors != *$'\n'* ]]
    errors=
    seen_from "$PEER" "$PEER" "$SOURCE"
    logged 1 "'nonsense'; running without rules\$" "$default_log"
    logged 1 "'worse'; running without rules\$" "$default_log"
    logged 2 '' "$default_log"
    logged 1 ''
}

@test "no longer trusted: said once, and the last good version stays in force" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" run="chmod 666 $GLUSTERD_SRCADDR_CONF" "${later[@]}" "${connects[@]}" \
        "${later[@]}" "${connects[@]}" run="rm $GLUSTERD_SRCADDR_CONF; mkfifo $GLUSTERD_SRCADDR_CONF" \
        "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE" "$SOURCE" "$SOURCE"
    logged 1 ' E .*:1:1: error: writable by group or others.*; keeping the previous configuration$'
    logged 1 ' E .*:1:1: error: not a regular file.*; keeping the previous configuration$'
    logged 3 ''
}

@test "no descriptor left for the new version: read at a later connect" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes "::/0 = $SOURCE2")" "${later[@]}" \
        tcp6 spare=0 connect="[$PEER]:$PORT" spare=1 seen "${later[@]}" spare=8 "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE" "$SOURCE2"
    logged 2 ''
}

@test "deleted: the built-in configuration, in which dial has no section; and back again" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" run="mv $GLUSTERD_SRCADDR_CONF $BATS_TEST_TMPDIR/away" \
        "${later[@]}" "${connects[@]}" run="mv $BATS_TEST_TMPDIR/away $GLUSTERD_SRCADDR_CONF" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$PEER" "$SOURCE"
    logged 2 " I .*section 'dial' in force"
    logged 1 " I .* $GLUSTERD_SRCADDR_CONF does not exist: built-in configuration in force: no section for this process: no rules\$" \
        "$default_log"
}

@test "deleted with its directory: the built-in configuration" {
    configure_rules "::/0 = $SOURCE"
    mkdir "$BATS_TEST_TMPDIR/directory"
    mv "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/directory/conf"
    GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/directory/conf
    dial peer="[$PEER]:$PORT" "${connects[@]}" run="rm -r $BATS_TEST_TMPDIR/directory" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$PEER"
}

@test "a section that comes, and one that goes" {
    configure </dev/null
    dial peer="[$PEER]:$PORT" "${connects[@]}" "$(becomes "::/0 = $SOURCE")" "${later[@]}" "${connects[@]}" \
        "$(become "$GLUSTERD_SRCADDR_CONF" "[options]" "log-file = $log" "[other]")" "${later[@]}" "${connects[@]}"
    seen_from "$PEER" "$SOURCE" "$PEER"
    logged 1 " I .*section 'dial' in force"
    logged 1 " I .* $GLUSTERD_SRCADDR_CONF: no section for this process: no rules\$"
    logged 2 ''
}

@test "options change as well: what to do without the source, and how much is logged" {
    configure_rules "::/0 = $GONE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" unseen \
        "$(become "$GLUSTERD_SRCADDR_CONF" "[options]" "unavailable = kernel" "log-level = debug" "log-file = $log.new" \
            "[dial]" "::/0 = $GONE")" "${later[@]}" "${connects[@]}"
    prints "connect: EADDRNOTAVAIL" unseen "connect: 0" "seen from $PEER, port new"
    logged 1 ' W '
    logged 1 " I .*section 'dial' in force" "$log.new"
}

@test "a socket that is bound to the old source for a connect that failed moves to the new one" {
    configure_rules "::/0 = $SOURCE"
    for bound in "" "bind=[::]:0"; do
        configure_rules "::/0 = $SOURCE"
        [[ $bound ]] && port=kept || port=new
        # shellcheck disable=SC2086 # a step or none
        dial peer="[$PEER]:$PORT" tcp6 $bound connect="[$PEER]:1" "$(becomes "::/0 = $SOURCE2")" "${later[@]}" \
            connect="[$PEER]:$PORT" seen
        prints ${bound:+"bind: 0"} "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE2, port $port"
    done
}

# When GlusterFS redials, it binds the new socket to what getsockname(2) returned for the old one.
@test "an address that the program has learned from a connection follows the new rule, towards every peer" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen local "$(becomes "::/0 = $SOURCE2")" later=1 \
        tcp6 bind="[$SOURCE]:0" connect="[$PEER]:$PORT" seen \
        tcp6 bind="[$SOURCE]:0" connect="[$FAR_PEER]:1" local
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept" "local $SOURCE, port kept" \
        "bind: 0" "connect: 0" "seen from $SOURCE2, port kept" \
        "bind: 0" "connect: ECONNREFUSED" "local $SOURCE2, port kept"
}

@test "such a socket's port need not be free at the new source: the next lower one that is" {
    port_is='run=ss -Htan dport = :24010 | grep -o "^CLOSE-WAIT .*::12]:[0-9]*" | grep -o "[0-9]*$"; true'
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen local "$(becomes "::/0 = $SOURCE2")" later=1 \
        tcp6 bind="[$SOURCE2]:1026" tcp6 bind="[$SOURCE2]:1025" \
        tcp6 bind="[$SOURCE]:1026" connect="[$PEER]:$PORT" seen "$port_is" \
        tcp6 bind="[$SOURCE]:1025" connect="[$PEER]:$PORT" unseen local
    prints "connect: 0" "seen from $SOURCE, port new" "local $SOURCE, port new" "bind: 0" "bind: 0" \
        "bind: 0" "connect: 0" "seen from $SOURCE2, port new" 1024 \
        "bind: 0" "connect: EADDRINUSE" unseen "local $SOURCE, port kept"
    logged 1 ' W .*move the socket: Address already in use; not connected$'
}

@test "the kernel's choice, which the program has learned without a rule or with none, follows the new rule" {
    for rule in "::/0 = none" "2001:db8:4::/64 = $SOURCE2"; do
        configure_rules "$rule"
        dial peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen local "$(becomes "::/0 = $SOURCE")" later=1 \
            tcp6 bind="[$PEER]:0" connect="[$PEER]:$PORT" seen
        prints "bind: 0" "connect: 0" "seen from $PEER, port kept" "local $PEER, port kept" \
            "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    done
}

@test "a forked child notices as its parent does" {
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" "${connects[@]}" fork "$(becomes "::/0 = $SOURCE2")" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2"
}

@test "a process that has changed its root directory keeps what it has" {
    configure_rules "::/0 = $SOURCE"
    mkdir -p "$BATS_TEST_TMPDIR/root"
    dial peer="[$PEER]:$PORT" "${connects[@]}" chroot="$BATS_TEST_TMPDIR/root" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE"
    logged 1 ''
}

@test "a path that is not absolute means another file in another directory: what is in force stays so" {
    configure_rules "::/0 = $SOURCE"
    cd "$BATS_TEST_TMPDIR"
    GLUSTERD_SRCADDR_CONF=${GLUSTERD_SRCADDR_CONF##*/} dial peer="[$PEER]:$PORT" "${connects[@]}" \
        "$(becomes "::/0 = $SOURCE2")" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE"
}

volume() {
    printf '%s\n' "volume management" "option transport.socket.bind-address $1" "end-volume"
}

@test "another bind-address in the volume file: in force for the next connect, and logged" {
    volfile=$BATS_TEST_TMPDIR/glusterd.vol
    volume "$SOURCE" >"$volfile"
    configure_rules "::/0 = bind-address"
    dial_daemon -f "$volfile" peer="[$PEER]:$PORT" "${connects[@]}" "$(become "$volfile" "$(volume "$SOURCE2")")" \
        "${later[@]}" "${connects[@]}" run="rm $volfile" "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2" "$PEER"
    logged 3 " I .*section 'dial' in force"
    logged 1 " I .* bind-address is $SOURCE2 \(.*$volfile\)\$"
    logged 1 " I .* bind-address is none \(.*$volfile\)\$"
}

@test "a bind-address that nobody can tell any more: its rules refuse, the others go on" {
    volfile=$BATS_TEST_TMPDIR/glusterd.vol
    volume "$SOURCE" >"$volfile"
    configure_rules "::/0 = bind-address" "$PEER2 = $SOURCE2"
    dial_daemon -f "$volfile" peer="[$PEER]:$PORT" "${connects[@]}" "$(become "$volfile" "$(volume host1)")" \
        "${later[@]}" tcp6 connect="[$PEER]:$PORT" tcp6 connect="[$PEER2]:1" local \
        "$(become "$volfile" "$(volume "$SOURCE2")")" "${later[@]}" "${connects[@]}"
    prints "connect: 0" "seen from $SOURCE, port new" "connect: EADDRNOTAVAIL" \
        "connect: ECONNREFUSED" "local $SOURCE2, port new" "connect: 0" "seen from $SOURCE2, port new"
    logged 1 " W .* bind-address is unknown \(.*$volfile\)\$"
    logged 1 " W .* peer $PEER: .*: rule ::/0 = bind-address: source can't be used: .*; not connected\$"
}

@test "the built-in configuration: another bind-address, and a file that comes" {
    volfile=$BATS_TEST_TMPDIR/glusterd.vol
    volume "$SOURCE" >"$volfile"
    rm -f "$GLUSTERD_SRCADDR_CONF"
    dial_as glusterd -f "$volfile" peer="[$PEER]:$PORT" "${connects[@]}" "$(become "$volfile" "$(volume "$SOURCE2")")" \
        "${later[@]}" "${connects[@]}" \
        "$(become "$GLUSTERD_SRCADDR_CONF" "[options]" "log-file = $log" "[glusterd]" "::/0 = $SOURCE")" \
        "${later[@]}" "${connects[@]}"
    seen_from "$SOURCE" "$SOURCE2" "$SOURCE"
    logged 2 ' I .*does not exist: built-in configuration in force' "$default_log"
    logged 1 " I .*section 'glusterd' in force"
}

# looks CALL...: the library's system calls for a check at connect that finds no change.
looks() {
    strace --quiet=all --output="$BATS_TEST_TMPDIR/trace" -E LD_PRELOAD="$LIBRARY" "$PROGRAMS/dial" "${options[@]}" still \
        later=1 tcp6 connect="[$PEER]:1" connect="[$PEER]:1" later=1 connect="[$PEER]:1" \
        tcp6 later=1 mark=begin connect="[$FAR_PEER]:1" connect="[$FAR_PEER]:1" mark=end >/dev/null 3>&-
    found=$(sed -n '/"begin"/,/"end"/p' "$BATS_TEST_TMPDIR/trace" | grep stat | sed 's/(.*//')
    diff --label expected --label found <(printf '%s\n' "$@") <(echo "$found")
}

# strace can't trace under qemu-user.
# bats test_tags=native
@test "a look costs one system call for each file, and only when it is time" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    options=()
    looks newfstatat
    volume "$SOURCE" >"$BATS_TEST_TMPDIR/glusterd.vol"
    configure_rules "2001:db8:2::/64 = bind-address"
    options=(-f "$BATS_TEST_TMPDIR/glusterd.vol")
    looks newfstatat newfstatat
}
