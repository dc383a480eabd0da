#!/usr/bin/env bats
# The life of a cluster of two whole machines, Debian 12 and Debian 13, as during an upgrade. They have their own kernels and
# clocks, and power cuts that their file systems recover from. A watch on the network sees every connection. The tests share
# the machines, and each continues where the one before stopped.

# shellcheck source=tests/vm/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

setup_file() {
    start_machines
    start_watch
    prepare_host 1 &
    prepare_host 2
    wait "$!"
}

teardown_file() {
    stop_machines
}

# prepare_host HOST: with the package, not yet in a cluster. Every process that connects has rules, even the program that some
# tests name glfsheal.
prepare_host() {
    install_package "$1" "$(previous_package_of "$1")"
    write_to "$1" /etc/glusterfs/srcaddr.conf <<-END
		[glusterd glusterfsd glustershd glfsheal glusterfs]
		::/0 = bind-address
		[options]
		log-level = debug
	END
    in_host "$1" systemctl restart systemd-networkd
    in_host "$1" systemctl --quiet enable --now glusterd
}

# Debian's glusterd.service allows six starts an hour.
setup() {
    for host in 1 2; do
        in_host "$host" systemctl reset-failed
    done
}

### What can be seen

# is_well HOST: status finds nothing wrong and nothing disconnected.
is_well() { in_host "$1" glusterd-srcaddr status; }

both_are_well() {
    wait_until 120 in_cluster 1 2
    wait_until 60 is_well 1
    wait_until 60 is_well 2
}

# unit_said HOST UNIT TEXT: the unit has logged TEXT, or a line of it, at this boot.
unit_said() { in_host "$1" journalctl --quiet --boot --output=cat --unit="$2" | grep -F "$3"; }

# waited_for_address HOST: at this boot glusterd waited for its address. systemd-networkd 257 reports ready before it adds
# addresses. The kernel still prefers the other address.
waited_for_address() {
    local waits
    waits="waiting up to 60 s: $(address_of "$1")"
    unit_said "$1" glusterd-srcaddr "$waits (tentative)"$'\n'"$waits (not on this host)"
    in_host "$1" systemctl is-active glusterd
    prefers_other_address "$1"
}

# prefers_other_address HOST: otherwise right sources would prove nothing.
prefers_other_address() {
    in_host "$1" ip -6 route get "$(address_of $((3 - $1)))" | grep " src $(kernel_address_of "$1") "
}

# shellcheck disable=SC2016 # for dpkg-query
version_of() { in_host "$1" dpkg-query --show --showformat '${Version}' glusterd-srcaddr; }

daemons() { in_host "$1" ps -o pid,args -C glusterd,glusterfsd; }

# library_is HOST STATE: status shows this state of the library for glusterd and bricks.
library_is() {
    local found
    found=$(in_host "$1" glusterd-srcaddr status --json |
        jq --raw-output '.processes[] | select(.process == "glusterd" or .process == "brick") | .library' | sort --unique)
    echo "$found"
    [[ $found == "$2" ]]
}

# bricks_are_whole HOST: its brick has everything that was written to the volume.
bricks_are_whole() {
    in_host "$1" tee /root/sums <"$LAB/sums" >/dev/null
    in_host "$1" sh -c 'cd /srv/brick && sha256sum --quiet --check /root/sums'
}

### The log across a power cut

# start_writer HOST: a program that keeps dialling the other host, where nobody listens, to make the library log.
start_writer() {
    # shellcheck disable=SC2016 # for the other shell
    in_host "$1" bash -c 'LD_PRELOAD=libglusterd-srcaddr.so nohup bash -c "exec -a glfsheal bash -c \
        \"while :; do : <>/dev/tcp/$1/9; done\"" >/dev/null 2>&1 </dev/null &' bash "$(address_of $((3 - $1)))"
}

log_of() { in_host "$1" cat /var/log/glusterfs/srcaddr.log; }

# A part of the log is surely on disk. The rest has been written for longer than the half minute for which the file system holds
# back new data, so it may be partly on disk.
write_log() {
    start_writer "$1"
    wait_until 60 log_covers "$1" 3
    in_host "$1" sync
    wait_until 300 log_covers "$1" 45
}

# log_covers HOST SECONDS: the writer's lines cover so much time.
log_covers() {
    local times
    times=$(log_of "$1" | sed -n 's/^\[\([^]]*\)\] . \[glfsheal:.*/\1/p')
    [[ $times ]] || return
    (($(date --date="${times##*$'\n'}" +%s) - $(date --date="${times%%$'\n'*}" +%s) >= $2))
}

# log_is_whole HOST FILE: the log starts with FILE. Lines have GlusterFS's format, or end in blanks where one was cut.
log_is_whole() {
    local log=$BATS_TEST_TMPDIR/log$1
    log_of "$1" >"$log"
    cmp --bytes="$(stat --format=%s "$2")" "$log" "$2"
    grep --text --max-count=1 -F "[glfsheal:" "$log"
    not grep --text --quiet --perl-regexp '\x00' "$log"
    not grep --text --invert-match --extended-regexp \
        '^\[[0-9-]{10} [0-9:.]{15} \+0000\] [EWID] \[[a-z]+:[0-9]+\] srcaddr: [^[]*$|^[^[]* $|^\[[^[]*(\[[^[]*)? $|^$' "$log"
}

