#!/usr/bin/env bats
# glusterd-srcaddr-metrics.service and its timer, on one machine.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

UNIT=glusterd-srcaddr-metrics
METRICS=/var/lib/prometheus/node-exporter/glusterd-srcaddr.prom

setup_file() {
    start_machines 1
    # Debian's prometheus-node-exporter has this directory.
    mkdir -p "$LAB/1/root${METRICS%/*}"
    install_package 1 "$SRCADDR_PACKAGE"
    in_host 1 systemctl start glusterd
}

teardown_file() {
    stop_machines
}

# A process with its own network and files, as in a container. The files give it rules, but it has no library.
start_container() {
    # shellcheck disable=SC2016 # for the shell there
    in_host 1 unshare --net --mount bash -c 'mount -t tmpfs container /etc/glusterfs
        printf "%s\n" "[glusterfsd]" "::/0 = ::1" >/etc/glusterfs/srcaddr.conf
        exec -a glusterfsd sleep infinity' </dev/null >/dev/null 2>&1 3>&- &
    wait_until 10 in_host 1 pgrep --full "$CONTAINED"
}
CONTAINED='^glusterfsd infinity'

# Removes from standard input the only line that always varies.
timeless() { grep -v '^glusterd_srcaddr_status_timestamp_seconds '; }

# shows_what_root_sees STATUS: the unit writes what root's own command prints, with STATUS, outside of the unit's sandbox.
shows_what_root_sees() {
    local status=0
    in_host 1 systemctl start "$UNIT"
    in_host 1 glusterd-srcaddr status --metrics >"$BATS_TEST_TMPDIR/seen" || status=$?
    ((status == $1))
    diff <(timeless <"$BATS_TEST_TMPDIR/seen") <(timeless <"$LAB/1/root$METRICS")
}

@test "as installed they do nothing" {
    [[ $(in_host 1 systemctl is-enabled "$UNIT.timer") == disabled ]]
    unit_is 1 "$UNIT.timer" inactive
    unit_is 1 "$UNIT" inactive
    [[ ! -e $LAB/1/root$METRICS ]]
}

@test "systemd-analyze finds nothing wrong with them" {
    run in_host 1 systemd-analyze verify --man=no "$UNIT.service" "$UNIT.timer"
    echo "$output"
    [[ $status == 0 && -z $output ]]
}

@test "systemd-analyze finds the service exposed to 2.9 at most" {
    in_host 1 systemd-analyze security --threshold=29 "$UNIT.service"
}

@test "in its sandbox the service sees all that root sees" {
    shows_what_root_sees 0
    grep -Fx 'glusterd_srcaddr_processes{process="glusterd",library="loaded"} 1' "$LAB/1/root$METRICS"
}

@test "also in containers; what it finds wrong is in the metrics, and no failure of the service" {
    start_container
    shows_what_root_sees 1
    in_host 1 pkill --full "$CONTAINED"
    grep -Fx 'glusterd_srcaddr_processes_wrong{process="glusterfsd",reason="library"} 1' "$LAB/1/root$METRICS"
    grep -Fx 'glusterd_srcaddr_complete{part="processes"} 1' "$LAB/1/root$METRICS"
}

@test "into a directory of node_exporter's own user; readable for all" {
    chown 65534:65534 "$LAB/1/root${METRICS%/*}"
    rm "$LAB/1/root$METRICS"
    shows_what_root_sees 0
    [[ $(stat --format=%a "$LAB/1/root$METRICS") == 644 ]]
}

@test "to another directory, set as the manual page does" {
    mkdir "$LAB/1/root/srv/textfiles"
    { echo "[Service]"; grep '=/srv/textfiles$' "$BATS_TEST_DIRNAME/../../docs/glusterd-srcaddr.8"; } |
        drop_in 1 "$UNIT.service" directory
    in_host 1 systemctl daemon-reload
    in_host 1 systemctl start "$UNIT"
    [[ $(ls "$LAB/1/root/srv/textfiles") == glusterd-srcaddr.prom ]]
    rm -r "$LAB/1/root/etc/systemd/system/$UNIT.service.d"
    in_host 1 systemctl daemon-reload
}

# is_newer FILE: the metrics are newer than FILE.
is_newer() { [[ $LAB/1/root$METRICS -nt $1 ]]; }

@test "the timer starts it again and again, also after a failure" {
    drop_in 1 "$UNIT.timer" often <<-END
		[Timer]
		OnUnitActiveSec=1s
		AccuracySec=100ms
	END
    in_host 1 systemctl daemon-reload
    mv "$LAB/1/root${METRICS%/*}"{,.away}
    in_host 1 systemctl enable --now "$UNIT.timer"
    wait_until 10 unit_is 1 "$UNIT" failed
    in_host 1 journalctl --quiet --unit="$UNIT" --output=cat | grep -F "$METRICS: No such file or directory"
    mv "$LAB/1/root${METRICS%/*}"{.away,}
    touch "$BATS_TEST_TMPDIR/now"
    wait_until 10 is_newer "$BATS_TEST_TMPDIR/now"
    touch "$BATS_TEST_TMPDIR/now"
    wait_until 10 is_newer "$BATS_TEST_TMPDIR/now"
    unit_is 1 "$UNIT.timer" active
}

@test "an upgrade leaves the timer as it is" {
    install_package 1 "$(newer_package)"
    unit_is 1 "$UNIT.timer" active
    [[ $(in_host 1 systemctl is-enabled "$UNIT.timer") == enabled ]]
}

@test "removed with the package, they leave nothing, and no metrics that grow old" {
    in_host 1 apt-get -qq remove glusterd-srcaddr
    not in_host 1 systemctl is-active "$UNIT.timer"
    [[ ! -e $LAB/1/root$METRICS ]]
    run in_host 1 find /etc/systemd/system -name "$UNIT*" -not -name '*.d'
    echo "$output"
    [[ ! $output ]]
}
