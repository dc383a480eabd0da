#!/usr/bin/env bats
# The unit and its drop-in on one machine, in good times and bad.

# shellcheck source=tests/systemd/machines.bash
source "${BATS_TEST_DIRNAME:?}/machines.bash"

setup_file() {
    start_machines 1
    install_package 1 "$SRCADDR_PACKAGE"
    in_host 1 systemctl start glusterd
}

teardown_file() {
    stop_machines
}

# Debian's glusterd.service allows six starts an hour.
setup() {
    in_host 1 systemctl reset-failed
}

# set_wait SECONDS: replaces the unit's own.
set_wait() {
    drop_in 1 glusterd-srcaddr.service wait <<-END
		[Service]
		ExecStart=
		ExecStart=/usr/sbin/glusterd-srcaddr check --wait $1
	END
    in_host 1 systemctl daemon-reload
}

@test "systemd-analyze finds nothing wrong with unit and drop-in" {
    run in_host 1 systemd-analyze verify --man=no glusterd.service glusterd-srcaddr.service
    echo "$output"
    [[ $status == 0 && -z $output ]]
}

@test "systemd-analyze finds the unit exposed to 1.6 at most" {
    in_host 1 systemd-analyze security --threshold=16 glusterd-srcaddr.service
}

# restorecon STATUS: installs a restorecon that exits with STATUS and writes its arguments where the sandbox forbids it.
restorecon() {
    printf '%s\n' '#!/bin/sh' "printf '%s\\n' \"\$@\" >/etc/restored" "exit $1" |
        install -m 755 /dev/stdin "$LAB/1/root/usr/sbin/restorecon"
}

@test "SELinux labels are restored before the check, where there is restorecon" {
    local status
    in_host 1 test ! -e /usr/sbin/restorecon
    in_host 1 systemctl restart glusterd
    unit_is 1 glusterd active
    for status in 0 1; do
        restorecon "$status"
        in_host 1 systemctl restart glusterd
        unit_is 1 glusterd active
        diff "$LAB/1/root/etc/restored" <(printf '%s\n' -v /etc/glusterfs/srcaddr.conf \
            "$(in_host 1 find /usr/lib -name libglusterd-srcaddr.so)")
        rm "$LAB/1/root/etc/restored"
    done
    rm "$LAB/1/root/usr/sbin/restorecon"
}

@test "an error in the configuration: glusterd does not start, its status shows the line and a caret" {
    local unit shown
    write_configuration 1 <<-END
		[glusterd]
		::/0 = bind-address
		  2001:db8:2::/64 =   2001:db8::g   ; not hexadecimal
	END
    run in_host 1 systemctl restart glusterd
    [[ $status != 0 ]]
    unit_is 1 glusterd inactive
    for unit in glusterd glusterd-srcaddr; do
        # Without journald's prefix, which has the same length on all three lines.
        shown=$(in_host 1 systemctl status --full --lines=20 "$unit" | sed -n 's/^.* glusterd-srcaddr\[[0-9]*\]: //p')
        diff - <(grep -A 2 '^/etc/glusterfs/srcaddr\.conf:3:23: error: ' <<<"$shown" | tail -n 2) <<-END
			  2001:db8:2::/64 =   2001:db8::g   ; not hexadecimal
			                      ^~~~~~~~~~~
		END
    done
}

@test "mended: glusterd starts" {
    write_configuration 1 <<-END
		[glusterd]
		::/0 = bind-address
	END
    in_host 1 systemctl start glusterd
    unit_is 1 glusterd active
}

# restarted_with STATUS WARNING: glusterd starts, after check exits with STATUS and prints WARNING.
restarted_with() {
    in_host 1 systemctl restart glusterd
    unit_is 1 glusterd active
    [[ $(in_host 1 systemctl show --property=ExecMainStatus --value glusterd-srcaddr) == "$1" ]]
    [[ ! $2 ]] || wait_until 10 unit_said "libglusterd-srcaddr.so: warning: $2"
}

unit_said() { in_host 1 systemctl status --full --lines=20 glusterd-srcaddr | grep -F "$1"; }

