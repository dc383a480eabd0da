#!/usr/bin/env bats
# Wrong, untrusted and missing configurations, and volume files.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# said PATTERN: standard error matches. Clears $errors.
said() {
    grep -E -- "$1" <<<"$errors" || fail "not on standard error: $1" "$errors" || return
    errors=
}

# without_rules POSITION PATTERN: dial connects twice, without rules. Log and standard error get one line each, about the
# configuration at POSITION.
without_rules() {
    local file=$GLUSTERD_SRCADDR_CONF
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen
    [[ $errors != *$'\n'* ]] || fail "more than a line" "$errors" || return
    said "^$file:$1: error: .*$2"
    logged 1 " E .* srcaddr: $file:$1: error: .*$2.*; running without rules\$" "$default_log"
    logged 1 '' "$default_log"
    prints "connect: 0" "seen from $PEER, port new" "bind: 0" "connect: 0" "seen from $PEER, port kept"
}

@test "wrong: said once, with file, line and column, in the log and on standard error; no rules" {
    printf '%s\n' "[options]" "log-file = $log" "[dial]" "::/0 = $SOURCE" "  2001:db8::/33 = 10.0.0.1" \
        >"$GLUSTERD_SRCADDR_CONF"
    without_rules 5:19 "expected an IPv6 source or none, found IPv4 source '10\.0\.0\.1'"
    [[ ! -e $log ]]
}

@test "wrong in another process's section: no rules either" {
    printf '%s\n' "[dial]" "::/0 = $SOURCE" "[glusterd]" "2001:db8::/64" >"$GLUSTERD_SRCADDR_CONF"
    without_rules 4:1 "found '2001:db8::/64'"
}

@test "wrong, and the log can't be written, as by an ordinary user: said once, on standard error" {
    printf '%s\n' "[dial]" "::/0 = nonsense" >"$GLUSTERD_SRCADDR_CONF"
    dial_after "mount -t tmpfs no-log /var/log" tcp6 connect="[$PEER]:1"
    [[ $errors != *$'\n'* ]]
    said "^\[.*\] E \[dial:[0-9]+\] srcaddr: $GLUSTERD_SRCADDR_CONF:2:8: error: expected .*; running without rules\$"
    prints "connect: ECONNREFUSED"
}

# refuses_until BREAK MEND: GlusterFS's own processes that start after BREAK refuse to connect, except to the loopback
# address. After MEND they connect from the source.
refuses_until() {
    local name
    for name in glusterd /usr/sbin/glusterfsd glusterfs; do
        rm -f "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/nowhere"
        printf '%s\n' "[options]" "log-file = $log" "[gluster*]" "::/0 = $SOURCE" >"$GLUSTERD_SRCADDR_CONF"
        cp -p "$GLUSTERD_SRCADDR_CONF" "$BATS_TEST_TMPDIR/good"
        (cd "$BATS_TEST_TMPDIR" && eval "$1") || return
        rm -f "$default_log" "$log"
        dial_as "$name" peer="[$PEER]:$PORT" tcp6 connect="[::1]:1" tcp6 connect="[$PEER]:$PORT" connect="[$PEER]:$PORT" unseen \
            run="cd $BATS_TEST_TMPDIR; $2" later=1 connect="[$PEER]:$PORT" seen
        said "^$GLUSTERD_SRCADDR_CONF:[15]:1: error: " || return
        prints "connect: ECONNREFUSED" "connect: EADDRNOTAVAIL" "connect: EADDRNOTAVAIL" unseen "connect: 0" \
            "seen from $SOURCE, port new" || return
        logged 1 " E .* srcaddr: $GLUSTERD_SRCADDR_CONF:[15]:1: error: .*; refusing all peers that ::/0 covers\$" "$default_log" || return
        logged 1 " W .* peer $PEER: $GLUSTERD_SRCADDR_CONF:[15]: rule ::/0 = unknown \(configuration error\): .*; not connected\$" "$default_log" || return
        logged 2 '' "$default_log" || return
        logged 1 " I .*section 'gluster\*' in force" || return
    done
}

