#!/usr/bin/env bats
# The installed library under secure execution, ld.so(8): an ordinary user runs programs whose files give a capability. Their
# names are secure-env and so on. What they start, env and so on, runs normally.

NAME=libglusterd-srcaddr.so
SOURCE=2001:db8:1::11
SOURCE2=2001:db8:1::12
PEER=2001:db8:2::1
PORT=24010 # not glusterd's: the library would take the listener for glusterd

cd "${BATS_TEST_DIRNAME:?}/../.." || exit
tests/in-sandbox || exit
LIBRARY=$(realpath -m -- "${SRCADDR_LIBRARY:-build/$NAME}")
PROGRAMS=$(realpath -m -- "${SRCADDR_PROGRAMS:-build/tests/socket}")

# Installs into overlays on /usr and /etc, which go away with what the tests change there.
setup_file() {
    local directory program
    make --silent install DESTDIR="$BATS_FILE_TMPDIR" COMMAND= BUILD="${LIBRARY%/*}"
    for directory in usr etc; do
        mkdir -p "$BATS_FILE_TMPDIR"/{$directory,work/$directory}
        mount -t overlay overlay "/$directory" \
            -o "lowerdir=/$directory,upperdir=$BATS_FILE_TMPDIR/$directory,workdir=$BATS_FILE_TMPDIR/work/$directory"
    done
    install "$PROGRAMS/dial" /usr/bin
    install -m 4755 "$PROGRAMS/dial" /usr/bin/secure-dial
    install "$PROGRAMS/dial" /usr/bin/capable-dial
    setcap cap_dac_override+ep /usr/bin/capable-dial
    for program in env grep bash; do
        cp "$(type -P "$program")" "/usr/bin/secure-$program"
        setcap cap_net_bind_service+ep "/usr/bin/secure-$program"
    done
    ip address add "$SOURCE/128" dev lo nodad
    ip address add "$SOURCE2/128" dev lo nodad
    ip address add "$PEER/128" dev lo nodad
}

teardown_file() {
    ip address delete "$SOURCE/128" dev lo
    ip address delete "$SOURCE2/128" dev lo
    ip address delete "$PEER/128" dev lo
    umount --lazy /etc /usr
}

setup() {
    log=/var/log/glusterfs/srcaddr.log
    installed=/$(cd "$BATS_FILE_TMPDIR" && find usr -name "$NAME")
}

teardown() {
    rm -f /etc/ld.so.preload /etc/glusterfs/{srcaddr.conf,glusterd.vol} "$log"
}

# as_user [VARIABLE=VALUE]... COMMAND [ARGUMENT...]
as_user() {
    setpriv --reuid=12345 --clear-groups env "$@"
}

# other_object [STATEMENT]: builds libother.so, which loads even under secure execution, says so, and executes STATEMENT.
other_object() {
    cat >"$BATS_TEST_TMPDIR/other.c" <<-END
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		__attribute__((constructor)) static void start(int argc, char **argv)
		{
		    puts("other object");
		    fflush(stdout);
		    ${1-}
		}
	END
    gcc -shared -fPIC -o "${installed%/*}/libother.so" "$BATS_TEST_TMPDIR/other.c"
    chmod 4755 "${installed%/*}/libother.so"
}

# inherited [VARIABLE=VALUE]...: prints the LD_PRELOAD of a program that one under secure execution starts, after a line for each
# of the two that has loaded the other object.
inherited() {
    as_user "$@" secure-env env | grep -E '^LD_PRELOAD=|^other object$'
}

@test "it is found by its name" {
    as_user LD_PRELOAD=$NAME grep -F "/$NAME" /proc/self/maps
    as_user LD_PRELOAD=$NAME secure-grep -F "/$NAME" /proc/self/maps
}

@test "the environment does not name the configuration" {
    named=/etc/wrong.conf
    echo wrong >$named
    run as_user LD_PRELOAD=$NAME GLUSTERD_SRCADDR_CONF=$named bash -c ': </dev/tcp/::1/1'
    [[ $output == *"$named:1:1: error: "* ]]
    run as_user LD_PRELOAD=$NAME GLUSTERD_SRCADDR_CONF=$named secure-bash -c ': </dev/tcp/::1/1'
    [[ $output == *"Connection refused"* && $output != *srcaddr* ]]
}

