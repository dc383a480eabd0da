#!/usr/bin/env bats
# mount(8) with file system type glusterfs-srcaddr, compared with glusterfs: host 2, which has what make install installs,
# mounts a volume of host 1. The tests share the volume.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

setup_file() {
    start_lab 1
    use_names
    start_host 1
    write_volfile 1
    start_glusterd bare 1
    gluster 1 volume create shared "$(name_of 1):/run/brick/data" force
    gluster 1 volume start shared
    make --silent -C "$BATS_TEST_DIRNAME/../.." install DESTDIR="$LAB/installed" BUILD="${LIBRARY%/*}"
    start_host 2 "$LAB/installed:${SRCADDR_ROOT:-/}"
}

setup() {
    write_configuration 2 <<-END
		[fuse]
		2001:db8:1::/64 = $(address_of 2)
		[fuse.other]
		2001:db8:1::/64 = $(second_address_of 2)
	END
}

teardown() {
    in_host 2 umount --all --types fuse.glusterfs
}

teardown_file() {
    stop_lab
}

# use_fstab TYPE OPTIONS: writes an fstab with the volume on /mnt.
use_fstab() {
    in_host 2 tee /etc/fstab <<<"$(name_of 1):/shared /mnt $1 $2,xlator-option=transport.address-family=inet6 0 0" >/dev/null
}

# mounted_from SOURCE [NAME]: the process fuse, or NAME, is connected from SOURCE to glusterd and to the brick.
mounted_from() {
    diff --unified=0 --label expected --label found <(printf "host2 ${2-fuse} $1 -> $(address_of 1) %s\n" brick glusterd) \
        <(dialled 2 | sort)
}

mounts() { in_host 2 findmnt --noheadings --types fuse.glusterfs; }

@test "type glusterfs is mounted from the kernel's choice" {
    use_fstab glusterfs _netdev
    in_host 2 mount --all
    wait_until 10 mounted_from "$(kernel_address_of 2)"
}

@test "type glusterfs-srcaddr is mounted from the source of the rule, mount --all mounts it once" {
    use_fstab glusterfs-srcaddr _netdev
    in_host 2 mount --all
    wait_until 10 mounted_from "$(address_of 2)"
    in_host 2 mount --all
    [[ $(mounts | wc -l) == 1 ]]
    mounted_from "$(address_of 2)"
}

@test "with a process name of its own it has the source of that name's section" {
    use_fstab glusterfs-srcaddr _netdev,process-name=other
    in_host 2 mount /mnt
    wait_until 10 mounted_from "$(second_address_of 2)" fuse.other
}

# tell COMMAND [ARGUMENT...]: runs it on host 2; prints its output, its status, and what is mounted afterwards.
tell() {
    local status=0
    echo "\$ $*"
    in_host 2 "$@" 2>&1 || status=$?
    echo "status $status"
    mounts || true
}

# tell_all TYPE: everything operators do with a file system of this type.
tell_all() {
    local volume options=xlator-option=transport.address-family=inet6
    volume=$(name_of 1):/shared
    use_fstab "$1" _netdev,x-systemd.requires=glusterd-srcaddr.service
    tell mount --all
    tell mount --all --verbose
    tell cat /run/mount/utab
    tell mount /mnt
    tell mount -o remount,ro /mnt
    tell umount --all --types "$1"
    tell umount /mnt
    tell umount /mnt
    tell mount -o ro,noexec,log-level=WARNING /mnt
    tell umount --all --test-opts _netdev
    tell mount --all --types "no$1"
    tell mount --all --types "$1" --test-opts no_netdev
    tell mount --all --types "$1" --test-opts _netdev
    tell umount --lazy --force /mnt
    # The way autofs calls it, and ways that GlusterFS does not support.
    tell mount --types "$1" -s -o "$options" "$volume" /mnt
    tell umount /mnt
    tell mount --no-mtab /mnt
    tell umount /mnt
    tell mount --verbose /mnt
    tell mount --fake /mnt
    tell mount --types "$1" -o wrong "$volume" /mnt
    # On a busy machine, GlusterFS's client can end without unmounting.
    tell mount --types "$1" -o "$options" "$volume-missing" /mnt | sed '/-missing fuse/d'
    in_host 2 umount --quiet --lazy /mnt || true
    tell mount --types "$1" -o "$options" "$volume" /missing
    tell "/sbin/mount.$1" -V
    tell "/sbin/mount.$1"
    use_fstab "$1" defaults
    tell mount --all
    tell mount --all
    tell findmnt --fstab
    tell umount /mnt
}

@test "all else is as with type glusterfs: options, messages, statuses, what is mounted and what is not" {
    tell_all glusterfs >"$BATS_TEST_TMPDIR/glusterfs"
    tell_all glusterfs-srcaddr | sed 's/glusterfs-srcaddr/glusterfs/' >"$BATS_TEST_TMPDIR/srcaddr"
    # findmnt's columns are wider.
    diff --ignore-space-change "$BATS_TEST_TMPDIR/glusterfs" "$BATS_TEST_TMPDIR/srcaddr"
    [[ $(grep --count ^/mnt "$BATS_TEST_TMPDIR/glusterfs") -gt 10 ]]
}

# fails STATUS REASON: mount(8) exits with STATUS, its output contains REASON, and nothing is mounted.
fails() {
    local said ended=0
    use_fstab glusterfs-srcaddr _netdev
    said=$(in_host 2 mount /mnt 2>&1) || ended=$?
    echo "status $ended: $said"
    [[ $ended == "$1" && $said == *"$2"* ]]
    [[ -z $(mounts) ]]
}

@test "without the library, or with a configuration that can't be used, it is not mounted" {
    local library
    library=/$(cd "$LAB/installed" && find usr -name libglusterd-srcaddr.so)
    in_host 2 mv "$library" "$library.away"
    fails 2 "cannot preload libglusterd-srcaddr.so"
    in_host 2 mv "$library.away" "$library"

    echo wrong | write_configuration 2
    fails 2 "/etc/glusterfs/srcaddr.conf:1:1: error: expected NETWORK = SOURCE or [NAME...], found 'wrong'"
}

@test "while its source can't be used it is not mounted" {
    write_configuration 2 <<-END
		[fuse]
		2001:db8:1::/64 = 2001:db8:1::99
	END
    fails 1 ''
}
