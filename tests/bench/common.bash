# shellcheck shell=bash
# Shared by the measurements: the network, counters of instructions and memory, and where results are recorded. Source it in a
# command that tests/sandbox runs: everything but the results ends with that.

ROOT=$(realpath -- "${BASH_SOURCE[0]%/*}/../..")
LIBRARY=$(realpath -m -- "${SRCADDR_LIBRARY:-$ROOT/build/libglusterd-srcaddr.so}")
PROGRAMS=$(realpath -m -- "${SRCADDR_BENCH:-$ROOT/build/tests/bench}")
SOCKET_PROGRAMS=$(realpath -m -- "${SRCADDR_PROGRAMS:-$ROOT/build/tests/socket}")
RESULTS=$ROOT/tests/bench/results
PATH=$PATH:/usr/sbin:/sbin

# A network of three clients and a server, each in a network namespace. The clients differ in what tells the kernel the
# source: nothing, in this command's own namespace; a route; a deprecated address.
CLIENTS=(plain route deprecated)
RULED=2001:db8:2::1     # a peer
UNRULED=2001:db8:3::1   # another one, without a rule
PORT=24007
export LIBRARY PROGRAMS PORT

# Client N's wanted address, and the kernel's choice, the one added later.
source_of() { echo "2001:db8:1::1$1"; }
kernel_source_of() { echo "2001:db8:1::2$1"; }
SOURCE=$(source_of 1)

# in_client NAME COMMAND [ARGUMENT...]
in_client() {
    if [[ $1 == plain ]]; then "${@:2}"; else ip netns exec "$@"; fi
}

make_network() {
    local number name
    "$ROOT/tests/in-sandbox" || return
    ip netns add server
    ip -n server link add wire type bridge mcast_snooping 0
    ip -n server link set wire up
    ip -n server -6 route add 2001:db8:1::/64 dev wire
    for name in "$RULED" "$UNRULED"; do
        ip -n server address add "$name/128" dev wire nodad
    done
    for number in "${!CLIENTS[@]}"; do
        attach_client "${CLIENTS[number]}" $((number + 1)) || return
    done
    ip -n route -6 route replace 2001:db8:2::/64 dev wire src "$(source_of 2)"
    ip -n deprecated address change "$(kernel_source_of 3)/64" dev wire preferred_lft 0
}

# attach_client NAME NUMBER
attach_client() {
    local name=$1 number=$2 address
    [[ $name == plain ]] || ip netns add "$name"
    in_client "$name" ip link set lo up
    in_client "$name" sysctl -qw net.ipv4.ip_local_port_range="32768 60999"
    in_client "$name" ip link add wire type veth peer name "$name" netns server
    ip -n server link set "$name" master wire up
    in_client "$name" ip link set wire up
    for address in "$(source_of "$number")" "$(kernel_source_of "$number")"; do
        in_client "$name" ip address add "$address/64" dev wire nodad
    done
    for address in 2001:db8:2::/64 2001:db8:3::/64; do
        in_client "$name" ip -6 route add "$address" dev wire
    done
}

# write_rules FILE COUNT: writes COUNT rules for callers, one for RULED and none for UNRULED.
write_rules() {
    local number
    {
        printf '%s\n' "[options]" "log-file = /dev/null" "[caller]" "2001:db8:2::/64 = $SOURCE"
        for ((number = 1; number < $2; number++)); do
            printf '2001:db8:1%03x::/64 = %s\n' "$number" "$SOURCE"
        done
    } >"$1"
    chmod 644 "$1"
}

# start_instructions OBJECT: prints how many instructions a process with it preloaded takes to start and exit.
start_instructions() {
    env -i PATH="$PATH" LD_PRELOAD="$1" valgrind -q --tool=callgrind --callgrind-out-file=/run/start /bin/true
    awk '$1 == "summary:" { print $2 }' /run/start
}

# smaps_of [OBJECT]: prints /proc/PID/smaps of a process that has connected, with OBJECT preloaded.
smaps_of() {
    # shellcheck disable=SC2016 # for the shell that dial starts
    LD_PRELOAD=${1:-} "$SOCKET_PROGRAMS/dial" tcp6 connect="[$RULED]:1" run='cat /proc/$PPID/smaps' | grep -v '^connect'
}

# written_pages OBJECT: prints how many pages of the object, .bss included, a process that has connected has written to. In
# /proc/PID/pagemap these are present (bit 63) and not the file's (bit 61).
written_pages() {
    local start size
    read -r start size < <(readelf --wide --segments "$1" | awk '$1 == "LOAD" { last = $3 " " $6 } END { print last }')
    # shellcheck disable=SC2016 # for the shell that dial starts
    OBJECT=$1 SIZE=$((start + size)) LD_PRELOAD=$1 "$SOCKET_PROGRAMS/dial" tcp6 connect="[$RULED]:1" run='
        start=$((0x$(grep -m 1 " $OBJECT\$" /proc/$PPID/maps | cut -d - -f 1)))
        dd if=/proc/$PPID/pagemap bs=8 skip=$((start / 4096)) count=$(((SIZE + 4095) / 4096)) status=none |
            od -An -v -w8 -t x8' | grep -c '^ [89cd]'
}

# dirty_memory OBJECT: prints how many KiB a process writes to because of the object: the object's own, and those of libraries
# that only it needs. Counts mappings of files, anonymous ones right behind them, and what the library has mapped itself
# (nr: MAP_NORESERVE).
dirty_memory() {
    awk -v object="$1" -v pages="$(written_pages "$1")" '
        /^[0-9a-f]+-[0-9a-f]+ / {
            split($1, range, "-")
            file = $6
            if (file == "" && range[1] == end) file = before
            if (FNR == NR) bare[file]
            before = file; end = range[2]
        }
        $1 == "Anonymous:" { written = $2 }
        $1 == "VmFlags:" && FNR != NR {
            if (/ nr /) own += written
            else if (file != "" && file != object && !(file in bare)) linked += written
        }
        END { print own + 4 * pages, linked + 0 }' <(smaps_of) <(smaps_of "$1")
}

# Prints the median of the numbers on standard input, one a line.
median() { sort -n | awk '{ values[NR] = $1 } END { print values[int((NR + 1) / 2)] }'; }

# record NAME HEADING...: writes standard input to the results, below a line of column names.
record() {
    local name=$1
    shift
    mkdir -p "$RESULTS"
    (IFS=$'\t'; printf '%s\n' "$*"; cat) >"$RESULTS/$name.tsv.new"
    mv "$RESULTS/$name.tsv.new" "$RESULTS/$name.tsv"
}