@test "a library that ld.so can't preload: glusterd starts all the same, the unit's status shows why" {
    local library
    library=$(find "$LAB/1/root/usr/lib" -name libglusterd-srcaddr.so)
    # The unit's sandbox lets it find the library.
    restarted_with 0 ""
    chmod u-s "$library"
    restarted_with 1 "set-user-ID bit is not set: ld.so does not preload it under secure execution; run chmod u+s"
    chmod u+s "$library"
    mv "$library" "$library.away"
    restarted_with 1 "ld.so cannot preload it into glusterd: cannot open shared object file: No such file or directory"
    mv "$library.away" "$library"
}

@test "a source that stays away: glusterd starts all the same, after the wait" {
    write_configuration 1 <<-END
		[glusterd]
		::/0 = bind-address
		2001:db8:2::/64 = $(address_of 1 2)
	END
    set_wait 2
    in_host 1 systemctl restart glusterd
    unit_is 1 glusterd active
    in_host 1 systemctl status glusterd-srcaddr --full | grep "srcaddr.conf:3:19: warning: $(address_of 1 2)"
}

@test "a source that comes: glusterd starts at once" {
    set_wait 60
    SECONDS=0
    in_host 1 systemctl --no-block restart glusterd
    wait_until 10 unit_is 1 glusterd-srcaddr activating
    unit_is 1 glusterd inactive
    in_host 1 ip -6 address add "$(address_of 1 2)/64" dev host0
    wait_until 20 unit_is 1 glusterd active
    ((SECONDS < 30))
}

invocation_of() { in_host 1 systemctl show --property=InvocationID --value "$1"; }

# is_new UNIT INVOCATION: the unit has been started since.
is_new() { [[ $(invocation_of "$1") != "$2" ]]; }

@test "every start of glusterd checks anew, that after a crash too" {
    local checked started
    checked=$(invocation_of glusterd-srcaddr)
    in_host 1 systemctl restart glusterd
    is_new glusterd-srcaddr "$checked"

    drop_in 1 glusterd.service restart <<<$'[Service]\nRestartSec=0'
    in_host 1 systemctl daemon-reload
    checked=$(invocation_of glusterd-srcaddr)
    started=$(invocation_of glusterd)
    in_host 1 systemctl kill --signal=SEGV glusterd
    wait_until 20 is_new glusterd "$started"
    wait_until 20 unit_is 1 glusterd active
    is_new glusterd-srcaddr "$checked"
}

@test "where a container does not allow the unit its sandbox, glusterd starts all the same" {
    drop_in 1 glusterd-srcaddr.service sandbox <<<$'[Service]\nBindPaths=/nonexistent'
    in_host 1 systemctl daemon-reload
    in_host 1 systemctl restart glusterd
    unit_is 1 glusterd active
    in_host 1 systemctl status glusterd-srcaddr | grep status=226/NAMESPACE
    rm "$LAB"/1/root/etc/systemd/system/glusterd-srcaddr.service.d/90-sandbox.conf
    in_host 1 systemctl daemon-reload
}

@test "another preload is kept where both are named, as the drop-in says" {
    local main
    drop_in 1 glusterd.service preload <<<$'[Service]\nEnvironment="LD_PRELOAD=libglusterd-srcaddr.so libanl.so.1"'
    in_host 1 systemctl daemon-reload
    in_host 1 systemctl restart glusterd
    main=$(in_host 1 systemctl show --property=MainPID --value glusterd)
    in_host 1 grep -m 1 libglusterd-srcaddr.so "/proc/$main/maps"
    in_host 1 grep -m 1 libanl.so.1 "/proc/$main/maps"
}

@test "stopping or restarting the unit by hand does not stop glusterd" {
    local started verb
    started=$(invocation_of glusterd)
    for verb in stop restart try-restart; do
        run in_host 1 systemctl "$verb" glusterd-srcaddr
        [[ $output == *"may be requested by dependency only"* ]]
    done
    in_host 1 systemctl start glusterd-srcaddr
    unit_is 1 glusterd active
    not is_new glusterd "$started"
}
