# shellcheck shell=bash
# Follows docs/guide.md on hosts 1 and 2, of lab.bash or of tests/systemd/machines.bash. bats tests source it after either.

GUIDE=${BATS_TEST_DIRNAME:?}/../../docs/guide.md

# section HEADING: prints the lines of a section, without its subsections.
section() {
    awk -v heading="$1" '/^#+ / { sub(/^#+ /, ""); inside = $0 == heading } inside' "$GUIDE"
}

# Exchanges host 1 and host 2 in standard input.
exchanged() {
    sed -E 's/(host|2001:db8:1::1|2001:db8:1::2)1\b/\1X/g; s/(host|2001:db8:1::1|2001:db8:1::2)2\b/\11/g; s/X/2/g'
}

# Removes from standard input what this GlusterFS can't do. From 11 on, self-heal does not understand the bind-address, and
# exits: status does not show it, and bricks must not be killed, because nothing would heal them.
possible() {
    local version
    version=$(in_host 1 glusterd --version | sed -n '1s/^glusterfs \([0-9]*\)\..*/\1/p')
    if ((version < 11)); then
        cat
    else
        sed '/^host[12]# pkill -x glusterfsd$/d; /^[0-9]* glustershd /d; /^[0-9]* brick *loaded /d'
    fi
}

# follow HEADING [FILTER...]: runs the section's commands, after the filters.
follow() {
    local line host='' command='' expected='' inside=''
    while IFS= read -r line <&9; do
        if [[ $command && ($line == '```' || $line =~ ^host[12]#\ ) ]]; then
            run_as_shown "$host" "$command" "$expected"
            command='' expected=''
        fi
        case $line in
            '```console') inside=yes ;;
            '```') inside='' ;;
            host[12]\#\ *) host=${line:4:1} command=${line#*# } ;;
            *) [[ ! $inside ]] || expected+=$line$'\n' ;;
        esac
    done 9< <(section "$1" | filtered "${@:2}" | possible)
    section "$1" | grep '^host[12]# ' >>"$BATS_FILE_TMPDIR/followed"
}

# filtered [FILTER...]: passes standard input through one after the other.
filtered() {
    if (($#)); then "$1" | filtered "${@:2}"; else cat; fi
}

# run_as_shown HOST COMMAND EXPECTED: repeats the command until it prints what the guide shows, as an operator would. It just
# has to succeed if the guide shows no output.
run_as_shown() {
    echo "host$1# $2"
    if [[ $3 && $3 != ...$'\n' ]]; then
        wait_until 30 prints "$@"
    else
        typed "$1" "$2"
    fi
}

typed() { in_host "$1" bash -c "cd && $2" 3>&- 9<&-; }

# prints HOST COMMAND EXPECTED
prints() {
    local printed pattern
    printed=$(typed "$1" "$2" 2>&1) || true
    printf '%s\n' "$printed"
    if [[ $2 == "glusterd-srcaddr status" ]]; then
        # Rows are in order of process start, which varies: every row shown must be there.
        not grep -vxF -f <(comparable <<<"$printed"; echo ...) <(comparable <<<"$3")
        return
    fi
    pattern=$(comparable <<<"$3" | sed -z 's/[][*?\\]/\\&/g; s/\n\.\.\.\n/\n.../g; s/\.\.\./*/g')
    # shellcheck disable=SC2053 # "..." stands for anything; on a line of its own, also for no line
    [[ $(comparable <<<"$printed") == $pattern ]]
}

# Removes from standard input what varies: UUIDs, times, ports other than glusterd's, PIDs, the interface's first name, the
# number of blanks, and ss's heading of an empty column.
comparable() {
    sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/; s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]+ [+-][0-9]{4}/TIME/
        s/\b24007\b/GLUSTERD/g; s/(\]:| )[0-9]{5}\b/\1PORT/g; s/^ *[0-9]+ /PID /; s/\b(host0|net1)\b/eth0/g
        s/[[:blank:]]+/ /g; s/^ //; s/ $//; s/ Process$//'
}
