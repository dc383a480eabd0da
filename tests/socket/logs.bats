#!/usr/bin/env bats
# The log: its lines, its levels, its file.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# One line in GlusterFS's form.
line='^\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} \+0000\] [EWID] \[dial:[0-9]+\] srcaddr: '

# at_level LEVEL: one connect succeeds, one is refused.
at_level() {
    rm -f "$log"
    configure <<-END
		log-level = $1
		[dial]
		2001:db8:2::/64 = $SOURCE
		2001:db8:3::/64 = $GONE
	END
    dial tcp6 bind="[::]:0" connect="[$PEER]:1" tcp6 connect="[$FAR_PEER]:1" tcp6 connect="[::1]:1"
    prints "bind: 0" "connect: ECONNREFUSED" "connect: EADDRNOTAVAIL" "connect: ECONNREFUSED"
}

@test "each message is one line in GlusterFS's form" {
    at_level debug
    total=$(wc -l <"$log")
    ((total >= 4))
    logged "$total" "$line"
    # Today's date, in UTC.
    logged "$total" "^\[($(date --utc +%F)|$(date --utc --date=-1hour +%F)) "
}

@test "the name in a line is the process name, where there is one" {
    configure <<-END
		[glustershd]
		::/0 = $SOURCE
	END
    dial --process-name glustershd tcp6 connect="[$PEER]:1"
    logged 1 " I \[glustershd:[0-9]+\] srcaddr: .*section 'glustershd' in force, rules: 1\$"
}

@test "level error: nothing of these" {
    at_level error
    [[ ! -e $log ]]
}

@test "level warning: what was refused" {
    at_level warning
    logged 1 "$line"
    logged 1 " W .* peer $FAR_PEER: $GLUSTERD_SRCADDR_CONF:6: rule 2001:db8:3::/64 = $GONE: source can't be used: bind: "
}

@test "level info: which section is in force as well" {
    at_level info
    logged 2 "$line"
    logged 1 " I .* $GLUSTERD_SRCADDR_CONF:4: section 'dial' in force, rules: 2\$"
}

# bats test_tags=native
@test "level debug: every decision with its rule as well" {
    at_level debug
    logged 1 " D .* peer $PEER: $GLUSTERD_SRCADDR_CONF:5: rule 2001:db8:2::/64 = $SOURCE: moved\$"
    logged 1 " D .* peer ::1: no rule: left to the kernel\$"
    logged 1 " W "
    rm "$log"
    configure <<-END
		log-level = debug
		[dial]
		2001:db8:2::/64 = $SOURCE
		2001:db8:3::/64 = none
	END
    dial tcp6 connect="[$PEER]:1" connect="[$PEER]:1" tcp6 connect="[$FAR_PEER]:1" \
        tcp6 bind="[$SOURCE2]:0" connect="[$PEER]:1" tcp6 bind="[$SOURCE2]:0" listen connect="[$PEER]:1"
    logged 1 " D .* = $SOURCE: bound\$"
    logged 1 " D .* = $SOURCE: already has that address"
    logged 1 " D .* 2001:db8:3::/64 = none: left to the kernel\$"
    logged 1 " D .* = $SOURCE: left alone: the program bound it"
    logged 1 " D .* = $SOURCE: left alone: already connecting"
}

@test "info is the default" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    dial tcp6 connect="[$PEER]:1"
    logged 1 "$line"
    logged 1 " I "
}

@test "a log that is rotated away comes again" {
    configure_rules "::/0 = $GONE"
    dial tcp6 connect="[$PEER]:1" run="mv $log $log.1" connect="[$PEER2]:1"
    logged 1 " W .* peer $PEER: " "$log.1"
    logged 1 " W .* peer $PEER2: "
    logged 0 " peer $PEER2: " "$log.1"
    [[ $(stat --format=%a "$log") == 600 ]]
}

before_boot=1969-12-31 # all of dial's clocks start in 1970

# after_power_cut TAIL LINE [DATE]: the log ends with a whole line and TAIL, a string for printf %b. Its last write was before
# this boot, or at DATE. The next process to write turns TAIL into LINE, then adds its own.
after_power_cut() {
    printf 'whole\n%b' "$1" >"$log"
    touch --date="${3:-$before_boot}" "$log"
    configure_rules "2001:db8:2::/64 = $SOURCE"
    dial tcp6 connect="[$PEER]:1"
    [[ $(sed -n 2p "$log") == "$2" ]] || fail "$(cat -A "$log")"
    [[ $(wc -l <"$log") == 3 ]] || fail "$(cat -A "$log")"
    logged 1 "$line"
}

