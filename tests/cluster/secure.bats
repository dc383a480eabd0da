#!/usr/bin/env bats
# glusterd under secure execution, ld.so(8): an ordinary user runs it, and its file has the capabilities it needs. The same
# goes for the brick that it starts, which must get the library too.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

setup() {
    start_lab 1
    use_names
    start_host 1
    write_volfile 1
    write_configuration 1 <<-END
		[glusterfsd]
		2001:db8:1::/64 = $(second_address_of 1)
	END
}

teardown() {
    stop_lab
}

# Mounts an overlay on host 1's /usr, with the installed library and these programs.
cover_usr() {
    local usr=$LAB/1/run/cover/usr program
    make --silent -C "$BATS_TEST_DIRNAME/../.." install DESTDIR="${usr%/*}" COMMAND= BUILD="${LIBRARY%/*}"
    mkdir "$usr/sbin" "$LAB/1/run/work"
    for program in glusterfsd glusterd; do
        cp "$(realpath "$(type -P glusterfsd)")" "$usr/sbin/$program"
        setcap cap_chown,cap_dac_override,cap_fowner,cap_sys_admin+ep "$usr/sbin/$program"
    done
    in_host 1 mount -t overlay overlay /usr -o lowerdir=/usr,upperdir=/run/cover/usr,workdir=/run/work
}

@test "a brick that is started by a glusterd under secure execution dials from its source" {
    cover_usr
    chown nobody "$LAB"/1/{lib,log,run}
    LIBRARY=${LIBRARY##*/} start_program 1 preloaded setpriv --reuid=nobody --clear-groups glusterd
    wait_until 30 peers 1
    gluster 1 volume create lone "$(name_of 1):/run/brick/data" force
    gluster 1 volume start lone
    wait_until 30 connections_are "host1 glusterfsd $(second_address_of 1) -> $(address_of 1) glusterd"
}
