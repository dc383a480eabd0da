#!/usr/bin/env bats
# A Debian 12 machine that enforces its SELinux policy. systemd starts glusterd in its domain, with the package just as
# installed. A peer in a network namespace sees where connections come from. Each test continues where the one before stopped.

# shellcheck source=tests/vm/vm.bash
source "${BATS_TEST_DIRNAME:?}/vm.bash"

# glusterd listens on the first, a rule names the second, the kernel would choose the third.
BIND_ADDRESS=2001:db8:1::11
OTHER_ADDRESS=2001:db8:1::31
KERNEL_ADDRESS=2001:db8:1::21
PEER=2001:db8:1::12

CONFIGURATION=/etc/glusterfs/srcaddr.conf
LIBRARY=/usr/lib/x86_64-linux-gnu/libglusterd-srcaddr.so
ROOTS_TYPE=user_home_t # files that root makes at home

HANG_UP="ip netns exec peer ss --kill sport = :24007" # makes glusterd redial
WRONG_CONFIGURATION="$CONFIGURATION: warning: expected SELinux type glusterd_conf_t, found $ROOTS_TYPE: policy may keep glusterd from \
reading it; run restorecon -v $CONFIGURATION"
WRONG_LIBRARY="$LIBRARY: warning: expected SELinux type lib_t, found $ROOTS_TYPE: policy may keep ld.so from preloading it into \
glusterd; run restorecon -v $LIBRARY"
UNREADABLE="error: cannot read it: Permission denied; chmod, or restorecon under SELinux;"

setup_file() {
    make_vm machine "$SRCADDR_IMAGE"
    # debvm-run(1)'s own arguments, and less work for the emulator.
    start_vm machine -append "root=LABEL=debvm rw console=ttyS0 mitigations=off security=selinux selinux=1"
    in_vm machine "cat >package.deb" <"$SRCADDR_PACKAGE"
    in_vm machine "$(declare -f make_network); make_network $PEER $BIND_ADDRESS $OTHER_ADDRESS $KERNEL_ADDRESS"
    in_vm machine "$(declare -f start_peer become_peer); start_peer $BIND_ADDRESS $PEER"
    wait_until 60 peer_listens
}

teardown_file() {
    shut_down machine
}

### In the machine

# make_network PEER ADDRESS...: the kernel prefers the last address.
make_network() {
    local address
    set -e
    ip netns add peer
    ip link add gluster0 type veth peer name gluster0 netns peer
    ip link set gluster0 up
    ip -n peer link set lo up
    ip -n peer link set gluster0 up
    ip -n peer -6 address add "$1/64" dev gluster0 nodad
    for address in "${@:2}"; do
        ip -6 address add "$address/64" dev gluster0 nodad
    done
    sed -i "/^end-volume/i option transport.address-family inet6\noption transport.socket.bind-address $2" \
        /etc/glusterfs/glusterd.vol
}

become_peer() {
    local directory
    for directory in /run /etc/glusterfs /var/lib/glusterd /var/log/glusterfs; do
        mount --bind "/root/peer$directory" "$directory"
    done
    exec glusterd -N
}

# start_peer ADDRESS PEER: a glusterd with its own directories, in the shell's domain and without the library. /root/dialled
# gets a line for each connection attempt in the peer's network.
start_peer() {
    local directory
    set -e
    for directory in /run /etc/glusterfs /var/lib/glusterd /var/log/glusterfs; do
        mkdir -p "/root/peer$directory"
    done
    cp -r /etc/glusterfs/. /root/peer/etc/glusterfs
    sed -i "s/$1/$2/" /root/peer/etc/glusterfs/glusterd.vol
    nsenter --net=/run/netns/peer unshare --mount bash -c "$(declare -f become_peer); become_peer" \
        </dev/null >/root/peer/errors 2>&1 &
    # SYN without ACK (RFC 9293, 3.1), after an IPv6 header of 40 bytes.
    ip netns exec peer tcpdump -l -n -i gluster0 "ip6[53] & 0x12 = 2" </dev/null >/root/dialled 2>/dev/null &
}

### What is seen

peer_listens() {
    in_vm machine ip netns exec peer ss -Htln "sport = :24007" | grep -q . && in_vm machine pgrep -x tcpdump >/dev/null
}