# configure_bind_address: makes SOURCE, from the volume file, the source of GlusterFS's own processes.
configure_bind_address() {
    printf '%s\n' "[gluster*]" "::/0 = bind-address" | install -m 644 /dev/stdin /etc/glusterfs/srcaddr.conf
    echo "option transport.socket.bind-address $SOURCE" | install -m 644 /dev/stdin /etc/glusterfs/glusterd.vol
}

# dial_as NAME PROGRAM [ARGUMENT...]: with the library, as an ordinary user.
dial_as() {
    # shellcheck disable=SC2016 # bash -c
    as_user LD_PRELOAD=$NAME bash -c 'exec -a "$@"' bash "$@" peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen
}

@test "the arguments name no file and no address" {
    local arguments all=("glusterd -f %v" "glusterd -Nf%v" "glusterd --volfile=%v" "glusterfs --spec-file %v"
        "glusterfs --process-name glustershd -s $SOURCE2" "glusterfs --process-name glustershd --volfile-server=$SOURCE2"
        "glusterfsd --process-name brick --xlator-option transport.socket.bind-address=$SOURCE2")
    configure_bind_address
    echo "option transport.socket.bind-address $SOURCE2" | install -m 644 /dev/stdin /etc/other.vol
    for arguments in "${all[@]//%v//etc/other.vol}"; do
        echo "$arguments"
        # shellcheck disable=SC2086 # words
        set -- $arguments
        [[ $(dial_as "$1" dial "${@:2}" 2>/dev/null) == *"seen from $SOURCE2, "* ]]
        [[ $(dial_as "$1" secure-dial "${@:2}") == *"seen from $SOURCE, "* ]]
    done
}

# Only its name tells glusterd from a brick or another daemon.
@test "the arguments tell the process's name" {
    printf '%s\n' "[brick]" "::/0 = $SOURCE" "[glusterd]" "::/0 = $SOURCE2" | install -m 644 /dev/stdin /etc/glusterfs/srcaddr.conf
    [[ $(dial_as glusterfsd secure-dial --process-name brick) == *"seen from $SOURCE, "* ]]
    [[ $(dial_as glusterd secure-dial) == *"seen from $SOURCE2, "* ]]
}

# whatever_is_named BLOCKS RESULT: the user names files that only root may read. The log is limited to BLOCKS.
whatever_is_named() {
    local named printed
    for named in secret/file secret/missing secret; do
        echo "$named"
        # shellcheck disable=SC2016 # bash -c
        printed=$(as_user LD_PRELOAD=$NAME bash -c 'ulimit -f "$1"; exec -a glusterd secure-dial -f "$2" tcp6 connect="[$3]:1"' \
            bash "$1" "/run/roots/$named" "$PEER" 2>&1)
        [[ $printed == "connect: $2" ]] || { echo "$printed"; return 1; }
    done
}

# A program built for coverage writes at its exit, whatever its limit.
# bats test_tags=exact
@test "nothing is said on standard error, and nothing of what the arguments name in the log" {
    mkdir -m 700 /run/roots /run/roots/secret
    echo "option transport.socket.bind-address hunter2" >/run/roots/secret/file
    configure_bind_address
    whatever_is_named 0 ECONNREFUSED
    [[ ! -s $log ]]
    whatever_is_named unlimited ECONNREFUSED
    [[ $(grep -c " I .*bind-address is $SOURCE (" "$log") == 3 ]]
    # The configuration is wrong too.
    echo wrong >/etc/glusterfs/srcaddr.conf
    whatever_is_named 0 EADDRNOTAVAIL
    whatever_is_named unlimited EADDRNOTAVAIL
    [[ $(grep -c ' E .*/srcaddr.conf:1:1: error: ' "$log") == 3 ]]
    run grep -E 'roots|hunter2' "$log"
    [[ $status == 1 ]]
}