# recovered HOST: at this boot its file system had not been unmounted.
recovered() { in_host "$1" journalctl --quiet --boot --dmesg | grep "EXT4-fs .*: recovery complete"; }

# glusterd_has_logged HOST FILE: more than FILE has.
glusterd_has_logged() { (($(log_of "$1" | grep --text -c -F "[glusterd:") > $(grep -c -F "[glusterd:" "$2"))); }

### The tests

@test "each has its own kernel, GlusterFS and package" {
    for host in 1 2; do
        in_host "$host" uname -r | tee -a "$LAB/kernels"
        [[ $(version_of "$host") == 0.1.0 ]]
        prefers_other_address "$host"
    done
    [[ $(sort --unique "$LAB/kernels" | wc -l) == 2 ]]
    in_host 1 glusterd --version | grep "^glusterfs 10\.3"
    in_host 2 glusterd --version | grep "^glusterfs 11\.1"
}

@test "a cluster forms, every connection from its bind-address" {
    gluster 1 peer probe host2
    both_are_well
    diff <(syns | sort --unique) - <<-END
		host1 $(address_of 1) -> $(address_of 2) glusterd
		host2 $(address_of 2) -> $(address_of 1) glusterd
	END
}

# make_volume: without the option that 10.3 adds and 11.1 does not know, which would make them reject each other later.
make_volume() {
    gluster 1 volume create shared replica 2 host1:/srv/brick host2:/srv/brick force
    in_host 1 systemctl stop glusterd
    in_host 1 sed -i '/^nfs.disable=/d' /var/lib/glusterd/vols/shared/info
    in_host 1 systemctl start glusterd
    both_are_well
    gluster 1 volume start shared
}

@test "a replicated volume, mounted and written" {
    make_volume
    in_host 1 mount -t glusterfs-srcaddr -o xlator-option=transport.address-family=inet6 host2:/shared /mnt
    # shellcheck disable=SC2016 # for the other shell
    in_host 1 bash -c 'cd /mnt && for i in {1..10}; do head -c 100000 /dev/urandom >$i; done && sha256sum *' >"$LAB/sums"
    both_are_well
    in_host 1 umount /mnt
    for host in 1 2; do
        bricks_are_whole "$host"
        in_host "$host" sync
    done
}

@test "upgraded: nothing restarts, and what is started then has the new library" {
    for host in 1 2; do
        before=$(daemons "$host")
        [[ $before == *glusterfsd* ]]
        install_package "$host" "$(package_of "$host")"
        [[ $(version_of "$host") != 0.1.0 ]]
        diff - <(daemons "$host") <<<"$before"
        library_is "$host" replaced
        is_well "$host"
        in_host "$host" systemctl restart glusterd
        both_are_well
        library_is "$host" loaded
    done
}

@test "rebooted, one after the other: glusterd starts when its address is usable and not before" {
    for host in 1 2; do
        reboot_vm "host$host"
        waited_for_address "$host"
        not recovered "$host"
        both_are_well
        bricks_are_whole "$host"
    done
}

@test "power cut while the log is written: it is whole, and goes on" {
    log_of 1 >"$BATS_TEST_TMPDIR/before"
    peers_of 1 >"$BATS_TEST_TMPDIR/peers"
    in_host 1 sync
    write_log 1
    cut_power host1
    switch_on_host 1
    await_boot host1

    recovered 1
    waited_for_address 1
    both_are_well
    glusterd_has_logged 1 "$BATS_TEST_TMPDIR/before"
    log_is_whole 1 "$BATS_TEST_TMPDIR/before"
    diff "$BATS_TEST_TMPDIR/peers" <(peers_of 1)
    bricks_are_whole 1
}

peers_of() { in_host "$1" sh -c 'tail -n +1 -v /var/lib/glusterd/peers/*'; }

# Changes the peer's name to its address and back, for ever. The output goes to $LAB/repairs.
repair_again_and_again() {
    # shellcheck disable=SC2016 # for the other shell
    in_host 2 bash -c 'while :; do
            glusterd-srcaddr repair --from host1 --to "$1"
            glusterd-srcaddr repair --from "$1" --to host1
        done' bash "$(address_of 1)" >"$LAB/repairs" 2>/dev/null 3>&- &
    disown
}

has_repaired() { (($(grep -c "^Repaired" "$LAB/repairs") >= $1)); }

# peer_file_is_whole FILE: with host 1's name or its address.
peer_file_is_whole() {
    in_host 2 cat "$1" | sed "s/^hostname1=\(host1\|$(address_of 1)\)$/hostname1=/" | diff - "$BATS_TEST_TMPDIR/peer"
}