# Prints the source of every connection to the peer so far.
dialled() {
    in_vm machine cat dialled | sed -n "s/.* IP6 \(.*\)\.[0-9]* > $PEER\.24007: .*/\1/p"
}

# is_dialled COUNT: the peer was dialled more often than that.
is_dialled() {
    (($(dialled | wc -l) > $1))
}

# comes_from ADDRESS COMMAND...: runs the command in the machine. From then on, connections come from ADDRESS.
comes_from() {
    local before
    before=$(dialled | wc -l)
    in_vm machine "${@:2}"
    wait_until 60 is_dialled "$before"
    diff <(echo "$1") <(dialled | tail -n "+$((before + 1))" | sort --unique)
}

# systemd's glusterd, not the peer.
glusterd_pid() {
    in_vm machine systemctl show --property MainPID --value glusterd
}

# AT_SECURE, getauxval(3).
is_secure() {
    in_vm machine od -An -t d8 -w16 "/proc/$(glusterd_pid)/auxv" | awk '$1 == 23 { print $2 }'
}

# Prints what status says.
library_of_glusterd() {
    local pid
    pid=$(glusterd_pid)
    in_vm machine glusterd-srcaddr status --json | jq --raw-output ".processes[] | select(.pid == $pid) | .library"
}

# glusterd_runs AT_SECURE: in its domain, with the library.
glusterd_runs() {
    in_vm machine ps -o label= "$(glusterd_pid)" | grep -x system_u:system_r:glusterd_t:s0
    diff <(echo "$1") <(is_secure)
    diff <(echo loaded) <(library_of_glusterd)
}

# Prints what was denied to glusterd, or to anyone on our files, since forget.
denials() {
    in_vm machine cat /var/log/audit/audit.log | grep '^type=AVC ' | grep -E 'scontext=[^ ]*:glusterd_t:|srcaddr' || true
}

nothing_is_denied() {
    diff /dev/null <(denials)
}

# has_logged PATTERN: the library has, since forget.
has_logged() {
    in_vm machine cat /var/log/glusterfs/srcaddr.log | grep -E "$1"
}

forget() {
    in_vm machine truncate --size=0 /var/log/audit/audit.log /var/log/glusterfs/srcaddr.log
}

# label_of FILE: prints its SELinux type.
label_of() {
    in_vm machine stat --format=%C "$1" | cut -d : -f 3
}

# move_in SOURCE: moves in a configuration that root wrote at home.
move_in() {
    in_vm machine "printf '[glusterd]\n::/0 = $1\n' >srcaddr.conf; mv srcaddr.conf $CONFIGURATION"
    [[ $(label_of "$CONFIGURATION") == "$ROOTS_TYPE" ]]
}

move_library_in() {
    in_vm machine "cp --preserve=mode $LIBRARY library; mv library $LIBRARY"
    [[ $(label_of "$LIBRARY") == "$ROOTS_TYPE" ]]
}

