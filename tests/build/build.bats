#!/usr/bin/env bats
# bats file_tags=exact
# What make builds and refuses to build, and what make install puts where.

NAME=libglusterd-srcaddr.so

setup() {
    cd "${BATS_TEST_DIRNAME:?}/../.." || return
    LIBRARY=${SRCADDR_LIBRARY:-build/$NAME}
}

# object FLAG...: builds a shared object that check-object accepts, unless the flags or the code on standard input are wrong.
object() {
    {
        printf 'int %s(void) { return 0; }\n' bind connect getsockname listen
        cat
    } >"$BATS_TEST_TMPDIR/object.c"
    gcc -shared -fPIC -fno-builtin -o "$BATS_TEST_TMPDIR/object.so" "$BATS_TEST_TMPDIR/object.c" \
        -Wl,-z,relro,-z,now,-z,noexecstack "$@"
}

# refused WORDS: check-object fails with a single error that starts with WORDS.
refused() {
    run preload/check-object "$BATS_TEST_TMPDIR/object.so"
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ ${lines[0]} == "$BATS_TEST_TMPDIR/object.so: error: $1"* ]]
}

@test "no file includes from a room that it must not know of" {
    tests/rooms
    cp -r preload tool "$BATS_TEST_TMPDIR"
    echo '#include "rules/config.h"' >>"$BATS_TEST_TMPDIR/preload/base/text.c"
    run tests/rooms "$BATS_TEST_TMPDIR"
    [ "$status" -eq 1 ]
    [[ $output == preload/base/text.c:*rules/config.h* && ${#lines[@]} == 1 ]]
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

@test "an object with packed relocations, which no glibc before 2.36 knows, is refused" {
    object -Wl,-z,pack-relative-relocs <<<'int getpid(void); __attribute__((constructor)) static void f(void) { getpid(); }'
    refused 'found GLIBC_ABI_DT_RELR; must need nothing above GLIBC_2.17'
}

@test "an object with another export is refused" {
    object <<<'int accept(void) { return 0; }'
    refused 'found exports "accept bind connect getsockname listen"'
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
    cp -r Makefile packaging preload "$BATS_TEST_TMPDIR"
    cat >"$BATS_TEST_TMPDIR/preload/newer.c" <<-'END'
		#include <sys/random.h>
		__attribute__((constructor)) static void newer(void)
		{
		    char byte;

		    if (getrandom(&byte, 1, 0) != 1)
		        byte = 0;
		}
	END
    run make -C "$BATS_TEST_TMPDIR" "build/$NAME"
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *'found getrandom@GLIBC_2.25'* ]]
    [ ! -e "$BATS_TEST_TMPDIR/build/$NAME" ]
}

# warned_make [ARGUMENT...]: with a compiler that warns about every file.
warned_make() {
    echo '#warning as a newer one may' >"$BATS_TEST_TMPDIR/newer.h"
    make --silent BUILD="$BATS_TEST_TMPDIR/build" CFLAGS="-O1 -include $BATS_TEST_TMPDIR/newer.h" "$@"
}

@test "what a newer compiler warns of is no error, unless WERROR=-Werror is asked for" {
    run warned_make WERROR=-Werror "$BATS_TEST_TMPDIR/build/tool/version.o"
    [ "$status" -ne 0 ]
    [[ $output == *"error: #warning as a newer one may"* ]]
    warned_make WERROR=
    [ -x "$BATS_TEST_TMPDIR/build/glusterd-srcaddr" ]
    preload/check-object "$BATS_TEST_TMPDIR/build/$NAME"
}

# staged TARGET: runs make TARGET with a DESTDIR, as for a package.
staged() {
    make --silent "$1" DESTDIR="$BATS_TEST_TMPDIR/staged" PREFIX=/opt LIBDIR=/opt/lib64
}

staged_files() {
    (cd "$BATS_TEST_TMPDIR/staged" && find . -type f -printf '%m %P\n' | sort)
}

@test "make install takes DESTDIR, PREFIX and LIBDIR; make uninstall removes all but the configuration" {
    # mount(8) looks only in /sbin, which is a link if /usr is merged.
    local helper
    helper=$(realpath --relative-to=/ /sbin)/mount.glusterfs-srcaddr
    staged install
    [ "$(staged_files | grep -v '^644 opt/')" = "4755 opt/lib64/$NAME
644 etc/glusterfs/srcaddr.conf
644 etc/logrotate.d/glusterd-srcaddr
755 opt/sbin/glusterd-srcaddr
755 $helper" ]
    for file in "$helper" opt/lib/systemd/system/glusterd-srcaddr{,-metrics}.service; do
        grep '[= ]/opt/sbin/glusterd-srcaddr ' "$BATS_TEST_TMPDIR/staged/$file"
    done
    grep -Fx "ExecStartPre=-+/usr/sbin/restorecon -v /etc/glusterfs/srcaddr.conf /opt/lib64/$NAME" \
        "$BATS_TEST_TMPDIR/staged/opt/lib/systemd/system/glusterd-srcaddr.service"
    staged uninstall
    [ "$(staged_files)" = '644 etc/glusterfs/srcaddr.conf' ]
    [ ! -e "$BATS_TEST_TMPDIR/staged/opt/lib/systemd/system/glusterd.service.d" ]
    [ ! -e "$BATS_TEST_TMPDIR/staged/opt/share/doc/glusterd-srcaddr" ]
    [ ! -e "$BATS_TEST_TMPDIR/staged/opt/share/glusterd-srcaddr" ]
}

@test "make install and make uninstall leave a configuration that is there as it is" {
    mkdir -p "$BATS_TEST_TMPDIR/staged/etc/glusterfs"
    echo '# Mine.' >"$BATS_TEST_TMPDIR/staged/etc/glusterfs/srcaddr.conf"
    staged install
    staged uninstall
    [ "$(cat "$BATS_TEST_TMPDIR/staged/etc/glusterfs/srcaddr.conf")" = '# Mine.' ]
}

# has_entry VERSION: with this version of logrotate, make install installs the entry.
has_entry() {
    printf '#!/bin/sh\necho "logrotate %s" >&2\n' "$1" | install -D -m 755 /dev/stdin "$BATS_TEST_TMPDIR/bin/logrotate"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH make --dry-run install | grep ':/etc/logrotate\.d/glusterd-srcaddr '
}

@test "an entry for logrotate is installed where it knows ignoreduplicates, from 3.21.0 on" {
    local version
    for version in 3.21.0 3.22.0 4.0.0; do
        has_entry "$version"
    done
    for version in 3.8.6 3.18.0 3.20.1 ''; do
        run has_entry "$version"
        [ "$status" -eq 1 ]
    done
    run make --dry-run install LOGROTATE=
    [[ $status == 0 && $output != *logrotate* ]]
}

@test "make install fails where a file can't be installed" {
    mkdir -p "$BATS_TEST_TMPDIR/staged/opt/sbin/glusterd-srcaddr.new"
    run staged install
    [ "$status" -ne 0 ]
    [[ $output == *"cannot overwrite directory"* ]]
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
