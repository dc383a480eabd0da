# shellcheck shell=bash
# shellcheck disable=SC2030,SC2031 # each part of the trouble has a RANDOM of its own
# Trouble for the volume of volume.bash: what makes it, the operator who tends the cluster meanwhile, and the load. Goes
# on from lab.bash, volume.bash and watch.bash.
#
# Rewrites, outages, nuisances, load and operation are functions that run side by side until SECONDS is `end`, and what they
# have begun then is done. What they do is in $LAB/journal, a line "SECONDS KIND WHAT" each.

SERVERS=(1 2 3)
CLIENT=4

# note KIND [WHAT]...
note() { echo "$SECONDS $*" >>"$LAB/journal"; }

# make_trouble SECONDS: of the sequence that is SEED's.
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

# pick NAME WORD...: one of the words, as the value of that variable. The sequence is RANDOM's, which starts anew in $(...).
pick() { printf -v "$1" %s "${@:RANDOM % ($# - 1) + 2:1}"; }

# pause SECONDS: at most.
pause() { sleep "$((RANDOM % $1)).$((RANDOM % 10))"; }

### Configurations: however they are written, they give each process the same source.

# sections FIRST SECOND: the sources of glusterd and the mount, and of bricks and all that heals.
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

# put HOST rename|inplace|anew: the configuration, from the standard input.
put() {
    local file=$LAB/$1/etc/srcaddr.conf
    case $2 in
    rename) install -m 644 /dev/stdin "$file.new" && mv "$file.new" "$file" ;;
    inplace) cat >"$file" ;;
    anew) rm "$file" && write_configuration "$1" ;;
    esac
}

GOOD_FORMS=(addresses prefixes lines more)

# rewrite HOST MANNER FORM...: to one of them.
rewrite() {
    local form
    pick form "${@:3}"
    configuration "$1" "$form" | put "$1" "$2" || return
    note "rewrite_$2" "host $1: $form"
}

# Every host's, with mistakes where no process is to start.
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

### Outages: of one server at a time, so that the quorum goes on, and with all healed before the next. The mount's process is
### never killed: what it has not written yet would be lost, as it should be.

kill_processes() {
    in_host "$1" pkill -KILL --exact "$2" || true
}
kill_brick() { kill_processes "$1" glusterfsd; }
kill_all() { kill_processes "$1" 'gluster(d|fsd|fs)'; }

# blackhole loses all that it is given to send, as netem's loss of 100 % would.
cut_from() { in_host "$1" tc qdisc replace dev net1 root blackhole; }
cut_to() { tc qdisc replace dev "host$1-1" root blackhole; }
unplug() { ip link set "host$1-1" down; }
mend_link() {
    in_host "$1" tc qdisc replace dev net1 root noqueue &&
        tc qdisc replace dev "host$1-1" root noqueue &&
        ip link set "host$1-1" up
}

# reset HOST [FILTER]...: ends the connections there that ss finds so, which are then dialled anew.
reset() { in_host "$1" ss --kill --tcp state established "${@:2}" >/dev/null; }

