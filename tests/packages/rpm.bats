#!/usr/bin/env bats
# The RPM package: its contents, and what installing, upgrading and erasing it does.

# shellcheck disable=SC2030,SC2031 # each test is meant to have variables of its own
# shellcheck source=tests/packages/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

setup_file() {
    make_next rpm
}

setup() {
    RPM=${SRCADDR_BUILD:?}/glusterd-srcaddr-$VERSION-1.$(uname -m).rpm
    # Debian's rpm puts a database there.
    export HOME=$BATS_TEST_TMPDIR
    PREVIOUS_RPM=$(realpath "${SRCADDR_PREVIOUS:?}"/glusterd-srcaddr-*.rpm)
    NEXT_RPM=$BATS_FILE_TMPDIR/next/build/glusterd-srcaddr-$NEXT-1.$(uname -m).rpm
}

teardown() {
    remove_root
}

# contents PACKAGE: prints mode, owner and name of each file, and the flags c for %config, n for noreplace. Drops the .gz of
# manual pages, which not every rpm compresses.
contents() {
    rpm --query --package --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME}:%{FILEGROUPNAME} %{FILENAMES} %{FILEFLAGS:fflags}\n]' "$1" |
        sed '/\.build-id/d; s/\(\/man\/.*\)\.gz /\1 /; s/ $//'
}

