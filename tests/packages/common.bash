# shellcheck shell=bash disable=SC2034
# Shared by the tests of the packages that make deb and make rpm built in $SRCADDR_BUILD, and of the next version, with another
# configuration. A root is the Debian that tests/systemd boots, not booted. tests/sandbox runs them.

# Set by the make that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL BUILD

REPOSITORY=$(realpath "${BASH_SOURCE[0]%/*}/../..")
NAME=libglusterd-srcaddr.so
COLLECTION=/usr/share/ansible/collections/ansible_collections/glusterd_srcaddr/glusterd_srcaddr
VERSION=$(sed -n 's/^VERSION := //p' "$REPOSITORY/Makefile")
NEXT=$VERSION.1

# copy_source DIRECTORY
copy_source() {
    mkdir "$1"
    (cd "$REPOSITORY" && cp -r Makefile README.md CHANGELOG.md LICENSE glusterd-srcaddr.service docs packaging preload tool "$1")
}

# make_next TARGET: builds the next version in $BATS_FILE_TMPDIR/next/build.
make_next() {
    copy_source "$BATS_FILE_TMPDIR/next"
    sed -i "s/^VERSION := .*/VERSION := $NEXT/" "$BATS_FILE_TMPDIR/next/Makefile"
    echo '# Next.' >>"$BATS_FILE_TMPDIR/next/packaging/srcaddr.conf"
    make -C "$BATS_FILE_TMPDIR/next" "$1" >"$BATS_FILE_TMPDIR/make.log" 2>&1 || {
        cat "$BATS_FILE_TMPDIR/make.log"
        return 1
    }
}

# An overlay, which ends with the test.
make_root() {
    ROOT=$BATS_TEST_TMPDIR/root
    CONFIGURATION=$ROOT/etc/glusterfs/srcaddr.conf
    mkdir "$BATS_TEST_TMPDIR"/{root,upper,work}
    mount -t overlay overlay "$ROOT" \
        -o "lowerdir=${SRCADDR_ROOT:?},upperdir=$BATS_TEST_TMPDIR/upper,workdir=$BATS_TEST_TMPDIR/work"
}

remove_root() {
    [[ -z ${ROOT-} ]] || umount --lazy "$ROOT"
}

inside() {
    chroot "$ROOT" "$@"
}

# Prints the paths of new files in the root, except the package managers' own.
ours() {
    (cd "$BATS_TEST_TMPDIR/upper" && find . -type f -printf '/%P\n' |
        grep -vE '^/(var/(lib/(dpkg|rpm|apt)|cache|log)/|etc/ld.so.cache|glusterd-srcaddr_)' | sort)
}
