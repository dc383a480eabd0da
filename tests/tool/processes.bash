# shellcheck shell=bash
# Shared by tests of status: shells with names and connections like those of GlusterFS's processes, and glusterd's peers.

setup() {
    enter_machine
    mkfifo never
    started=()
}

teardown() {
    if ((${#started[@]} > 0)); then
        kill -KILL "${started[@]}"
        wait "${started[@]}" 2>/dev/null || true
    fi
    leave_machine
}

# start_listener: listens on glusterd's port.
start_listener() {
    # shellcheck disable=SC2016 # perl's
    perl -MIO::Socket::IP -e '
        my $server = IO::Socket::IP->new(LocalHost => $ARGV[0], LocalPort => 24007, Listen => 9) or die;
        sleep' "$PEER" 3>&- &
    started+=($!)
    wait_until connected_to "$PEER"
}

connected_to() { (: <>"/dev/tcp/$1/24007"); }

# start bare|LIBRARY PROGRAM ADDRESS [ARGUMENT...]: starts a process named PROGRAM, with or without the library, and with these
# arguments. It connects to ADDRESS, unless that is empty.
start() {
    local preload=("LD_PRELOAD=$1")
    [[ $1 != bare ]] || preload=()
    # shellcheck disable=SC2016 # the inner shell's
    env "${preload[@]}" bash -c 'exec -a "$0" bash -c "[[ ! \$0 ]] || exec {to}<>/dev/tcp/\$0/24007
            echo >has-started
            read -r <>never" "$@"' "${@:2}" </dev/null >/dev/null 2>&1 3>&- &
    started+=($!)
    wait_until test -e has-started
    rm has-started
}

use_rules() {
    in_force <<-END
		[glusterd]
		::/0 = $SOURCE
		[glustershd]
		::/0 = $SOURCE2
	END
}

# Processes: all well; rules but no library; no section; one of GlusterFS's without connections; the library replaced. Peers:
# connected, not connected, unknown, rejected.
start_all_kinds() {
    local replaced=/run/replaced/libglusterd-srcaddr.so
    start_listener
    use_rules
    start libglusterd-srcaddr.so glusterd "$PEER"
    start bare glusterfs "$PEER" --process-name glustershd
    start libglusterd-srcaddr.so smbd "$PEER"
    start libglusterd-srcaddr.so glusterfs "" --process-name fuse.shared
    install -D "$LIBRARY" "$replaced"
    start "$replaced" ganesha.nfsd ""
    rm -r "${replaced%/*}"
    store 1 3 "$PEER"
    store 2 3 "$GONE"
    store 3 3 nowhere.invalid
    store 4 6 "$GONE"
}

# store NUMBER STATE NAME: stores a peer.
store() {
    store_peer "$1" "uuid=00000000-0000-0000-0000-00000000000$1" "state=$2" "hostname1=$3"
}
