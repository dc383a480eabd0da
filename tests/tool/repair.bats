#!/usr/bin/env bats
# repair: which peers it suspects, what it mends, what it refuses, and that no failure loses anything.
# tests/cluster/poisoned.bats repairs a cluster after the real bug.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

STORE=/var/lib/glusterd
UUID1=00000000-0000-0000-0000-000000000001
UUID2=00000000-0000-0000-0000-000000000002
FILE1=$STORE/peers/$UUID1
WRONG=2001:db8:99::21 # not reachable
RIGHT=$SILENT

# write_own_volfile [OPTION VALUE]...: with what glusterd needs to start.
write_own_volfile() {
    write_volfile working-directory "$STORE" transport-type socket transport.address-family inet6 \
        transport.socket.keepalive-time 10 transport.socket.keepalive-interval 2 "$@"
    sed -i '1 a type mgmt/glusterd' /etc/glusterfs/glusterd.vol
}

# start_glusterd [COMMAND...]: in the foreground, run by COMMAND. Returns when it answers.
start_glusterd() {
    local start=$SECONDS
    rm -f /run/glusterd.socket
    # Without descriptor 3: bats waits until nobody holds it.
    "$@" glusterd --no-daemon </dev/null >/dev/null 2>&1 3>&- &
    glusterd=$!
    until pool=$(gluster --mode=script pool list 2>&1 3>&-); do
        ((SECONDS - start < 20)) || fail "glusterd does not answer" "$pool" "$(tail -n 20 /var/log/glusterfs/glusterd.log)" || return
        sleep 0.05
    done
}

stop_glusterd() {
    [[ -n ${glusterd-} ]] || return 0
    kill -KILL "$glusterd"
    wait "$glusterd" || glusterd=
}

