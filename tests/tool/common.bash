# shellcheck shell=bash
# Shared by the command's tests: the network of tests/socket/common.bash, a private /etc/glusterfs and /var/lib/glusterd,
# and functions that compare a subcommand's whole output.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"
COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-$ROOT/build/glusterd-srcaddr}")

# The installed library, where ld.so finds it for an ordinary user too.
INSTALLED=/run/installed

install_library() {
    install -D -m 4755 "$LIBRARY" "$INSTALLED/libglusterd-srcaddr.so"
}

setup_file() {
    make_network
    install_library
}

# The next file may need other addresses.
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

# write FILE: from standard input, with a mode that the library trusts.
write() {
    cat >"$1"
    chmod 644 "$1"
}

# in_force: writes this machine's configuration, from standard input.
in_force() {
    write /etc/glusterfs/srcaddr.conf
}

# write_volfile [OPTION VALUE]...: writes glusterd.vol.
write_volfile() {
    {
        echo "volume management"
        (($# == 0)) || printf '    option %s %s\n' "$@"
        echo "end-volume"
    } | write /etc/glusterfs/glusterd.vol
}

# store_peer NUMBER LINE...: writes a peer file in glusterd's store.
store_peer() {
    mkdir -p /var/lib/glusterd/peers
    printf '%s\n' "${@:2}" >"/var/lib/glusterd/peers/00000000-0000-0000-0000-00000000000$1"
}

# use_hosts: replaces /etc/hosts, from standard input.
use_hosts() {
    cat >hosts
    mount --bind hosts /etc/hosts
}

# wait_until COMMAND [ARGUMENT...]: repeats the command until it succeeds, for at most 30 s.
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

# says STATUS [ARGUMENT...]: the command exits with STATUS. Its output and errors are exactly what is on standard input.
says() {
    ends "$1" "$COMMAND" "${@:2}" >printed 2>&1 3>&- </dev/null ||
        { cat printed >&2; return 1; }
    diff --unified=9 --label expected --label printed - printed
}

# valid SUBCOMMAND FILE: the subcommand's output in FILE matches the schema.
valid() {
    "$ROOT/tests/tool/valid" "$1" <"$2" || fail "$(<"$2")"
}

# says_in_json STATUS FILTER [ARGUMENT...]: the same for its JSON, filtered by jq. Standard error is empty.
says_in_json() {
    ends "$1" "$COMMAND" "${@:3}" --json >printed 2>errors 3>&- </dev/null
    diff --label nothing --label errors /dev/null errors
    valid "$3" printed
    diff --unified=9 --label expected --label printed - <(jq --compact-output "$2" printed)
}

# on_terminal STATUS [ARGUMENT...]: like says, on a terminal. Escape characters show as ^[.
on_terminal() {
    local words
    printf -v words ' %q' "$COMMAND" "${@:2}"
    ends "$1" script --quiet --return --command "$words" /dev/null >printed 3>&- </dev/null
    diff --unified=9 --label expected --label printed - <(tr -d '\r' <printed | cat --show-nonprinting)
}
