#!/usr/bin/env bats
# Completion in an interactive bash on a terminal: the line that readline makes, not just the candidates.

COMPLETION=$(realpath -- "${BATS_TEST_DIRNAME:?}/../../packaging/completion/glusterd-srcaddr")
COMMAND=$(realpath -- "${SRCADDR_COMMAND:-$BATS_TEST_DIRNAME/../../build/glusterd-srcaddr}")

setup() {
    # Hides this machine's own peers.
    mount -t tmpfs store /var/lib/glusterd
    cat >"$BATS_TEST_TMPDIR/rc" <<-END
		PATH=$(dirname "$COMMAND"):$PATH PS1= HISTFILE=
		source $COMPLETION
		# Instead of running what was completed: its words.
		glusterd-srcaddr() {
		    if [[ \${FUNCNAME[1]-} == _glusterd_srcaddr ]]; then
		        command glusterd-srcaddr "\$@"
		    else
		        printf '%s\n' "\$@" >$BATS_TEST_TMPDIR/words
		    fi
		}
		sudo() { "\$@"; }
	END
}

# completed LINE: types LINE and M-*, readline's insert-completions, which inserts all candidates. Prints the words of the
# resulting line.
completed() {
    printf '%s\e*\nexit\n' "$1" |
        script --quiet --return --command "bash --noprofile --rcfile $BATS_TEST_TMPDIR/rc -i" /dev/null >/dev/null
    cat "$BATS_TEST_TMPDIR/words"
    rm "$BATS_TEST_TMPDIR/words"
}

# becomes LINE WORD...
becomes() {
    diff --label expected --label "$1" --unified=0 <(printf '%s\n' "${@:2}") <(completed "$1")
}

store_peers() {
    mkdir /var/lib/glusterd/peers
    printf 'uuid=%s\nstate=3\nhostname1=2001:db8:1::12\n' a >/var/lib/glusterd/peers/a
    printf 'uuid=%s\nstate=3\nhostname1=host3\nhostname2=2001:db8:1::13\n' b >/var/lib/glusterd/peers/b
}

teardown() {
    [[ ! ${helper-} ]] || kill "$helper"
    ip -6 address flush dev lo scope global
    umount /var/lib/glusterd
}

@test "subcommands, all that --help names" {
    becomes "glusterd-srcaddr " --help check explain repair run status version
    becomes "glusterd-srcaddr re" repair
    becomes "glusterd-srcaddr xy" xy
}

@test "options of a subcommand, all that its --help names" {
    becomes "glusterd-srcaddr check --" check --help --json --wait
    becomes "glusterd-srcaddr explain --" explain --help --json --process
    becomes "glusterd-srcaddr status --" status --check --help --json --metrics --output --watch --wrong
    becomes "glusterd-srcaddr run --" run --config --help
    becomes "glusterd-srcaddr repair --" repair --dry-run --from --help --json --to
    becomes "glusterd-srcaddr version --" version --help
    becomes "glusterd-srcaddr check --wait 5 --j" check --wait 5 --json
}

@test "no options for the program that run is to start, nor for an option's value" {
    becomes "glusterd-srcaddr run -- ls --" run -- ls --
    becomes "glusterd-srcaddr run ls --" run ls --
    becomes "glusterd-srcaddr check --wait --" check --wait --
}

@test "files, where an option wants one" {
    cd "$BATS_TEST_TMPDIR"
    touch srcaddr.prom
    becomes "glusterd-srcaddr status --metrics --output src" status --metrics --output srcaddr.prom
    becomes "glusterd-srcaddr run --config src" run --config srcaddr.prom
}

@test "processes, those of GlusterFS and those that run" {
    becomes "glusterd-srcaddr explain --process glusterfs" explain --process glusterfs glusterfsd
    becomes "glusterd-srcaddr explain --process glusters" explain --process glustershd
    cp "$(type -P bash)" "$BATS_TEST_TMPDIR/glusterfs"
    mkfifo "$BATS_TEST_TMPDIR/wait"
    "$BATS_TEST_TMPDIR/glusterfs" -c "exec <$BATS_TEST_TMPDIR/wait" mount --process-name fuse.shared 3>&- &
    helper=$!
    until [[ $(<"/proc/$helper/comm") == glusterfs ]]; do sleep 0.01; done
    becomes "glusterd-srcaddr explain --process fu" explain --process fuse fuse.shared
}

@test "peers in glusterd's store, with all their colons" {
    store_peers
    becomes "glusterd-srcaddr explain " explain 2001:db8:1::12 2001:db8:1::13 host3
    becomes "glusterd-srcaddr explain 2001:db8:1::13" explain 2001:db8:1::13
    becomes "glusterd-srcaddr explain --process glusterfsd h" explain --process glusterfsd host3
    becomes "glusterd-srcaddr repair --from 2001:db8:1::12 --to ho" repair --from 2001:db8:1::12 --to host3
    becomes "glusterd-srcaddr explain host3 " explain host3
}

@test "who is connected with a glusterd" {
    ip -6 address add 2001:db8:2::1/64 dev lo nodad
    ip -6 address add 2001:db8:2::2/64 dev lo nodad
    exec {server}< <(exec perl -MIO::Socket::IP -e '
        $server = IO::Socket::IP->new(LocalHost => "2001:db8:2::1", LocalPort => 24007, Listen => 1) or die;
        $caller = IO::Socket::IP->new(LocalHost => "2001:db8:2::2", PeerHost => "2001:db8:2::1", PeerPort => 24007) or die;
        $| = 1;
        print "connected\n";
        sleep' 3>&-)
    helper=$!
    read -r connected <&"$server"
    [ "$connected" = connected ]
    becomes "glusterd-srcaddr explain 2001:db8:2::1" explain 2001:db8:2::1
    becomes "glusterd-srcaddr explain " explain 2001:db8:2::1 2001:db8:2::2
}

@test "behind sudo, and found by the bash-completion package under the command's name" {
    mkdir -p "$BATS_TEST_TMPDIR/completion/completions"
    ln -s "$COMPLETION" "$BATS_TEST_TMPDIR/completion/completions/"
    sed -i "s|^source .*|source /usr/share/bash-completion/bash_completion|" "$BATS_TEST_TMPDIR/rc"
    export BASH_COMPLETION_USER_DIR=$BATS_TEST_TMPDIR/completion
    becomes "glusterd-srcaddr re" repair
    becomes "sudo glusterd-srcaddr re" repair
}
