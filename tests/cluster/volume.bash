# shellcheck shell=bash
# A volume named shared, replicated over hosts 1 to 3 and mounted on host 4 at /run/mount. Needs lab.bash.

# start_volume [OPTION VALUE]...: with everything preloaded, and the hosts' current configurations.
start_volume() {
    start_glusterd preloaded 1 2 3
    gluster 1 peer probe "$(name_of 2)"
    gluster 1 peer probe "$(name_of 3)"
    wait_until 30 in_cluster 1 2 3
    # "force" allows bricks on the file system of /run.
    gluster 1 volume create shared replica 3 "$(name_of 1):/run/brick/data" "$(name_of 2):/run/brick/data" \
        "$(name_of 3):/run/brick/data" force
    (($# == 0)) || gluster 1 volume set shared "$@"
    gluster 1 volume start shared
    # mount(8) removes LD_PRELOAD, so this calls its helper. No page cache: every read comes from a brick.
    start_program 4 preloaded mount.glusterfs "$(name_of 1):/shared" /run/mount \
        -o direct-io-mode=enable,xlator-option=transport.address-family=inet6
    wait_until 30 in_host 4 mountpoint /run/mount
}

# Print the checksums of the files on the mount and on a host's brick.
mounted_sums() { in_host 4 sh -c 'cd /run/mount && sha256sum *'; }
brick_sums() { in_host "$1" sh -c 'cd /run/brick/data && sha256sum *'; }

# bricks_agree HOST...: their bricks have the same files as the mount.
bricks_agree() {
    local host sums
    sums=$(mounted_sums)
    for host; do
        diff --label mount --label "brick of host $host" --unified=0 <(echo "$sums") <(brick_sums "$host") || return
    done
}

# gluster is preloaded, because it runs glfsheal, which dials every brick.
heal_is_complete() {
    local summary
    summary=$(in_host 1 env LD_PRELOAD="$LIBRARY" timeout 60 gluster --mode=script volume heal shared info) || return
    echo "$summary"
    [[ $(grep -c '^Number of entries: 0$' <<<"$summary") == 3 ]]
}
