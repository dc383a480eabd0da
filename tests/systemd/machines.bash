# shellcheck shell=bash
# Machines: hosts of tests/cluster/lab.bash that boot a whole Debian, with systemd as process 1, from the root directory
# $SRCADDR_ROOT. A machine writes to its own overlay, which survives reboots and ends with stop_machines or the sandbox.
# Source it in a command that tests/systemd/own-cgroup and tests/sandbox run.
#
# systemd-networkd configures the addresses at boot, and they pass the usual duplicate address detection.

# shellcheck source=tests/cluster/lab.bash
source "${BASH_SOURCE[0]%/*}/../cluster/lab.bash"

### A machine's life

# start_machines HOST...: makes machines and boots them.
start_machines() {
    local host
    start_lab 1
    for host; do
        make_machine "$host"
    done
    for host; do
        power_on "$host"
    done
    for host; do
        wait_until 60 is_up "$host" || return
    done
}

stop_machines() {
    local host
    [[ -d $LAB ]] || return 0
    for host in $(hosts); do
        power_off "$host"
        umount --lazy "$LAB/$host/root"
    done
    rm -rf "$LAB"
    ip link delete net1
}

# make_machine HOST
make_machine() {
    local host=$1 root=$LAB/$1/root unit
    lay_root "$host" "$SRCADDR_ROOT"
    # lab.bash looks here.
    ln -s root/etc/glusterfs "$LAB/$host/etc"
    ln -s root/var/log/glusterfs "$LAB/$host/log"
    # Without one, this would be a first boot, for which systemd has special rules.
    systemd-id128 new >"$root/etc/machine-id"
    echo "host$host" >"$root/etc/hostname"
    # Three probes: duplicate address detection takes longer than a boot, even on a busy machine.
    cat >"$root/etc/systemd/network/10-host0.network" <<-END
		[Match]
		Name=host0
		[Network]
		IPv6AcceptRA=no
		IPv6DuplicateAddressDetection=3
		Address=$(address_of "$host")/64
		Address=$(kernel_address_of "$host")/64
	END
    write_volfile "$host" transport.socket.bind-address "$(address_of "$host")"
    for unit in glusterd glusterd-srcaddr; do
        drop_in "$host" "$unit.service" addresses <<-END
			[Service]
			ExecStartPre=/bin/sh -c "ip -6 -oneline address show dev host0; echo shown"
		END
    done
}

power_on() {
    local host=$1 group
    group=$(group_of "$host")
    mkdir -p "$group"
    (
        echo "$BASHPID" >"$group/cgroup.procs"
        exec systemd-nspawn --quiet --directory="$LAB/$host/root" --machine="host$host" --register=no --keep-unit --boot \
            --console=passive --network-bridge=net1 --bind=/dev/fuse
    ) </dev/null >"$LAB/$host/console" 2>&1 3>&- &
    echo $! >"$LAB/$host/nspawn"
    disown
}

# As if the plug were pulled.
power_off() {
    local group export=/run/systemd/nspawn/unix-export/host$1
    group=$(group_of "$1")
    echo 1 >"$group/cgroup.kill"
    wait_until 10 find "$group" -depth -type d -delete
    # A newer systemd-nspawn, if killed, leaves this mounted, and then refuses to start the machine.
    ! mountpoint --quiet "$export" || umount "$export"
}

# reboot HOST...: in an orderly way. Returns when they are up again.
reboot() {
    local host
    for host; do
        in_host "$host" systemctl reboot
    done
    for host; do
        # systemd-nspawn exits too, and leaves starting the machine again to its caller.
        wait_until 60 is_off "$host" || return
        power_on "$host"
    done
    for host; do
        wait_until 60 is_up "$host" || return
    done
}

is_off() { [[ ! -e /proc/$(<"$LAB/$1/nspawn") ]]; }

# The boot is over, even if services failed.
is_up() {
    local state
    pgrep --parent "$(<"$LAB/$1/nspawn")" --exact systemd >"$LAB/$1/pid" || return
    state=$(in_host "$1" systemctl is-system-running --wait) || [[ $state == degraded ]]
}

### What is done in a machine

# install_package HOST FILE: replaces any version.
install_package() {
    cp "$2" "$LAB/$1/root/root/"
    in_host "$1" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --allow-downgrades "/root/${2##*/}"
}

# drop_in HOST UNIT NAME: writes a drop-in for the unit, from standard input.
drop_in() {
    install -D -m 644 /dev/stdin "$LAB/$1/root/etc/systemd/system/$2.d/90-$3.conf"
}

# Makes the same package with a higher version, and prints its path.
newer_package() {
    local content=/run/newer
    if [[ ! -e $content.deb ]]; then
        dpkg-deb --raw-extract "$SRCADDR_PACKAGE" "$content"
        sed -i 's/^Version: .*/&+newer/' "$content/DEBIAN/control"
        dpkg-deb --build --root-owner-group "$content" "$content.deb" >/dev/null
    fi
    echo "$content.deb"
}

# name_machines HOST...: gives the hosts names for each other, which GlusterFS 11's bricks need: see use_names.
name_machines() {
    local host other
    for host; do
        for other; do
            echo "$(address_of "$other") host$other"
        done >>"$LAB/$host/root/etc/hosts"
    done
}

### What can be seen

# unit_is HOST UNIT STATE: its ActiveState.
unit_is() {
    local state
    state=$(in_host "$1" systemctl show --property=ActiveState --value "$2")
    echo "$2: $state"
    [[ $state == "$3" ]]
}

# has_address HOST: in the list on standard input, its address is no longer tentative.
has_address() { grep -F " $(address_of "$1")/" | grep -v tentative; }

has_address_now() { in_host "$1" ip -6 -oneline address show dev host0 | has_address "$1"; }

# starts_with_address HOST UNIT, starts_without_address HOST UNIT: at this boot the unit has started with it, or without.
starts_with_address() { addresses_at_start "$1" "$2" | has_address "$1"; }
starts_without_address() {
    local list
    list=$(addresses_at_start "$1" "$2")
    [[ $list == *shown ]] && not has_address "$1" <<<"$list"
}
addresses_at_start() {
    in_host "$1" journalctl --quiet --boot --output=cat SYSLOG_IDENTIFIER=sh _SYSTEMD_UNIT="$2.service"
}

# Replaces lab.bash's.
report() {
    local host
    for host in $(hosts); do
        echo "=== host $host: journal, addresses, logs"
        tail -n 5 "$LAB/$host/console"
        in_host "$host" journalctl --quiet --no-pager --lines=60
        in_host "$host" ip -6 address show dev host0
        find -H "$LAB/$host/log" -name '*.log' ! -name cli.log -size +0 -exec tail -n 8 -v {} +
    done
}
