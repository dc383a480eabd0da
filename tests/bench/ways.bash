# shellcheck shell=bash
# The ways to give a connection its source, the cases to measure them in, and how: timed in the same rounds, or counted. Source
# it like common.bash, which it sources.

# shellcheck source=tests/bench/common.bash
source "${BASH_SOURCE[0]%/*}/common.bash"

BATCH=20
LIBRARIES=/usr/lib/$(gcc -print-multiarch)

# What each way preloads, and its environment. Ways without a library are the system's or the program's own.
declare -gA preload=(
    [bare]='' [again]='' [self]='' [least]='' [exact]='' [route]='' [deprecated]=''
    [srcaddr]=$LIBRARY
    [before]=${OTHERS:-}/glusterd-srcaddr/build/libglusterd-srcaddr.so
    [empty]=$PROGRAMS/empty.so
    [proxychains4]=$LIBRARIES/libproxychains.so.4
    [torsocks]=$LIBRARIES/torsocks/libtorsocks.so
    [socket_wrapper]=$LIBRARIES/libsocket_wrapper.so
    [bindp]=${OTHERS:-}/bindp/libindp.so
    [freebind]=${OTHERS:-}/freebind/bin/freebind.so
    [ip2unix]=${OTHERS:-}/ip2unix/build/libip2unix.so
)
declare -gA environment=(
    [srcaddr]="GLUSTERD_SRCADDR_CONF=/run/srcaddr.conf"
    [before]="GLUSTERD_SRCADDR_CONF=/run/srcaddr.conf"
    [proxychains4]="PROXYCHAINS_CONF_FILE=/run/proxychains.conf PROXYCHAINS_QUIET_MODE=1"
    [torsocks]="TORSOCKS_CONF_FILE=/run/torsocks.conf TORSOCKS_LOG_LEVEL=1"
)
# Variables that have the effect of a rule for RULED.
declare -gA rule=([bindp]="BIND_ADDR=$SOURCE" [freebind]="FREEBIND_RANDOM=$SOURCE/128")
ways=(bare again self least exact srcaddr before empty proxychains4 torsocks socket_wrapper bindp freebind ip2unix route deprecated)

# Each case: what callers do; if there is a rule, what those do that set the source themselves, and those that do the least
# possible without knowing the socket or its peer; and the peer.
declare -gA kind self least peer
cases=()
while read -r name what own little whom; do
    cases+=("$name")
    kind[$name]=$what self[$name]=$own least[$name]=$little peer[$name]=$whom
done <<END
tcp4       plain     -          -     127.0.0.1:$PORT
unix       plain     -          -     /run/server
udp6-alone udp-alone -          -     [$UNRULED]:$PORT
udp6       udp       -          -     [$UNRULED]:$PORT
udp6-ruled udp       -          -     [$RULED]:$PORT
tcp6       plain     -          -     [$UNRULED]:$PORT
ruled      plain     self       asked [$RULED]:$PORT
bound      bound     self-bound moved [$RULED]:$PORT
END

configure() {
    write_rules /run/srcaddr.conf 10
    printf '%s\n' strict_chain "localnet 127.0.0.0/255.0.0.0" "localnet ::/0" "[ProxyList]" "socks4 127.0.0.1 9050" \
        >/run/proxychains.conf
    printf '%s\n' "AllowOutboundLocalhost 2" >/run/torsocks.conf
    if [[ -x ${OTHERS:-}/ip2unix/build/ip2unix ]]; then # rules in its library's own format
        environment[ip2unix]=$("${OTHERS:-}/ip2unix/build/ip2unix" -r out,port=1,ignore env |
            sed -n 's/^\(__IP2UNIX_RULES\)=\(.*\)/\1='"'\2'"'/p')
    fi
}

# is_ruled CASE: whether a connection is to get a source.
is_ruled() { [[ ${self[$1]} != - ]]; }

