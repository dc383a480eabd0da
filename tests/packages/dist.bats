#!/usr/bin/env bats
# Builds make dist's files again where everything is different that must not matter.

# shellcheck source=tests/packages/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# same_files DIRECTORY DIRECTORY
same_files() {
    local file
    diff <(cd "$1" && ls) <(cd "$2" && ls)
    for file in "$1"/*; do
        cmp "$file" "$2/${file##*/}" || {
            diffoscope "$file" "$2/${file##*/}"
            return 1
        }
    done
}

@test "an ordinary user, elsewhere, later, without a network and a repository, builds the same, byte for byte" {
    local source=$BATS_TEST_TMPDIR/elsewhere/source
    mkdir "${source%/*}"
    copy_source "$source"
    mkdir "$source/build"
    touch "$source"/build/glusterd-srcaddr{_0.1.0_amd64.deb,-0.1.0-1.x86_64.rpm}
    find "$source" -exec touch {} +
    chmod -R go= "$source"
    chown -R 65534:65534 "$source"
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR"
    [ "$(ip -brief link | wc -l)" -eq 1 ]
    hostname elsewhere
    umask 077
    SOURCE_DATE_EPOCH=$(stat --format=%Y "${SRCADDR_BUILD:?}/dist/glusterd-srcaddr-$VERSION.tar.gz") \
        HOME=/nonexistent TZ=Pacific/Kiritimati LC_ALL=C.UTF-8 \
        setpriv --reuid=65534 --regid=65534 --clear-groups make -C "$source" dist
    same_files "$SRCADDR_BUILD/dist" "$source/build/dist"
    # Packages of another version are gone, which README.md's commands would install too.
    diff <(cd "$source/build" && ls ./*.{deb,rpm}) <(cd "$source/build/dist" && ls ./*.{deb,rpm})
}
