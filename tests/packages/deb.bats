#!/usr/bin/env bats
# The Debian package: its contents, and what installing, upgrading, removing and purging it does.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/packages/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

setup_file() {
    make_next deb
}

setup() {
    ARCHITECTURE=$(dpkg --print-architecture)
    DEB=${SRCADDR_BUILD:?}/glusterd-srcaddr_${VERSION}_$ARCHITECTURE.deb
    PREVIOUS_DEB=$(realpath "${SRCADDR_PREVIOUS:?}"/glusterd-srcaddr_*.deb)
    NEXT_DEB=$BATS_FILE_TMPDIR/next/build/glusterd-srcaddr_${NEXT}_$ARCHITECTURE.deb
}

teardown() {
    remove_root
}

@test "lintian has nothing against it" {
    local unwanted=package-supports-alternative-init-but-no-init.d-script suppress=()
    # It wants an init script beside the unit. Newer versions of lintian lack this tag.
    if lintian-explain-tags --list-tags | grep --line-regexp "$unwanted"; then
        suppress=(--suppress-tags "$unwanted")
    fi
    run lintian --allow-root --fail-on error,warning,info --display-info --tag-display-limit 0 "${suppress[@]}" \
        "$SRCADDR_BUILD/deb/glusterd-srcaddr_${VERSION}_$ARCHITECTURE.changes"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "every override of lintian's has its reason" {
    awk 'BEGIN { RS = "" } !/^# / { print; wrong = 1 } END { exit wrong || NR == 0 }' \
        "$REPOSITORY/packaging/deb/glusterd-srcaddr.lintian-overrides"
}

@test "it has what make install installs, with the modes" {
    run sh -c "dpkg-deb --fsys-tarfile '$DEB' | tar --list --verbose | awk '!/^d/ { print \$1, \$2, \$6 }' | sort -k 3"
    echo "$output"
    [ "$output" = "-rw-r--r-- root/root ./etc/glusterfs/srcaddr.conf
-rw-r--r-- root/root ./etc/logrotate.d/glusterd-srcaddr
-rw-r--r-- root/root ./usr/lib/systemd/system/glusterd-srcaddr-metrics.service
-rw-r--r-- root/root ./usr/lib/systemd/system/glusterd-srcaddr-metrics.timer
-rw-r--r-- root/root ./usr/lib/systemd/system/glusterd-srcaddr.service
-rw-r--r-- root/root ./usr/lib/systemd/system/glusterd.service.d/50-srcaddr.conf
-rwsr-xr-x root/root ./usr/lib/$(gcc -print-multiarch)/$NAME
-rwxr-xr-x root/root ./usr/sbin/glusterd-srcaddr
-rwxr-xr-x root/root ./usr/sbin/mount.glusterfs-srcaddr
-rw-r--r-- root/root .$COLLECTION/CHANGELOG.md
-rw-r--r-- root/root .$COLLECTION/README.md
-rw-r--r-- root/root .$COLLECTION/galaxy.yml
-rw-r--r-- root/root .$COLLECTION/meta/runtime.yml
-rw-r--r-- root/root .$COLLECTION/playbooks/remove.yml
-rw-r--r-- root/root .$COLLECTION/playbooks/repair.yml
-rw-r--r-- root/root .$COLLECTION/playbooks/rollout.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/defaults/main.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/meta/argument_specs.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/brick.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/bricks.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/check.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/clients.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/gate.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/host.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/identify.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/keep_bricks.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/main.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/map.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/package.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/remove.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/repair.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/report.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/restart.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/restartable.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/restore_unit.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/status.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/unused.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/verify.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/tasks/volumes.yml
-rw-r--r-- root/root .$COLLECTION/roles/srcaddr/vars/main.yml
-rw-r--r-- root/root ./usr/share/bash-completion/completions/glusterd-srcaddr
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/README.md
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/changelog.gz
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/copyright
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/SECURITY.md
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/connect.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/design.md
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/glusterd-srcaddr.schema.json
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/guide.md
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-connects.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-hosts.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-loads.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-lookups.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-rules.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-threads.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance-volumes.svg
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/performance.md
-rw-r--r-- root/root ./usr/share/doc/glusterd-srcaddr/docs/upstream-tests.md
-rw-r--r-- root/root ./usr/share/glusterd-srcaddr/prometheus-alerts.yml
-rw-r--r-- root/root ./usr/share/lintian/overrides/glusterd-srcaddr
-rw-r--r-- root/root ./usr/share/man/man5/srcaddr.conf.5.gz
-rw-r--r-- root/root ./usr/share/man/man8/glusterd-srcaddr.8.gz
-rw-r--r-- root/root ./usr/share/man/man8/mount.glusterfs-srcaddr.8.gz" ]
}

# logrotate does not know ignoreduplicates there.
@test "built on Debian 11, whose /sbin need not be a link, it has the mount helper there, and no entry for logrotate" {
    sed 's/^VERSION_ID=.*/VERSION_ID="11"/' /etc/os-release >"$BATS_TEST_TMPDIR/os-release"
    mount --bind "$BATS_TEST_TMPDIR/os-release" "$(realpath /etc/os-release)"
    copy_source "$BATS_TEST_TMPDIR/bullseye"
    make -C "$BATS_TEST_TMPDIR/bullseye" deb
    umount "$(realpath /etc/os-release)"
    [ "$(dpkg-deb --fsys-tarfile "$BATS_TEST_TMPDIR/bullseye/build/${DEB##*/}" | tar --list | grep -e bin/mount -e logrotate)" = \
        ./sbin/mount.glusterfs-srcaddr ]
}

@test "it needs no GlusterFS package, and what it has in /etc are conffiles" {
    [ "$(dpkg-deb --info "$DEB" conffiles | sort)" = "/etc/glusterfs/srcaddr.conf
/etc/logrotate.d/glusterd-srcaddr" ]
    [ "$(dpkg-deb --field "$DEB" Enhances)" = 'glusterfs-client, glusterfs-server' ]
    run dpkg-deb --field "$DEB" Depends Recommends Suggests
    [[ $output == *libc6* && $output != *gluster* ]]
}

# apt_get [OPTION...] COMMAND PACKAGE: as an operator runs it, without questions.
apt_get() {
    DEBIAN_FRONTEND=noninteractive inside apt-get --quiet=2 "$@" </dev/null
}

# apt_install PACKAGE [OPTION...]
apt_install() {
    cp "$1" "$ROOT"
    apt_get "${@:2}" install "/${1##*/}"
}

@test "installed, the command runs and the library loads by its name" {
    make_root
    apt_install "$DEB"
    [ "$(inside glusterd-srcaddr version)" = "glusterd-srcaddr $VERSION" ]
    mount -t proc proc "$ROOT/proc"
    inside env LD_PRELOAD="$NAME" grep -F "/$NAME" /proc/self/maps
}

@test "without systemd, and with one that does not answer, it installs and goes without a word" {
    make_root
    apt_install "$DEB"
    run inside /var/lib/dpkg/info/glusterd-srcaddr.postinst configure
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    mkdir -p "$ROOT/run/systemd/system"
    run inside /var/lib/dpkg/info/glusterd-srcaddr.postinst configure
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    apt_get remove glusterd-srcaddr
}

@test "an upgrade brings a new configuration where the old one is unchanged" {
    make_root
    apt_install "$DEB"
    apt_install "$NEXT_DEB"
    cmp "$CONFIGURATION" "$BATS_FILE_TMPDIR/next/packaging/srcaddr.conf"
}

@test "an upgrade keeps a configuration that was changed, or removed" {
    make_root
    apt_install "$DEB"
    echo '# Mine.' >"$CONFIGURATION"
    apt_install "$NEXT_DEB" --option Dpkg::Options::=--force-confold
    [ "$(cat "$CONFIGURATION")" = '# Mine.' ]
    cmp "$CONFIGURATION.dpkg-dist" "$BATS_FILE_TMPDIR/next/packaging/srcaddr.conf"
    rm "$CONFIGURATION"
    apt_install "$DEB" --allow-downgrades --option Dpkg::Options::=--force-confold
    [ ! -e "$CONFIGURATION" ]
}

@test "upgraded from 0.1.0, and back: what runs keeps its library, what starts has the one that is installed, the configuration stays" {
    local package version
    make_root
    mount -t proc proc "$ROOT/proc"
    apt_install "$PREVIOUS_DEB"
    ours >"$BATS_TEST_TMPDIR/files"
    echo '# Mine.' >"$CONFIGURATION"
    library=$(inside sh -c "realpath /usr/lib/*/$NAME")
    cp "$ROOT$library" "$BATS_TEST_TMPDIR/old"
    mkfifo "$ROOT/run/fifo"
    inside env LD_PRELOAD="$NAME" cat /run/fifo &
    exec 4>"$ROOT/run/fifo"
    running=$(pgrep --newest --exact cat)
    mapped=/proc/$running/map_files/$(sed -n "s, r-xp .*$NAME.*,,p" "/proc/$running/maps" | cut -d ' ' -f 1)
    cmp "$mapped" "$BATS_TEST_TMPDIR/old"
    for package in "$DEB" "$PREVIOUS_DEB"; do
        apt_install "$package" --allow-downgrades --option Dpkg::Options::=--force-confold
        version=$(dpkg-deb --field "$package" Version)
        [ "$(inside glusterd-srcaddr version)" = "glusterd-srcaddr $version" ]
        cmp "$ROOT$library" <(dpkg-deb --fsys-tarfile "$package" | tar --extract --to-stdout ".$library")
        grep -F "$NAME (deleted)" "/proc/$running/maps"
        cmp "$mapped" "$BATS_TEST_TMPDIR/old"
        run inside env LD_PRELOAD="$NAME" grep -F "$NAME" /proc/self/maps
        [[ $output == *"$NAME"* && $output != *deleted* ]]
        [ "$(cat "$CONFIGURATION")" = '# Mine.' ]
    done
    rm "$CONFIGURATION.dpkg-dist" # the other version's, offered beside the changed one
    # A conffile that 0.1.0 lacks goes away with a purge.
    diff <(ours) <(sort - "$BATS_TEST_TMPDIR/files" <<</etc/logrotate.d/glusterd-srcaddr)
    apt_get purge glusterd-srcaddr
    cmp "$mapped" "$BATS_TEST_TMPDIR/old"
    exec 4>&-
    wait
    [ -z "$(ours)" ]
}

@test "removing leaves the configuration, purging the log and the backups; metrics that nobody writes any more go" {
    make_root
    apt_install "$DEB"
    install -D /dev/null "$ROOT/var/lib/prometheus/node-exporter/glusterd-srcaddr.prom"
    mkdir -p "$ROOT/etc/systemd/system/timers.target.wants"
    ln -s /usr/lib/systemd/system/glusterd-srcaddr-metrics.timer "$ROOT/etc/systemd/system/timers.target.wants/"
    touch "$ROOT"/var/log/glusterfs/srcaddr.log{,.1}
    install -D /dev/null "$ROOT/var/lib/glusterd/srcaddr-backup/peer"
    apt_get remove glusterd-srcaddr
    ours
    [ "$(ours)" = "/etc/glusterfs/srcaddr.conf
/etc/logrotate.d/glusterd-srcaddr
/var/lib/glusterd/srcaddr-backup/peer" ]
    [ ! -L "$ROOT/etc/systemd/system/timers.target.wants/glusterd-srcaddr-metrics.timer" ]
    apt_get purge glusterd-srcaddr
    [ "$(ours)" = /var/lib/glusterd/srcaddr-backup/peer ]
    [ -d "$ROOT/etc/glusterfs" ]
    [ "$(cd "$ROOT/var/log/glusterfs" && ls)" = 'srcaddr.log
srcaddr.log.1' ]
}

@test "without GlusterFS it comes and goes as well, and takes the directory with it" {
    make_root
    apt_get purge glusterfs-server glusterfs-common
    rm -rf "$ROOT/etc/glusterfs"
    apt_install "$DEB"
    apt_get purge glusterd-srcaddr
    [ ! -e "$ROOT/etc/glusterfs" ]

    apt_install "$DEB"
    rm -r "$ROOT/etc/glusterfs"
    apt_get purge glusterd-srcaddr
}