@test "what the user who started it listens on, or owns, is not trusted" {
    configure_bind_address
    mkfifo -m 666 /run/listens
    setsid setpriv --reuid=12345 --clear-groups dial tcp6 bind="[$SOURCE2]:24007" listen run="echo >/run/listens; exec sleep 60" >/dev/null 3>&- &
    read -r </run/listens
    [[ $(dial_as glusterfs dial 2>/dev/null) == *"seen from $SOURCE2, "* ]]
    [[ $(dial_as glusterfs capable-dial) == *"seen from $SOURCE, "* ]]
    kill -- "-$!"
    chown 12345 /etc/glusterfs/srcaddr.conf
    [[ $(dial_as glusterd dial 2>/dev/null) == *"seen from $SOURCE, "* ]]
    [[ $(dial_as glusterd capable-dial) == "connect: EADDRNOTAVAIL" ]]
}

@test "the log is root's, or not made" {
    configure_bind_address
    dial_as glusterd capable-dial
    [[ ! -e $log ]]
    dial_as glusterd secure-dial
    [[ $(stat --format=%u "$log") == 0 && $(wc -l <"$log") == 2 ]]
    dial_as glusterd capable-dial
    [[ $(wc -l <"$log") == 4 ]]
}

@test "the log is not what the user has open" {
    printf '%s\n' "[options]" "log-file = /dev/stderr" "[dial]" "::/0 = $SOURCE" | install -m 644 /dev/stdin /etc/glusterfs/srcaddr.conf
    echo "root's" >/etc/other.vol
    # shellcheck disable=SC2016 # bash -c
    as_user LD_PRELOAD=$NAME bash -c 'exec -a dial secure-dial tcp6 connect="[$1]:1" 2</etc/other.vol' bash "$PEER"
    [[ $(</etc/other.vol) == "root's" ]]
}

# bats test_tags=exact
@test "a line that the user's limit cuts off is not taken back: others may have written meanwhile" {
    configure_bind_address
    yes '' | head --bytes=2038 >"$log"
    # A block is 1024 bytes, or 512 in bash's POSIX mode.
    (ulimit -f 2; dial_as glusterd secure-dial)
    [[ $(stat --format=%s "$log") == 2048 ]]
}

@test "what the program starts has the library, and so has what that starts, secure or not" {
    run as_user secure-env grep -F "/$NAME" /proc/self/maps
    [[ $status == 1 && $output == "" ]]
    as_user LD_PRELOAD=$NAME secure-env grep -F "/$NAME" /proc/self/maps
    as_user LD_PRELOAD=$NAME secure-env env grep -F "/$NAME" /proc/self/maps
    as_user LD_PRELOAD=$NAME secure-env secure-grep -F "/$NAME" /proc/self/maps
    as_user LD_PRELOAD=$NAME secure-env secure-env grep -F "/$NAME" /proc/self/maps
}

@test "what the program starts connects from its source" {
    install -m 644 /dev/stdin /etc/glusterfs/srcaddr.conf <<-END
		[dial]
		2001:db8:2::/64 = $SOURCE
	END
    dialled=(secure-env dial peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen)
    [[ $(as_user "${dialled[@]}") == *"seen from $PEER, "* ]]
    [[ $(as_user LD_PRELOAD=$NAME "${dialled[@]}") == *"seen from $SOURCE, "* ]]
}

@test "what the program starts has the same environment as without the library, but for that" {
    environment=("TZDIR=/removed/by/ld.so" "EMPTY=" "NOT_LD_PRELOAD=$NAME" "PATH=$PATH")
    expected=$(env -i "${environment[@]}" setpriv --reuid=65534 --clear-groups secure-env env)
    [[ $expected == *NOT_LD_PRELOAD=* && $expected != *TZDIR=* ]]
    diff <(printf '%s\n' "$expected" "LD_PRELOAD=$NAME") \
        <(env -i "${environment[@]}" setpriv --reuid=65534 --clear-groups env LD_PRELOAD=$NAME secure-env env)
}

