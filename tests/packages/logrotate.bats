#!/usr/bin/env bats
# logrotate with the package's entry and with GlusterFS's own, while several processes write to the log.

# shellcheck source=tests/packages/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

LOGS=/var/log/glusterfs
LOG=$LOGS/srcaddr.log
WRITERS=(1 2 3 4)

setup() {
    mkdir "$BATS_TEST_TMPDIR/logrotate.d"
    rm -rf "${LOGS:?}"/*
}

teardown() {
    [[ ! ${running-} ]] || kill "${running[@]}"
}

# rotate [LINE...]: rotates everything at once, with these lines in logrotate.conf(5) before the entries.
rotate() {
    printf '%s\n' "$@" "include $BATS_TEST_TMPDIR/logrotate.d" >"$BATS_TEST_TMPDIR/logrotate.conf"
    logrotate --force --state "$BATS_TEST_TMPDIR/state" "$BATS_TEST_TMPDIR/logrotate.conf"
}

# start_writers: each dials peers numbered from 1 on, and makes the library log a line for each. When stopped, it writes how many
# there were.
start_writers() {
    local writer
    printf '%s\n' '[options]' 'log-level = debug' '[writer*]' '2001:db8::/32 = none' >"$BATS_TEST_TMPDIR/srcaddr.conf"
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/srcaddr.conf
    running=()
    for writer in "${WRITERS[@]}"; do
        # shellcheck disable=SC2016 # for the other shell
        LD_PRELOAD=${SRCADDR_BUILD:?}/$NAME bash -c 'exec -a "$0" bash -c "$@"' "writer$writer" \
            'trap stop=1 TERM
             for ((i = 1; ! stop; i++)); do
                 printf -v peer 2001:db8::%x:%x $((i >> 16)) $((i & 0xffff))
                 : <>"/dev/tcp/$peer/9"
             done
             echo "$((i - 1))" >"$0"' "$BATS_TEST_TMPDIR/writer$writer" 2>/dev/null 3>&- &
        running+=("$!")
    done
}

stop_writers() {
    kill "${running[@]}"
    wait "${running[@]}"
    running=()
}

# all_have_written: at least two lines each, to the current log: one may be from an open before the rotation.
all_have_written() {
    local writer
    for writer in "${WRITERS[@]}"; do
        [[ $(grep --no-messages --max-count=2 -F "[writer$writer:" "$LOG") == *$'\n'* ]] || return
    done
}

wait_until_all_have_written() {
    local deadline=$((SECONDS + 60))
    until all_have_written; do
        ((SECONDS < deadline))
        sleep 0.01
    done
}

# lines_are_whole_in FILE...: they have every line written, once, and nothing else.
lines_are_whole_in() {
    local writer lines=$BATS_TEST_TMPDIR/lines
    zcat --force "$@" >"$lines"
    [ -z "$(sed -E '/^\[[0-9 :.-]+ \+0000\] [DI] \[writer[0-9]:[0-9]+\] srcaddr: [^[]+$/d' "$lines")" ]
    for writer in "${WRITERS[@]}"; do
        sed -n "s/.* D \[writer$writer:.* peer \([0-9a-f:]*\): .*/\1/p" "$lines" >"$lines.$writer"
        echo "writer $writer: $(cat "$BATS_TEST_TMPDIR/writer$writer") peers, $(wc -l <"$lines.$writer") lines"
        [ "$(wc -l <"$lines.$writer")" -eq "$(cat "$BATS_TEST_TMPDIR/writer$writer")" ]
        [ "$(sort -u "$lines.$writer" | wc -l)" -eq "$(wc -l <"$lines.$writer")" ]
    done
}

@test "with the package's entry and Debian's of GlusterFS no line is lost, and GlusterFS's own logs are rotated as before" {
    local time
    cp "$REPOSITORY/packaging/logrotate" "$BATS_TEST_TMPDIR/logrotate.d/glusterd-srcaddr"
    cp /etc/logrotate.d/glusterfs-common "$BATS_TEST_TMPDIR/logrotate.d"
    start_writers
    for time in {1..7}; do
        echo "$time" | tee "$LOGS/glusterd.log" >"$LOGS/cli.log"
        wait_until_all_have_written
        run rotate create
        echo "$output"
        [ "$status" -eq 0 ]
        [ -z "$output" ]
        [ "$(cat "$LOGS/glusterd.log.1" "$LOGS/cli.log.1")" = "$time
$time" ]
        [ -e "$LOGS/glusterd.log" ]
        [ ! -s "$LOGS/glusterd.log" ]
    done
    wait_until_all_have_written
    stop_writers
    ls -l "$LOGS"
    [ "$(stat --format=%a "$LOG")" = 600 ]
    lines_are_whole_in "$LOG" "$LOG".{1,{2..7}.gz}
}

# The library may create the log before logrotate does. logrotate then renames that one too.
@test "with GlusterFS's own entry of Enterprise Linux alone no line is lost either" {
    cat >"$BATS_TEST_TMPDIR/logrotate.d/glusterfs" <<-END
		# As extras/glusterfs-logrotate of GlusterFS 3.10 to 11.
		/var/log/glusterfs/*.log {
		  sharedscripts
		  weekly
		  rotate 52
		  missingok
		  compress
		  delaycompress
		  notifempty
		}
	END
    start_writers
    wait_until_all_have_written
    rotate create || grep -c . "$LOG"-*.backup
    wait_until_all_have_written
    stop_writers
    ls -l "$LOGS"
    lines_are_whole_in "$LOG"*
}