@test "wrong, for GlusterFS's own processes: they refuse until it is right" {
    refuses_until "echo nonsense >>srcaddr.conf" "cp good srcaddr.conf"
}

@test "not trusted, not to be read, or a link to nothing, for GlusterFS's own processes: they refuse until it can be used" {
    refuses_until "chmod 666 srcaddr.conf" "chmod 644 srcaddr.conf"
    refuses_until "chown 12345 srcaddr.conf" "chown 0 srcaddr.conf"
    refuses_until "rm srcaddr.conf; mkfifo srcaddr.conf" "rm srcaddr.conf; mv good srcaddr.conf"
    refuses_until "rm srcaddr.conf; ln -s srcaddr.conf srcaddr.conf" "rm srcaddr.conf; mv good srcaddr.conf"
    refuses_until "rm srcaddr.conf; ln -s nowhere srcaddr.conf" "mv good nowhere"
}

@test "a symbolic link to nothing: said, and other processes have no rules" {
    ln -s nowhere "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 "'.*' is a dangling symbolic link"
    rm "$GLUSTERD_SRCADDR_CONF" "$default_log"
    ln -s nowhere "$BATS_TEST_TMPDIR/directory"
    GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/directory/srcaddr.conf
    without_rules 1:1 "'.*/directory' is a dangling symbolic link"
}

# bats test_tags=threads
@test "said once, also where many threads and children are the first to connect" {
    printf '%s\n' "[dial]" "::/0 = nonsense" >"$GLUSTERD_SRCADDR_CONF"
    run_program threads "[$SILENT]:1" "[$SILENT_SOURCE]:0"
    [[ $(wc -l <<<"$errors") == 1 ]]
    logged 1 ' E ' "$default_log"
}

@test "not trusted: writable by group or others" {
    configure_rules "::/0 = $SOURCE"
    for mode in 664 646 620; do
        rm -f "$default_log"
        chmod $mode "$GLUSTERD_SRCADDR_CONF"
        without_rules 1:1 'writable by group or others'
    done
}

@test "not trusted: owned by a user that is neither root nor the process's own" {
    configure_rules "::/0 = $SOURCE"
    chown 12345 "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 'owned by user 12345'
}

@test "not trusted: a FIFO, which is not waited for, a directory, a device" {
    mkfifo -m 600 "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 'not a regular file'
    rm "$GLUSTERD_SRCADDR_CONF" "$default_log"
    mkdir -m 700 "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 'not a regular file'
    rmdir "$GLUSTERD_SRCADDR_CONF"
    rm "$default_log"
    mknod -m 600 "$GLUSTERD_SRCADDR_CONF" c 1 5
    without_rules 1:1 'not a regular file'
}

@test "not trusted: a symbolic link to what is not, whoever owns the link" {
    local target=$BATS_TEST_TMPDIR/target
    configure_rules "::/0 = $SOURCE"
    mv "$GLUSTERD_SRCADDR_CONF" "$target"
    ln -s "$target" "$GLUSTERD_SRCADDR_CONF"
    chown 12345 "$target"
    without_rules 1:1 'owned by user 12345'
    rm "$target" "$default_log"
    mkfifo -m 600 "$target"
    without_rules 1:1 'not a regular file'
    rm "$default_log"
    ln -sfn /dev/zero "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 'not a regular file'
    rm "$default_log"
    ln -sfn "$GLUSTERD_SRCADDR_CONF" "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 'Too many levels of symbolic links'
}

@test "not trusted: a socket" {
    bare unix bind="$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 'not a regular file'
}

@test "too large, also where most of it is a hole" {
    configure_rules "::/0 = $SOURCE"
    for size in $(((64 << 20) + 1)) 1G 1T; do
        rm -f "$default_log"
        truncate --size=$size "$GLUSTERD_SRCADDR_CONF"
        without_rules 1:1 'larger than 64 MiB'
    done
}

