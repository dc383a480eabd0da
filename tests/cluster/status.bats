#!/usr/bin/env bats
# glusterd-srcaddr status: a volume replicated over hosts 1 to 3, where host 3 lacks the library. On host 4, programs with
# the library in every possible state. The tests share the cluster.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-${BATS_TEST_DIRNAME:?}/../../build/glusterd-srcaddr}")

setup_file() {
    [[ -x $COMMAND && $COMMAND != /run/* ]] || complain "$COMMAND: no command that hosts can run. Run make first."
    start_lab 1
    use_names
    for host in 1 2 3; do
        start_host "$host"
        write_volfile "$host"
        write_configuration "$host" <<-END
			[glusterd]
			::/0 = $(address_of "$host")
			[glusterfsd glustershd]
			2001:db8:1::/64 = $(second_address_of "$host")
		END
    done
    start_host 4
    start_glusterd preloaded 1 2
    start_glusterd bare 3
    gluster 1 peer probe "$(name_of 2)"
    gluster 1 peer probe "$(name_of 3)"
    wait_until 30 in_cluster 1 2 3
    gluster 1 volume create shared replica 3 "$(name_of 1):/run/brick/data" "$(name_of 2):/run/brick/data" \
        "$(name_of 3):/run/brick/data" force
    gluster 1 volume start shared
}

teardown_file() {
    stop_lab
}

# Resets host 4. Processes started there from outside have parent 0.
teardown() {
    in_host 4 pkill -KILL --parent 0 || true
    rm -f "$LAB/4/etc/"*
}

# status HOST [ARGUMENT...]: runs it there.
status() {
    in_host "$1" "$COMMAND" status "${@:2}"
}

# ends STATUS COMMAND [ARGUMENT...]
ends() {
    local status=0
    "${@:2}" || status=$?
    ((status == $1)) || complain "${*:2}: status $status, not $1"
}

# same FILE: it has the lines on standard input, in any order. Column widths, PIDs, ports, UUIDs and times may differ.
same() {
    diff --unified=9 --label expected --label found <(sort) <(sed -E \
        -e '/^ *[0-9]+ (of|connections,) /! s/^ *[0-9]+ /PID /; s/ +[0-9]+ (established|connecting)/ PORT \1/' \
        -e 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/; s/[0-9-]{10} [0-9:]{8} [+-][0-9]{4}/TIME/' \
        -e 's/  +/ /g; s/ $//' "$1" | sort)
}

### The cluster

# Prints what lab.bash finds: "hostN PROCESS SOURCE -> PEER KIND WANTED VERDICT", where WANTED is the source from the process's
# section. Not IPv4, which self-heal uses to dial its glusterd.
expected_connections() {
    local host process source arrow peer kind wanted
    for host in 1 2 3; do
        dialled "$host"
    done | grep -v ' 127\.' | while read -r host process source arrow peer kind; do
        wanted=$(second_address_of "${host#host}")
        [[ $process != glusterd ]] || wanted=$(address_of "${host#host}")
        [[ $source == "$wanted" ]] && verdict=ok || verdict=wrong
        echo "$host ${process/glusterfsd/brick} $source $arrow $peer $kind $wanted $verdict"
    done | sort
}

# Prints what status finds from outside, in the same format.
found_connections() {
    local pid connection host
    "$COMMAND" status --json | jq --raw-output '.connections[] | "\(.pid) \(.process) \(.source) -> \(.peer) " +
        "\(if .port == 24007 then "glusterd" else "brick" end) \(.wanted) \(.verdict)"' |
        while read -r pid connection; do
            for host in $(hosts); do
                [[ ! /proc/$pid/ns/net -ef /proc/$(<"$LAB/$host/pid")/ns/net ]] || echo "host$host $connection"
            done
        done | sort
}

# Six per host: to two other glusterds, from the brick, and from self-heal to three bricks.
all_are_found() {
    local found
    found=$(found_connections)
    diff --unified=0 --label expected --label found <(expected_connections) <(echo "$found") || return
    (($(wc -l <<<"$found") == 18)) || complain "$found"
}

@test "from outside it sees all hosts, and finds exactly the wrong connections" {
    wait_until 30 all_are_found
    found=$(found_connections)
    [ "$(grep -c '^host[12] .* ok$' <<<"$found")" -eq 12 ]
    [ "$(grep -c '^host3 .* wrong$' <<<"$found")" -eq 6 ]
    ends 1 "$COMMAND" status >/dev/null
    # Each by its own configuration.
    run jq --raw-output '.processes[] | .process, .library' < <("$COMMAND" status --json)
    [ "$(grep -c '^loaded$' <<<"$output")" -eq 6 ]
    [ "$(grep -c '^not_preloaded$' <<<"$output")" -eq 3 ]
}

@test "where all is well" {
    wait_until 30 all_are_found
    ends 0 status 1 >"$BATS_TEST_TMPDIR/status" 2>&1
    same "$BATS_TEST_TMPDIR/status" <<-END
		PID PROCESS LIBRARY CONFIGURATION WRITTEN NOTE
		PID glusterd loaded /etc/glusterfs/srcaddr.conf TIME
		PID brick loaded /etc/glusterfs/srcaddr.conf TIME
		PID glustershd loaded /etc/glusterfs/srcaddr.conf TIME

		PID PROCESS PEER PORT STATE SOURCE WANTED VERDICT
		PID glusterd $(address_of 2) PORT established $(address_of 1) $(address_of 1) ok
		PID glusterd $(address_of 3) PORT established $(address_of 1) $(address_of 1) ok
		PID brick $(address_of 1) PORT established $(second_address_of 1) $(second_address_of 1) ok
		PID glustershd $(address_of 1) PORT established $(second_address_of 1) $(second_address_of 1) ok
		PID glustershd $(address_of 2) PORT established $(second_address_of 1) $(second_address_of 1) ok
		PID glustershd $(address_of 3) PORT established $(second_address_of 1) $(second_address_of 1) ok

		UUID NAMES STATE CONNECTED
		UUID $(name_of 2) Peer in Cluster yes
		UUID $(name_of 3) Peer in Cluster yes

		6 connections, 0 wrong
	END
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/status")" = "6 connections, 0 wrong" ]
    # The time is the file's.
    written=$(in_host 1 date --reference=/etc/glusterfs/srcaddr.conf '+%F %T %z')
    [ "$(grep -c " $written " "$BATS_TEST_TMPDIR/status")" -eq 3 ]
    [ "$(status 1 --json | jq --raw-output '.processes[].written' | uniq)" = "$(date --utc --date="$written" +%FT%TZ)" ]
}

@test "where the library is not preloaded" {
    wait_until 30 all_are_found
    ends 1 status 3 >"$BATS_TEST_TMPDIR/status" 2>&1
    same "$BATS_TEST_TMPDIR/status" <<-END
		PID PROCESS LIBRARY CONFIGURATION WRITTEN NOTE
		PID glusterd not preloaded rules apply, but the library is not loaded: restart it
		PID brick not preloaded rules apply, but the library is not loaded: restart it
		PID glustershd not preloaded rules apply, but the library is not loaded: restart it

		PID PROCESS PEER PORT STATE SOURCE WANTED VERDICT
		PID glusterd $(address_of 1) PORT established $(kernel_address_of 3) $(address_of 3) WRONG
		PID glusterd $(address_of 2) PORT established $(kernel_address_of 3) $(address_of 3) WRONG
		PID brick $(address_of 3) PORT established $(address_of 3) $(second_address_of 3) WRONG
		PID glustershd $(address_of 1) PORT established $(kernel_address_of 3) $(second_address_of 3) WRONG
		PID glustershd $(address_of 2) PORT established $(kernel_address_of 3) $(second_address_of 3) WRONG
		PID glustershd $(address_of 3) PORT established $(address_of 3) $(second_address_of 3) WRONG

		UUID NAMES STATE CONNECTED
		UUID $(name_of 1) Peer in Cluster yes
		UUID $(name_of 2) Peer in Cluster yes

		6 connections, 6 wrong
	END
}

@test "connections are in the order of processes and peers" {
    wait_until 30 all_are_found
    diff --unified=9 --label expected --label found - <("$COMMAND" status --json |
        jq --raw-output '.connections[] | select(.source | test(":.1$")) | .process + " " + .peer') <<-END
		brick $(address_of 1)
		glusterd $(address_of 2)
		glusterd $(address_of 3)
		glustershd $(address_of 1)
		glustershd $(address_of 2)
		glustershd $(address_of 3)
	END
    # Sorted by process name, across all hosts.
    "$COMMAND" status --json | jq --exit-status '[.connections[].process] | . == sort and length == 18'
}

@test "--wrong: only what is wrong, and how many connections there are all the same" {
    wait_until 30 all_are_found
    ends 0 status 1 --wrong >"$BATS_TEST_TMPDIR/status" 2>&1
    diff --unified=9 - "$BATS_TEST_TMPDIR/status" <<<"6 connections, 0 wrong"
    ends 0 status 1 --wrong --json >"$BATS_TEST_TMPDIR/status" 2>&1
    [ "$(jq --compact-output . "$BATS_TEST_TMPDIR/status")" = '{"version":1,"processes":[],"connections":[],"peers":[]}' ]

    ends 1 "$COMMAND" status --wrong >"$BATS_TEST_TMPDIR/status" 2>&1
    [ "$(grep -c ' WRONG$' "$BATS_TEST_TMPDIR/status")" -eq 6 ]
    [ "$(grep -c ' not preloaded ' "$BATS_TEST_TMPDIR/status")" -eq 3 ]
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/status")" = "18 connections, 6 wrong" ]
    [ "$(grep -c . "$BATS_TEST_TMPDIR/status")" -eq 12 ]
}

@test "as JSON" {
    wait_until 30 all_are_found
    ends 1 status 3 --json >"$BATS_TEST_TMPDIR/status" 2>&1
    jq --compact-output --sort-keys '(.. | .pid? | numbers) = 0 | .peers[].uuid |= length |
        .connections |= [.[] | select(.process == "glusterd")] | .connections |= sort_by(.peer) | .peers |= sort_by(.names)' \
        "$BATS_TEST_TMPDIR/status" |
        diff --label expected --label found --unified=0 <(jq --compact-output --sort-keys . <<-END
			{"version": 1,
			"processes": [
			    {"pid": 0, "process": "glusterd", "library": "not_preloaded", "configuration": null, "file": null, "written": null,
			     "note": "no_library"},
			    {"pid": 0, "process": "brick", "library": "not_preloaded", "configuration": null, "file": null, "written": null,
			     "note": "no_library"},
			    {"pid": 0, "process": "glustershd", "library": "not_preloaded", "configuration": null, "file": null, "written": null,
			     "note": "no_library"}],
			"connections": [
			    {"pid": 0, "process": "glusterd", "peer": "$(address_of 1)", "port": 24007, "established": true,
			     "source": "$(kernel_address_of 3)", "wanted": "$(address_of 3)", "verdict": "wrong"},
			    {"pid": 0, "process": "glusterd", "peer": "$(address_of 2)", "port": 24007, "established": true,
			     "source": "$(kernel_address_of 3)", "wanted": "$(address_of 3)", "verdict": "wrong"}],
			"peers": [
			    {"uuid": 36, "names": ["$(name_of 1)"], "state": "Peer in Cluster", "connected": true},
			    {"uuid": 36, "names": ["$(name_of 2)"], "state": "Peer in Cluster", "connected": true}]}
		END
        ) -
}

@test "as metrics and as a plugin" {
    wait_until 30 all_are_found
    ends 1 status 3 --metrics >"$BATS_TEST_TMPDIR/metrics"
    diff --label expected --label found --unified=0 - <(sed -n 's/^glusterd_srcaddr_//p' "$BATS_TEST_TMPDIR/metrics" |
        grep -E '^(processes|connections|peers)' | grep -v ' 0$') <<-'END'
		processes{process="glusterd",library="not_preloaded"} 1
		processes{process="brick",library="not_preloaded"} 1
		processes{process="glustershd",library="not_preloaded"} 1
		processes_wrong{process="glusterd",reason="library"} 1
		processes_wrong{process="brick",reason="library"} 1
		processes_wrong{process="glustershd",reason="library"} 1
		connections{process="glusterd",verdict="wrong"} 2
		connections{process="brick",verdict="wrong"} 1
		connections{process="glustershd",verdict="wrong"} 3
		peers{state="Peer in Cluster",connected="yes"} 2
	END
    # check warns that ld.so would not find the library.
    ends 2 status 3 --check >"$BATS_TEST_TMPDIR/line"
    grep -F "SRCADDR CRITICAL: 6 connections from a wrong source, 3 processes with rules but no library, 1 warning of " "$BATS_TEST_TMPDIR/line"
    ends 1 status 1 --check >"$BATS_TEST_TMPDIR/line"
    grep '^SRCADDR WARNING: 1 warning of glusterd-srcaddr check | .* processes=3;;;0 connections=6;;;0 peers=2;;;0$' "$BATS_TEST_TMPDIR/line"
}

# on_terminal HOST [VARIABLE=VALUE]...: prints what status prints there. Escape characters show as ^[.
on_terminal() {
    in_host "$1" env "${@:2}" script --quiet --command "$COMMAND status" /dev/null 3>&- </dev/null |
        tr -d '\r' | cat --show-nonprinting
}

@test "colours on a terminal, unless NO_COLOR is set" {
    wait_until 30 all_are_found
    on_terminal 3 >"$BATS_TEST_TMPDIR/bad"
    [ "$(grep -cF ' ^[[31mnot preloaded^[[0m ' "$BATS_TEST_TMPDIR/bad")" -eq 3 ]
    [ "$(grep -cF ' ^[[31mWRONG^[[0m' "$BATS_TEST_TMPDIR/bad")" -eq 6 ]
    [ "$(grep -cF ' ^[[32mPeer in Cluster^[[0m ^[[32myes^[[0m' "$BATS_TEST_TMPDIR/bad")" -eq 2 ]
    on_terminal 1 >"$BATS_TEST_TMPDIR/good"
    [ "$(grep -cF ' ^[[32mok^[[0m' "$BATS_TEST_TMPDIR/good")" -eq 6 ]
    run grep -F '^[[31m' "$BATS_TEST_TMPDIR/good"
    [ "$status" -eq 1 ]
    # The same without colours.
    on_terminal 3 NO_COLOR=1 >"$BATS_TEST_TMPDIR/plain"
    diff <(sed 's/\^\[\[[0-9]*m//g' "$BATS_TEST_TMPDIR/bad") "$BATS_TEST_TMPDIR/plain"
    diff <(status 3) "$BATS_TEST_TMPDIR/plain"
}

@test "as an ordinary user: what that user may see, and that it is not all" {
    ends 0 in_host 1 setpriv --reuid=65534 --regid=65534 --clear-groups "$COMMAND" status >"$BATS_TEST_TMPDIR/status" 2>&1
    same "$BATS_TEST_TMPDIR/status" <<-END
		PID PROCESS LIBRARY CONFIGURATION WRITTEN NOTE
		PID glusterd permission denied (run as root)
		PID brick permission denied (run as root)
		PID glustershd permission denied (run as root)
		3 of 3 processes: permission denied; run as root to see all.
		Peers in glusterd's store: permission denied; run as root to see them.
	END
    # It can't see whether glusterd is connected to its peers.
    chmod 644 "$LAB/1/lib/peers/"*
    ends 0 in_host 1 setpriv --reuid=65534 --regid=65534 --clear-groups "$COMMAND" status --json >"$BATS_TEST_TMPDIR/status"
    [ "$(jq --compact-output '[.peers[].connected]' "$BATS_TEST_TMPDIR/status")" = '[null,null]' ]
    chmod 600 "$LAB/1/lib/peers/"*
    # It sees its own processes, of any kind.
    start_program 4 preloaded setpriv --reuid=65534 --regid=65534 --clear-groups sleep infinity 3>&- &
    wait_until 10 as_user_on_4
}

as_user_on_4() {
    in_host 4 setpriv --reuid=65534 --regid=65534 --clear-groups "$COMMAND" status >"$BATS_TEST_TMPDIR/own" 2>&1
    same "$BATS_TEST_TMPDIR/own" <<-END
		PID PROCESS LIBRARY CONFIGURATION WRITTEN NOTE
		PID sleep loaded not read yet
	END
}

documents() {
    [[ $(jq --slurp 'map(select(.processes | length == 3)) | length >= 2' "$1") == true ]]
}

looks() {
    (($(grep -c 'UUID .*CONNECTED' "$1") >= 2))
}

@test "--watch goes on until a signal ends it: tables, tables in place of each other on a terminal, documents" {
    in_host 1 "$COMMAND" status --watch --json >"$BATS_TEST_TMPDIR/json" 2>/dev/null 3>&- &
    in_host 1 "$COMMAND" status --watch >"$BATS_TEST_TMPDIR/plain" 2>&1 3>&- &
    in_host 1 script --quiet --return --command "exec $COMMAND status --watch" /dev/null >"$BATS_TEST_TMPDIR/terminal" 2>&1 3>&- </dev/null &
    wait_until 10 documents "$BATS_TEST_TMPDIR/json"
    wait_until 10 looks "$BATS_TEST_TMPDIR/plain"
    wait_until 10 looks "$BATS_TEST_TMPDIR/terminal"
    in_host 1 pkill -TERM -x glusterd-srcadd
    for job in $(jobs -p); do
        ends 143 wait "$job"
    done
    # All documents are complete, even the last.
    jq . "$BATS_TEST_TMPDIR/json" >/dev/null
    run grep -F $'\033' "$BATS_TEST_TMPDIR/plain"
    [ "$status" -eq 1 ]
    (($(grep -cF $'\033[H\033[J' "$BATS_TEST_TMPDIR/terminal") >= 2))
}

peers_are_not_connected() {
    local found
    found=$(ends 1 status 1 --json) || return
    jq --exit-status '[.peers[].connected] == [false, false] and [.processes[].process] == ["brick", "glustershd"]' <<<"$found"
}

@test "while glusterd is stopped, its peers are not connected; its bricks stay" {
    in_host 1 pkill -TERM -x glusterd
    wait_until 10 peers_are_not_connected
    status 1 --wrong --json | jq --exit-status '[.processes, .connections, .peers | length] == [0, 0, 2]'
    start_glusterd preloaded 1
    wait_until 30 in_cluster 1 2 3
    wait_until 30 all_are_found
}

### The library, in programs of other names, on host 4

# run_on_4 NAME bare|preloaded ADDRESS [VARIABLE=VALUE]...: starts a process named NAME, which connects to ADDRESS and stays.
run_on_4() {
    # shellcheck disable=SC2016 # the inner shell's
    start_program 4 "$2" "${@:4}" bash -c 'exec -a "$0" bash -c "exec {to}<>/dev/tcp/$1/24007; read -ru \$to"' "$1" "$3" 3>&- &
}

end_on_4() {
    in_host 4 pkill -KILL --full "^$1"
}

# shows_on_4 FILTER WANTED: status there, filtered by jq, prints WANTED.
shows_on_4() {
    local found
    found=$(status 4 --json | jq --compact-output "$1")
    echo "$found"
    [[ $found == "$2" ]]
}

configuration_is() {
    wait_until 10 shows_on_4 '[.processes[] | .process, .library, .configuration, .file, .note]' "$1"
}

@test "nothing there" {
    ends 0 status 4 >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/errors"
    [ ! -s "$BATS_TEST_TMPDIR/out" ]
    [ "$(<"$BATS_TEST_TMPDIR/errors")" = "No GlusterFS process is running, and none with the library." ]
    shows_on_4 . '{"version":1,"processes":[],"connections":[],"peers":[]}' 2>/dev/null
}

@test "which configuration is in force: a file's, another file's, none, the built-in one, one with an error" {
    write_configuration 4 <<<"[a]
2001:db8:1::/64 = $(address_of 4)"
    run_on_4 a preloaded "$(address_of 1)"
    configuration_is '["a","loaded","file","/etc/glusterfs/srcaddr.conf",null]'
    # status notices the changed file, although it is not in force. Verdicts go by the new file.
    write_configuration 4 <<<"[a]
::/0 = $(second_address_of 4)"
    in_host 4 touch --date="1 hour ago" /etc/glusterfs/srcaddr.conf
    configuration_is '["a","loaded","file","/etc/glusterfs/srcaddr.conf","changed"]'
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' \
        "[\"$(address_of 4)\",\"$(second_address_of 4)\",\"wrong\"]"
    write_configuration 4 <<<"wrong"
    configuration_is '["a","loaded","file","/etc/glusterfs/srcaddr.conf","error"]'
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' "[\"$(address_of 4)\",null,null]"
    ends 1 status 4 >"$BATS_TEST_TMPDIR/status"
    [ "$(tail -n 1 "$BATS_TEST_TMPDIR/status")" = "1 connection, 0 wrong, 1 without a verdict" ]
    end_on_4 a

    run_on_4 e preloaded "$(address_of 1)"
    configuration_is '["e","loaded","error_no_rules","/etc/glusterfs/srcaddr.conf","error"]'
    write_configuration 4 </dev/null
    configuration_is '["e","loaded","error_no_rules","/etc/glusterfs/srcaddr.conf","changed"]'
    ends 1 status 4 >/dev/null
    end_on_4 e

    # One of GlusterFS's own processes, whose peer is refused.
    write_configuration 4 <<<"wrong"
    in_host 4 mkfifo /run/never
    start_program 4 preloaded bash -c "exec -a glusterfs bash -c ': <>/dev/tcp/$(address_of 1)/24007; read -r <>/run/never'" 3>&- &
    configuration_is '["glusterfs","loaded","error_refused","/etc/glusterfs/srcaddr.conf","error"]'
    ends 1 status 4 >/dev/null
    end_on_4 glusterfs
    write_configuration 4 </dev/null

    run_on_4 n preloaded "$(address_of 1)"
    configuration_is '["n","loaded","no_rules","/etc/glusterfs/srcaddr.conf",null]'
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' "[\"$(kernel_address_of 4)\",null,\"ok\"]"
    ends 0 status 4 >/dev/null
    write_configuration 4 <<<"[n]
::/0 = $(address_of 4)"
    configuration_is '["n","loaded","no_rules","/etc/glusterfs/srcaddr.conf","changed"]'
    end_on_4 n

    install -m 644 /dev/stdin "$LAB/4/run/other.conf" <<<"[v]
::/0 = $(second_address_of 4)"
    run_on_4 v preloaded "$(address_of 1)" GLUSTERD_SRCADDR_CONF=/run/other.conf
    configuration_is '["v","loaded","file","/run/other.conf",null]'
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' \
        "[\"$(second_address_of 4)\",\"$(second_address_of 4)\",\"ok\"]"
    end_on_4 v

    # A process that has not dialled yet has the configuration that it will read.
    install -m 644 /dev/stdin "$LAB/4/run/other.conf" <<<wrong
    start_program 4 preloaded GLUSTERD_SRCADDR_CONF=/run/other.conf bash -c 'exec -a napper sleep infinity' 3>&- &
    configuration_is '["napper","loaded","not_read",null,"error"]'
    end_on_4 napper

    rm "$LAB/4/etc/srcaddr.conf"
    write_volfile 4 transport.socket.bind-address "$(address_of 4)"
    run_on_4 glusterd preloaded "$(address_of 1)"
    configuration_is '["glusterd","loaded","built_in",null,null]'
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' \
        "[\"$(address_of 4)\",\"$(address_of 4)\",\"ok\"]"
    write_configuration 4 <<<"[glusterd]"
    configuration_is '["glusterd","loaded","built_in",null,"changed"]'
}

@test "a source by a prefix: each of the host's addresses in it is right" {
    write_configuration 4 <<<"[p]
::/0 = 2001:db8:1::/64"
    run_on_4 p preloaded "$(address_of 1)"
    wait_until 10 shows_on_4 '.connections[] | [.source, .wanted, .verdict]' \
        "[\"$(address_of 4)\",\"$(address_of 4)\",\"ok\"]"
    # Seen from outside too, that host's addresses count.
    [ "$("$COMMAND" status --json | jq --raw-output '.connections[] | select(.process == "p").wanted')" = "$(address_of 4)" ]
    # A new address that would be chosen now does not make the old one wrong.
    in_host 4 ip address add 2001:db8:1::1/64 dev net1 nodad
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' "[\"$(address_of 4)\",\"2001:db8:1::1\",\"ok\"]"
    in_host 4 ip address delete 2001:db8:1::1/64 dev net1
    write_configuration 4 <<<"[p]
::/0 = 2001:db8:9::/64"
    shows_on_4 '.connections[] | [.source, .wanted, .verdict]' "[\"$(address_of 4)\",\"2001:db8:9::/64\",\"wrong\"]"
}

@test "a connection that is being made" {
    in_host 4 ip neighbour add 2001:db8:1::99 lladdr 02:00:00:00:00:99 dev net1 nud permanent
    write_configuration 4 <<<"[c]
::/0 = $(address_of 4)"
    run_on_4 c preloaded 2001:db8:1::99
    wait_until 10 shows_on_4 '.connections[] | [.peer, .port, .established, .source, .verdict]' \
        "[\"2001:db8:1::99\",24007,false,\"$(address_of 4)\",\"ok\"]"
}

@test "a library whose file has been replaced, or removed, since" {
    cp "$LIBRARY" "$LAB/4/run/libglusterd-srcaddr.so"
    LIBRARY=/run/libglusterd-srcaddr.so start_program 4 preloaded bash -c 'exec -a napper sleep infinity' 3>&- &
    configuration_is '["napper","loaded","not_read",null,null]'
    cp "$LIBRARY" "$LAB/4/run/libglusterd-srcaddr.so.new"
    mv "$LAB/4/run/libglusterd-srcaddr.so.new" "$LAB/4/run/libglusterd-srcaddr.so"
    configuration_is '["napper","replaced","not_read",null,null]'
    rm "$LAB/4/run/libglusterd-srcaddr.so"
    configuration_is '["napper","replaced","not_read",null,null]'
    ends 0 status 4 >/dev/null
}

@test "a program whose name is meant for terminals or for JSON does no harm" {
    # shellcheck disable=SC2016 # the inner shell's
    start_program 4 preloaded bash -c 'exec -a "$0" sleep infinity' $'odd"\033[31m\\' 3>&- &
    wait_until 10 shows_on_4 '[.processes[].process]' '["odd\"\u001b[31m\\"]'
    status 4 >"$BATS_TEST_TMPDIR/status"
    run grep -F $'\033' "$BATS_TEST_TMPDIR/status"
    [ "$status" -eq 1 ]
}

@test "a program of another name without the library is nobody's business" {
    run_on_4 other bare "$(address_of 1)"
    wait_until 10 in_host 4 pgrep --full ^other
    shows_on_4 .processes '[]'
}