server_of() {
    case $1 in
    udp6*) echo - ;;
    tcp4 | unix) echo "${peer[$1]}" ;;
    *) echo "${peer[$1]}@/run/netns/server" ;;
    esac
}

# does CASE WAY: whether the way exists, and differs from the other ways in this case.
does() {
    [[ -z ${preload[$2]} || -r ${preload[$2]} ]] || return
    case $2 in
    self | least) is_ruled "$1" ;;
    exact) [[ $1 == bound ]] ;;
    again) ! is_ruled "$1" ;;
    route | deprecated) [[ $1 == tcp6 ]] || is_ruled "$1" ;;
    esac
}

# The number of threads, for each way with more than one.
declare -gA threads=()

# command_of CASE WAY [TRACER [ARGUMENT...]]: prints the shell command. Under a tracer the clock stands still.
command_of() {
    local case=$1 way=$2 what=${kind[$1]} objects=${preload[$2]} variables=${environment[$2]:-} client=
    shift 2
    [[ $way != self ]] || what=${self[$case]}
    [[ $way != least ]] || what=${least[$case]}
    [[ $way != exact ]] || what=carried
    ! is_ruled "$case" || variables+=" ${rule[$way]:-}"
    [[ $way != route && $way != deprecated ]] || client="ip netns exec $way"
    (($# == 0)) || objects=$PROGRAMS/still.so${objects:+:$objects}
    echo "exec $client env $variables ${objects:+LD_PRELOAD=$objects} $*" \
        "$PROGRAMS/caller $what $BATCH ${threads[$way]:-1} ${peer[$case]} [$SOURCE]:0"
}

# One processor for all, so that no way has warmer caches than another.
pin=(taskset --cpu-list 0)

# run_pairs CASE STARTS ROUNDS [TRACER [ARGUMENT...]]: %w in an argument becomes the way.
run_pairs() {
    local case=$1 starts=$2 rounds=$3 way commands=()
    shift 3
    for way in "${ways[@]}"; do
        ! does "$case" "$way" || commands+=("$way=$(command_of "$case" "$way" "${@//%w/$way}")")
    done
    rm -f "${peer[unix]}"
    "${pin[@]}" "$PROGRAMS/pairs" "$starts" "$rounds" "$BATCH" "$(server_of "$case")" "${commands[@]}" 2>/run/messages
}

# The tracers that count, and what they have counted.
declare -gA counter=(
    [calls]="strace -o /run/calls-%w"
    [instructions]="valgrind -q --tool=callgrind --callgrind-out-file=/run/instructions-%w"
)
counted_calls() { wc -l <"/run/calls-$1"; }
counted_instructions() { awk '$1 == "summary:" { print $2 }' "/run/instructions-$1"; }

# count CASE calls|instructions: prints lines "WAY NUMBER", for one connect. It is from the difference of a long and a short run,
# to leave out the process's start.
count() {
    local case=$1 what=$2 way short=1 long=6 tracer
    local -A before=()
    read -ra tracer <<<"${counter[$what]}"
    run_pairs "$case" 1 "$short" "${tracer[@]}" >/dev/null
    for way in "${ways[@]}"; do
        [[ ! -e /run/$what-$way ]] || before[$way]=$("counted_$what" "$way")
    done
    run_pairs "$case" 1 "$long" "${tracer[@]}" >/dev/null
    for way in "${!before[@]}"; do
        awk -v way="$way" -v before="${before[$way]}" -v after="$("counted_$what" "$way")" \
            -v connects=$(((long - short) * BATCH)) 'BEGIN { printf "%s\t%.2f\n", way, (after - before) / connects }'
    done
    rm -f "/run/$what-"*
}

# more_than_bare WAY: prints the difference to bare, from count's lines.
more_than_bare() {
    awk -v way="$1" '$1 == "bare" { bare = $2 } $1 == way { its = $2 } END { print its - bare }'
}
