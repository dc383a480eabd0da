#!/usr/bin/env bats
# The package's whole life on two machines. The tests share them, and each continues where the one before stopped.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

setup_file() {
    start_machines 1 2
    for host in 1 2; do
        wait_until 10 has_address_now "$host"
        in_host "$host" systemctl start glusterd
    done
}

teardown_file() {
    stop_machines
}

# Prints glusterd and bricks there. Not self-heal, which glusterd restarts when peers come and go.
daemons() { in_host "$1" ps -o pid,args -C glusterd,glusterfsd; }

# daemons_are HOST LIST: still the LIST that daemons() printed.
daemons_are() { diff --unified=0 --label before --label now - <(daemons "$1") <<<"$2"; }

# library_is HOST PID STATE: the library that the process has mapped is "installed", "deleted" or "", none.
library_is() {
    local maps state
    maps=$(in_host "$1" cat "/proc/$2/maps") || return
    state=$(awk '$6 ~ /\/libglusterd-srcaddr\.so$/ { print $7 == "(deleted)" ? "deleted" : "installed" }' <<<"$maps" |
        sort -u)
    echo "process $2: $state"
    [[ $state == "$3" ]]
}

cluster_is_formed() {
    wait_until 30 in_cluster 1 2
    wait_until 30 connections_are \
        "host1 glusterd $(address_of 1) -> $(address_of 2) glusterd" \
        "host2 glusterd $(address_of 2) -> $(address_of 1) glusterd"
}

@test "installing restarts nothing, and says what to run" {
    for host in 1 2; do
        before=$(daemons "$host")
        [[ $before == *glusterd* ]]
        install_package "$host" "$SRCADDR_PACKAGE" | grep "systemctl restart glusterd"
        daemons_are "$host" "$before"
    done
}

@test "at boot, glusterd starts when its address is usable and not before" {
    reboot 1 2
    for host in 1 2; do
        unit_is "$host" glusterd active
        # Otherwise this boot would prove nothing.
        wait_until 10 starts_without_address "$host" glusterd-srcaddr
        wait_until 10 starts_with_address "$host" glusterd
    done
}

@test "no ordering cycle, with network-online.target in the boot" {
    for host in 1 2; do
        unit_is "$host" network-online.target active
        in_host "$host" journalctl --boot --identifier=systemd | grep "network-online.target"
        in_host "$host" journalctl --boot | not grep -i "ordering cycle"
    done
}

@test "a cluster forms, every connection from its bind-address" {
    gluster 1 peer probe "$(address_of 2)"
    cluster_is_formed
}

@test "it forms again after a reboot" {
    reboot 1 2
    cluster_is_formed
}

# write_files: writes new files to the mount, and their checksums to /root/sums, until there is a file "stop". Fails at the
# first error.
write_files() {
    in_host 1 bash -euo pipefail 3>&- <<-'END'
		for ((i = 1; ; i++)); do
		    [[ ! -e /root/stop ]] || exit 0
		    sum=$(head -c 200000 /dev/urandom | tee "/mnt/$i" | sha256sum)
		    echo "${sum%-}$i" >>/root/sums
		done
	END
}

written() { wc -l <"$LAB/1/root/root/sums"; }

# written_more_than COUNT
written_more_than() { (($(written) > $1)); }

brick() { in_host 1 pgrep --exact glusterfsd; }
# Poll: for a moment a starting brick is two processes, and its libraries are not mapped yet.
brick_has_library() { library_is 1 "$(brick)" installed; }

# replace_package FILE: on both hosts. Nothing restarts.
replace_package() {
    local before host pid
    for host in 1 2; do
        before=$(daemons "$host")
        install_package "$host" "$1"
        daemons_are "$host" "$before"
        for pid in $(in_host "$host" pgrep 'glusterd|glusterfsd'); do
            library_is "$host" "$pid" deleted
        done
    done
}

@test "taken back to 0.1.0 under load, and upgraded: nothing restarts, no error, and what starts then has the new library" {
    local brick=/srv/brick host package pid writer
    name_machines 1 2
    gluster 1 volume create shared replica 2 "host1:$brick" "host2:$brick" force
    gluster 1 volume start shared
    wait_until 30 in_host 1 mount -t glusterfs -o xlator-option=transport.address-family=inet6 \
        host2:/shared /mnt
    write_files &
    writer=$!
    wait_until 30 written_more_than 10

    for host in 1 2; do
        for pid in $(in_host "$host" pgrep 'glusterd|glusterfsd'); do
            library_is "$host" "$pid" installed
        done
    done
    for package in "${SRCADDR_PREVIOUS:?}" "$SRCADDR_PACKAGE"; do
        replace_package "$package"
        wait_until 30 written_more_than "$(($(written) + 10))"
    done

    touch "$LAB/1/root/root/stop"
    wait "$writer"
    in_host 1 sh -c 'cd /mnt && sha256sum --quiet --check /root/sums'
    in_host 1 umount /mnt
    for host in 1 2; do
        (cd "$LAB/$host/root$brick" && sha256sum --quiet --check "$LAB/1/root/root/sums")
    done

    in_host 1 pkill --exact glusterfsd
    wait_until 10 not brick
    gluster 1 volume start shared force
    wait_until 10 brick_has_library
}

@test "with KillMode=process, as GlusterFS has it and Debian 12 and 13 have not, bricks keep serving while glusterd restarts" {
    local before
    drop_in 1 glusterd.service kill <<<$'[Service]\nKillMode=process'
    in_host 1 systemctl daemon-reload
    before=$(brick)
    in_host 1 systemctl restart glusterd
    wait_until 30 in_cluster 1 2
    [[ $(brick) == "$before" ]]
}

@test "removed: nothing restarts, and glusterd starts again, without the library" {
    local host before main
    for host in 1 2; do
        before=$(daemons "$host")
        in_host "$host" apt-get -qq remove glusterd-srcaddr
        daemons_are "$host" "$before"
        in_host "$host" systemctl restart glusterd
        wait_until 30 unit_is "$host" glusterd active
        main=$(in_host "$host" systemctl show --property=MainPID --value glusterd)
        library_is "$host" "$main" ""
        in_host "$host" cat "/proc/$main/environ" | not grep -z LD_PRELOAD
        in_host "$host" test -e /etc/glusterfs/srcaddr.conf
    done
}

@test "purged: nothing is left but the log and backups" {
    local host
    for host in 1 2; do
        mkdir "$LAB/$host/root/var/lib/glusterd/srcaddr-backup"
        in_host "$host" apt-get -qq purge glusterd-srcaddr
        rm "$LAB/$host"/root/root/*.deb
        # /etc/systemd has the test's own drop-ins.
        diff - <(in_host "$host" find / -xdev -path /etc/systemd -prune -o -name '*srcaddr*' -print | sort) <<-END
			/var/lib/glusterd/srcaddr-backup
			/var/log/glusterfs/srcaddr.log
		END
    done
}
