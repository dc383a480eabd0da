#!/usr/bin/env bats
# The installed library under secure execution, ld.so(8): of programs to which their files give a capability, run by an
# ordinary user. They are called secure-env and so on; what they start, env and so on, runs as usual again.

NAME=libglusterd-srcaddr.so
SOURCE=2001:db8:1::11
PEER=2001:db8:2::1
PORT=24007

cd "${BATS_TEST_DIRNAME:?}/../.." || exit
tests/in-sandbox || exit
LIBRARY=$(realpath -m -- "${SRCADDR_LIBRARY:-build/$NAME}")
PROGRAMS=$(realpath -m -- "${SRCADDR_PROGRAMS:-build/tests/socket}")

# What is installed, and what tests change in /usr and /etc, is laid over them and goes with the tests.
setup_file() {
    local directory program
    make --silent install DESTDIR="$BATS_FILE_TMPDIR" COMMAND= BUILD="${LIBRARY%/*}"
    for directory in usr etc; do
        mkdir -p "$BATS_FILE_TMPDIR"/{$directory,work/$directory}
        mount -t overlay overlay "/$directory" \
            -o "lowerdir=/$directory,upperdir=$BATS_FILE_TMPDIR/$directory,workdir=$BATS_FILE_TMPDIR/work/$directory"
    done
    install "$PROGRAMS/dial" /usr/bin
    for program in env grep bash; do
        cp "$(type -P "$program")" "/usr/bin/secure-$program"
        setcap cap_net_bind_service+ep "/usr/bin/secure-$program"
    done
    ip address add "$SOURCE/128" dev lo nodad
    ip address add "$PEER/128" dev lo nodad
}

teardown_file() {
    ip address delete "$SOURCE/128" dev lo
    ip address delete "$PEER/128" dev lo
    umount --lazy /etc /usr
}

setup() {
    installed=/$(cd "$BATS_FILE_TMPDIR" && find usr -name "$NAME")
}

teardown() {
    rm -f /etc/ld.so.preload
}

# as_user [VARIABLE=VALUE]... COMMAND [ARGUMENT...]
as_user() {
    setpriv --reuid=65534 --clear-groups env "$@"
}

# other_object [STATEMENT]: libother.so, which is found under secure execution too, executes it and says that it is there.
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

# inherited [VARIABLE=VALUE]...: prints LD_PRELOAD as it is for what a program under secure execution starts, below a
# line for each of the two that has the other object.
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
    # Nor what the program itself had loaded.
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

# unset_by COMMAND [ARGUMENT...]: it prints an environment, without LD_PRELOAD.
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
    # Without a directory, as an empty PATH means the current one: the environment lies between the two.
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
