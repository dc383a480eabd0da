# shellcheck shell=bash
# Hosts and clusters with this machine's unpatched GlusterFS daemons, for the demo and the cluster tests. Source it in a
# command that tests/sandbox runs: everything ends with the sandbox, or earlier with stop_lab.
#
# A host is a sleeping process in its own network, mount, UTS and PID namespaces, and everything that runs in them. Its
# /run, /var/lib/glusterd, /var/log/glusterfs and /etc/glusterfs are the directories run, lib, log and etc of $LAB/HOST.
# Everything else is this machine's or, if a root directory is given, comes from there; what a host writes to it goes to its
# own overlay.
# In each network it has three addresses: one for the rules, a second one for rules that tell sections apart, and one that
# the kernel chooses. Hosts are numbered 1 to 16, networks 1 to 9.

LAB=/run/lab
PATH=$PATH:/usr/sbin:/sbin
LIBRARY=$(realpath -m -- "${SRCADDR_LIBRARY:-${BASH_SOURCE[0]%/*}/../../build/libglusterd-srcaddr.so}")

# Each takes HOST [NETWORK]. The default is network 1, where the first address is also glusterd's bind-address.
address_of() { echo "2001:db8:${2:-1}::1$1"; }
second_address_of() { echo "2001:db8:${2:-1}::3$1"; }
kernel_address_of() { echo "2001:db8:${2:-1}::2$1"; }

# The first address's name, after use_names.
name_of() { echo "host$1-${2:-1}"; }

complain() {
    echo "$*" >&2
    return 1
}

not() { ! "$@"; }

### The lab and its hosts