# start_client: a host with two addresses, connected to glusterd here: twice from the first, once from the second.
start_client() {
    local address
    ip netns add client
    ip link add wire0 type veth peer name wire1 netns client
    ip address add 2001:db8:7::1/64 dev wire0 nodad
    ip link set wire0 up
    ip -n client link set wire1 up
    for address in 2001:db8:7::2 2001:db8:7::3; do
        ip -n client address add "$address/64" dev wire1 nodad
    done
    # shellcheck disable=SC2016 # for the shell there
    exec 4< <(exec ip netns exec client bash -c 'ip route add 2001:db8:7::1 dev wire1 src 2001:db8:7::2
        exec 5<>/dev/tcp/2001:db8:7::1/24017 6<>/dev/tcp/2001:db8:7::1/24017
        ip route replace 2001:db8:7::1 dev wire1 src 2001:db8:7::3
        exec 7<>/dev/tcp/2001:db8:7::1/24017
        echo connected
        exec sleep infinity' 3>&-)
    read -r -u 4
}

stop_client() {
    [[ -e /run/netns/client ]] || return 0
    ip netns pids client | xargs --no-run-if-empty kill -KILL
    exec 4<&-
    ip netns delete client
    ip link delete wire0
}

setup() {
    enter_machine
    store_peer 1 "uuid=$UUID1" state=3 "hostname1=$WRONG"
}

teardown() {
    stop_glusterd
    stop_client
    leave_machine
}

# Prints everything in the store: paths, inodes, modes, owners, times, content.
everything() {
    find "$STORE" -printf '%p %i %n %m %U:%G %s %T@\n' | sort
    find "$STORE" -type f -exec sha256sum {} + | sort
}

# leaves_all STATUS [ARGUMENT...]: like says, and the store is unchanged.
leaves_all() {
    local before
    before=$(everything)
    says "$@"
    diff - <(everything) <<<"$before"
}

# Prints the backup's path, in which only the time is unknown.
backup() {
    local -a found=("$STORE"/srcaddr-backup/*/*)
    [[ ${#found[@]} == 1 && ${found[0]} =~ ^"$STORE"/srcaddr-backup/20[0-9]{6}T[0-9]{6}Z/[0-9a-f-]{36}$ ]] ||
        fail "backups: ${found[*]}" || return
    echo "${found[0]}"
}

# mends_to FROM TO: peer 1's file becomes what is on standard input, and the old one is kept.
mends_to() {
    local old=$BATS_TEST_TMPDIR/old
    cp "$FILE1" "$old"
    "$COMMAND" repair --from "$1" --to "$2" >printed
    cmp - "$FILE1"
    cmp "$old" "$(backup)"
}

@test "what can't be meant is refused before anything is looked at" {
    rm -r "$STORE/peers"
    while IFS='|' read -r arguments message; do
        # shellcheck disable=SC2086 # words
        leaves_all 2 repair $arguments <<-END
			glusterd-srcaddr repair: $message
			Try 'glusterd-srcaddr repair --help'.
		END
    done <<-END
		--from $WRONG|--from requires --to
		--to $WRONG|--to requires --from
		--dry-run|--dry-run requires --from and --to
		--from|option '--from' requires an argument
		--from $WRONG --to $RIGHT --json|--json cannot be combined with --from and --to
		--from $WRONG --to 2001:DB8:99:0::21|--from and --to are the same: 2001:db8:99::21
		--from 2001:db8::zz --to $RIGHT|expected an address or a host name for --from, found '2001:db8::zz'
		--from $WRONG --to [$RIGHT]|expected an address or a host name for --to, found '[$RIGHT]'
		--from $WRONG --to $RIGHT/64|expected an address or a host name for --to, found '$RIGHT/64'
		--from $WRONG --to 10.0.0.300|expected an address or a host name for --to, found '10.0.0.300'
		--from $WRONG --to host..example|expected an address or a host name for --to, found 'host..example'
		--from $WRONG --to -host|expected an address or a host name for --to, found '-host'
		--from $WRONG --to a=b|expected an address or a host name for --to, found 'a=b'
		$WRONG|unexpected argument '$WRONG'; use --from and --to
		--force|unknown option '--force'
	END
}

@test "an ordinary user is told that only root can" {
    for arguments in "" "--from $WRONG --to $RIGHT"; do
        # shellcheck disable=SC2086 # words
        ends 2 setpriv --reuid=65534 --regid=65534 --clear-groups "$COMMAND" repair $arguments >printed 2>&1
        diff printed - <<-END
			glusterd-srcaddr: cannot read glusterd's peers: permission denied (run as root)
		END
    done
}

@test "no store, and a store elsewhere" {
    write_volfile working-directory /var/lib/glusterd/else/where
    leaves_all 2 repair <<-END
		glusterd-srcaddr: /var/lib/glusterd/else/where/peers: No such file or directory
	END
    leaves_all 2 repair --from "$WRONG" --to "$RIGHT" <<-END
		glusterd-srcaddr: /var/lib/glusterd/else/where/peers: No such file or directory
	END
    mkdir -p "$STORE/else/where"
    mv "$STORE/peers" "$STORE/else/where"
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
    grep -qxF "hostname1=$RIGHT" "$STORE/else/where/peers/$UUID1"
    grep -qxF "hostname1=$WRONG" "$STORE"/else/where/srcaddr-backup/*/"$UUID1"
}

### The list

@test "no peers, no suspects" {
    rm "$FILE1"
    says 0 repair <<-END
		No suspects: every peer answers at the address that glusterd dials (peers: 0).
	END
    says_in_json 0 . repair <<-END
		{"version":1,"suspects":[],"callers":[]}
	END
}

@test "every answer there is, of real glusterd where one answers" {
    write_own_volfile transport.socket.bind-address "$PEER" working-directory \
        "$STORE/of-another"
    start_glusterd
    write_volfile
    use_hosts <<-END
		$PEER2 two
		$PEER two
		127.0.0.1 four
	END
    store_peer 2 "uuid=$UUID2" state=3 "hostname1=$PEER"
    store_peer 3 uuid=3 state=3 hostname1=two "hostname2=$WRONG"
    store_peer 4 uuid=4 state=4 "hostname1=$PEER2" "hostname2=$PEER" hostname3=four
    store_peer 5 uuid=5 state=6 hostname1=2001:db8:99::1 hostname2=2001:db8:66::55
    store_peer 6 uuid=6 state=0 hostname1=127.0.0.1
    store_peer 7 uuid=7 state=3 "hostname1=$SILENT"
    store_peer 8 uuid=8 state=3 hostname1=nowhere.invalid
    rm "$FILE1"
    says 1 repair <<-END
		PEER                                 STATE                   ADDRESS         ANSWER
		00000000-0000-0000-0000-000000000004 Accepted peer request   2001:db8:2::2   connection refused
		00000000-0000-0000-0000-000000000004 Accepted peer request   2001:db8:2::1   answers
		00000000-0000-0000-0000-000000000004 Accepted peer request   four            connection refused
		00000000-0000-0000-0000-000000000005 Peer Rejected           2001:db8:99::1  no route
		00000000-0000-0000-0000-000000000005 Peer Rejected           2001:db8:66::55 no route
		00000000-0000-0000-0000-000000000006 Establishing Connection 127.0.0.1       connection refused
		00000000-0000-0000-0000-000000000007 Peer in Cluster         2001:db8:66::99 no answer
		00000000-0000-0000-0000-000000000008 Peer in Cluster         nowhere.invalid unknown name

		A peer in this list is down, or stored under a wrong address.
		No other address is connected to this host's glusterd (if it is running).
	END
    rm "$STORE"/peers/*[5-8]
    says_in_json 1 . repair <<-END
		{"version":1,"suspects":[{"uuid":"00000000-0000-0000-0000-000000000004","state":"Accepted peer request","name":"2001:db8:2::2","answers":false,"error":"connection refused"},{"uuid":"00000000-0000-0000-0000-000000000004","state":"Accepted peer request","name":"2001:db8:2::1","answers":true,"error":null},{"uuid":"00000000-0000-0000-0000-000000000004","state":"Accepted peer request","name":"four","answers":false,"error":"connection refused"}],"callers":[]}
	END
    on_terminal 1 repair <<-END
		PEER                                 STATE                 ADDRESS       ANSWER
		00000000-0000-0000-0000-000000000004 Accepted peer request 2001:db8:2::2 ^[[31mconnection refused^[[0m
		00000000-0000-0000-0000-000000000004 Accepted peer request 2001:db8:2::1 ^[[32manswers^[[0m
		00000000-0000-0000-0000-000000000004 Accepted peer request four          ^[[31mconnection refused^[[0m

		A peer in this list is down, or stored under a wrong address.
		No other address is connected to this host's glusterd (if it is running).

		To see the change:
		glusterd-srcaddr repair --from 2001:db8:2::2 --to 2001:db8:2::1 --dry-run
	END
    sed -i s/state=4/state=3/ "$STORE/peers/00000000-0000-0000-0000-000000000004"
    says 1 repair <<-END
		PEER                                 STATE           ADDRESS       ANSWER
		00000000-0000-0000-0000-000000000004 Peer in Cluster 2001:db8:2::2 connection refused
		00000000-0000-0000-0000-000000000004 Peer in Cluster 2001:db8:2::1 answers
		00000000-0000-0000-0000-000000000004 Peer in Cluster four          connection refused

		A peer in this list is down, or stored under a wrong address.
		No other address is connected to this host's glusterd (if it is running).

		To see the change:
		glusterd-srcaddr repair --from 2001:db8:2::2 --to 2001:db8:2::1 --dry-run
	END
    rm "$STORE"/peers/*4
    says 0 repair <<-END
		No suspects: every peer answers at the address that glusterd dials (peers: 2).
	END
}

@test "a client is a caller, too, but not one to mend a peer with; nor is one that is stored, or on this host" {
    write_own_volfile transport.socket.listen-port 24017
    start_glusterd
    start_client
    exec 5<>"/dev/tcp/$SOURCE/24017"
    says 1 repair <<-END
		PEER                                 STATE           ADDRESS         ANSWER
		00000000-0000-0000-0000-000000000001 Peer in Cluster 2001:db8:99::21 no route

		CALLER        CONNECTIONS ANSWER
		2001:db8:7::2           2 connection refused
		2001:db8:7::3           1 connection refused

		A peer in this list is down, or stored under a wrong address.
		A caller that answers is a server: its /var/lib/glusterd/glusterd.info has its UUID.
		One that does not answer may be a client that mounts a volume.
	END
    store_peer 2 "uuid=$UUID2" state=3 "hostname1=$PEER" hostname2=2001:db8:7::2
    says_in_json 1 .callers repair <<-END
		[{"address":"2001:db8:7::3","connection_count":1,"answers":false,"error":"connection refused"}]
	END
    exec 5<&-
}

### Mending

@test "what would be mended, in colour on a terminal, also while glusterd runs; nothing is written" {
    write_own_volfile
    start_glusterd
    leaves_all 0 repair --from "$WRONG" --to "$RIGHT" --dry-run <<-END
		--- $FILE1
		+++ $FILE1
		@@ -1,3 +1,3 @@
		 uuid=$UUID1
		 state=3
		-hostname1=$WRONG
		+hostname1=$RIGHT

		Nothing was written. To apply it, stop glusterd and run this without --dry-run.
	END
    on_terminal 0 repair --from "$WRONG" --to "$RIGHT" --dry-run <<-END
		^[[1m--- $FILE1^[[0m
		^[[1m+++ $FILE1^[[0m
		^[[36m@@ -1,3 +1,3 @@^[[0m
		 uuid=$UUID1
		 state=3
		^[[31m-hostname1=$WRONG^[[0m
		^[[32m+hostname1=$RIGHT^[[0m

		Nothing was written. To apply it, stop glusterd and run this without --dry-run.
	END
    NO_COLOR=1 on_terminal 0 repair --from "$WRONG" --to "$RIGHT" --dry-run <<-END
		--- $FILE1
		+++ $FILE1
		@@ -1,3 +1,3 @@
		 uuid=$UUID1
		 state=3
		-hostname1=$WRONG
		+hostname1=$RIGHT

		Nothing was written. To apply it, stop glusterd and run this without --dry-run.
	END
}

@test "a diff of old knows no colour, and none at all is trouble" {
    mkdir bin
    printf '%s\n' '#!/bin/bash' '[[ $* != *--color* ]] || { echo "unrecognized option" >&2; exit 2; }' \
        "exec $(type -P diff) \"\$@\"" >bin/diff
    chmod +x bin/diff
    PATH=$PWD/bin:$PATH on_terminal 0 repair --from "$WRONG" --to "$RIGHT" --dry-run <<-END
		--- $FILE1
		+++ $FILE1
		@@ -1,3 +1,3 @@
		 uuid=$UUID1
		 state=3
		-hostname1=$WRONG
		+hostname1=$RIGHT

		Nothing was written. To apply it, stop glusterd and run this without --dry-run.
	END
    before=$(everything)
    ends 2 env PATH=/nowhere "$COMMAND" repair --from "$WRONG" --to "$RIGHT" 2>&1 |
        grep -xF "glusterd-srcaddr: cannot show the change: diff is missing or failed"
    diff - <(everything) <<<"$before"
}

@test "mended, kept as it was, and nothing to do the next time" {
    old=$(<"$FILE1")
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT" >first
    kept=$(backup)
    diff - first <<-END
		--- $FILE1
		+++ $FILE1
		@@ -1,3 +1,3 @@
		 uuid=$UUID1
		 state=3
		-hostname1=$WRONG
		+hostname1=$RIGHT

		Repaired. Backup: $kept
		To undo it, with glusterd stopped: cp --archive $kept $FILE1
		Hosts tell each other what they have stored: repair all that have $WRONG,
		then start glusterd and run: gluster peer status
	END
    [[ $(<"$kept") == "$old" ]]
    [[ $(stat --format %a "$STORE/srcaddr-backup" "$(dirname "$kept")") == $'700\n700' ]]
    for _ in second third; do
        leaves_all 0 repair --from "$WRONG" --to "$RIGHT" <<-END
			Nothing to do: no peer is stored under $WRONG, and $UUID1 is stored under $RIGHT.
		END
    done
    eval "$(sed -n 's/^To undo it, with glusterd stopped: //p' first)"
    [[ $(<"$FILE1") == "$old" ]]
}

@test "only the name changes: however it is written, whatever stands around it" {
    printf '%s\r\n' "uuid=$UUID1" 'state=3' '' 'hostname1=2001:DB8:99:0:0::21' ' hostname2=2001:db8:99::21' 'odd' \
        'hostname2=2001:db8:99::211' 'hostname10= 2001:db8:99::0.0.0.33 ' >"$FILE1"
    printf 'note=2001:db8:99::21 \0\xff\n\nhostname3=%s' "$WRONG" >>"$FILE1"
    mends_to "$WRONG" "2001:DB8:66:0::99" < <(
        printf '%s\r\n' "uuid=$UUID1" 'state=3' '' 'hostname1=2001:db8:66::99' ' hostname2=2001:db8:99::21' 'odd' \
            'hostname2=2001:db8:99::211' 'hostname10= 2001:db8:66::99 '
        printf 'note=2001:db8:99::21 \0\xff\n\nhostname3=2001:db8:66::99')
}

@test "host names and IPv4 addresses, in either place" {
    use_hosts <<-END
		$RIGHT storage-1.example
		192.0.2.7 storage_4
	END
    store_peer 1 "uuid=$UUID1" state=3 hostname1=Storage-9.Example hostname2=storage-9.example.org
    mends_to storage-9.EXAMPLE storage-1.example <<-END
		uuid=$UUID1
		state=3
		hostname1=storage-1.example
		hostname2=storage-9.example.org
	END
    rm -r "$STORE/srcaddr-backup"
    mends_to storage-1.example 192.0.2.7 <<-END
		uuid=$UUID1
		state=3
		hostname1=192.0.2.7
		hostname2=storage-9.example.org
	END
    rm -r "$STORE/srcaddr-backup"
    mends_to 192.0.2.7 storage_4 <<-END
		uuid=$UUID1
		state=3
		hostname1=storage_4
		hostname2=storage-9.example.org
	END
}

@test "a peer that has the right name already, behind the wrong one" {
    store_peer 1 "uuid=$UUID1" state=3 "hostname1=$WRONG" "hostname2=$RIGHT"
    mends_to "$WRONG" "$RIGHT" <<-END
		uuid=$UUID1
		state=3
		hostname1=$RIGHT
		hostname2=$RIGHT
	END
}

@test "mode, owner and extended attributes stay" {
    chmod 640 "$FILE1"
    chown 65534:65533 "$FILE1"
    # A capability is an extended attribute, like an SELinux label.
    setcap cap_net_raw=ep "$FILE1"
    before=$(stat --format '%a %u %g' "$FILE1"; getcap "$FILE1")
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
    grep -qF "$RIGHT" "$FILE1"
    [[ $before == "640 65534 65533"*"cap_net_raw=ep" ]]
    [[ $(stat --format '%a %u %g' "$FILE1"; getcap "$FILE1") == "$before" ]]
}

### Refusals

@test "what would make it worse is refused, and nothing is written" {
    use_hosts </dev/null
    # refuses FROM TO MESSAGE
    refuses() {
        leaves_all 2 repair --from "$1" --to "$2" <<<"glusterd-srcaddr: $3"
        leaves_all 2 repair --from "$1" --to "$2" --dry-run <<<"glusterd-srcaddr: $3"
    }
    refuses 2001:db8:66::77 "$RIGHT" "no peer is stored under 2001:db8:66::77 in $STORE/peers"
    refuses "$WRONG" "$SOURCE" "$SOURCE is an address of this host, not of the peer"
    refuses "$WRONG" 127.0.0.1 "127.0.0.1 is an address of this host, not of the peer"
    refuses "$WRONG" nowhere.invalid "nowhere.invalid: Temporary failure in name resolution"
    store_peer 2 "uuid=$UUID2" state=3 hostname1=2001:db8:66::55 "hostname2=$RIGHT"
    refuses "$WRONG" "$RIGHT" "another peer is stored under $RIGHT: $UUID2"
    store_peer 2 "uuid=$UUID2" state=3 hostname1=2001:db8:66::55 "hostname2=$WRONG"
    refuses "$WRONG" "$RIGHT" "two peers are stored under $WRONG: $UUID1 and $UUID2"
    rm "$STORE/peers/$UUID2"
}

@test "refused while a glusterd runs that has this store, in a container or not" {
    write_own_volfile
    start_glusterd
    leaves_all 2 repair --from "$WRONG" --to "$RIGHT" <<-END
		glusterd-srcaddr: glusterd is running (process $glusterd); stop it first
	END
    stop_glusterd

    # shellcheck disable=SC2016 # for the shell inside
    start_glusterd unshare --mount sh -euc 'mkdir /run/elsewhere
        mount --bind /var/lib/glusterd /run/elsewhere
        mount -t tmpfs inside /var/lib/glusterd
        mount -t tmpfs inside /etc/glusterfs
        printf "%s\n" "volume management" "type mgmt/glusterd" "option working-directory /run/elsewhere" \
            "option transport-type socket" "option transport.socket.keepalive-time 10" \
            "option transport.socket.keepalive-interval 2" end-volume >/etc/glusterfs/glusterd.vol
        exec "$0" "$@"'
    leaves_all 2 repair --from "$WRONG" --to "$RIGHT" <<-END
		glusterd-srcaddr: glusterd is running (process $glusterd); stop it first
	END
    stop_glusterd

    # shellcheck disable=SC2016 # for the shell inside
    start_glusterd unshare --mount sh -euc 'mount -t tmpfs inside /var/lib/glusterd; exec "$0" "$@"'
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
}

### What fails

# leaves_all_with PATTERN COMMAND...: exits with 2, says that nothing was changed, and the store is unchanged.
leaves_all_with() {
    local before
    before=$(everything)
    ends 2 "${@:2}" "$COMMAND" repair --from "$WRONG" --to "$RIGHT" >printed 2>&1 || { cat printed; return 1; }
    grep -E "^glusterd-srcaddr: $1; nothing was changed$" printed || { cat printed; return 1; }
    # Except the times of directories, where a file was made and removed.
    diff <(grep -v " 7[0-9][0-9] " <<<"$before") <(everything | grep -v " 7[0-9][0-9] ")
}

@test "a full disk, and one that is read-only" {
    umount "$STORE"
    mount -t tmpfs -o mode=755,size=64k test "$STORE"
    store_peer 1 "uuid=$UUID1" state=3 "hostname1=$WRONG"
    dd if=/dev/zero of="$STORE/ballast" bs=4k 2>/dev/null || true
    leaves_all_with "$FILE1\.srcaddr\.[^ ]+: No space left on device" env
    rm "$STORE/ballast"
    mount -o remount,ro "$STORE"
    leaves_all_with "$FILE1: Read-only file system" env
    mount -o remount,rw "$STORE"
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
}

# bats test_tags=exact
@test "every system call that can fail" {
    # The next test has the last fsync, of the directory that holds the new file.
    for call in rename link mkdir fchown fchmod flistxattr mkdir:when=2 fsync:when={1..5}; do
        leaves_all_with ".*: Input/output error" strace -qq -o /dev/null -e inject="${call/:*/}:error=EIO${call#"${call/:*/}"}"
    done
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
}

@test "the file is in place, but perhaps not on the disk: it says so, and where the old one is" {
    ends 2 strace -qq -o /dev/null -e inject=fsync:error=EIO:when=6 "$COMMAND" repair --from "$WRONG" --to "$RIGHT" \
        2>errors
    diff errors - <<-END
		glusterd-srcaddr: $FILE1: changed, but perhaps not on disk: Input/output error; backup: $(backup)
	END
    grep -qxF "hostname1=$RIGHT" "$FILE1"
    grep -qxF "hostname1=$WRONG" "$(backup)"
}

@test "killed in the middle, by hand or by the kernel: the old file or the new one, and it can be run again" {
    # Blocked signals wait until it is done. SIGTERM, as SIGINT may be inherited as ignored.
    ends 143 strace -qq -o /dev/null -e inject=fchown:signal=SIGTERM "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
    grep -qxF "hostname1=$RIGHT" "$FILE1"
    ls "$STORE/peers"
    [[ $(ls "$STORE/peers") == "$UUID1" ]]

    store_peer 1 "uuid=$UUID1" state=3 "hostname1=$WRONG"
    rm -r "$STORE/srcaddr-backup"
    old=$(<"$FILE1")
    ends 137 strace -qq -o /dev/null -e inject=rename:signal=SIGKILL:error=EIO "$COMMAND" repair --from "$WRONG" \
        --to "$RIGHT"
    [[ $(<"$FILE1") == "$old" ]]
    # glusterd ignores the temporary file.
    write_own_volfile
    start_glusterd
    diff - <(awk 'NR > 1 { print $1 }' <<<"$pool" | grep -v "$(sed -n 's/UUID=//p' "$STORE/glusterd.info")") <<<"$UUID1"
    stop_glusterd
    rm -r "$STORE/srcaddr-backup"
    "$COMMAND" repair --from "$WRONG" --to "$RIGHT"
    [[ $(<"$(backup)") == "$old" ]]
}
