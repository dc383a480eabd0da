# shellcheck shell=bash
# Shared by the tests: the network, the configuration, and running a test program with the library. Everything is made
# in a sandbox (tests/sandbox) and ends with it.
#
# $SRCADDR_QEMU is the qemu-user that runs the library and the programs if they are for another architecture. Tests that
# it can't run have the tag native.

ROOT=$(realpath -- "${BATS_TEST_DIRNAME:?}/../..")
LIBRARY=$(realpath -m -- "${SRCADDR_LIBRARY:-$ROOT/build/libglusterd-srcaddr.so}")
PROGRAMS=$(realpath -m -- "${SRCADDR_PROGRAMS:-$ROOT/build/tests/socket}")
PATH=$PATH:/usr/sbin:/sbin

# This host's addresses. For a peer on the same host the kernel chooses the peer's address as the source, so a connection
# never comes from SOURCE by chance.
SOURCE=2001:db8:1::11
SOURCE2=2001:db8:1::12
PEER=2001:db8:2::1
PEER2=2001:db8:2::2
FAR_PEER=2001:db8:3::1
GONE=2001:db8:1::99      # not on this host
SILENT=2001:db8:66::99   # on a link where nobody answers
SILENT2=2001:db8:66::98
SILENT_SOURCE=2001:db8:66::1 # the kernel's choice for these peers
LINK_SOURCE=fe80::11     # both on silent0
LINK_PEER=fe80::12
PORT=24010 # not glusterd's: the library would take the listener for glusterd
export SOURCE SOURCE2 PEER PEER2 FAR_PEER GONE SILENT SILENT2 SILENT_SOURCE LINK_SOURCE LINK_PEER PORT PROGRAMS

fail() {
    printf '%s\n' "$@" >&2
    return 1
}

make_network() {
    local address name
    "$ROOT/tests/in-sandbox" || return
    [[ -r $LIBRARY && -x $PROGRAMS/dial ]] || fail "$LIBRARY or $PROGRAMS/dial is missing. Run make first." || return
    ! ip link show silent0 >/dev/null 2>&1 || return 0
    for address in "$SOURCE" "$SOURCE2" "$PEER" "$PEER2" "$FAR_PEER"; do
        ip address add "$address/128" dev lo nodad
    done
    ip link add silent0 type veth peer name silent1
    # No automatic addresses, and no duplicate address detection.
    for name in silent0 silent1; do
        sysctl -qw "net.ipv6.conf.$name.addr_gen_mode=1" "net.ipv6.conf.$name.accept_dad=0"
        ip link set "$name" up
    done
    for address in "$SILENT_SOURCE" "$LINK_SOURCE" "$LINK_PEER"; do
        ip address add "$address/64" dev silent0 nodad
    done
    for address in "$SILENT" "$SILENT2"; do
        ip neighbour add "$address" lladdr 02:00:00:00:00:99 dev silent0 nud permanent
    done
}

# has FEATURE: whether the kernel has it. Fails the test if this kernel should have it.
has() {
    ! ${SRCADDR_QEMU-} "$PROGRAMS/has" "$1" || return 0
    local kernels
    kernels=$(awk -v feature="$1" '$1 == feature { print $2 }' "$ROOT/tests/socket/missing")
    [[ ,$kernels, == *,$(uname -r | cut -d. -f1,2),* ]] ||
        fail "Linux $(uname -r) has no $1, which tests/socket/missing does not say of it" || exit
    return 1
}

# needs FEATURE: skips the test on a kernel without it.
needs() {
    has "$1" || skip "not on this kernel: $1"
}

# Where the library logs before it has a configuration.
default_log=/var/log/glusterfs/srcaddr.log

setup_file() {
    make_network
}

setup() {
    log=$BATS_TEST_TMPDIR/srcaddr.log
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/srcaddr.conf
    rm -f "$default_log"
}

# Writes the configuration from standard input: more options, if any, then sections.
configure() {
    {
        printf '%s\n' "[options]" "log-file = $log"
        cat
    } >"$GLUSTERD_SRCADDR_CONF"
    chmod 644 "$GLUSTERD_SRCADDR_CONF"
}

# configure_rules RULE...: for the process dial.
configure_rules() {
    printf '%s\n' "[dial]" "$@" | configure
}

# preloaded NAME PROGRAM [ARGUMENT...]: runs a test program under this name with the library. Only the program gets the
# preload: this shell may have another C library.
preloaded() (
    [[ ! ${SRCADDR_QEMU-} ]] || exec "$SRCADDR_QEMU" -0 "$1" -E "LD_PRELOAD=$LIBRARY" "$PROGRAMS/$2" "${@:3}" 3>&-
    export LD_PRELOAD=$LIBRARY
    exec -a "$1" "$PROGRAMS/$2" "${@:3}" 3>&-
)

# run_as NAME PROGRAM [ARGUMENT...]: puts what it prints into $output, and its standard error into $errors.
run_as() {
    local result=0
    output=$(preloaded "$@" 2>"$BATS_TEST_TMPDIR/stderr") || result=$?
    errors=$(<"$BATS_TEST_TMPDIR/stderr")
    ((result == 0)) || fail "$2: status $result" "$output" "$errors"
}

# run_program PROGRAM [ARGUMENT...]: with the rules of dial.
run_program() {
    run_as dial "$@"
}

# dial [STEP...]
dial() {
    run_as dial dial "$@"
}

# dial_as NAME [STEP...]
dial_as() {
    run_as "$1" dial "${@:2}"
}

# dial_daemon [STEP...]: as one of GlusterFS's own processes, so that -f names a volume file.
dial_daemon() {
    run_as glusterfs dial --process-name dial "$@"
}

# bare [STEP...]: without the library.
bare() {
    output=$(${SRCADDR_QEMU-} "$PROGRAMS/dial" "$@" 3>&-)
    errors=
}

# prints LINE...: $output is these lines, and standard error is empty.
prints() {
    [[ -z $errors ]] || fail "on standard error:" "$errors" || return
    diff --unified=9 --label expected --label printed <(printf '%s\n' "$@") <(printf '%s\n' "$output")
}

# logged COUNT PATTERN [FILE]: so many lines of the log match the extended regular expression.
logged() {
    local count=0 file=${3:-$log}
    [[ ! -e $file ]] || count=$(grep --count --extended-regexp -- "$2" "$file") || true
    ((count == $1)) || fail "found $count lines of $2, not $1, in:" "$(cat "$file" 2>&1)"
}

# syns [STEP...]: dial_daemon under sniff. $output is what dial prints, then the SYNs that were sent.
syns() {
    output=$(${SRCADDR_QEMU-} "$PROGRAMS/sniff" bash -c "$(declare -f preloaded); LIBRARY=$LIBRARY; preloaded glusterfs dial --process-name dial \"\$@\"" bash "$@" 3>&-)
    errors=
}

# dial_after COMMAND [STEP...]: in a new mount namespace, after a shell has run the command there.
dial_after() {
    local result=0
    output=$(unshare --mount bash -c "$(declare -f preloaded); LIBRARY=$LIBRARY; set -e; $1; preloaded dial dial \"\$@\"" \
        bash "${@:2}" 2>"$BATS_TEST_TMPDIR/stderr" 3>&-) || result=$?
    errors=$(<"$BATS_TEST_TMPDIR/stderr")
    ((result == 0)) || fail "status $result" "$output" "$errors"
}