# start_lab NETWORK...
start_lab() {
    local network program
    "${BASH_SOURCE[0]%/*}/../in-sandbox" || return
    for program in glusterd gluster mount.glusterfs ip ss pgrep; do
        type -P "$program" >/dev/null ||
            complain "$program is missing: install GlusterFS, iproute2 and procps." || return
    done
    # Hosts have their own /run.
    [[ -r $LIBRARY && $LIBRARY != /run/* ]] ||
        complain "$LIBRARY: no library that hosts can read. Run make first." || return
    mkdir "$LAB"
    echo "$@" >"$LAB/networks"
    for network; do
        ip link add "net$network" type bridge mcast_snooping 0
        ip link set "net$network" up
    done
}

# Names the first addresses of hosts that start later. Volumes need this: in GlusterFS 11, bricks and self-heal do not find a
# server given by its IPv6 address. glusterd then also lists its peers by name.
use_names() {
    local host network
    {
        echo "127.0.0.1 localhost"
        for network in $(<"$LAB/networks"); do
            for host in {1..16}; do
                echo "$(address_of "$host" "$network") $(name_of "$host" "$network")"
            done
        done
    } >"$LAB/hosts"
}

stop_lab() {
    local host network
    [[ -d $LAB ]] || return 0
    for host in $(hosts); do
        stop_host "$host"
    done
    for network in $(<"$LAB/networks"); do
        ip link delete "net$network"
    done
    rm -rf "$LAB"
}

# Prints the numbers of the running hosts.
hosts() {
    find "$LAB" -mindepth 2 -maxdepth 2 -name pid -printf '%h\n' | sed 's/.*\///' | sort -n
}

# start_host HOST [ROOT]: starts a host, attached to all networks. ROOT defaults to $SRCADDR_ROOT, then to this machine's.
start_host() {
    local host=$1 root=${2-${SRCADDR_ROOT-}} parent pid network
    mkdir -p "$LAB/$host"/{run/brick,run/mount,lib,log,etc}
    [[ ! $root ]] || lay_root "$host" "$root" || return
    # Process 1 ignores SIGCHLD, so that no zombies stay: glusterd takes a zombie for a brick that still runs.
    # Without descriptor 3: bats waits until nobody holds it.
    unshare --net --mount --uts --pid --fork --kill-child -- \
        bash -c "$(declare -f become_host); become_host \"\$@\"" bash \
        "$LAB/$host" "host$host" "$LIBRARY" "${root:+$LAB/$host/root}" </dev/null >"$LAB/$host/log/start.log" 2>&1 3>&- &
    parent=$!
    disown
    # The child's name is sleep once it has become the host.
    until pid=$(pgrep --parent "$parent" --exact sleep); do
        kill -0 "$parent" 2>/dev/null || complain "Host $host: $(<"$LAB/$host/log/start.log")" || return
        sleep 0.01
    done
    echo "$pid" >"$LAB/$host/pid"
    for network in $(<"$LAB/networks"); do
        attach_host "$host" "$network" || return
    done
}

# lay_root HOST ROOT: mounts $LAB/HOST/root, an overlay over ROOT.
lay_root() {
    mkdir -p "$LAB/$1"/{root,upper,work}
    mount -t overlay -o "lowerdir=$2,upperdir=$LAB/$1/upper,workdir=$LAB/$1/work" "host$1" "$LAB/$1/root"
}

# become_host DIRECTORY NAME LIBRARY ROOT: runs in new namespaces. An empty ROOT is this machine's.
become_host() {
    local directory=$1 library=$3 root=$4
    set -euo pipefail
    hostname "$2"
    ip link set lo up
    if [[ $root ]]; then
        mount --rbind /dev "$root/dev"
        install -D /dev/null "$root$library"
        mount --bind "$library" "$root$library"
    fi
    mount -t proc proc "$root/proc"
    mount --bind "$directory/lib" "$root/var/lib/glusterd"
    mount --bind "$directory/log" "$root/var/log/glusterfs"
    mount --bind "$directory/etc" "$root/etc/glusterfs"
    if [[ -e ${directory%/*}/hosts ]]; then
        touch "$root/etc/hosts" # Debian 11 comes without one
        mount --bind "${directory%/*}/hosts" "$root/etc/hosts"
    fi
    mount --bind "$directory/run" "$root/run"
    exec env --ignore-signal=CHLD chroot "${root:-/}" sleep infinity
}

# attach_host HOST NETWORK
attach_host() {
    local host=$1 network=$2 address kernel_address
    kernel_address=$(kernel_address_of "$host" "$network")
    ip link add "host$host-$network" type veth peer name "net$network" netns "$(<"$LAB/$host/pid")"
    ip link set "host$host-$network" master "net$network" up
    in_host "$host" ip link set "net$network" up
    # Among equal addresses the kernel prefers the one added last.
    for address in "$(address_of "$host" "$network")" "$(second_address_of "$host" "$network")" "$kernel_address"; do
        in_host "$host" ip -6 address add "$address/64" dev "net$network" nodad
    done
    in_host "$host" ip -6 route get "2001:db8:$network::f" | grep -q " src $kernel_address " ||
        complain "Host $host: the kernel's choice is not $kernel_address, so a test of sources would prove nothing."
}

stop_host() {
    local host=$1 pid network
    pid=$(<"$LAB/$host/pid")
    # Process 1 of a PID namespace goes away only after all others.
    kill -KILL "$pid"
    while [[ -e /proc/$pid ]]; do sleep 0.01; done
    # They would go away by themselves, but a new host with this number needs their names at once.
    for network in $(<"$LAB/networks"); do
        ip link delete "host$host-$network" 2>/dev/null || true
    done
    ! mountpoint --quiet "$LAB/$host/root" || umount --lazy "$LAB/$host/root"
    rm -rf "${LAB:?}/$host"
}

# in_host HOST COMMAND [ARGUMENT...]
in_host() {
    # --root, because this machine's root may be a chroot, which a mount namespace does not know.
    nsenter --target "$(<"$LAB/$1/pid")" --net --mount --uts --pid --root --wd -- "${@:2}"
}

# group_of HOST: prints the host's control group, below that of tests/systemd/own-cgroup.
group_of() { echo "/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)/host$1"; }

### Daemons

# write_volfile HOST [OPTION VALUE]...: writes the host's glusterd.vol.
write_volfile() {
    local host=$1
    shift
    {
        echo "volume management"
        echo "    type mgmt/glusterd"
        printf "    option %s %s\n" \
            working-directory /var/lib/glusterd \
            transport-type socket \
            transport.address-family inet6 \
            transport.socket.keepalive-time 10 \
            transport.socket.keepalive-interval 2 \
            transport.socket.listen-port 24007 \
            ping-timeout 0 \
            event-threads 1 \
            "$@"
        echo "end-volume"
    } >"$LAB/$host/etc/glusterd.vol"
}

# write_configuration HOST: writes the host's srcaddr.conf, from standard input.
write_configuration() {
    install -m 644 /dev/stdin "$LAB/$1/etc/srcaddr.conf"
}

# start_program HOST bare|preloaded COMMAND [ARGUMENT...]: with a clean environment, as at boot. Its output goes to
# $LAB/HOST/log/start.log.
start_program() {
    local host=$1 preload=()
    [[ $2 == bare ]] || preload=("LD_PRELOAD=$LIBRARY")
    in_host "$host" env -i PATH="$PATH" "${preload[@]}" "${@:3}" </dev/null >>"$LAB/$host/log/start.log" 2>&1 3>&-
}

# start_glusterd bare|preloaded HOST...: returns when all answer.
start_glusterd() {
    local mode=$1 host start starts=()
    shift
    for host; do
        start_program "$host" "$mode" glusterd &
        starts+=($!)
    done
    for start in "${starts[@]}"; do
        wait "$start" || return
    done
    for host; do
        wait_until 30 peers "$host" || return
    done
}

# gluster HOST ARGUMENT...: runs the gluster command there.
gluster() {
    in_host "$1" timeout 60 gluster --mode=script "${@:2}"
}

### What can be seen

# peers HOST: prints a line "HOSTNAME STATE" for every peer that the host lists, sorted.
peers() {
    local status
    status=$(gluster "$1" peer status) || return
    awk -F ': ' '$1 == "Hostname" { name = $2 } $1 == "State" { print name, $2 }' <<<"$status" | sort
}

# peers_are HOST LINE...: the host lists exactly these peers.
peers_are() {
    local found
    found=$(peers "$1") || return
    echo "$found"
    [[ $found == "$(printf '%s\n' "${@:2}" | sort)" ]]
}

# listed_name_of HOST: prints what other hosts must list it as.
listed_name_of() {
    if [[ -e $LAB/hosts ]]; then name_of "$1"; else address_of "$1"; fi
}

# in_cluster HOST...: each lists all others as connected, under their right names.
in_cluster() {
    local host other lines
    for host; do
        lines=()
        for other; do
            [[ $other == "$host" ]] || lines+=("$(listed_name_of "$other") Peer in Cluster (Connected)")
        done
        echo "host $host:"
        peers_are "$host" "${lines[@]}" || return
    done
}

# callers_of HOST: prints the remote address of each connection to its port 24007.
callers_of() {
    in_host "$1" ss -Htn state established sport = :24007 | awk '{ print $4 }' | sed 's/^\[//; s/\]:[0-9]*$//' | sort -u
}

# dialled HOST: prints a line "hostN PROCESS SOURCE -> PEER KIND" for each established TCP connection that a process there
# dialled: the process does not listen on the local port. KIND is glusterd or brick, the peer.
dialled() {
    local host=$1 pid connection
    in_host "$host" ss -Htnap | awk '
        function address(end) { sub(/:[0-9]+$/, "", end); gsub(/[][]/, "", end); return end }
        function port(end) { sub(/.*:/, "", end); return end }
        {
            if ($6 == "") $6 = "pid=0"      # nobody holds it: reported as well, so that nothing escapes
            while (match($6, /pid=[0-9]+/)) {
                pid = substr($6, RSTART + 4, RLENGTH - 4)
                $6 = substr($6, RSTART + RLENGTH)
                if ($1 == "LISTEN") listens[pid, port($4)] = 1
                if ($1 == "ESTAB") ends[++count] = pid " " $4 " " $5
            }
        }
        END {
            for (i = 1; i <= count; i++) {
                split(ends[i], end, " ")
                if ((end[1], port(end[2])) in listens) continue
                print end[1], address(end[2]), "->", address(end[3]), port(end[3]) == 24007 ? "glusterd" : "brick"
            }
        }' | while read -r pid connection; do
        echo "host$host $(process_name "$host" "$pid") $connection"
    done
}

# connections_are LINE...: all hosts have dialled exactly these connections, in dialled()'s format.
connections_are() {
    local host
    diff --unified=0 --label expected --label found \
        <(printf '%s\n' "$@" | sort) <(for host in $(hosts); do dialled "$host"; done | sort)
}

# process_name HOST PID: as in a section of srcaddr.conf, but a brick is "glusterfsd", its program.
process_name() {
    local line name
    line="$(in_host "$1" cat "/proc/$2/cmdline" | tr '\0' ' ')"
    name=${line##* --process-name }
    [[ $name != "$line" && $name != brick\ * ]] || name=$(basename "${line%% *}")
    echo "${name%% *}"
}

### Waiting

# wait_until SECONDS COMMAND [ARGUMENT...]: repeats the command until it succeeds. If it never does, prints its last output
# and the state of the whole lab.
wait_until() {
    local seconds=$1 start=$SECONDS last
    shift
    until last=$("$@" 2>&1); do
        if ((SECONDS - start >= seconds)); then
            printf '%s\n' "Not so after $seconds seconds: $*" "What it last printed:" "$last" >&2
            report >&2 || true
            return 1
        fi
        sleep 0.1
    done
}

# Prints every host's peers, connections and last log lines.
report() {
    local host
    for host in $(hosts); do
        echo "=== host $host: peers, connections, logs"
        gluster "$host" peer status
        in_host "$host" ss -Htnap
        find "$LAB/$host/log" -name '*.log' ! -name cli.log -size +0 -exec tail -n 8 -v {} +
    done
}