@test "power cut while peers are repaired: they and all backups that it has told of are whole" {
    local file backup backups
    file=$(in_host 2 sh -c 'echo /var/lib/glusterd/peers/*')
    in_host 2 systemctl disable --now glusterd
    in_host 2 sed 's/^hostname1=host1$/hostname1=/' "$file" >"$BATS_TEST_TMPDIR/peer"
    log_of 2 >"$BATS_TEST_TMPDIR/before"
    in_host 2 sync
    repair_again_and_again
    write_log 2
    wait_until 60 has_repaired 5
    cut_power host2
    # The clock is behind, as with an empty battery: existing files are from the future.
    switch_on_host 2 -3600
    await_boot host2

    recovered 2
    peer_file_is_whole "$file"
    backups=$(in_host 2 sh -c 'ls -d /var/lib/glusterd/srcaddr-backup/*/*')
    not grep -vxF "$backups" <(sed -n 's/^Repaired. Backup: //p' "$LAB/repairs")
    for backup in $backups; do
        peer_file_is_whole "$backup"
    done

    in_host 2 glusterd-srcaddr repair --from "$(address_of 1)" --to host1
    in_host 2 systemctl enable --now glusterd
    both_are_well
    glusterd_has_logged 2 "$BATS_TEST_TMPDIR/before"
    log_is_whole 2 "$BATS_TEST_TMPDIR/before"
    bricks_are_whole 2
}

configuration_of() { in_host "$1" stat --format=%Y /etc/glusterfs/srcaddr.conf; }

@test "with a clock that is two hours behind what it was: status tells, the log goes on, a change is in force" {
    local now written
    now=$(in_host 2 date +%s)
    written=$(configuration_of 2)
    ((now < written && now < EPOCHSECONDS - 3000))
    in_host 2 glusterd-srcaddr status | grep -F "$(date --utc --date="@$written" '+%F %T +0000')"
    log_of 2 | tail -n 1 | grep -e "^\[$(date --utc --date="@$now" '+%F %H')" -e "^\[$(date --utc --date="@$((now - 600))" '+%F %H')"

    start_writer 2
    wait_until 60 writer_has 1
    in_host 2 sed -i '2a 2001:db8:9::/64 = none' /etc/glusterfs/srcaddr.conf
    wait_until 60 writer_has 2
    ((written > $(configuration_of 2)))
    in_host 2 pkill --full ^glfsheal
    is_well 2
}

# writer_has COUNT: so many rules, according to its last line about them.
writer_has() {
    local line writer
    writer=$(in_host 2 pgrep --full ^glfsheal)
    line=$(log_of 2 | grep --text -F "[glfsheal:$writer]" | grep "in force" | tail -n 1)
    echo "$line"
    [[ $line == *"rules: $1" ]]
}

# come_late HOST: adds its address once glusterd waits for it, and renews the other one, to keep the kernel's preference.
come_late() {
    write_to "$1" /usr/local/sbin/late <<-END
		until journalctl --quiet --boot --unit=glusterd-srcaddr | grep -F '(not on this host)'; do sleep 1; done
		set -- \$(ip -6 route show 2001:db8:1::/64)
		ip -6 address add $(address_of "$1")/64 dev \$3
		ip -6 address delete $(kernel_address_of "$1")/64 dev \$3
		ip -6 address add $(kernel_address_of "$1")/64 dev \$3
	END
    write_to "$1" /etc/systemd/system/late.service <<-END
		[Service]
		ExecStart=/bin/sh -ex /usr/local/sbin/late
		[Install]
		WantedBy=multi-user.target
	END
    in_host "$1" systemctl --quiet enable late
}

@test "an address that is not there at boot and comes later: glusterd is started then" {
    write_network 1 "$(kernel_address_of 1)"
    come_late 1
    reboot_vm host1

    unit_said 1 glusterd-srcaddr "waiting up to 60 s: $(address_of 1) (not on this host)"
    in_host 1 systemctl is-active glusterd
    prefers_other_address 1
    both_are_well
    in_host 1 systemctl --quiet disable late
    write_network 1 "$(address_of 1)" "$(kernel_address_of 1)"
}

@test "all the while, every connection was dialled from the bind-address" {
    stop_watch
    diff <(syns | cut -d ' ' -f 1-3 | sort --unique) - <<-END
		host1 $(address_of 1) ->
		host2 $(address_of 2) ->
	END
    syns | grep "host1 .* brick$"
    syns | grep "host2 .* glusterd$"
}

@test "removed: nothing restarts, and glusterd starts again, without the library and with the wrong source" {
    start_watch
    for host in 1 2; do
        before=$(daemons "$host")
        in_host "$host" apt-get -qq remove glusterd-srcaddr
        diff - <(daemons "$host") <<<"$before"
        in_host "$host" systemctl restart glusterd
        in_host "$host" systemctl is-active glusterd
        wait_until 60 dials_from_wrong_source "$host"
        in_host "$host" test -e /etc/glusterfs/srcaddr.conf
    done
}

dials_from_wrong_source() { syns | grep "^host$1 $(kernel_address_of "$1") -> .* glusterd$"; }