# swaps FILE: keeps swapping the configuration with an untrusted FILE. Either its own rules are in force, or none and an error
# says so. Also without /proc, where it has to be opened by name. A slow machine tries less often: a test program ends after
# two minutes.
swaps() {
    local swapper proc results=() end=$((SECONDS + 60))
    "$PROGRAMS/swap" "$GLUSTERD_SRCADDR_CONF" "$1" 3>&- &
    swapper=$!
    for _ in {1..40}; do
        ((SECONDS < end)) || break
        for proc in true "mount -t tmpfs no-proc /proc"; do
            dial_after "$proc" peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
            case $output/$errors in
                *" from $SOURCE, port new/") results[0]=good ;;
                *" from $PEER, port new/$GLUSTERD_SRCADDR_CONF:1:1: error: "*) results[1]=bad ;;
                *) fail "$output" "$errors" || return ;;
            esac
        done
    done
    kill "$swapper"
    [[ ${results[*]} == "good bad" ]] || fail "only ${results[*]}"
}

# Native, as qemu-user would swap too slowly. Sanitizers need /proc.
# bats test_tags=native, exact
@test "swapped between a look and reading: never a file that is not trusted, and nothing is waited for" {
    local bad=$BATS_TEST_TMPDIR/bad
    configure_rules "::/0 = $SOURCE"
    sed "s/= $SOURCE/= $SOURCE2/" "$GLUSTERD_SRCADDR_CONF" >"$bad"
    chmod 666 "$bad"
    swaps "$bad"
}

# bats test_tags=native, exact
@test "swapped for a FIFO, a device, a directory: the same" {
    local bad=$BATS_TEST_TMPDIR/bad
    configure_rules "::/0 = $SOURCE"
    for command in "mkfifo" "ln -s /dev/zero" "mkdir"; do
        $command "$bad"
        swaps "$bad"
        rm -rf "$bad" "$GLUSTERD_SRCADDR_CONF"
        configure_rules "::/0 = $SOURCE"
    done
}

@test "a binary, a NUL byte, a line of a megabyte: one line says so, however long it is" {
    cp "$LIBRARY" "$GLUSTERD_SRCADDR_CONF"
    chmod 644 "$GLUSTERD_SRCADDR_CONF"
    without_rules 1:8 'expected plain text, found a NUL byte'
    rm "$default_log"
    printf '[dial]\n::/0 = %s\0\n' "$SOURCE" >"$GLUSTERD_SRCADDR_CONF"
    without_rules "2:$((8 + ${#SOURCE}))" 'expected plain text, found a NUL byte'
    rm "$default_log"
    head --bytes=1M /dev/zero | tr '\0' x >"$GLUSTERD_SRCADDR_CONF"
    without_rules 1:1 "expected NETWORK = SOURCE or \[NAME\.\.\.\], found 'x{64}\.\.\.'"
}

@test "merely unusual, and read as meant: a byte order mark, CR LF, tabs, a long line, no end to the last one" {
    printf '\xef\xbb\xbf[options]\r\n\tlog-file\t=\t%s\r\n#%0999999d\r\n\r\n\t[\tdial\t]\t\r\n\t::/0\t=\t%s\t; x' \
        "$log" 0 "$SOURCE" >"$GLUSTERD_SRCADDR_CONF"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new"
    logged 1 " I .*:5: section 'dial' in force, rules: 1\$"
}

@test "many sections: in force" {
    {
        awk -v source="$GONE" 'BEGIN { for (i = 1; i <= 20000; i++) printf("[other%d]\n2001:db8:%x::/48 = %s\n", i, i, source) }'
        printf '%s\n' "[dial]" "::/0 = $SOURCE"
    } | configure
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new"
}

@test "a million rules: in force" {
    {
        echo "[dial]"
        seq --format="2001:db9:%06.0f::/64 = $GONE" 0 999997 | sed -E 's/:([0-9]{3})([0-9]{3}):/:\1:\2:/'
        printf '%s\n' "$PEER = $SOURCE" "$PEER2 = $SOURCE2"
    } | configure
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE, port new"
    dial peer="[$PEER2]:$PORT" tcp6 connect="[$PEER2]:$PORT" seen
    prints "connect: 0" "seen from $SOURCE2, port new"
    logged 2 ' I .* in force, rules: 1000000$'
}

