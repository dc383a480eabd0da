# shellcheck shell=bash
# A fleet: machines of tests/systemd/machines.bash, which Ansible in the sandbox reaches over ssh with a new key. The sandbox is
# also a client: it has an address in their network, knows their names and mounts their volume. Source it in a command that
# tests/systemd/own-cgroup and tests/sandbox run.

# shellcheck source=tests/systemd/machines.bash
source "${BASH_SOURCE[0]%/*}/../systemd/machines.bash"

FLEET=/run/fleet
MOUNT=$FLEET/mount
COLLECTION=glusterd_srcaddr.glusterd_srcaddr

# start_fleet HOST...: boots them and starts glusterd, without a cluster. The inventory has this order.
start_fleet() {
    local host
    mkdir -p "$MOUNT"
    ssh-keygen -q -t ed25519 -N '' -f "$FLEET/key"
    start_machines "$@" || return
    ip address add 2001:db8:1::f/64 dev net1 nodad
    name_machines "$@"
    cp "$LAB/$1/root/etc/hosts" "$FLEET/hosts"
    mount --bind "$FLEET/hosts" /etc/hosts
    for host; do
        install -D -m 600 "$FLEET/key.pub" "$LAB/$host/root/root/.ssh/authorized_keys"
        echo "host$host,$(address_of "$host") $(<"$LAB/$host/root/etc/ssh/ssh_host_ed25519_key.pub")" >>"$FLEET/known_hosts"
        wait_until 30 has_address_now "$host" || return
        in_host "$host" systemctl start glusterd
    done
    write_inventory "$@"
    cat >"$FLEET/ansible.cfg" <<-END
		[defaults]
		home = $FLEET/ansible
		collections_path = $FLEET/package/usr/share/ansible/collections
		forks = 16
		[connection]
		pipelining = true
	END
    # The collection from the package.
    dpkg-deb --extract "$SRCADDR_PACKAGE" "$FLEET/package"
}

stop_fleet() {
    ! mountpoint --quiet "$MOUNT" || umount --lazy "$MOUNT"
    ! mountpoint --quiet /etc/hosts || umount /etc/hosts
    stop_machines
    rm -rf --one-file-system "$FLEET"
}

# write_inventory HOST...
write_inventory() {
    local host
    {
        printf '[peers]\n'
        for host; do
            echo "host$host"
        done
        printf '[peers:vars]\nansible_user=root\n'
        printf 'ansible_ssh_private_key_file=%s\n' "$FLEET/key"
        printf 'ansible_ssh_common_args=-o UserKnownHostsFile=%s -o HostKeyAlgorithms=ssh-ed25519\n' "$FLEET/known_hosts"
    } >"$FLEET/fleet"
}

# configure group_vars/peers|host_vars/HOST: sets the configuration of all hosts, or of one, from standard input.
configure() {
    mkdir -p "$FLEET/${1%/*}"
    {
        echo "srcaddr_package: $SRCADDR_PACKAGE"
        echo "srcaddr_patience: 120"
        echo "srcaddr_configuration: |"
        sed 's/^/  /'
    } >"$FLEET/$1.yml"
}

# Prints a section's names for the daemons that can restart. From GlusterFS 11 on, an IPv6 bind-address leaves no self-heal, and
# without self-heal no brick may restart.
daemons() {
    if bricks_can_be_restarted; then echo "glusterd glusterfsd glustershd glfsheal"; else echo "glusterd glfsheal"; fi
}

bricks_can_be_restarted() {
    local version
    version=$(in_host 1 glusterd --version | sed -n '1s/^glusterfs \([0-9]*\)\..*/\1/p')
    ((version < 11))
}

# play NAME [OPTION...]: runs the collection's playbook, and adds the command to a list. Neither reads nor writes the caller's own
# Ansible files.
play() (
    command=(ansible-playbook -i fleet "$COLLECTION.$1" "${@:2}")
    echo "${command[*]}" >>"$FLEET/commands"
    cd "$FLEET" || return
    env -i PATH="$PATH" HOME="$FLEET" LC_ALL=C.UTF-8 ANSIBLE_CONFIG="$FLEET/ansible.cfg" \
        "${command[@]}" </dev/null 3>&-
)

# form_cluster HOST...: the address that the kernel prefers comes later, as on many clusters with this problem.
form_cluster() {
    local host
    for host; do
        in_host "$host" ip address delete "$(kernel_address_of "$host")/64" dev host0
    done
    for host in "${@:2}"; do
        gluster "$1" peer probe "host$host"
    done
    wait_until 120 all_connected "$@"
    for host; do
        in_host "$host" ip address add "$(kernel_address_of "$host")/64" dev host0 nodad
    done
}

# make_volume HOST...: makes a volume named shared, replicated over them.
make_volume() {
    local host bricks=()
    for host; do
        bricks+=("host$host:/srv/brick")
    done
    gluster "$1" volume create shared replica $# "${bricks[@]}" force
    gluster "$1" volume start shared
}

# all_connected HOST...: each lists all others as in the cluster and connected.
all_connected() {
    local host
    for host; do
        echo "host $host:"
        [[ $(peers "$host" | tee /dev/stderr | grep -c ' Peer in Cluster (Connected)$') == $(($# - 1)) ]] || return
    done
}

# start_client HOST: mounts HOST's volume. Until stop_client or the first error, writes files and reads them back, past the cache,
# ten times a second: any faster, it would take all processors.
start_client() {
    mount -t glusterfs -o direct-io-mode=enable,xlator-option=transport.address-family=inet6 "host$1:/shared" "$MOUNT"
    rm -f "$FLEET"/client.*
    client >"$FLEET/client.took" 2>"$FLEET/client.error" 3>&- &
    echo $! >"$FLEET/client.pid"
    disown
    wait_until 30 has_done 10
}

client() {
    local i start
    for ((i = 0; ; i = (i + 1) % 200)); do
        [[ ! -e $FLEET/client.stop ]] || exit 0
        head -c 50000 /dev/urandom >"$FLEET/client.data"
        start=$(milliseconds)
        cp "$FLEET/client.data" "$MOUNT/$i"
        cmp "$FLEET/client.data" "$MOUNT/$i" || exit
        echo $(($(milliseconds) - start))
        sleep 0.1
    done
}

milliseconds() { echo $((${EPOCHREALTIME/./} / 1000)); }

# has_done COUNT: the client has done at least COUNT operations.
has_done() { (($(wc -l <"$FLEET/client.took") >= $1)); }

# stop_client: fails if an operation failed. Prints how many milliseconds the longest one took.
stop_client() {
    local pid
    pid=$(<"$FLEET/client.pid")
    touch "$FLEET/client.stop"
    wait_until 60 not test -e "/proc/$pid" || return
    cat "$FLEET/client.error" >&2
    [[ ! -s $FLEET/client.error ]] || return
    umount "$MOUNT"
    sort -n "$FLEET/client.took" | tail -n 1
}

# poison HOST...: makes a new cluster of each host, without the library. The first host probes the others, which store it under
# the kernel's choice.
poison() {
    local host
    for host; do
        in_host "$host" systemctl stop glusterd
        in_host "$host" pkill glusterfs || true
        find "$LAB/$host/root/var/lib/glusterd" "$LAB/$host/root/srv" -mindepth 1 -delete
        in_host "$host" systemctl reset-failed glusterd
        in_host "$host" systemctl start glusterd
    done
    for host in "${@:2}"; do
        gluster "$1" peer probe "host$host"
    done
    for host in "${@:2}"; do
        wait_until 30 peers_are "$host" "$(kernel_address_of "$1") Accepted peer request (Disconnected)"
    done
}
