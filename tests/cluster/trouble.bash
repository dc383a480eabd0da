# shellcheck shell=bash
# shellcheck disable=SC2030,SC2031 # each part of the trouble has a RANDOM of its own
# Trouble for the volume of volume.bash, an operator who tends the cluster meanwhile, and the load. Needs lab.bash,
# volume.bash and watch.bash.
#
# The functions rewrites, outages, nuisances, load and operation run in parallel until SECONDS is `end`, and finish what they
# have begun. $LAB/journal has a line "SECONDS KIND WHAT" for each thing they do.

SERVERS=(1 2 3)
CLIENT=4

# note KIND [WHAT]...
note() { echo "$SECONDS $*" >>"$LAB/journal"; }

# make_trouble SECONDS: SEED determines the sequence.
make_trouble() {
    local end=$((SECONDS + $1)) part parts=() status=0
    for part in rewrites outages nuisances load "operation "{1,2,3}; do
        # shellcheck disable=SC2086 # a function and its argument
        (RANDOM=$((SEED + ${#parts[@]})) && $part) 3>&- &
        parts+=($!)
    done
    for part in "${parts[@]}"; do
        wait "$part" || status=1
    done
    return "$status"
}

trouble_goes_on() { ((SECONDS < end)); }

# pick NAME WORD...: sets the variable to one of the words. It prints nothing, because RANDOM would start again in $(...).
pick() { printf -v "$1" %s "${@:RANDOM % ($# - 1) + 2:1}"; }

# pause SECONDS: for a random time up to this.
pause() { sleep "$((RANDOM % $1)).$((RANDOM % 10))"; }

### Configurations: different forms that give each process the same source.

# sections FIRST SECOND: FIRST is the source for glusterd and the mount, SECOND for bricks and self-heal.
sections() {
    printf '%s\n' "[glusterd fuse]" "2001:db8:1::/64 = $1" "[glusterfsd glustershd glfsheal]" "2001:db8:1::/64 = $2"
}

# configuration HOST FORM
configuration() {
    local first second kernel
    first=$(address_of "$1") second=$(second_address_of "$1") kernel=$(kernel_address_of "$1")
    case $2 in
    addresses) sections "$first" "$second" ;;
    prefixes) sections 2001:db8:1::10/124 2001:db8:1::30/124 ;;
    lines) sections "$first ; as ever" "$second" | sed 's/$/\r/' ;;
    more)
        printf '%s\n' "[options]" "log-level = debug" "# not for anyone" "[other]" "::/0 = $kernel"
        sections "$first" $'2001:db8:1::30/124\n2001:db8:9::/48 = none\n::/0 = bind-address'
        ;;
    mistaken) sections "$kernel" "$kernel" && echo "2001:db8:1::/64 : $second" ;;
    half) sections "$kernel" "2001:db8:1:" ;;
    esac
}

# put HOST rename|inplace|anew: writes the configuration, from standard input.
put() {
    local file=$LAB/$1/etc/srcaddr.conf
    case $2 in
    rename) install -m 644 /dev/stdin "$file.new" && mv "$file.new" "$file" ;;
    inplace) cat >"$file" ;;
    anew) rm "$file" && write_configuration "$1" ;;
    esac
}

GOOD_FORMS=(addresses prefixes lines more)

# rewrite HOST MANNER FORM...: writes one of the forms.
rewrite() {
    local form
    pick form "${@:3}"
    configuration "$1" "$form" | put "$1" "$2" || return
    note "rewrite_$2" "host $1: $form"
}

# Every host's configuration, with mistakes only if no process may start there.
rewrite_all() {
    local host manner
    flock 9
    for host in $(hosts); do
        if [[ $host == "$CLIENT" || -e $LAB/mistakes ]]; then
            pick manner rename inplace anew
            rewrite "$host" "$manner" "${GOOD_FORMS[@]}" mistaken mistaken half half || return
        else
            rewrite "$host" rename "${GOOD_FORMS[@]}" || return
        fi
    done
} 9>"$LAB/rewriting"

rewrites() {
    while trouble_goes_on; do
        rewrite_all || return
        sleep 1
    done
}

end_mistakes() {
    local host
    flock 9
    rm -f "$LAB/mistakes"
    for host in "${SERVERS[@]}"; do
        rewrite "$host" rename "${GOOD_FORMS[@]}" || return
    done
} 9>"$LAB/rewriting"

### Outages: one server at a time, to keep the quorum, and the next one after everything is healed. Never the mount's process:
### it would rightly lose what it has not written yet.