# take HOST ADDRESS...: without the sources that the rules want, the kernel's choice is still there.
take() {
    printf 'address delete %s/64 dev net1\n' "${@:2}" | in_host "$1" ip -force -batch - 2>/dev/null || true
}
give_addresses() {
    # The last that is added is the kernel's choice.
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

# A process that starts while there is a mistake in its file, or half a file, is refused all peers until there is a good one, as
# is documented. So while there are mistakes the operator is locked out: what is dead stays so, and what lives goes on.
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

# The client has all bricks, and each has all data.
whole() {
    local host
    for host in "${SERVERS[@]}"; do
        in_host "$CLIENT" grep -qx "connected = 1" "/run/mount/.meta/graphs/active/shared-client-$((host - 1))/private" ||
            complain "The mount has no connection to the brick of host $host." || return
    done
    heal_is_complete
}

### Nuisances: of any host at any time, for they don't cost a replica.

# Never for as long as the ping timeout, or the client could be without a quorum.
flap() {
    local round
    for round in 1 2 3; do
        take_addresses "$1"
        sleep 0.1
        give_addresses "$1" || return
        sleep "0.$round"
    done
}

# Self-heal dials in vain: for longer than the three seconds that GlusterFS waits before it does.
starve_self_heal() {
    take "$1" "$(second_address_of "$1")"
    reset "$1" src "[$(second_address_of "$1")]"
    sleep 4
    give_addresses "$1"
}

kill_glusterd() { kill_processes "$1" glusterd; }
# Not amid mistakes: a glusterd that meets a peer again starts a self-heal that is dead.
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

### The operator, who starts what is dead

# runs HOST PROCESS...
runs() {
    local process
    for process in "${@:2}"; do
        in_host "$1" pgrep --exact "$process" >/dev/null || complain "host $1: no $process" || return
    done
}

all_run() { runs "$1" glusterd glusterfsd glusterfs; }

# No process is about to be started on any host: all run, and glusterd has put a new self-heal in the place of the old one,
# as it does when it first meets a peer, and again if it hears of a changed volume then.
calm() {
    local host
    for host in "${SERVERS[@]}"; do
        all_run "$host" && configured "$host" || return
        in_host "$host" pgrep --older 4 --newest --list-name --exact 'glusterd|glusterfs' | grep -q ' glusterfs$' || return
    done
    in_cluster "${SERVERS[@]}"
} >/dev/null 2>&1

# Every process there has said which section is in force for it.
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

# operation HOST: until the last outage, which can be longer than the trouble, is over.
operation() {
    until [[ -e $LAB/outages-over ]]; do
        pause 2
        all_run "$1" 2>/dev/null || tend "$1" || return
    done
}

tend() {
    flock --shared 9
    # A glusterd that was killed can have left its lock in the others, which keep it for 180 seconds (mgmt_v3_lock_timeout).
    wait_until 240 tended "$1" 9>&- || return
    note tend "host $1"
} 9>"$LAB/starting"

### The load

# fio_round ROUND [OPTION]...: writes three files, and reads each block back soon after. The files of four rounds are there;
# a block that a round should have replaced has a sum that is right, but another size in its header.
fio_round() {
    in_host "$CLIENT" fio --output-format=json --directory=/run/mount --filename_format="\$jobname.$(($1 % 4))" \
        --ioengine=psync --size=6m --bs="$(($1 / 4 % 2 * 16 + 16))k" --randseed="$((SEED + $1))" \
        --verify_fatal=1 --verify_state_save=0 --verify_backlog=16 --end_fsync=1 "${@:2}" \
        --name=sequential --rw=write --verify=sha256 \
        --name=random --rw=randwrite --verify=crc32c \
        --name=synchronous --rw=randwrite --sync=1 --verify=crc32c >"$LAB/load.json"
}

# Prints the sum over the jobs of the last round: transferred read|write.
transferred() { jq "[.jobs[].$1.io_bytes] | add" "$LAB/load.json"; }

load() {
    local round
    for ((round = 0; SECONDS < end; round++)); do
        fio_round "$round" --rate=512k,512k || return
        note load "round $round: $(transferred write) written, $(transferred read) read back"
    done
}

# Prints the numbers of the last rounds, whose files are there.
last_rounds() {
    local count
    count=$(grep -c "^[0-9]* load " "$LAB/journal")
    seq "$((count > 4 ? count - 4 : 0))" "$((count - 1))"
}

### What the watch has seen

# Prints each captured SYN as "hostN SOURCE -> KIND", for a server dials every other one.
kinds_of_syns() { syns | sed -E 's/ -> [0-9a-f:]+ / -> /'; }

# Prints, in the same form, what the rules give. Self-heal asks a glusterd for the brick's port. Bricks dial nobody elsewhere.
right_syns() {
    local host
    for host in "${SERVERS[@]}"; do
        printf "host$host %s -> %s\n" "$(address_of "$host")" glusterd "$(second_address_of "$host")" glusterd \
            "$(second_address_of "$host")" brick
    done
    printf "host$CLIENT %s -> %s\n" "$(address_of "$CLIENT")" glusterd "$(address_of "$CLIENT")" brick
}

# Succeeds if there is any.
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
