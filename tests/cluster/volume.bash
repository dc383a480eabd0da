# shellcheck shell=bash
# A volume called shared, replicated over hosts 1 to 3 and mounted on host 4 at /run/mount. Goes on from lab.bash.

# start_volume [OPTION VALUE]...: all is preloaded, and under the configurations that the hosts have by then.
start_volume() {
    start_glusterd preloaded 1 2 3
    gluster 1 peer probe "$(name_of 2)"
    gluster 1 peer probe "$(name_of 3)"
    wait_until 30 in_cluster 1 2 3
    # "force" lets bricks be on the file system of /run.
    gluster 1 volume create shared replica 3 "$(name_of 1):/run/brick/data" "$(name_of 2):/run/brick/data" \
        "$(name_of 3):/run/brick/data" force
    (($# == 0)) || gluster 1 volume set shared "$@"
    gluster 1 volume start shared
    # mount(8) removes LD_PRELOAD from the environment, hence its helper. No page cache: what is read came from a brick.
    start_program 4 preloaded mount.glusterfs "$(name_of 1):/shared" /run/mount \
        -o direct-io-mode=enable,xlator-option=transport.address-family=inet6
    wait_until 30 in_host 4 mountpoint /run/mount
}

# Prints the checksums of the files as the mount and as a host's brick have them.
mounted_sums() { in_host 4 sh -c 'cd /run/mount && sha256sum *'; }
brick_sums() { in_host "$1" sh -c 'cd /run/brick/data && sha256sum *'; }

# bricks_agree HOST...: the bricks there have the files that the mount has.
bricks_agree() {
    local host sums
    sums=$(mounted_sums)
    for host; do
        diff --label mount --label "brick of host $host" --unified=0 <(echo "$sums") <(brick_sums "$host") || return
    done
}

# The command has the library here, for it runs glfsheal, which dials every brick.
heal_is_complete() {
    local summary
    summary=$(in_host 1 env LD_PRELOAD="$LIBRARY" timeout 60 gluster --mode=script volume heal shared info) || return
    echo "$summary"
    [[ $(grep -c '^Number of entries: 0$' <<<"$summary") == 3 ]]
}