# check_warns [LINE...]: check prints these lines and its summary.
check_warns() {
    local status=0
    in_vm machine "glusterd-srcaddr check 2>&1" >"$BATS_TEST_TMPDIR/printed" || status=$?
    diff <((($# == 0)) || printf '%s\n' "$@") <(sed '$d' "$BATS_TEST_TMPDIR/printed")
    ((status == ($# > 0)))
}

# Stops the unit from restoring labels, as if a file were moved in after that.
leave_labels() {
    in_vm machine "mkdir -p /run/systemd/system/glusterd-srcaddr.service.d
        printf '[Service]\nExecStartPre=\n' >/run/systemd/system/glusterd-srcaddr.service.d/test.conf; systemctl daemon-reload"
}

restore_labels() {
    in_vm machine "rm /run/systemd/system/glusterd-srcaddr.service.d/test.conf; systemctl daemon-reload"
}

### Requirements, also under secure execution

changes_are_in_force() {
    forget
    comes_from "$OTHER_ADDRESS" "printf '[glusterd]\n::/0 = $OTHER_ADDRESS\n' >$CONFIGURATION; $HANG_UP"
    comes_from "$BIND_ADDRESS" "sed 's/= .*/= bind-address/' $CONFIGURATION >$CONFIGURATION.new
        mv $CONFIGURATION.new $CONFIGURATION; $HANG_UP"
    check_warns
    nothing_is_denied
}

a_wrong_label_is_told() {
    forget
    move_in "$OTHER_ADDRESS"
    check_warns "$WRONG_CONFIGURATION"
    comes_from "$BIND_ADDRESS" "$HANG_UP"
    has_logged " E .* $CONFIGURATION:1:1: $UNREADABLE keeping the previous configuration$"
    denials | grep -F "path=\"$CONFIGURATION\""
    comes_from "$OTHER_ADDRESS" "${WRONG_CONFIGURATION##*; run }; $HANG_UP"
    check_warns
}

a_wrong_label_refuses() {
    local before
    in_vm machine systemctl stop glusterd
    leave_labels
    forget
    move_in "$BIND_ADDRESS"
    before=$(dialled | wc -l)
    in_vm machine systemctl start glusterd
    wait_until 60 has_logged " W .* peer $PEER: .*; not connected$"
    has_logged " E .* $CONFIGURATION:1:1: $UNREADABLE refusing all peers that ::/0 covers$"
    [[ $(dialled | wc -l) == "$before" ]]
    comes_from "$BIND_ADDRESS" "${WRONG_CONFIGURATION##*; run }"
    restore_labels
}

# labels_are_restored AT_SECURE
labels_are_restored() {
    move_in "$OTHER_ADDRESS"
    move_library_in
    check_warns "$WRONG_CONFIGURATION" "$WRONG_LIBRARY"
    forget
    comes_from "$OTHER_ADDRESS" systemctl restart glusterd
    glusterd_runs "$1"
    check_warns
    nothing_is_denied
}

@test "the machine enforces Debian's policy, and the kernel would take a wrong source" {
    [[ $(in_vm machine getenforce) == Enforcing ]]
    in_vm machine dpkg-query --show selinux-policy-default glusterfs-server
    in_vm machine ip -6 route get "$PEER" | grep -F "src $KERNEL_ADDRESS "
}

@test "the package's files have the labels that policy wants" {
    in_vm machine dpkg --install package.deb
    diff /dev/null <(in_vm machine "dpkg --listfiles glusterd-srcaddr | xargs restorecon -n -v")
    [[ $(label_of "$LIBRARY") == lib_t ]]
    [[ $(label_of "$CONFIGURATION") == glusterd_conf_t ]]
    check_warns
}

@test "as installed, glusterd is not under secure execution, and dials from where it listens" {
    in_vm machine systemctl start glusterd
    comes_from "$BIND_ADDRESS" gluster peer probe "$PEER"
    glusterd_runs 0
    nothing_is_denied
}

@test "a configuration that is changed in place, or by rename, is in force" {
    changes_are_in_force
}

@test "one that is moved in from /root is not, as check and the log say, until it is restored as check says" {
    a_wrong_label_is_told
}

@test "a glusterd that starts with it refuses, until it is restored" {
    a_wrong_label_refuses
}

@test "with it, and a library that is moved in, the unit's start of glusterd restores both" {
    labels_are_restored 0
}

@test "under secure execution, too, glusterd has the library, and dials from where it listens" {
    in_vm machine "cp atsecure.policy /etc/selinux/default/policy/policy.*; load_policy
        printf '[glusterd]\n::/0 = bind-address\n' >$CONFIGURATION"
    forget
    comes_from "$BIND_ADDRESS" systemctl restart glusterd
    glusterd_runs 1
    nothing_is_denied
}

@test "under secure execution, too, a changed configuration is in force" {
    changes_are_in_force
}

@test "under secure execution, too, one that is moved in is not until it is restored" {
    a_wrong_label_is_told
}

@test "under secure execution, too, a glusterd that starts with it refuses" {
    a_wrong_label_refuses
}

@test "under secure execution, too, the unit's start of glusterd restores labels" {
    labels_are_restored 1
}

@test "in all that time nobody was dialled from the kernel's choice" {
    diff <(printf '%s\n' "$BIND_ADDRESS" "$OTHER_ADDRESS") <(dialled | sort --unique)
}

@test "where nothing restores a library's label, ld.so passes over it; check says so in advance, status afterwards" {
    leave_labels
    move_library_in
    check_warns "$WRONG_LIBRARY"
    comes_from "$KERNEL_ADDRESS" systemctl restart glusterd
    diff <(echo "not_preloaded") <(library_of_glusterd)
    restore_labels
    comes_from "$OTHER_ADDRESS" systemctl restart glusterd
    glusterd_runs 1
}
