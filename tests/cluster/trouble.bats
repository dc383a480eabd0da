#!/usr/bin/env bats
# A replicated volume under load and in trouble: processes killed, links cut, addresses removed, configurations rewritten,
# several at once. SRCADDR_SEED, if set, determines the sequence. The tests share the cluster, and each continues where the
# one before stopped.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"
# shellcheck source=tests/cluster/volume.bash
source "${BATS_TEST_DIRNAME:?}/volume.bash"
# shellcheck source=tests/cluster/watch.bash
source "${BATS_TEST_DIRNAME:?}/watch.bash"
# shellcheck source=tests/cluster/trouble.bash
source "${BATS_TEST_DIRNAME:?}/trouble.bash"

DURATION=${SRCADDR_TROUBLE_SECONDS:-90}

setup_file() {
    # shellcheck disable=SC2031 # the first one
    export SEED=${SRCADDR_SEED:-$RANDOM}
    echo "# seed $SEED" >&3
    start_lab 1
    use_names
    for host in "${SERVERS[@]}" "$CLIENT"; do
        start_host "$host"
        configuration "$host" addresses | write_configuration "$host"
    done
    for host in "${SERVERS[@]}"; do
        write_volfile "$host" ping-timeout 5
    done
    start_watch
    # GlusterFS must notice a cut link before it is mended, and the mount must read from a brick.
    start_volume network.ping-timeout 10 client.tcp-user-timeout 10 server.tcp-user-timeout 10 \
        server.keepalive-time 2 server.keepalive-interval 1 server.keepalive-count 3 cluster.heal-timeout 5 \
        cluster.quorum-type auto performance.io-cache off performance.quick-read off performance.read-ahead off
}

teardown_file() {
    [[ ! -e $LAB/watch.pid ]] || stop_watch || true
    stop_lab
}

@test "$DURATION seconds of trouble: load and operator go on" {
    make_trouble "$DURATION"
}

@test "when it is over, all peers are connected and the volume heals" {
    for host in "${SERVERS[@]}"; do
        wait_until 60 tended "$host"
    done
    wait_until 60 in_cluster "${SERVERS[@]}"
    wait_until 180 whole
}

@test "no data is lost: all that was written reads back, and each brick has what the mount has" {
    for round in $(last_rounds); do
        fio_round "$round" --verify_only
    done
    bricks_agree "${SERVERS[@]}"
}

@test "configurations were taken in meanwhile, and those with a mistake were not" {
    [ "$(grep -c "section .* in force, " "$LAB/$CLIENT/log/srcaddr.log")" -gt 1 ]
    grep "error: .* keeping the previous configuration" "$LAB"/*/log/srcaddr.log
}

@test "no connection came from another source than the rules give, as seen from outside the hosts" {
    summary | sed 's/^/# /' >&3
    seen=$(kinds_of_syns | sort | uniq -c)
    echo "$seen"
    run wrong_syns
    [ "$status" -eq 1 ]
    # Not for lack of connections: all kinds were seen.
    [ "$(wc -l <<<"$seen")" -eq "$(right_syns | wc -l)" ]
}

@test "the watch has missed nothing, and does notice a process without the library" {
    in_host 3 pkill -KILL --exact glusterd
    start_glusterd bare 3
    wait_until 30 wrong_syns
    stop_watch
    wrong=$(wrong_syns | sort | uniq -c)
    echo "$wrong"
    # What this glusterd starts lacks the library too.
    run grep -v " host3 $(kernel_address_of 3) -> " <<<"$wrong"
    [ "$status" -eq 1 ]
}