@test "the zero bytes that a power cut can leave at the end become blanks, on a line that ends" {
    after_power_cut '\0' ""
    after_power_cut '\0\0\0\0' "   "
    after_power_cut 'cut\0\0\0' "cut  "
    after_power_cut '\0\0\0\0' "   " tomorrow # the clock was set back
    printf '\0' >"$log"
    touch --date=$before_boot "$log"
    dial tcp6 connect="[$PEER]:1"
    [[ $(sed -n 1p "$log") == "" ]]
    logged 1 "$line"
}

@test "other bytes at the end stay: another process may be writing there" {
    printf 'zero\0cut' >"$log"
    touch --date=$before_boot "$log"
    configure_rules "2001:db8:2::/64 = $SOURCE"
    dial tcp6 connect="[$PEER]:1"
    cmp --bytes=8 "$log" <(printf 'zero\0cut')
}

@test "a log that was written since the boot is not repaired" {
    configure_rules "2001:db8:2::/64 = $SOURCE"
    printf 'zero\0' >"$log"
    dial tcp6 connect="[$PEER]:1"
    cmp --bytes=5 "$log" <(printf 'zero\0')
}

@test "a log that can't be written goes to standard error" {
    log=$BATS_TEST_TMPDIR/absent/srcaddr.log
    configure_rules "::/0 = $GONE"
    dial tcp6 connect="[$PEER]:1"
    [[ $errors =~ \ W\ .*peer\ $PEER: ]]
    grep -cE "$line" <<<"$errors" | grep -qx 2
    errors=
    prints "connect: EADDRNOTAVAIL"
}

@test "a log that is a FIFO without a reader, or a full disk: standard error, and nothing waits" {
    mkfifo "$log"
    configure_rules "::/0 = $GONE"
    dial tcp6 connect="[$PEER]:1"
    grep -cE "$line" <<<"$errors" | grep -qx 2
    log=/dev/full
    configure_rules "::/0 = $GONE"
    dial tcp6 connect="[$PEER]:1"
    grep -cE "$line" <<<"$errors" | grep -qx 2
}

@test "a log that can't be written does not disturb a connect" {
    log=$BATS_TEST_TMPDIR/absent/srcaddr.log
    configure_rules "::/0 = $SOURCE"
    dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
    errors=
    prints "connect: 0" "seen from $SOURCE, port new"
}

# bats test_tags=threads
@test "lines of many threads don't mix" {
    configure <<-END
		log-level = debug
		[dial]
		$SILENT = $SOURCE
	END
    run_program threads "[$SILENT]:1" "[$SOURCE]:0"
    [[ $(wc -l <"$log") == 801 ]]
    logged 801 "$line"
    logged 1 " I .*section 'dial' in force"
    logged 400 ' = 2001:db8:1::11: moved$'
    logged 400 ' = 2001:db8:1::11: bound$'
}

@test "no process name, path or word forges a line: one for each message, of printable ASCII" {
    local ends=$'\n\r\v\f\x1c\x1d\x1e\x85\xc2\x85\xe2\x80\xa8\xe2\x80\xa9\x1b[2K\x08'
    local forged="${ends}[2024-01-01 00:00:00.000000 +0000] W [glusterd:1] srcaddr: "
    export GLUSTERD_SRCADDR_CONF=$BATS_TEST_TMPDIR/srcaddr.conf$forged
    # First a process with rules, then one whose configuration is wrong.
    configure <<-END
		[dial*]
		$PEER = $GONE
		::/0 = bind-address
	END
    dial_as glusterfs --process-name "dial$forged" -f "$BATS_TEST_TMPDIR/absent$forged" tcp6 connect="[$PEER]:1"
    dial --process-name "$forged" tcp6 connect="[$PEER]:1"
    printf '%s\n' "[dial]" "::/0 = nonsense$forged" >"$GLUSTERD_SRCADDR_CONF"
    dial_as "dial$forged" tcp6 connect="[$PEER]:1"
    [[ $(wc -l <<<"$errors") == 1 ]]
    cat "$default_log" >>"$log"
    [[ $(wc -l <"$log") == 7 ]]
    logged 7 '^\[2[0-9-]* [0-9:.]* \+0000\] [EWI] \[.*:[0-9]+\] srcaddr: '
    [[ -z $(LC_ALL=C tr --delete ' -~\n' <"$log") && -z $(LC_ALL=C tr --delete ' -~' <<<"$errors") ]]
}