kill_processes() {
    in_host "$1" pkill -KILL --exact "$2" || true
}
kill_brick() { kill_processes "$1" glusterfsd; }
kill_all() { kill_processes "$1" 'gluster(d|fsd|fs)'; }

# blackhole drops everything, like netem with a loss of 100 %.
cut_from() { in_host "$1" tc qdisc replace dev net1 root blackhole; }
cut_to() { tc qdisc replace dev "host$1-1" root blackhole; }
unplug() { ip link set "host$1-1" down; }
mend_link() {
    in_host "$1" tc qdisc replace dev net1 root noqueue &&
        tc qdisc replace dev "host$1-1" root noqueue &&
        ip link set "host$1-1" up
}

# reset HOST [FILTER]...: kills the connections that match ss's filter. They are dialled again.
reset() { in_host "$1" ss --kill --tcp state established "${@:2}" >/dev/null; }

# take HOST ADDRESS...: removes addresses. Without the rules' sources, the kernel's choice is still there.
take() {
    printf 'address delete %s/64 dev net1\n' "${@:2}" | in_host "$1" ip -force -batch - 2>/dev/null || true
}
give_addresses() {
    # The kernel chooses the address added last.
    take "$1" "$(kernel_address_of "$1")"
    printf 'address replace %s/64 dev net1 nodad\n' \
        "$(address_of "$1")" "$(second_address_of "$1")" "$(kernel_address_of "$1")" | in_host "$1" ip -batch -
}
take_addresses() { take "$1" "$(address_of "$1")" "$(second_address_of "$1")"; }
lose_addresses() { take_addresses "$1" && reset "$1"; }

strike() {
    local blow count
    for ((count = RANDOM % 3; count >= 0; count--)); do
        pick blow kill_brick kill_all cut_from cut_to unplug reset lose_addresses
        "$blow" "$1" || return
        note "$blow" "host $1"
        pause 2
    done
    pause 15
}

# A process that starts with a wrong or half-written configuration is refused all peers until the file is good, as documented.
# So mistakes lock the operator out: dead processes stay dead, running ones go on.
begin_mistakes() {
    local limit=$((SECONDS + 20))
    until flock --nonblock 9 && calm; do
        flock --unlock 9
        ((SECONDS < limit)) || return
        sleep 0.5
    done
    touch "$LAB/mistakes"
    note begin_mistakes
}

strike_amid_mistakes() {
    begin_mistakes || true
    strike "$1" 9>&- && end_mistakes
} 9>"$LAB/starting"

outages() {
    local status=0
    strike_again_and_again || status=1
    touch "$LAB/outages-over"
    return "$status"
}

strike_again_and_again() {
    local host how
    while trouble_goes_on; do
        pick host "${SERVERS[@]}"
        pick how strike strike_amid_mistakes
        "$how" "$host" && mend_link "$host" && give_addresses "$host" || return
        note mended "host $host"
        wait_until 180 whole || return
        note whole
    done
}

# The client is connected to all bricks, and each has all data.
whole() {
    local host
    for host in "${SERVERS[@]}"; do
        in_host "$CLIENT" grep -qx "connected = 1" "/run/mount/.meta/graphs/active/shared-client-$((host - 1))/private" ||
            complain "The mount has no connection to the brick of host $host." || return
    done
    heal_is_complete
}

### Nuisances: any host at any time, because they don't cost a replica.

# Always shorter than the ping timeout, or the client could lose its quorum.
flap() {
    local round
    for round in 1 2 3; do
        take_addresses "$1"
        sleep 0.1
        give_addresses "$1" || return
        sleep "0.$round"
    done
}

# Makes self-heal's dials fail: for longer than the three seconds after which GlusterFS redials.
starve_self_heal() {
    take "$1" "$(second_address_of "$1")"
    reset "$1" src "[$(second_address_of "$1")]"
    sleep 4
    give_addresses "$1"
}

kill_glusterd() { kill_processes "$1" glusterd; }
# Not amid mistakes: a glusterd that reconnects to a peer starts self-heal if it is dead.
kill_self_heal() { [[ -e $LAB/mistakes ]] || kill_processes "$1" glusterfs; }

nuisances() {
    local host nuisance
    while trouble_goes_on; do
        pick nuisance flap starve_self_heal kill_glusterd kill_self_heal
        pick host "${SERVERS[@]}"
        [[ $nuisance != flap ]] || pick host "${SERVERS[@]}" "$CLIENT"
        "$nuisance" "$host" || return
        note "$nuisance" "host $host"
        pause 6
    done
}

### The operator, who restarts dead processes

