# shellcheck shell=bash
# Watches the first SYN of every connection from one host to another. Needs lab.bash.

# Starts recording, at the lab's end of each host's veth.
start_watch() {
    tcpdump --interface any --direction in -nn --immediate-mode --snapshot-length=128 --buffer-size=8192 -l \
        'ip6[6] = 6 and ip6[53] & 0x12 = 2' >"$LAB/syns" 2>"$LAB/watch" 3>&- &
    echo $! >"$LAB/watch.pid"
    wait_until 10 grep -q "^listening" "$LAB/watch"
}

# Succeeds if no SYN was missed.
stop_watch() {
    local pid
    pid=$(<"$LAB/watch.pid")
    kill "$pid"
    while [[ -e /proc/$pid ]]; do sleep 0.01; done
    rm "$LAB/watch.pid"
    grep -x "0 packets dropped by kernel" "$LAB/watch"
}

# Prints each captured SYN as "hostN SOURCE -> PEER KIND", with dialled()'s KIND. Other lines stay unchanged.
syns() {
    # tcpdump ends with an empty line.
    sed -E '/^$/d
            s/^.* (host[1-9])-[1-9] +[A-Z][a-z]* +IP6 ([0-9a-f:]+)\.[0-9]+ > ([0-9a-f:]+)\.([0-9]+): .*/\1 \2 -> \3 \4/
            s/ 24007$/ glusterd/; s/ [0-9]+$/ brick/' "$LAB/syns"
}
