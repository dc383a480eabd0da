# shellcheck shell=bash
# Virtual machines of images by tests/vm/build-image, started by debvm-run(1). To be sourced by what tests/sandbox runs: disks,
# processes and network end with the sandbox. Each machine has a copy of its image, so what it writes survives its end, as in
# a power cut, and no longer than the sandbox.
#
# By software emulation: a /dev/kvm that can be opened is no proof that guests come up.

VMS=/run/vm
VM_PORT=8022 # of the first machine's ssh server, on 127.0.0.1

complain() {
    echo "$*" >&2
    return 1
}

# Keeps trying for so many seconds: wait_until SECONDS COMMAND...
wait_until() {
    local end=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < end)) || complain "not within $1 s: ${*:2}" || return
        sleep 0.5
    done
}

# make_vm NAME IMAGE
make_vm() {
    local count
    "${BASH_SOURCE[0]%/*}/../in-sandbox" || return
    mkdir -p "$VMS/$1"
    cp --sparse=always "$2" "$VMS/$1/disk"
    cp "${2%/*}/key" "$VMS/$1/key"
    count=$(find "$VMS" -name disk | wc -l)
    echo $((VM_PORT + count - 1)) >"$VMS/$1/port"
}

# Switches a machine on: start_vm NAME [QEMU OPTION...]
start_vm() {
    debvm-run -i "$VMS/$1/disk" -s "$(<"$VMS/$1/port")" -- -machine accel=tcg -cpu max -m 2G "${@:2}" \
        </dev/null >>"$VMS/$1/console" 2>&1 3>&- &
    echo $! >"$VMS/$1/pid"
    wait_until 300 is_up "$1"
}

is_up() {
    kill -0 "$(<"$VMS/$1/pid")" 2>/dev/null || complain "$(tail -n 20 "$VMS/$1/console")" || exit
    in_vm "$1" systemctl is-system-running --wait 2>/dev/null | grep -qE '^(running|degraded)$'
}

# in_vm NAME COMMAND [ARGUMENT...]: by a shell of the machine's root.
in_vm() {
    ssh -i "$VMS/$1/key" -p "$(<"$VMS/$1/port")" -o BatchMode=yes -o ConnectTimeout=10 -o LogLevel=ERROR \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlMaster=auto -o ControlPersist=yes \
        -o ControlPath="$VMS/$1/control" root@127.0.0.1 "${@:2}" 3>&-
}

# What is not on its disk yet is lost: cut_power NAME
cut_power() {
    pkill --signal KILL --parent "$(<"$VMS/$1/pid")" qemu
    has_ended "$1"
}

# shut_down NAME
shut_down() {
    in_vm "$1" systemctl poweroff
    has_ended "$1"
}

has_ended() {
    wait_until 120 has_no_process "$1"
    ssh -o ControlPath="$VMS/$1/control" -O exit root@127.0.0.1 2>/dev/null || true
}

has_no_process() {
    ! kill -0 "$(<"$VMS/$1/pid")" 2>/dev/null
}

# Brings this repository's files, and those that are built, to /root/glusterd-srcaddr: copy_to NAME FILE...
copy_to() {
    { git ls-files -z; printf '%s\0' "${@:2}"; } |
        tar --create --null --files-from=- |
        in_vm "$1" tar --extract --one-top-level=glusterd-srcaddr
}
