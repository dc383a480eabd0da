#!/usr/bin/env bats
# What run does for a program.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

setup() {
    enter_machine
    write rules <<-END
		[dial]
		2001:db8:2::/64 = $SOURCE
	END
}

@test "the program's connections have their source" {
    says 0 run --config rules "$PROGRAMS/dial" peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen <<-END
		connect: 0
		seen from $SOURCE, port new
	END
    in_force <rules
    says 0 run -- "$PROGRAMS/dial" peer="[$PEER]:$PORT" tcp6 bind="[::]:0" connect="[$PEER]:$PORT" seen <<-END
		bind: 0
		connect: 0
		seen from $SOURCE, port kept
	END
    GLUSTERD_SRCADDR_CONF=/dev/null/missing says 2 run "$PROGRAMS/dial" <<-END
		glusterd-srcaddr: /dev/null/missing: No such file or directory
	END
    # Empty: the library's default file, which may be missing.
    GLUSTERD_SRCADDR_CONF='' says 0 run "$PROGRAMS/dial" peer="[$PEER]:$PORT" tcp6 connect="[$PEER]:$PORT" seen <<-END
		connect: 0
		seen from $SOURCE, port new
	END
    rm /etc/glusterfs/srcaddr.conf
    GLUSTERD_SRCADDR_CONF='' says 0 run true </dev/null
}

@test "so have those of the programs that it starts, wherever they are" {
    says 0 run --config rules sh -c "cd / && $PROGRAMS/dial 'peer=[$PEER]:$PORT' tcp6 'connect=[$PEER]:$PORT' seen" <<-END
		connect: 0
		seen from $SOURCE, port new
	END
}

@test "a preload that there is already is kept, ours is in front" {
    says 0 run printenv LD_PRELOAD <<<libglusterd-srcaddr.so
    LD_PRELOAD='' says 0 run printenv LD_PRELOAD <<<libglusterd-srcaddr.so
    LD_PRELOAD=libdl.so.2 says 0 run printenv LD_PRELOAD <<<libglusterd-srcaddr.so:libdl.so.2
    LD_PRELOAD="libdl.so.2 libm.so.6" says 0 run printenv LD_PRELOAD <<<"libglusterd-srcaddr.so:libdl.so.2 libm.so.6"
    says 0 run grep -c libglusterd-srcaddr.so /proc/self/maps < <(LD_PRELOAD=$LIBRARY grep -c libglusterd-srcaddr.so /proc/self/maps)
}

@test "the configuration's path is made absolute; without --config the environment is left alone" {
    says 0 run --config rules printenv GLUSTERD_SRCADDR_CONF <<<"$PWD/rules"
    mkdir directory
    ln -s "$PWD/rules" link
    says 0 run --config=directory/../link printenv GLUSTERD_SRCADDR_CONF <<<"$PWD/rules"
    says 1 run printenv GLUSTERD_SRCADDR_CONF </dev/null
    GLUSTERD_SRCADDR_CONF=rules says 0 run printenv GLUSTERD_SRCADDR_CONF <<<rules
    GLUSTERD_SRCADDR_CONF=missing says 0 run --config rules printenv GLUSTERD_SRCADDR_CONF <<<"$PWD/rules"
}

@test "the program's exit status, signals and options are its own" {
    says 7 run sh -c 'exit 7' </dev/null
    # shellcheck disable=SC2016 # the inner shell's
    ends 143 "$COMMAND" run sh -c 'kill -TERM $$' 3>&-
    says 0 run printf '%s\n' --config --json <<-END
		--config
		--json
	END
    says 0 run -- printf '%s\n' -- <<<--
    # No process stays in between.
    # shellcheck disable=SC2016
    says 0 run sh -c 'read -r _ _ _ parent _ </proc/$$/stat; tr "\0" "\n" </proc/$parent/cmdline | head -n 1' \
        < <(tr '\0' '\n' <"/proc/$$/cmdline" | head -n 1)
}

@test "it refuses where the library can't be found" {
    unset LD_LIBRARY_PATH
    says 2 run touch started <<-END
		glusterd-srcaddr: cannot preload libglusterd-srcaddr.so: cannot open shared object file: No such file or directory
	END
    [ ! -e started ]
}

@test "it refuses a configuration with an error, or that is not there or not to be trusted" {
    echo wrong >>rules
    expected="rules:3:1: error: expected NETWORK = SOURCE or [NAME...], found 'wrong'
wrong
^~~~~"
    says 2 run --config rules touch started <<<"$expected"
    GLUSTERD_SRCADDR_CONF=rules says 2 run touch started <<<"$expected"
    in_force <rules
    says 2 run touch started <<<"/etc/glusterfs/srcaddr.$(sed '1s/^rules/conf/' <<<"$expected")"
    chmod go+w rules
    says 2 run --config rules touch started <<-END
		rules:1:1: error: writable by group or others; chmod go-w
	END
    says 2 run --config missing touch started <<-END
		glusterd-srcaddr: missing: No such file or directory
	END
    [ ! -e started ]
}

@test "a program that can't be started" {
    says 2 run no-such-program <<-END
		glusterd-srcaddr: no-such-program: No such file or directory
	END
    says 2 run /etc <<-END
		glusterd-srcaddr: /etc: Permission denied
	END
}

@test "mount(8), which would mount without the library, is refused, however it is called" {
    local words="mount(8) clears LD_PRELOAD; use 'mount -t glusterfs-srcaddr', or run mount.glusterfs"
    # shellcheck disable=SC2016 # for the other shell
    printf '#!/bin/sh\ntouch "$0.started"\n' | tee mount mount.glusterfs umount >/dev/null
    chmod +x mount mount.glusterfs umount
    PATH=$PWD:$PATH says 2 run mount host1:/shared /mnt <<<"glusterd-srcaddr: mount: $words"
    says 2 run "$PWD/mount" -a <<<"glusterd-srcaddr: $PWD/mount: $words"
    says 2 run --config rules -- ./mount -a <<<"glusterd-srcaddr: ./mount: $words"
    [ ! -e mount.started ]
    says 0 run ./mount.glusterfs host1:/shared /mnt </dev/null
    [ -e mount.glusterfs.started ]
    says 0 run ./umount /mnt </dev/null
}

@test "what it is called with is wrong" {
    says 2 run <<-END
		glusterd-srcaddr run: expected a command to run
		Try 'glusterd-srcaddr run --help'.
	END
    says 2 run --config rules -- <<-END
		glusterd-srcaddr run: expected a command to run
		Try 'glusterd-srcaddr run --help'.
	END
    says 2 run --config <<-END
		glusterd-srcaddr run: option '--config' requires an argument
		Try 'glusterd-srcaddr run --help'.
	END
    says 2 run --json true <<-END
		glusterd-srcaddr run: unknown option '--json'
		Try 'glusterd-srcaddr run --help'.
	END
}