@test "it has what make install installs, with the modes, and a configuration that is not replaced" {
    run contents "$RPM"
    echo "$output"
    [ "$output" = "-rw-r--r-- root:root /etc/glusterfs/srcaddr.conf cn
-rw-r--r-- root:root /usr/lib/systemd/system/glusterd-srcaddr-metrics.service
-rw-r--r-- root:root /usr/lib/systemd/system/glusterd-srcaddr-metrics.timer
-rw-r--r-- root:root /usr/lib/systemd/system/glusterd-srcaddr.service
drwxr-xr-x root:root /usr/lib/systemd/system/glusterd.service.d
-rw-r--r-- root:root /usr/lib/systemd/system/glusterd.service.d/50-srcaddr.conf
-rwsr-xr-x root:root /usr/lib64/$NAME
-rwxr-xr-x root:root /usr/sbin/glusterd-srcaddr
-rwxr-xr-x root:root /usr/sbin/mount.glusterfs-srcaddr
drwxr-xr-x root:root /usr/share/ansible
drwxr-xr-x root:root /usr/share/ansible/collections
drwxr-xr-x root:root /usr/share/ansible/collections/ansible_collections
drwxr-xr-x root:root /usr/share/ansible/collections/ansible_collections/glusterd_srcaddr
drwxr-xr-x root:root $COLLECTION
-rw-r--r-- root:root $COLLECTION/CHANGELOG.md
-rw-r--r-- root:root $COLLECTION/README.md
-rw-r--r-- root:root $COLLECTION/galaxy.yml
drwxr-xr-x root:root $COLLECTION/meta
-rw-r--r-- root:root $COLLECTION/meta/runtime.yml
drwxr-xr-x root:root $COLLECTION/playbooks
-rw-r--r-- root:root $COLLECTION/playbooks/remove.yml
-rw-r--r-- root:root $COLLECTION/playbooks/repair.yml
-rw-r--r-- root:root $COLLECTION/playbooks/rollout.yml
drwxr-xr-x root:root $COLLECTION/roles
drwxr-xr-x root:root $COLLECTION/roles/srcaddr
drwxr-xr-x root:root $COLLECTION/roles/srcaddr/defaults
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/defaults/main.yml
drwxr-xr-x root:root $COLLECTION/roles/srcaddr/meta
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/meta/argument_specs.yml
drwxr-xr-x root:root $COLLECTION/roles/srcaddr/tasks
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/brick.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/bricks.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/check.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/clients.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/gate.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/host.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/identify.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/keep_bricks.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/main.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/map.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/package.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/remove.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/repair.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/report.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/restart.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/restartable.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/restore_unit.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/status.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/unused.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/verify.yml
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/tasks/volumes.yml
drwxr-xr-x root:root $COLLECTION/roles/srcaddr/vars
-rw-r--r-- root:root $COLLECTION/roles/srcaddr/vars/main.yml
-rw-r--r-- root:root /usr/share/bash-completion/completions/glusterd-srcaddr
drwxr-xr-x root:root /usr/share/doc/glusterd-srcaddr
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/README.md d
drwxr-xr-x root:root /usr/share/doc/glusterd-srcaddr/docs
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/SECURITY.md d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/connect.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/design.md d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/glusterd-srcaddr.schema.json d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/guide.md d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-connects.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-hosts.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-loads.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-lookups.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-rules.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-threads.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance-volumes.svg d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/performance.md d
-rw-r--r-- root:root /usr/share/doc/glusterd-srcaddr/docs/upstream-tests.md d
drwxr-xr-x root:root /usr/share/glusterd-srcaddr
-rw-r--r-- root:root /usr/share/glusterd-srcaddr/prometheus-alerts.yml
drwxr-xr-x root:root /usr/share/licenses/glusterd-srcaddr-$VERSION
-rw-r--r-- root:root /usr/share/licenses/glusterd-srcaddr-$VERSION/LICENSE l
-rw-r--r-- root:root /usr/share/man/man5/srcaddr.conf.5 d
-rw-r--r-- root:root /usr/share/man/man8/glusterd-srcaddr.8 d
-rw-r--r-- root:root /usr/share/man/man8/mount.glusterfs-srcaddr.8 d" ]
}

@test "rpmlint has nothing against it, nor against how it is built" {
    tar --extract --gzip --directory="$BATS_TEST_TMPDIR" --strip-components=1 --wildcards \
        --file="$SRCADDR_BUILD/glusterd-srcaddr-$VERSION.tar.gz" '*.spec'
    run rpmlint --config "$REPOSITORY/packaging/rpm/rpmlint.toml" "$RPM" "$BATS_TEST_TMPDIR/glusterd-srcaddr.spec"
    echo "$output"
    [[ $status == 0 && $output == *" 0 errors, 0 warnings"* ]]
}

@test "it needs no GlusterFS package" {
    run rpm --query --package --requires "$RPM"
    [[ $output == *libc.so.6* && $output != *glusterfs* ]]
}

@test "for EL7 it has no command, no unit and no mount helper, and its drop-in asks for none" {
    copy_source "$BATS_TEST_TMPDIR/el7"
    make -C "$BATS_TEST_TMPDIR/el7" rpm RPMFLAGS='--define "rhel 7"'
    rpm2archive - <"$BATS_TEST_TMPDIR/el7/build/${RPM##*/}" | tar --extract --gzip --directory="$BATS_TEST_TMPDIR"
    diff <(contents "$BATS_TEST_TMPDIR/el7/build/${RPM##*/}") \
        <(contents "$RPM" | grep -v -e /glusterd-srcaddr.service -e glusterd-srcaddr-metrics -e share/glusterd-srcaddr -e sbin -e completion -e man8 -e schema -e ansible)
    [ "$(grep -v '^#' "$BATS_TEST_TMPDIR/usr/lib/systemd/system/glusterd.service.d/50-srcaddr.conf" | xargs)" = \
        "[Service] Environment=LD_PRELOAD=$NAME" ]
    run rpm --query --package --requires "$BATS_TEST_TMPDIR/el7/build/${RPM##*/}"
    [[ $output == *libc.so.6* && $output != *smartcols* && $output != *json* ]]
}

# The root is a Debian. Its rpm knows of no C library, and may warn about itself, or about a plugin that needs mounts.
rpm_inside() {
    local force
    force=$(rpm --help | grep --only-matching -e --force-debian) || true
    rpm ${force:+"$force"} --dbpath /var/lib/rpm --root "$ROOT" --nodeps --noplugins "$@"
}

# says_nothing COMMAND [ARGUMENT...]: succeeds silently, as scriptlets must if systemd does not run or does not answer.
says_nothing() {
    run "$@"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "without systemd, and with one that does not answer, it installs and goes without a word" {
    make_root
    says_nothing rpm_inside --install "$RPM"
    says_nothing rpm_inside --erase glusterd-srcaddr
    mkdir -p "$ROOT/run/systemd/system"
    says_nothing rpm_inside --install "$RPM"
    says_nothing rpm_inside --erase glusterd-srcaddr
    [ -z "$(ours)" ]
}

@test "upgraded from 0.1.0, and back: the configuration stays, and nothing of the other version" {
    local files package version
    make_root
    rpm_inside --install "$PREVIOUS_RPM"
    files=$(ours)
    echo '# Mine.' >"$CONFIGURATION"
    for package in "$RPM" "$PREVIOUS_RPM"; do
        rpm_inside --upgrade --oldpackage "$package"
        version=$(rpm --query --package --queryformat '%{VERSION}' "$package")
        [ "$(inside glusterd-srcaddr version)" = "glusterd-srcaddr $version" ]
        rpm_inside --verify --nomtime --noconfig glusterd-srcaddr
        [ "$(cat "$CONFIGURATION")" = '# Mine.' ]
    done
    rm "$CONFIGURATION.rpmnew" # the other version's, offered beside the changed one
    diff <(ours) - <<<"$files"
    rpm_inside --erase glusterd-srcaddr
    [ "$(ours)" = /etc/glusterfs/srcaddr.conf.rpmsave ]
}

@test "an upgrade brings a new configuration where the old one is unchanged" {
    make_root
    rpm_inside --install "$RPM"
    rpm_inside --upgrade "$NEXT_RPM"
    cmp "$CONFIGURATION" "$BATS_FILE_TMPDIR/next/packaging/srcaddr.conf"
    [ "$(ours | grep -c "$NAME")" -eq 1 ]
}

@test "an upgrade and an erasure keep a configuration that was changed; metrics that nobody writes any more go" {
    make_root
    rpm_inside --install "$RPM"
    echo '# Mine.' >"$CONFIGURATION"
    metrics=$ROOT/var/lib/prometheus/node-exporter/glusterd-srcaddr.prom
    install -D /dev/null "$metrics"
    rpm_inside --upgrade "$NEXT_RPM"
    [ -e "$metrics" ]
    [ "$(cat "$CONFIGURATION")" = '# Mine.' ]
    cmp "$CONFIGURATION.rpmnew" "$BATS_FILE_TMPDIR/next/packaging/srcaddr.conf"
    touch "$ROOT/var/log/glusterfs/srcaddr.log"
    install -D /dev/null "$ROOT/var/lib/glusterd/srcaddr-backup/peer"
    rpm_inside --erase glusterd-srcaddr
    [ "$(cat "$CONFIGURATION.rpmsave")" = '# Mine.' ]
    ours
    [ "$(ours)" = '/etc/glusterfs/srcaddr.conf.rpmnew
/etc/glusterfs/srcaddr.conf.rpmsave
/var/lib/glusterd/srcaddr-backup/peer' ]
    [ -e "$ROOT/var/log/glusterfs/srcaddr.log" ]
    [ ! -e "$metrics" ]
}
