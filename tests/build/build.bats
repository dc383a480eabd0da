#!/usr/bin/env bats
# What make builds and refuses to build, and what make install puts where.

NAME=libglusterd-srcaddr.so

setup() {
    cd "${BATS_TEST_DIRNAME:?}/../.." || return
    LIBRARY=${SRCADDR_LIBRARY:-build/$NAME}
}

# object FLAG...: builds a shared object that check-object has nothing against, but for the flags and the code on the
# standard input.
object() {
    {
        echo 'int connect(void); int connect(void) { return 0; }'
        echo 'int bind(void); int bind(void) { return 0; }'
        cat
    } >"$BATS_TEST_TMPDIR/object.c"
    gcc -shared -fPIC -fno-builtin -o "$BATS_TEST_TMPDIR/object.so" "$BATS_TEST_TMPDIR/object.c" \
        -Wl,-z,relro,-z,now,-z,noexecstack "$@"
}

# refused WORDS: check-object fails on it, with one error that has these words.
refused() {
    run preload/check-object "$BATS_TEST_TMPDIR/object.so"
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ ${lines[0]} == "$BATS_TEST_TMPDIR/object.so: error: $1"* ]]
}

@test "the library passes its own check" {
    preload/check-object "$LIBRARY"
}

@test "an object as it should be passes the check" {
    object </dev/null
    preload/check-object "$BATS_TEST_TMPDIR/object.so"
}

@test "an object that needs a symbol version above GLIBC_2.17 is refused, with the symbol's name" {
    object <<<'long getrandom(void *, unsigned long, unsigned); static long f(void) { return getrandom(0, 0, 0); }
        __attribute__((constructor)) static void g(void) { f(); }'
    refused 'found getrandom@GLIBC_2.25; must need nothing above GLIBC_2.17'
}

@test "an object with another export is refused" {
    object <<<'int listen(void); int listen(void) { return 0; }'
    refused 'found exports "bind connect listen"'
}

@test "an object that needs another library is refused" {
    object -Wl,--no-as-needed -l:libm.so.6 </dev/null
    refused 'found needed library libm.so.6'
}

@test "an object with an executable stack is refused" {
    object -Wl,-z,execstack </dev/null
    refused 'found an executable stack'
}

@test "an object with lazy binding is refused" {
    object -Wl,-z,lazy </dev/null
    refused 'found lazy binding'
}

@test "an object without RELRO is refused" {
    object -Wl,-z,norelro </dev/null
    refused 'found no RELRO segment'
}

@test "make fails, and leaves no library, where it would need a newer glibc" {
    cp -r Makefile preload "$BATS_TEST_TMPDIR"
    cat >"$BATS_TEST_TMPDIR/preload/newer.c" <<-'END'
		#include <sys/random.h>
		__attribute__((constructor)) static void newer(void)
		{
		    char byte;

		    if (getrandom(&byte, 1, 0) != 1)
		        byte = 0;
		}
	END
    run make -C "$BATS_TEST_TMPDIR"
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *'found getrandom@GLIBC_2.25'* ]]
    [ ! -e "$BATS_TEST_TMPDIR/build/$NAME" ]
}

# staged TARGET: make TARGET for a package's directory.
staged() {
    make --silent "$1" DESTDIR="$BATS_TEST_TMPDIR/staged" PREFIX=/opt LIBDIR=/opt/lib64
}

staged_files() {
    (cd "$BATS_TEST_TMPDIR/staged" && find . -type f -printf '%m %P\n' | sort)
}

@test "make install takes DESTDIR, PREFIX and LIBDIR; make uninstall removes it and keeps the configuration" {
    staged install
    [ "$(staged_files)" = "4755 opt/lib64/$NAME
644 opt/share/man/man5/srcaddr.conf.5" ]

    install -D -m 644 /dev/null "$BATS_TEST_TMPDIR/staged/etc/glusterfs/srcaddr.conf"
    staged uninstall
    [ "$(staged_files)" = '644 etc/glusterfs/srcaddr.conf' ]
}

@test "make install puts a new file in the place of the old one, which keeps its content" {
    staged install
    installed=$BATS_TEST_TMPDIR/staged/opt/lib64/$NAME
    echo 'as daemons have it mapped' >"$installed"
    exec 4<"$installed"
    staged install
    [ "$(cat <&4)" = 'as daemons have it mapped' ]
    cmp "$LIBRARY" "$installed"
}

# Lays a directory over /usr, so that what is installed into it goes with the test.
cover_usr() {
    mkdir "$BATS_TEST_TMPDIR"/{upper,work}
    mount -t overlay overlay /usr \
        -o "lowerdir=/usr,upperdir=$BATS_TEST_TMPDIR/upper,workdir=$BATS_TEST_TMPDIR/work"
}

teardown() {
    ! mountpoint --quiet /usr || umount --lazy /usr
}

# securely COMMAND [ARGUMENT...]: a copy of the program, run by an ordinary user to whom its file gives a capability.
securely() {
    cp "$(type -P "$1")" "$BATS_TEST_TMPDIR/$1"
    setcap cap_net_bind_service+ep "$BATS_TEST_TMPDIR/$1"
    setpriv --reuid=65534 --clear-groups "$BATS_TEST_TMPDIR/$1" "${@:2}"
}

@test "installed, it is found by its name, under secure execution too" {
    cover_usr
    make --silent install
    LD_PRELOAD=$NAME grep -F "/$NAME" /proc/self/maps
    LD_PRELOAD=$NAME securely grep -F "/$NAME" /proc/self/maps
}

@test "under secure execution the environment does not name the configuration" {
    cover_usr
    make --silent install
    echo wrong >"$BATS_TEST_TMPDIR/srcaddr.conf"
    named=$BATS_TEST_TMPDIR/srcaddr.conf
    LD_PRELOAD=$NAME GLUSTERD_SRCADDR_CONF=$named run bash -c ': </dev/tcp/::1/1'
    [[ $output == *"$named:1:1: error: "* ]]
    LD_PRELOAD=$NAME GLUSTERD_SRCADDR_CONF=$named run securely bash -c ': </dev/tcp/::1/1'
    [[ $output == *"Connection refused"* && $output != *srcaddr* ]]
}