# runs HOST PROCESS...
runs() {
    local process
    for process in "${@:2}"; do
        in_host "$1" pgrep --exact "$process" >/dev/null || complain "host $1: no $process" || return
    done
}

all_run() { runs "$1" glusterd glusterfsd glusterfs; }

# No host is about to start a process: all run, and glusterd has already replaced self-heal, as it does when it first connects
# to a peer, and again if it then learns of a changed volume.
calm() {
    local host
    for host in "${SERVERS[@]}"; do
        all_run "$host" && configured "$host" || return
        in_host "$host" pgrep --older 4 --newest --list-name --exact 'glusterd|glusterfs' | grep -q ' glusterfs$' || return
    done
    in_cluster "${SERVERS[@]}"
} >/dev/null 2>&1

# Every process there has logged which section is in force.
configured() {
    local pid
    for pid in $(in_host "$1" pgrep --exact 'gluster(d|fsd|fs)'); do
        grep -q "\[[a-z]*:$pid\] .* section .* in force" "$LAB/$1/log/srcaddr.log" ||
            complain "host $1: process $pid has not read its configuration" || return
    done
}

tended() {
    runs "$1" glusterd || start_program "$1" preloaded glusterd || return
    all_run "$1" || gluster "$1" volume start shared force || return
    all_run "$1" && configured "$1"
}

# operation HOST: runs until the last outage is over, which may be after the trouble.
operation() {
    until [[ -e $LAB/outages-over ]]; do
        pause 2
        all_run "$1" 2>/dev/null || tend "$1" || return
    done
}

tend() {
    flock --shared 9
    # Others keep a killed glusterd's lock for 180 seconds (mgmt_v3_lock_timeout).
    wait_until 240 tended "$1" 9>&- || return
    note tend "host $1"
} 9>"$LAB/starting"

### The load

# fio_round ROUND [OPTION]...: writes three files, and reads each block back soon after. The files of four rounds exist. A stale
# block from the round before has a correct checksum, but another size in its header.
fio_round() {
    in_host "$CLIENT" fio --output-format=json --directory=/run/mount --filename_format="\$jobname.$(($1 % 4))" \
        --ioengine=psync --size=6m --bs="$(($1 / 4 % 2 * 16 + 16))k" --randseed="$((SEED + $1))" \
        --verify_fatal=1 --verify_state_save=0 --verify_backlog=16 --end_fsync=1 "${@:2}" \
        --name=sequential --rw=write --verify=sha256 \
        --name=random --rw=randwrite --verify=crc32c \
        --name=synchronous --rw=randwrite --sync=1 --verify=crc32c >"$LAB/load.json"
}

# transferred read|write: prints the bytes of the last round, summed over its jobs.
transferred() { jq "[.jobs[].$1.io_bytes] | add" "$LAB/load.json"; }

load() {
    local round
    for ((round = 0; SECONDS < end; round++)); do
        fio_round "$round" --rate=512k,512k || return
        note load "round $round: $(transferred write) written, $(transferred read) read back"
    done
}

# Prints the numbers of the last rounds, whose files still exist.
last_rounds() {
    local count
    count=$(grep -c "^[0-9]* load " "$LAB/journal")
    seq "$((count > 4 ? count - 4 : 0))" "$((count - 1))"
}

### What the watch has seen

# Prints each captured SYN as "hostN SOURCE -> KIND": every server dials every other.
kinds_of_syns() { syns | sed -E 's/ -> [0-9a-f:]+ / -> /'; }

# Prints what the rules give, in this format. Self-heal asks a glusterd for a brick's port. Bricks dial no other host.
right_syns() {
    local host
    for host in "${SERVERS[@]}"; do
        printf "host$host %s -> %s\n" "$(address_of "$host")" glusterd "$(second_address_of "$host")" glusterd \
            "$(second_address_of "$host")" brick
    done
    printf "host$CLIENT %s -> %s\n" "$(address_of "$CLIENT")" glusterd "$(address_of "$CLIENT")" brick
}

# Prints SYNs from a wrong source. Succeeds if there are any.
wrong_syns() { kinds_of_syns | grep -vxFf <(right_syns); }

# Prints what was done.
summary() {
    awk '$2 == "load" { rounds++; written += $5; read += $7; next }
        { count[$2]++ }
        END {
            for (kind in count) print kind ": " count[kind]
            printf "load: %d rounds, %.1f MB written, %.1f MB read back\n", rounds, written / 1e6, read / 1e6
        }' "$LAB/journal" | sort
    echo "SYNs: $(wc -l <"$LAB/syns")"
}
