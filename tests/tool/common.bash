# shellcheck shell=bash
# What the tests of the command share, beside what those of the library do: the network of tests/socket/common.bash, a
# machine of our own in /etc/glusterfs and /var/lib/glusterd, and comparing all that a subcommand prints.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"
COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-$ROOT/build/glusterd-srcaddr}")

# The library as it is installed, where ld.so finds it: an ordinary user has to find it, too.
INSTALLED=/run/installed

install_library() {
    install -D -m 4755 "$LIBRARY" "$INSTALLED/libglusterd-srcaddr.so"
}

setup_file() {
    make_network
    install_library
}

# The next file may want other addresses.
teardown_file() {
    ip link delete silent0
    ip -6 address flush dev lo scope global
}

enter_machine() {
    log=$BATS_TEST_TMPDIR/srcaddr.log
    cd "$BATS_TEST_TMPDIR" || return
    unset GLUSTERD_SRCADDR_CONF
    export LD_LIBRARY_PATH=$INSTALLED
    rm -f "$default_log"
    mount -t tmpfs -o mode=755 test /etc/glusterfs
    mount -t tmpfs -o mode=755 test /var/lib/glusterd
}

leave_machine() {
    umount /etc/glusterfs /var/lib/glusterd
    ! mountpoint --quiet /etc/hosts || umount /etc/hosts
}

setup() {
    enter_machine
}

teardown() {
    leave_machine
}

# write FILE: from the standard input, as the library trusts it.
write() {
    cat >"$1"
    chmod 644 "$1"
}

# in_force: the configuration of this machine, from the standard input.
in_force() {
    write /etc/glusterfs/srcaddr.conf
}

# write_volfile [OPTION VALUE]...: glusterd.vol.
write_volfile() {
    {
        echo "volume management"
        (($# == 0)) || printf '    option %s %s\n' "$@"
        echo "end-volume"
    } | write /etc/glusterfs/glusterd.vol
}

# store_peer NUMBER LINE...: a file of glusterd's store.
store_peer() {
    mkdir -p /var/lib/glusterd/peers
    printf '%s\n' "${@:2}" >"/var/lib/glusterd/peers/00000000-0000-0000-0000-00000000000$1"
}

# use_hosts: /etc/hosts, from the standard input.
use_hosts() {
    cat >hosts
    mount --bind hosts /etc/hosts
}

# wait_until COMMAND [ARGUMENT...]: repeats the command until it succeeds, for half a minute at most.
wait_until() {
    local start=$SECONDS last
    until last=$("$@" 2>&1); do
        ((SECONDS - start < 30)) || fail "never: $*" "$last" || return
        sleep 0.01
    done
}

# ends STATUS COMMAND [ARGUMENT...]
ends() {
    local status=0
    "${@:2}" || status=$?
    ((status == $1)) || fail "${*:2}: status $status, not $1"
}

# says STATUS [ARGUMENT...]: so the command ends, and on both its streams it prints exactly what stands on the standard
# input.
says() {
    ends "$1" "$COMMAND" "${@:2}" >printed 2>&1 3>&- </dev/null ||
        { cat printed >&2; return 1; }
    diff --unified=9 --label expected --label printed - printed
}

# valid SUBCOMMAND FILE: what it has printed is as the schema has it.
valid() {
    "$ROOT/tests/tool/valid" "$1" <"$2" || fail "$(<"$2")"
}

# says_in_json STATUS FILTER [ARGUMENT...]: the same of what jq makes of it; and nothing on standard error.
says_in_json() {
    ends "$1" "$COMMAND" "${@:3}" --json >printed 2>errors 3>&- </dev/null
    diff --label nothing --label errors /dev/null errors
    valid "$3" printed
    diff --unified=9 --label expected --label printed - <(jq --compact-output "$2" printed)
}

# on_terminal STATUS [ARGUMENT...]: as says, on a terminal, which its escape sequences show as ^[.
on_terminal() {
    local words
    printf -v words ' %q' "$COMMAND" "${@:2}"
    ends "$1" script --quiet --return --command "$words" /dev/null >printed 3>&- </dev/null
    diff --unified=9 --label expected --label printed - <(tr -d '\r' <printed | cat --show-nonprinting)
}
