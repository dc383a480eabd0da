#!/usr/bin/env bats
# docs/guide.md, followed word for word on two machines: every command runs where its prompt says, and must print what the
# guide shows. Each test continues where the one before stopped, not in the guide's order.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"
# shellcheck source=tests/cluster/guide.bash
source "${BATS_TEST_DIRNAME:?}/../cluster/guide.bash"

setup_file() {
    start_machines 1 2
    for host in 1 2; do
        cp "$SRCADDR_PACKAGE" "$LAB/$host/root/root/"
        # The interface's name in the guide.
        in_host "$host" ip link property add dev host0 altname eth0
        # Debian's prometheus-node-exporter has this directory.
        mkdir -p "$LAB/$host/root/var/lib/prometheus/node-exporter"
        wait_until 10 has_address_now "$host"
    done
    form_cluster
    start_writer
}

setup() {
    # Debian's glusterd.service allows six starts an hour.
    for host in 1 2; do
        in_host "$host" systemctl reset-failed glusterd
    done
}

teardown_file() {
    stop_machines
}

### The story

# The address that the kernel prefers comes later, as on many clusters with this problem.
form_cluster() {
    local host
    for host in 1 2; do
        in_host "$host" ip -6 address delete "$(kernel_address_of "$host")/64" dev host0
        in_host "$host" systemctl start glusterd
    done
    gluster 1 peer probe "$(address_of 2)"
    wait_until 30 in_cluster 1 2
    name_machines 1 2
    gluster 1 volume create shared replica 2 host1:/srv/brick host2:/srv/brick force
    gluster 1 volume start shared
    for host in 1 2; do
        in_host "$host" ip -6 address add "$(kernel_address_of "$host")/64" dev host0 nodad
    done
}

# A client that writes until there is a file "stop" or an error, and then says which in a file "end".
start_writer() {
    wait_until 30 in_host 2 mount -t glusterfs -o xlator-option=transport.address-family=inet6 host2:/shared /mnt
    # shellcheck disable=SC2016 # for the other shell
    in_host 2 bash -c 'for ((i = 0; ; i++)); do
            [[ ! -e /root/stop ]] || { echo "stopped" >/root/end; exit; }
            head -c 100000 /dev/urandom >"/mnt/$((i % 50))" || { echo "failed at $i" >/root/end; exit; }
        done' </dev/null >/dev/null 2>&1 3>&- &
    disown
}

@test "Install" {
    follow "Install"
    follow "Install" exchanged
}

@test "Roll out over a running cluster" {
    follow "Roll out over a running cluster"
    follow "Roll out over a running cluster" exchanged
}

@test "Bricks and self-heal" {
    follow "Bricks and self-heal"
    follow "Bricks and self-heal" exchanged
}

@test "all the while, a client could write, and both bricks have the same" {
    touch "$LAB/2/root/root/stop"
    wait_until 10 test -e "$LAB/2/root/root/end"
    [[ $(<"$LAB/2/root/root/end") == stopped ]]
    in_host 2 umount /mnt
    diff --recursive --exclude=.glusterfs "$LAB/1/root/srv/brick" "$LAB/2/root/srv/brick"
}

@test "Mounts" {
    follow "Mounts"
}

@test "Afterwards" {
    follow "Afterwards"
    follow "Afterwards" exchanged
}

@test "A fleet: Many hosts at a glance" {
    # With GlusterFS 11 bricks could not restart while the client wrote. Without the library they are CRITICAL.
    for host in 1 2; do
        in_host "$host" pkill -x glusterfsd
        gluster "$host" volume start shared force
    done
    follow "Many hosts at a glance"
    follow "Many hosts at a glance" exchanged
}

@test "Containers: the image's command starts glusterd, status on the host shows the processes of all" {
    local environment command verdicts
    environment=$(sed -n 's/^ENV //p' "$GUIDE")
    command=$(sed -n 's/^CMD //p' "$GUIDE")
    in_host 1 systemctl stop glusterd
    in_host 1 env "$environment" sh -c "$command" >/dev/null 2>&1 3>&- &
    wait_until 30 in_cluster 1 2

    # The machines are containers, and this is the manual page's command.
    verdicts=$("$LAB/1/root/usr/sbin/glusterd-srcaddr" status --json |
        jq --raw-output '.connections[] | select(.process == "glusterd") | .source + " " + .verdict' | sort)
    [[ $verdicts == "$(address_of 1) ok"$'\n'"$(address_of 2) ok" ]]

    in_host 1 pkill --exact glusterd
    wait "$!" || true
    in_host 1 systemctl start glusterd
}

@test "Remove" {
    follow "Remove"
    follow "Remove" exchanged
}

@test "Alternatives" {
    follow "Alternatives"
}

# Empties both clusters, then probes host 2 without the library.
poison() {
    local host
    for host in 1 2; do
        in_host "$host" systemctl stop glusterd
        in_host "$host" pkill glusterfs || true
        # Only volumes need the names, and peers would be listed by name.
        sed -i '/^2001:db8:/d' "$LAB/$host/root/etc/hosts"
        find "$LAB/$host/root/var/lib/glusterd" -mindepth 1 -delete
        in_host "$host" systemctl start glusterd
    done
    gluster 1 peer probe "$(address_of 2)"
    wait_until 30 peers_are 2 "$(kernel_address_of 1) Accepted peer request (Disconnected)"
}

@test "Is this my problem?" {
    poison
    follow "Is this my problem?"
}

@test "Recover a poisoned cluster: Not yet in the cluster" {
    for host in 1 2; do
        install_package "$host" "$SRCADDR_PACKAGE"
    done
    follow "Not yet in the cluster"
}

@test "Recover a poisoned cluster: In the cluster" {
    for host in 1 2; do
        in_host "$host" ln -s /dev/null /etc/systemd/system/glusterd.service.d/50-srcaddr.conf
        in_host "$host" systemctl daemon-reload
    done
    poison
    for host in 1 2; do
        in_host "$host" rm /etc/systemd/system/glusterd.service.d/50-srcaddr.conf
        in_host "$host" systemctl daemon-reload
        in_host "$host" systemctl restart glusterd
        wait_until 30 peers_are 1 "$(address_of 2) Peer in Cluster (Connected)"
    done
    follow "In the cluster"
}

@test "no command of the guide is left" {
    # tests/cluster/alternatives.bats follows these.
    for heading in "Labels" "A program in the kernel" "A translation"; do
        section "$heading" | grep '^host[12]# ' >>"$BATS_FILE_TMPDIR/followed"
    done
    diff <(sort --unique "$BATS_FILE_TMPDIR/followed") <(grep '^host[12]# ' "$GUIDE" | sort --unique)
    # There are no commands in another form either.
    diff - <(grep --only-matching '^ *```..*' "$GUIDE" | sort --unique) <<-'END'
		```console
		```dockerfile
	END
}
