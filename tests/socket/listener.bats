#!/usr/bin/env bats
# bind-address is the IPv6 address that this host's glusterd listens on, however glusterd got it.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

setup() {
    log=$BATS_TEST_TMPDIR/srcaddr.log
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/srcaddr.conf
    volfile=$BATS_TEST_TMPDIR/glusterd.vol
    others=()
    printf '%s\n' "[glusterd]" "::/0 = bind-address" "[dial]" "::/0 = bind-address" | configure
}

teardown() {
    local leader
    for leader in "${others[@]}"; do
        kill -- "-$leader"
    done
}

# volume OPTION...: writes the volume file.
volume() {
    printf '    option %s\n' "$@" >"$volfile"
}

# Steps: listen where glusterd does; connect and print what the peer sees.
listens=(tcp6 bind="[$SOURCE]:24007" listen)
connects=(tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen)
peer=(peer="[$PEER]:$PORT")

# dials SOURCE [SOURCE...]: dial listened, then connected from these sources.
dials() {
    local source expected=("bind: 0" "listen: 0")
    for source; do
        expected+=("bind: 0" "connect: 0" "seen from $source, port kept")
    done
    prints "${expected[@]}"
}

# other USER STEP...: starts a process in its own group, which listens until the test ends.
other() {
    local user=$1 steps=("${@:2}") fifo=/run/fifo${#others[@]}
    mkfifo --mode=666 "$fifo"
    # shellcheck disable=SC2086 # a word or none
    setsid setpriv --reuid="$user" --clear-groups ${SRCADDR_QEMU-} "$PROGRAMS/dial" "${steps[@]}" run="echo >$fifo; exec sleep infinity" >/dev/null 3>&- &
    others+=($!)
    read -r <"$fifo"
    rm "$fifo"
}

@test "glusterd dials from where it listens, whatever its volume file says" {
    for written in "transport.socket.bind-address $SOURCE2" "transport.socket.bind-address host1" \
        "transport.socket.bind-address \`hostname -i\`" "bind-address $SOURCE" "working-directory /var/lib/glusterd"; do
        volume "$written"
        dial_as glusterd -f "$volfile" "${listens[@]}" "${peer[@]}" "${connects[@]}"
        dials "$SOURCE"
    done
    logged 5 " I .* bind-address is $SOURCE \(where glusterd listens\)\$"
}

# Sanitizers and qemu-user need /proc.
# bats test_tags=native, exact
@test "glusterd finds it without /proc, and without its volume file" {
    unshare --mount bash -c "$(declare -f preloaded); LIBRARY=$LIBRARY; mount -t tmpfs none /proc; preloaded glusterd dial \"\$@\"" \
        bash -f glusterd.vol "${listens[@]}" "${peer[@]}" "${connects[@]}" >"$BATS_TEST_TMPDIR/printed"
    output=$(<"$BATS_TEST_TMPDIR/printed")
    errors=
    dials "$SOURCE"
}

@test "glusterd listens on all addresses, or on an IPv4 one: no rule concerns it" {
    volume "transport.socket.bind-address host1"
    for address in "[::]" "[::ffff:127.0.0.1]"; do
        dial_as glusterd -f "$volfile" tcp6 bind="$address:24007" listen "${peer[@]}" "${connects[@]}"
        dials "$PEER"
    done
    dial_as glusterd -f "$volfile" tcp4 bind="127.0.0.1:24007" listen "${peer[@]}" "${connects[@]}"
    dials "$PEER"
    logged 3 " I .* bind-address is none \(where glusterd listens\)\$"
}

@test "before it listens, glusterd has what its volume file says, and where only it can tell, none" {
    volume "transport.socket.bind-address $SOURCE2"
    dial_as glusterd -f "$volfile" "${peer[@]}" "${connects[@]}" "${listens[@]}" later=1 "${connects[@]}"
    prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept" "bind: 0" "listen: 0" \
        "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    volume "transport.socket.bind-address host1"
    dial_as glusterd -f "$volfile" "${peer[@]}" "${connects[@]}" "${listens[@]}" later=1 "${connects[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept" "bind: 0" "listen: 0" \
        "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

@test "of several glusterds in one network namespace, each has its own" {
    other 0 tcp6 bind="[$SOURCE2]:24007" listen
    volume "transport.socket.bind-address $SOURCE2"
    dial_as glusterd -f "$volfile" "${listens[@]}" "${peer[@]}" "${connects[@]}"
    dials "$SOURCE"
}

@test "other listeners of glusterd's, on a socket of the file system and later ones, don't count" {
    volume "working-directory /var/lib/glusterd"
    dial_as glusterd -f "$volfile" "${listens[@]}" tcp6 bind="[$SOURCE2]:24008" listen "${peer[@]}" "${connects[@]}"
    prints "bind: 0" "listen: 0" "bind: 0" "listen: 0" "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
}

@test "other processes dial from where this host's glusterd listens, and follow when that is another one" {
    volume "transport.socket.bind-address $SOURCE2"
    dial_daemon -f "$volfile" "${listens[@]}" "${peer[@]}" "${connects[@]}"
    dials "$SOURCE"
    logged 1 " I .* bind-address is $SOURCE \(where glusterd listens\)\$"
    # The listener goes away, and comes back elsewhere. Descriptor 3 is the first one.
    dial_daemon -f "$volfile" "${listens[@]}" "${peer[@]}" "${connects[@]}" fd=3 close later=1 "${connects[@]}" \
        tcp6 bind="[$SOURCE2]:24007" listen later=1 "${connects[@]}"
    seen=$(grep seen <<<"$output")
    diff - <(printf 'seen from %s, port kept\n' "$SOURCE" "$SOURCE" "$SOURCE2") <<<"$seen"
}

@test "on another port: the volume file's" {
    volume "transport.socket.listen-port 24017"
    dial_daemon -f "$volfile" "${listens[@]}" tcp6 bind="[$SOURCE2]:24017" listen "${peer[@]}" "${connects[@]}"
    prints "bind: 0" "listen: 0" "bind: 0" "listen: 0" "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

# qemu-user hides other users.
# bats test_tags=native
@test "a listener of another user steers nobody else's connections" {
    other 65534 "${listens[@]}"
    volume "transport.socket.bind-address $SOURCE2"
    dial_daemon -f "$volfile" "${peer[@]}" "${connects[@]}"
    prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

# qemu-user hides other users.
# bats test_tags=native
@test "a user that stands for all who have no number in a user namespace: its listener is anybody's" {
    other 65534 "${listens[@]}"
    volume "transport.socket.bind-address $SOURCE2"
    # Readable by that user.
    install -m 644 "$volfile" /run/glusterd.vol
    install -m 644 "$GLUSTERD_SRCADDR_CONF" /run/srcaddr.conf
    output=$(GLUSTERD_SRCADDR_CONF=/run/srcaddr.conf setpriv --reuid=65534 --clear-groups \
        bash -c "$(declare -f preloaded); LIBRARY=$LIBRARY; preloaded glusterfs dial \"\$@\"" \
        bash --process-name dial -f /run/glusterd.vol "${peer[@]}" "${connects[@]}" 2>"$BATS_TEST_TMPDIR/stderr" 3>&-)
    errors=
    prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
}

@test "several glusterds: a daemon is told by its own, another process by the volume file or by nobody" {
    other 0 tcp6 bind="[$SOURCE2]:24007" listen
    other 0 "${listens[@]}"
    volume "transport.socket.bind-address $SOURCE2"
    for told in "-s $SOURCE" "--volfile-server=$SOURCE"; do
        # shellcheck disable=SC2086 # one argument or two
        dial_daemon -f "$volfile" $told "${peer[@]}" "${connects[@]}"
        prints "bind: 0" "connect: 0" "seen from $SOURCE, port kept"
    done
    dial_daemon -f "$volfile" "${peer[@]}" "${connects[@]}"
    prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
    volume "working-directory /var/lib/glusterd"
    dial_daemon -f "$volfile" tcp6 connect="[$PEER]:1"
    prints "connect: EADDRNOTAVAIL"
    logged 1 " W .* bind-address is unknown \("
}

@test "a mount's -s is another host" {
    volume "transport.socket.bind-address $SOURCE2"
    printf '%s\n' "[fuse*]" "::/0 = bind-address" | configure
    for name in fuse fuse.client; do
        dial_as glusterfs --process-name $name -f "$volfile" -s "$SOURCE" "${peer[@]}" "${connects[@]}"
        prints "bind: 0" "connect: 0" "seen from $SOURCE2, port kept"
    done
}

@test "glusterd does not run and only it could tell: refused, or the kernel's choice where that is wanted" {
    volume "transport.socket.bind-address host1"
    dial_daemon -f "$volfile" tcp6 connect="[$PEER]:1"
    prints "connect: EADDRNOTAVAIL"
    logged 1 " W .* bind-address is unknown \(glusterd does not listen; from $volfile\)\$"
    logged 1 " W .* peer $PEER: .* source can't be used: .*; not connected\$"
    printf '%s\n' "unavailable = kernel" "[dial]" "::/0 = bind-address" | configure
    dial_daemon -f "$volfile" "${peer[@]}" "${connects[@]}"
    prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
}

@test "an -f that is not GlusterFS's is no volume file" {
    volume "transport.socket.bind-address $SOURCE"
    printf '%s\n' "[ganesha.nfsd qemu-img]" "::/0 = bind-address" | configure
    for name in ganesha.nfsd qemu-img; do
        dial_as $name -f "$volfile" "${peer[@]}" "${connects[@]}"
        prints "bind: 0" "connect: 0" "seen from $PEER, port kept"
    done
}
