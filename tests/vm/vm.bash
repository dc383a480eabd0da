# shellcheck shell=bash
# Virtual machines from images by tests/vm/build-image, started with debvm-run(1). Source it in a command that tests/sandbox
# runs: disks, processes and network end with the sandbox. Each machine has a copy of its image, which survives its power cuts.
#
# Emulated in software: a /dev/kvm that can be opened does not prove that guests start. With one processor: a Linux that patches
# its own code can panic where QEMU emulates several.

VMS=/run/vm
VM_PORT=8022 # the first machine's ssh server, on 127.0.0.1

# For complain() and wait_until().
# shellcheck source=tests/cluster/lab.bash
source "${BASH_SOURCE[0]%/*}/../cluster/lab.bash"

# Replaces lab.bash's: prints the last lines of each machine's console.
report() { tail -n 20 "$VMS"/*/console; }

# make_vm NAME IMAGE
make_vm() {
    local count
    "${BASH_SOURCE[0]%/*}/../in-sandbox" || return
    mkdir -p "$VMS/$1"
    cp --sparse=always "$2" "$VMS/$1/disk"
    cp "${2%/*}/key" "$VMS/$1/key"
    count=$(find "$VMS" -name disk | wc -l)
    echo $((VM_PORT + count - 1)) >"$VMS/$1/port"
    touch "$VMS/$1"/{boot,card}
}

# plug_in NAME BRIDGE INTERFACE MAC: adds a second card. INTERFACE is the bridge's end of the cable.
plug_in() {
    ip tuntap add dev "$3" mode tap
    ip link set "$3" master "$2" up
    printf '%s\n' -netdev "tap,id=card,ifname=$3,script=no,downscript=no" -device "virtio-net-pci,netdev=card,mac=$4" \
        >"$VMS/$1/card"
}

# start_vm NAME [QEMU OPTION...]: returns when the machine is up.
start_vm() {
    switch_on "$@"
    await_boot "$1"
}

switch_on() {
    local card
    mapfile -t card <"$VMS/$1/card"
    debvm-run -i "$VMS/$1/disk" -s "$(<"$VMS/$1/port")" -- -machine accel=tcg -cpu max -smp 1 -m 2G "${card[@]}" "${@:2}" \
        </dev/null >>"$VMS/$1/console" 2>&1 3>&- &
    echo $! >"$VMS/$1/pid"
    disown
}

# await_boot NAME: returns when a new boot is over, even if services failed.
await_boot() {
    wait_until 1200 is_up_or_off "$1"
    ! is_off "$1" || complain "$(tail -n 20 "$VMS/$1/console")" || return
    boot_of "$1" >"$VMS/$1/boot"
}

is_up_or_off() { is_off "$1" || is_up "$1"; }

is_up() {
    local boot state
    boot=$(boot_of "$1") && [[ $boot != "$(<"$VMS/$1/boot")" ]] || return
    state=$(in_vm "$1" systemctl is-system-running --wait) || [[ $state == degraded ]]
}

boot_of() { in_vm "$1" cat /proc/sys/kernel/random/boot_id; }

# in_vm NAME COMMAND [ARGUMENT...]: runs it in a shell, as the machine's root.
in_vm() {
    ssh -i "$VMS/$1/key" -p "$(<"$VMS/$1/port")" -o BatchMode=yes -o ConnectTimeout=30 -o LogLevel=ERROR \
        -o ServerAliveInterval=10 -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o ControlMaster=auto \
        -o ControlPersist=yes -o ControlPath="$VMS/$1/control" root@127.0.0.1 "${@:2}" 3>&-
}

# hang_up NAME: closes in_vm()'s shared connection, which would only time out after the machine is gone.
hang_up() {
    ssh -o ControlPath="$VMS/$1/control" -O exit root@127.0.0.1 2>/dev/null || true
}

# cut_power NAME: loses what is not on its disk yet.
cut_power() {
    pkill --signal KILL --parent "$(<"$VMS/$1/pid")" qemu
    wait_until 10 is_off "$1"
    hang_up "$1"
}

# shut_down NAME
shut_down() {
    in_vm "$1" systemctl poweroff || true
    hang_up "$1"
    wait_until 120 is_off "$1"
}

# reboot_vm NAME: in an orderly way.
reboot_vm() {
    in_vm "$1" systemctl reboot || true
    hang_up "$1"
    await_boot "$1"
}

# A zombie has no command line.
is_off() { ! grep --quiet --no-messages . "/proc/$(<"$VMS/$1/pid")/cmdline"; }

# copy_to NAME FILE...: copies this repository's files and these, built ones, to /root/glusterd-srcaddr.
copy_to() {
    { git ls-files -z; printf '%s\0' "${@:2}"; } |
        tar --create --null --files-from=- |
        in_vm "$1" tar --extract --one-top-level=glusterd-srcaddr
}