@test "what the program starts gets nothing of LD_PRELOAD but the library" {
    other_object
    for list in "$NAME" " :$NAME: " "$NAME $NAME" "$NAME:/tmp/other.so" "/tmp/other.so $NAME" "./$NAME:$NAME"; do
        echo "$list"
        [[ $(inherited LD_PRELOAD="$list") == "LD_PRELOAD=$NAME" ]]
    done
    # Not even what the program itself had loaded.
    for list in "$NAME:libother.so" "libother.so $NAME"; do
        echo "$list"
        [[ $(inherited LD_PRELOAD="$list") == $'other object\n'"LD_PRELOAD=$NAME" ]]
    done
}

@test "what the program starts does not get the name of the configuration" {
    as_user GLUSTERD_SRCADDR_CONF=/named secure-env env | grep -Fx GLUSTERD_SRCADDR_CONF=/named
    run as_user LD_PRELOAD=$NAME GLUSTERD_SRCADDR_CONF=/named secure-env env
    [[ $output == *"LD_PRELOAD=$NAME"* && $output != *GLUSTERD_SRCADDR_CONF* ]]
    echo "$installed" >/etc/ld.so.preload
    run as_user GLUSTERD_SRCADDR_CONF=/named secure-env env
    [[ $output == *PATH=* && $output != *GLUSTERD_SRCADDR_CONF* ]]
}

@test "where LD_PRELOAD did not ask for the library, what the program starts has no LD_PRELOAD" {
    other_object
    echo "$installed" >/etc/ld.so.preload
    as_user secure-grep -F "/$NAME" /proc/self/maps
    [[ $(inherited) == "" ]]
    [[ $(inherited LD_PRELOAD=libother.so) == "other object" ]]
    for list in "" "$NAME.1" "x$NAME" "${NAME%?}" "$installed" "./$NAME" "$NAME,$NAME"; do
        echo "$list"
        [[ $(inherited LD_PRELOAD="$list") == "" ]]
    done
}

# unset_by COMMAND [ARGUMENT...]: it prints an environment without LD_PRELOAD.
unset_by() {
    local environment
    environment=$("$@")
    echo "$environment"
    [[ $environment == *PATH=* && $'\n'$environment != *$'\n'LD_PRELOAD=* ]]
}

@test "another variable, an argument or the program's file name is not taken for LD_PRELOAD" {
    echo "$installed" >/etc/ld.so.preload
    unset_by as_user NOT_LD_PRELOAD=":$NAME" LD_PRELOAD_=":$NAME" A="LD_PRELOAD=:$NAME" secure-env env
    unset_by as_user secure-bash -c env 0 "LD_PRELOAD=$NAME"
    # The file name has no directory, because an empty PATH means the current one. The kernel puts it after the environment.
    cd /usr
    ln bin/secure-bash "LD_PRELOAD=$NAME"
    PATH='' unset_by /usr/bin/setpriv --reuid=65534 --clear-groups "LD_PRELOAD=$NAME" -c /usr/bin/env 0 "LD_PRELOAD=$NAME"
}

@test "where another object has set LD_PRELOAD, it stays so" {
    other_object 'setenv("LD_PRELOAD", "libother.so", 1);'
    [[ $(inherited LD_PRELOAD="$NAME libother.so") == $'other object\nother object\nLD_PRELOAD=libother.so' ]]
}

@test "where another object has put the arguments elsewhere, the program runs all the same" {
    other_object 'argv[argc - 1] = strdup(argv[argc - 1]);'
    [[ $(as_user LD_PRELOAD="$NAME libother.so" secure-env env) == "other object"*PATH=* ]]
}

@test "not under secure execution, the environment stays as it is, byte by byte" {
    environment=("B=1" "LD_PRELOAD=./absent:$NAME" "GLUSTERD_SRCADDR_CONF=/named" "A=" $'C=\n ' "LD_PRELOAD_=$NAME")
    env -i "${environment[@]}" grep -F "/$NAME" /proc/self/maps
    cmp <(printf '%s\0' "${environment[@]}") <(env -i "${environment[@]}" env --null)
}