@test "an empty file has no rules and no mistakes, also for glusterd" {
    : >"$GLUSTERD_SRCADDR_CONF"
    dial_as glusterd peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: 0" "seen from $PEER, port new"
    [[ ! -e $default_log ]]
}

# volfile OPTION...: writes a volume file like glusterd's.
volfile() {
    volfile=$BATS_TEST_TMPDIR/glusterd.vol
    {
        echo "volume management"
        echo "    type mgmt/glusterd"
        printf '    option %s\n' "$@"
        echo "end-volume"
    } >"$volfile"
}

dial_peer=(peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen)

@test "missing: glusterd gets the bind-address of its volume file, however that is named" {
    volfile "working-directory /var/lib/glusterd" "transport.socket.bind-address $SOURCE"
    for options in "-f $volfile" "-f$volfile" "--volfile $volfile" "--volfile=$volfile" "--spec-file=$volfile"; do
        rm -f "$default_log"
        # shellcheck disable=SC2086 # one argument or two
        dial_as /usr/sbin/glusterd $options "${dial_peer[@]}"
        prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
        logged 1 " I .* $GLUSTERD_SRCADDR_CONF does not exist: built-in configuration" "$default_log"
        logged 1 " I .*bind-address is $SOURCE \(glusterd does not listen; from $volfile\)\$" "$default_log"
    done
}

@test "missing: no other process has rules" {
    volfile "transport.socket.bind-address $SOURCE"
    for name in glusterfsd glusterfs dial; do
        dial_as $name -f "$volfile" "${dial_peer[@]}"
        prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
    done
    dial_as glusterfs -f "$volfile" --process-name glusterd "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

@test "missing, and no bind-address, or no volume file: the kernel's choice" {
    volfile "working-directory /var/lib/glusterd"
    dial_as glusterd -f "$volfile" "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
    logged 1 " I .*bind-address is none \(.*$volfile\)\$" "$default_log"
    dial_as glusterd -f "$BATS_TEST_TMPDIR/absent" "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
    logged 1 " I .*bind-address is none \(.*absent\)\$" "$default_log"
    volfile "transport.socket.bind-address 0.0.0.0"
    dial_as glusterd -f "$volfile" "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
}

@test "bind-address in a rule: the volume file's" {
    volfile "transport.socket.bind-address $SOURCE"
    configure_rules "::/0 = $SOURCE2" "2001:db8:2::/64 = bind-address"
    dial_daemon -f "$volfile" "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

@test "the file that is named in the environment counts, an empty name does not" {
    configure_rules "::/0 = $SOURCE"
    named=$GLUSTERD_SRCADDR_CONF
    GLUSTERD_SRCADDR_CONF='' dial "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
    logged 0 '' "$default_log"
    GLUSTERD_SRCADDR_CONF=$named dial "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

@test "the file that is named in the environment does not exist: the log has a warning, whatever process it is" {
    dial "${dial_peer[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
    logged 1 " W .* srcaddr: GLUSTERD_SRCADDR_CONF=$GLUSTERD_SRCADDR_CONF does not exist\$" "$default_log"
    logged 1 '' "$default_log"
}

@test "a process reads the configuration at its first connect of an IPv6 TCP socket, not before" {
    configure_rules "::/0 = $SOURCE"
    mv "$GLUSTERD_SRCADDR_CONF" "$GLUSTERD_SRCADDR_CONF.new"
    dial peer="[$PEER]:$PORT" tcp4 connect="127.0.0.2:1" run="mv $GLUSTERD_SRCADDR_CONF.new $GLUSTERD_SRCADDR_CONF" \
        tcp6 connect="[$PEER]:$PORT" seen
    prints "connect: ECONNREFUSED" "connect: 0" "seen from $SOURCE, port new"
}
