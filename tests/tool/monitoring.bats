#!/usr/bin/env bats
# status as a monitoring source: metrics for Prometheus, its alerts, and a plugin for Nagios and Icinga.
# tests/cluster/status.bats tests what status finds in a real cluster; here its JSON is taken for granted.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"
# shellcheck source=tests/tool/processes.bash
source "${BATS_TEST_DIRNAME:?}/processes.bash"
PROMTOOL=$(realpath -m -- "${SRCADDR_PROMTOOL:-$ROOT/build/promtool/usr/bin/promtool}")
ALERTS=$ROOT/packaging/monitoring/prometheus-alerts.yml

# metrics STATUS [ARGUMENT...]: status --metrics exits with STATUS and an empty standard error. Leaves the metrics in the file
# prom. Both Prometheus and OpenMetrics parsers accept them.
metrics() {
    ends "$1" "$COMMAND" status --metrics "${@:2}" >prom 2>errors 3>&- </dev/null
    diff --label nothing --label errors /dev/null errors
    "$PROMTOOL" check metrics <prom >linted 2>&1 || fail "$(<linted)" "$(<prom)"
    diff --label nothing --label promtool /dev/null linted
    /usr/bin/python3 -c 'import sys; from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
list(parse(sys.stdin.read()))' <prom
}

