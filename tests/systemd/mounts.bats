#!/usr/bin/env bats
# Mounts at boot: machine 2, where glusterd does not run, mounts a volume of machine 1 with fstab, a .mount unit and autofs, each
# under its own process name. Each test continues where the one before stopped.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

CHECK=glusterd-srcaddr.service
OPTIONS=_netdev,xlator-option=transport.address-family=inet6

setup_file() {
    start_machines 1 2
    name_machines 1 2
    wait_until 10 has_address_now 1
    in_host 1 systemctl start glusterd
    gluster 1 volume create shared host1:/srv/brick force
    gluster 1 volume start shared
    in_host 2 systemctl disable --now glusterd
    install_package 2 "$SRCADDR_PACKAGE"
    write_configuration 2 <<-END
		[fuse.*]
		2001:db8:1::/64 = $(address_of 2)
	END
}

teardown_file() {
    stop_machines
}

# configure_mounts TYPE
configure_mounts() {
    local root=$LAB/2/root
    mkdir -p "$root/srv/fstab"
    echo "host1:/shared /srv/fstab $1 $OPTIONS,process-name=fstab,x-systemd.requires=$CHECK 0 0" >"$root/etc/fstab"
    cat >"$root/etc/systemd/system/srv-unit.mount" <<-END
		[Unit]
		Requires=$CHECK
		After=$CHECK
		[Mount]
		What=host1:/shared
		Where=/srv/unit
		Type=$1
		Options=$OPTIONS,process-name=unit
		[Install]
		WantedBy=remote-fs.target
	END
    echo "/srv/autofs /etc/auto.shared" >"$root/etc/auto.master.d/shared.autofs"
    echo "shared -fstype=$1,$OPTIONS,process-name=autofs host1:/shared" >"$root/etc/auto.shared"
    in_host 2 systemctl enable srv-unit.mount autofs
}

# Each is mounted and readable.
all_are_mounted() {
    local directory
    for directory in /srv/fstab /srv/unit /srv/autofs/shared; do
        in_host 2 ls "$directory"
        in_host 2 findmnt --types fuse.glusterfs "$directory" || return
    done
}

# mounted_from SOURCE
mounted_from() {
    local name
    diff --unified=0 --label expected --label found \
        <(for name in autofs fstab unit; do
            printf "host2 fuse.$name $1 -> $(address_of 1) %s\n" brick glusterd
        done) <(dialled 2 | sort)
}

@test "of type glusterfs they come from the kernel's choice" {
    configure_mounts glusterfs
    in_host 2 systemctl daemon-reload
    wait_until 10 kernel_address_is_usable
    in_host 2 systemctl restart srv-fstab.mount srv-unit.mount autofs
    wait_until 10 all_are_mounted
    wait_until 10 mounted_from "$(kernel_address_of 2)"
}

kernel_address_is_usable() { in_host 2 ip -6 -oneline address show dev host0 -tentative | grep -F " $(kernel_address_of 2)/"; }

@test "of type glusterfs-srcaddr, at boot, they come from the source of the rule" {
    configure_mounts glusterfs-srcaddr
    reboot 2
    # Otherwise this boot would not prove that they wait for it.
    wait_until 10 starts_without_address 2 glusterd-srcaddr
    unit_is 2 srv-fstab.mount active
    unit_is 2 srv-unit.mount active
    in_host 2 journalctl --boot | not grep -i "ordering cycle"
    wait_until 10 all_are_mounted
    wait_until 10 mounted_from "$(address_of 2)"
}

@test "systemd unmounts them and mounts them again" {
    in_host 2 systemctl stop srv-fstab.mount srv-unit.mount autofs
    wait_until 10 not in_host 2 pgrep --exact glusterfs
    in_host 2 systemctl start srv-fstab.mount srv-unit.mount autofs
    wait_until 10 all_are_mounted
    wait_until 10 mounted_from "$(address_of 2)"
}

@test "with an error in the configuration they are not mounted, and the check that they wait for shows it" {
    in_host 2 systemctl stop srv-fstab.mount srv-unit.mount autofs
    echo wrong | write_configuration 2
    not in_host 2 systemctl start srv-fstab.mount srv-unit.mount
    in_host 2 systemctl start autofs
    not in_host 2 ls /srv/autofs/shared
    [[ -z $(in_host 2 findmnt --types fuse.glusterfs) ]]
    in_host 2 systemctl status --full "$CHECK" | grep "srcaddr.conf:1:1: error: expected .*, found 'wrong'"
}