# samples [NAME...]: prints the samples of these families; without a name, of all but the first two.
samples() {
    sed -n '/^#/! s/^glusterd_srcaddr_//p' prom | if (($# > 0)); then
        grep -E "^($(IFS='|' && echo "$*"))[{ ]" || true
    else
        grep -vE '^(build_info|status_timestamp_seconds)[{ ]'
    fi
}

# as_user COMMAND [ARGUMENT...]: as an ordinary user.
as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }

### Metrics

@test "metrics: one of each kind" {
    start_all_kinds
    touch --date=@1700000000 /etc/glusterfs/srcaddr.conf
    before=$(date +%s)
    metrics 1
    diff --unified=9 --label expected --label found - <(sed -E 's/^(glusterd_srcaddr_status_timestamp_seconds) .*/\1 NOW/
        s/(_build_info\{version=")[^"]*/\1VERSION/' prom) <<-'END'
		# HELP glusterd_srcaddr_build_info The version of glusterd-srcaddr; always 1.
		# TYPE glusterd_srcaddr_build_info gauge
		glusterd_srcaddr_build_info{version="VERSION"} 1
		# HELP glusterd_srcaddr_status_timestamp_seconds When the processes and peers were read, in seconds since 1970.
		# TYPE glusterd_srcaddr_status_timestamp_seconds gauge
		glusterd_srcaddr_status_timestamp_seconds NOW
		# HELP glusterd_srcaddr_complete Whether all of this part could be read; if not, its numbers are too small or absent.
		# TYPE glusterd_srcaddr_complete gauge
		glusterd_srcaddr_complete{part="processes"} 1
		glusterd_srcaddr_complete{part="peers"} 1
		glusterd_srcaddr_complete{part="configuration"} 1
		# HELP glusterd_srcaddr_processes Processes of GlusterFS, and others that have the library, by the state of the library in them.
		# TYPE glusterd_srcaddr_processes gauge
		glusterd_srcaddr_processes{process="glusterd",library="loaded"} 1
		glusterd_srcaddr_processes{process="glusterd",library="replaced"} 0
		glusterd_srcaddr_processes{process="glusterd",library="not_preloaded"} 0
		glusterd_srcaddr_processes{process="glusterd",library="unknown"} 0
		glusterd_srcaddr_processes{process="glustershd",library="loaded"} 0
		glusterd_srcaddr_processes{process="glustershd",library="replaced"} 0
		glusterd_srcaddr_processes{process="glustershd",library="not_preloaded"} 1
		glusterd_srcaddr_processes{process="glustershd",library="unknown"} 0
		glusterd_srcaddr_processes{process="fuse",library="loaded"} 1
		glusterd_srcaddr_processes{process="fuse",library="replaced"} 0
		glusterd_srcaddr_processes{process="fuse",library="not_preloaded"} 0
		glusterd_srcaddr_processes{process="fuse",library="unknown"} 0
		glusterd_srcaddr_processes{process="other",library="loaded"} 1
		glusterd_srcaddr_processes{process="other",library="replaced"} 1
		glusterd_srcaddr_processes{process="other",library="not_preloaded"} 0
		glusterd_srcaddr_processes{process="other",library="unknown"} 0
		# HELP glusterd_srcaddr_processes_wrong Processes that have rules but not the library, or a configuration with an error.
		# TYPE glusterd_srcaddr_processes_wrong gauge
		glusterd_srcaddr_processes_wrong{process="glusterd",reason="library"} 0
		glusterd_srcaddr_processes_wrong{process="glusterd",reason="configuration"} 0
		glusterd_srcaddr_processes_wrong{process="glustershd",reason="library"} 1
		glusterd_srcaddr_processes_wrong{process="glustershd",reason="configuration"} 0
		glusterd_srcaddr_processes_wrong{process="fuse",reason="library"} 0
		glusterd_srcaddr_processes_wrong{process="fuse",reason="configuration"} 0
		glusterd_srcaddr_processes_wrong{process="other",reason="library"} 0
		glusterd_srcaddr_processes_wrong{process="other",reason="configuration"} 0
		# HELP glusterd_srcaddr_connections IPv6 connections that these processes have dialled, by the verdict on their source.
		# TYPE glusterd_srcaddr_connections gauge
		glusterd_srcaddr_connections{process="glusterd",verdict="ok"} 1
		glusterd_srcaddr_connections{process="glusterd",verdict="wrong"} 0
		glusterd_srcaddr_connections{process="glusterd",verdict="unknown"} 0
		glusterd_srcaddr_connections{process="glustershd",verdict="ok"} 0
		glusterd_srcaddr_connections{process="glustershd",verdict="wrong"} 1
		glusterd_srcaddr_connections{process="glustershd",verdict="unknown"} 0
		glusterd_srcaddr_connections{process="fuse",verdict="ok"} 0
		glusterd_srcaddr_connections{process="fuse",verdict="wrong"} 0
		glusterd_srcaddr_connections{process="fuse",verdict="unknown"} 0
		glusterd_srcaddr_connections{process="other",verdict="ok"} 1
		glusterd_srcaddr_connections{process="other",verdict="wrong"} 0
		glusterd_srcaddr_connections{process="other",verdict="unknown"} 0
		# HELP glusterd_srcaddr_peers Peers in glusterd's store, by their state and whether glusterd is connected to them.
		# TYPE glusterd_srcaddr_peers gauge
		glusterd_srcaddr_peers{state="Peer in Cluster",connected="no"} 1
		glusterd_srcaddr_peers{state="Peer in Cluster",connected="yes"} 1
		glusterd_srcaddr_peers{state="Peer in Cluster",connected="unknown"} 1
		glusterd_srcaddr_peers{state="Peer Rejected",connected="no"} 1
		glusterd_srcaddr_peers{state="Peer Rejected",connected="yes"} 0
		glusterd_srcaddr_peers{state="Peer Rejected",connected="unknown"} 0
		# HELP glusterd_srcaddr_configuration_error Whether this host's configuration has an error.
		# TYPE glusterd_srcaddr_configuration_error gauge
		glusterd_srcaddr_configuration_error{file="/etc/glusterfs/srcaddr.conf"} 0
		# HELP glusterd_srcaddr_configuration_modified_timestamp_seconds When it was written, in seconds since 1970; absent while the built-in one is in force.
		# TYPE glusterd_srcaddr_configuration_modified_timestamp_seconds gauge
		glusterd_srcaddr_configuration_modified_timestamp_seconds{file="/etc/glusterfs/srcaddr.conf"} 1700000000
		# HELP glusterd_srcaddr_check_warnings Warnings of glusterd-srcaddr check; absent after an error.
		# TYPE glusterd_srcaddr_check_warnings gauge
		glusterd_srcaddr_check_warnings 0
		# EOF
	END
    looked=$(samples status_timestamp_seconds)
    ((${looked##* } >= before && ${looked##* } <= $(date +%s)))
    [ "$(samples build_info)" = "build_info{version=\"$("$COMMAND" version | cut -d ' ' -f 2)\"} 1" ]
}

@test "metrics: the sums are those of JSON" {
    start_all_kinds
    metrics 1
    ends 1 "$COMMAND" status --json >status.json
    diff --unified=9 --label JSON --label metrics <(jq --raw-output '
            def number(f): map(select(f)) | length;
            (.processes | "loaded \(number(.library == "loaded"))", "not_preloaded \(number(.library == "not_preloaded"))",
                "replaced \(number(.library == "replaced"))"),
            (.connections | "ok \(number(.verdict == "ok"))", "wrong \(number(.verdict == "wrong"))"),
            (.peers | "no \(number(.connected == false))", "yes \(number(.connected))", "unknown \(number(.connected == null))")
        ' status.json | sort) <(samples processes connections peers |
            sed -nE 's/^processes\{.*library="([^"]*)"\} /\1 /p; s/^connections\{.*verdict="([^"]*)"\} /\1 /p; s/^peers\{.*connected="([^"]*)"\} /\1 /p' |
            awk '{ sum[$1] += $2 } END { for (state in sum) if (state != "unknown" || sum[state] > 0) print state, sum[state] }' | sort)
}

@test "metrics: nothing there is zeros, of glusterd and of peers in the cluster" {
    metrics 0
    [ "$(samples | grep -v ' 0$')" = 'complete{part="processes"} 1
complete{part="peers"} 1
complete{part="configuration"} 1' ]
    [ "$(samples | wc -l)" -eq 17 ]
    # The built-in configuration has no modification time.
    [ "$(samples 'configuration_.*' 'check_.*')" = 'configuration_error{file="/etc/glusterfs/srcaddr.conf"} 0
check_warnings 0' ]
}

@test "metrics: what a configuration with an error leaves unknown is no zero" {
    start_listener
    use_rules
    start libglusterd-srcaddr.so glusterd "$PEER"
    in_force <<<wrong
    start libglusterd-srcaddr.so glusterfsd ""
    touch --date=@1700000000 /etc/glusterfs/srcaddr.conf
    metrics 1
    diff --unified=9 - <(samples 'processes_wrong\{.*"configuration"\}' 'connections\{process="glusterd".*' 'configuration_.*' check_warnings complete) <<-'END'
		complete{part="processes"} 1
		complete{part="peers"} 1
		complete{part="configuration"} 1
		processes_wrong{process="glusterd",reason="configuration"} 1
		processes_wrong{process="glusterfsd",reason="configuration"} 1
		connections{process="glusterd",verdict="ok"} 0
		connections{process="glusterd",verdict="wrong"} 0
		connections{process="glusterd",verdict="unknown"} 1
		configuration_error{file="/etc/glusterfs/srcaddr.conf"} 1
		configuration_modified_timestamp_seconds{file="/etc/glusterfs/srcaddr.conf"} 1700000000
	END
}

@test "metrics: peers in one state are one number" {
    store 1 4 "$GONE"
    store 2 6 "$GONE"
    store 3 4 "$GONE"
    store 4 4 nowhere.invalid
    metrics 1
    [ "$(samples peers | grep -v ' 0$')" = 'peers{state="Accepted peer request",connected="no"} 2
peers{state="Accepted peer request",connected="unknown"} 1
peers{state="Peer Rejected",connected="no"} 1' ]
    [ "$(samples peers | wc -l)" -eq 9 ]
}

@test "metrics: warnings are those of check" {
    in_force <<-END
		[glusterd]
		::/0 = $GONE
		:: = $SOURCE
	END
    ends 1 "$COMMAND" check --json >check.json
    metrics 0
    [ "$(samples check_warnings)" = "check_warnings $(jq '.findings | length' check.json)" ]
    [ "$(samples check_warnings)" = "check_warnings 2" ]
}

@test "metrics: an ordinary user's say what is not known, and no zero in its place" {
    start_listener
    use_rules
    start libglusterd-srcaddr.so glusterd "$PEER"
    store 1 3 "$PEER"
    chmod 700 /var/lib/glusterd/peers
    chmod 600 /etc/glusterfs/srcaddr.conf
    install -m 755 "$COMMAND" /run/command
    COMMAND=/run/command
    ends 0 as_user "$COMMAND" status --metrics >prom 3>&- </dev/null
    rm /run/command
    diff --unified=9 - <(samples) <<-'END'
		complete{part="processes"} 0
		complete{part="peers"} 0
		complete{part="configuration"} 0
		processes{process="glusterd",library="loaded"} 0
		processes{process="glusterd",library="replaced"} 0
		processes{process="glusterd",library="not_preloaded"} 0
		processes{process="glusterd",library="unknown"} 1
	END
    "$PROMTOOL" check metrics <prom
}

# hidepid ARGUMENT...: runs the command as an ordinary user, who sees only its own processes in /proc.
hidepid() {
    # shellcheck disable=SC2016 # for the shell there
    unshare --mount bash -c 'mount -t proc -o hidepid=2 hidden /proc
        setpriv --reuid=65534 --regid=65534 --clear-groups /run/command "$@"' bash "$@"
}

@test "an ordinary user does not take what /proc does not show for nothing" {
    use_rules
    start libglusterd-srcaddr.so glusterd ""
    install -m 755 "$COMMAND" /run/command
    ends 0 hidepid status --metrics >prom 3>&- </dev/null
    "$PROMTOOL" check metrics <prom
    diff --unified=9 - <(samples processes 'processes_.*' connections complete) <<-'END'
		complete{part="processes"} 0
		complete{part="peers"} 1
		complete{part="configuration"} 1
	END
    COMMAND=hidepid
    says 0 status <<<"Only this user's processes are visible in /proc; run as root to see all."
    checks 3 <<<"SRCADDR UNKNOWN: processes of other users not visible"
    grep -Fx 'processes=U;;;0' data
    rm /run/command
}

@test "metrics: names that users give their processes make no new series" {
    use_rules
    start libglusterd-srcaddr.so 'a"\b' ""
    start libglusterd-srcaddr.so glusterfs "" --process-name $'new\nline'
    metrics 0
    [ "$(samples processes | grep -v ' 0$')" = 'processes{process="other",library="loaded"} 2' ]
}

@test "metrics: a path is escaped, whatever bytes it is made of" {
    write $'a"b\\c\nd\xff\xc3\xa4' </dev/null
    GLUSTERD_SRCADDR_CONF=$PWD/$'a"b\\c\nd\xff\xc3\xa4' metrics 0
    [ "$(samples configuration_error)" = "configuration_error{file=\"$PWD/"'a\"b\\c\\x0ad\\xff\\xc3\\xa4"} 0' ]
}

### --output

@test "--output: all at once, readable for the collector, and nothing else is left there" {
    mkdir directory
    echo old >directory/it.prom
    exec 4<directory/it.prom
    umask 077
    says 0 status --metrics --output directory/it.prom </dev/null
    [ "$(cat <&4)" = old ]
    tail -n 1 directory/it.prom | grep -Fx '# EOF'
    [ "$(find directory -type f -printf '%f %m\n')" = "it.prom 644" ]
}

@test "--output: with status 1 as well, where something is wrong" {
    store 1 6 "$GONE"
    says 1 status --metrics --output it.prom </dev/null
    grep -Fx 'glusterd_srcaddr_peers{state="Peer Rejected",connected="no"} 1' it.prom
}

# refuses FILE REASON: refuses to write FILE, and changes nothing.
refuses() {
    local before
    before=$(ls -l --time-style=full-iso "$(dirname "$1")")
    says 2 status --metrics --output "$1" <<<"glusterd-srcaddr: $1: $2; nothing was written"
    diff - <(ls -l --time-style=full-iso "$(dirname "$1")") <<<"$before"
}

@test "--output: what is no regular file, or can't be written, is left alone" {
    mkdir -p directory/subdirectory full
    mkfifo directory/pipe
    ln -s /nowhere directory/link
    for file in pipe link subdirectory; do
        refuses "directory/$file" "not a regular file"
    done
    says 2 status --metrics --output none/it.prom <<<"glusterd-srcaddr: none/it.prom: No such file or directory; nothing was written"
    mount -t tmpfs -o size=4k full full
    echo old >full/it.prom
    refuses full/it.prom "No space left on device"
    [ "$(<full/it.prom)" = old ]
    umount full
}

### A plugin for Nagios and Icinga

# checks STATUS: --check exits with STATUS and prints the line on standard input. Leaves performance data in the file data.
checks() {
    says_line "$@"
    sed 's/.* | //; s/ /\n/g' line >data
}

says_line() {
    ends "$1" "$COMMAND" status --check "${@:2}" >line 2>errors 3>&- </dev/null || { cat line errors >&2; return 1; }
    diff --label nothing --label errors /dev/null errors
    [ "$(wc -l <line)" -eq 1 ]
    diff --unified=0 --label expected --label found - <(sed 's/ | .*//' line)
}

@test "--check: OK, and how much was looked at" {
    start_listener
    use_rules
    start libglusterd-srcaddr.so glusterd "$PEER"
    store 1 3 "$PEER"
    checks 0 <<<"SRCADDR OK: 1 process, 1 connection, 1 peer"
    diff - data <<-END
		connections_wrong=0;;0;0
		processes_without_library=0;;0;0
		processes_with_error=0;;0;0
		configuration_error=0;;0;0
		peers_not_in_cluster=0;;0;0
		peers_not_connected=0;0;;0
		check_warnings=0;0;;0
		processes=1;;;0
		connections=1;;;0
		peers=1;;;0
	END
}

# 'label'=value[UOM];[warn];[crit];[min];[max], or U for an unknown value.
is_performance_data() {
    ! grep -vE '^[a-z_]+=([0-9]+|U);[0-9]*;[0-9]*;0$' "$1"
}

@test "--check: CRITICAL, the worst first" {
    start_all_kinds
    checks 2 <<<"SRCADDR CRITICAL: 1 connection from a wrong source, 1 process with rules but no library, 1 peer not in the cluster, 1 peer not connected"
    is_performance_data data
    start bare glusterfs "$PEER" --process-name glustershd
    store 5 4 "$PEER"
    store 6 3 "$SOURCE"
    checks 2 <<<"SRCADDR CRITICAL: 2 connections from a wrong source, 2 processes with rules but no library, 2 peers not in the cluster, 2 peers not connected"
    grep -Fx 'connections_wrong=2;;0;0' data
    grep -Fx 'processes=6;;;0' data
}

@test "--check: CRITICAL is a configuration with an error" {
    in_force <<<wrong
    start libglusterd-srcaddr.so glusterfsd ""
    checks 2 <<<"SRCADDR CRITICAL: 1 process with an error in its configuration, an error in this host's configuration"
    grep -Fx 'configuration_error=1;;0;0' data
    grep -Fx 'check_warnings=U;0;;0' data
}

@test "--check: WARNING is a peer that is not connected, or a warning of check" {
    start_listener
    use_rules
    start libglusterd-srcaddr.so glusterd "$PEER"
    store 1 3 "$GONE"
    checks 1 <<<"SRCADDR WARNING: 1 peer not connected"
    in_force <<-END
		[glusterd]
		::/0 = $SOURCE
		2001:db8:99::/64 = $GONE
	END
    checks 1 <<<"SRCADDR WARNING: 1 peer not connected, 1 warning of glusterd-srcaddr check"
    grep -Fx 'check_warnings=1;0;;0' data
}

@test "--check: UNKNOWN where nothing is there" {
    checks 3 <<<"SRCADDR UNKNOWN: no GlusterFS process, and none with the library"
    is_performance_data data
    in_force <<<"[no-such-process]"
    checks 3 <<<"SRCADDR UNKNOWN: no GlusterFS process, and none with the library, 1 warning of glusterd-srcaddr check"
}

@test "--check: UNKNOWN to an ordinary user" {
    start_listener
    use_rules
    start libglusterd-srcaddr.so glusterd "$PEER"
    start libglusterd-srcaddr.so glusterfsd ""
    store 1 3 "$PEER"
    chmod 700 /var/lib/glusterd/peers
    chmod 600 /etc/glusterfs/srcaddr.conf
    install -m 755 "$COMMAND" /run/command
    COMMAND=command_as_user
    checks 3 <<<"SRCADDR UNKNOWN: 2 processes not readable by this user, peers of glusterd not readable, configuration not readable"
    rm /run/command
    is_performance_data data
    [ "$(grep -c '=U;' data)" -eq 9 ]
    grep -Fx 'processes=2;;;0' data
}

command_as_user() { as_user /run/command "$@"; }

@test "--check: UNKNOWN is what it can't do, and what it is called with" {
    says_line 3 --nonsense <<<"SRCADDR UNKNOWN: unknown option '--nonsense'"
    says_line 3 'a|b
c' <<<"SRCADDR UNKNOWN: unexpected argument 'a?b\\x0ac'"
    says_line 3 --json <<<"SRCADDR UNKNOWN: --json, --metrics and --check cannot be combined"
    says_line 3 --watch <<<"SRCADDR UNKNOWN: --watch cannot be combined with --check"
    says_line 3 --output x <<<"SRCADDR UNKNOWN: --output requires --metrics"
    ends 3 "$COMMAND" status --check >/dev/full
}

### Options and alerts

@test "metrics and the plugin want options of their own" {
    says 2 status --metrics --json <<-END
		glusterd-srcaddr status: --json, --metrics and --check cannot be combined
		Try 'glusterd-srcaddr status --help'.
	END
    for option in --wrong --watch; do
        says 2 status --metrics "$option" <<-END
			glusterd-srcaddr status: $option cannot be combined with --metrics
			Try 'glusterd-srcaddr status --help'.
		END
    done
    says 2 status --output it.prom <<-END
		glusterd-srcaddr status: --output requires --metrics
		Try 'glusterd-srcaddr status --help'.
	END
    says 2 status --metrics --output <<-END
		glusterd-srcaddr status: option '--output' requires an argument
		Try 'glusterd-srcaddr status --help'.
	END
    [ ! -e it.prom ]
}

@test "alerts: each comes when it should, and no other" {
    "$PROMTOOL" check rules "$ALERTS"
    cd "$BATS_TEST_DIRNAME"
    "$PROMTOOL" test rules alerts.yml
    # Each alert is expected somewhere.
    diff <(sed -n 's/^ *- alert: //p' "$ALERTS" | sort) \
        <(awk '$1 == "alertname:" { name = $2 } $1 == "exp_alerts:" { print name }' alerts.yml | sort)
    # Each of the guide's queries is tested.
    diff <(sed -n 's/^    \([a-z]* by (.*\)/\1/p' "$ROOT/docs/guide.md") <(sed -n 's/^ *- expr: //p' alerts.yml)
}

@test "alerts: the guide lists them, as severe as the plugin takes it" {
    # shellcheck disable=SC2016 # Markdown's
    diff <(sed -n 's/^|.*| `\(Gluster[A-Za-z]*\)` *| \([A-Z]*\) *|$/\1 \2/p' "$ROOT/docs/guide.md" | sort) \
        <(awk '$2 == "alert:" { name = $3 } $1 == "severity:" { print name, $2 == "critical" ? "CRITICAL" : name ~ /Unknown$/ ? "UNKNOWN" : name ~ /Old$/ ? "" : "WARNING" }' "$ALERTS" | sort)
}

@test "alerts: the metrics that they look at are there" {
    start_all_kinds
    metrics 1
    grep --only-matching 'glusterd_srcaddr_[a-z_]*' "$ALERTS" | sort --unique >wanted
    [ "$(wc -l <wanted)" -eq 7 ]
    diff /dev/null <(comm -23 wanted <(sed -nE 's/^# TYPE ([^ ]*) .*/\1/p' prom | sort))
}
