#!/usr/bin/env bats
# --help on every level, the version, and wrong options.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

@test "--help" {
    says 0 --help <<-END
		Usage: glusterd-srcaddr SUBCOMMAND [ARGUMENT...]

		Source addresses for the IPv6 connections of GlusterFS.

		Subcommands:
		  check     Check the configuration and this host's sources
		  explain   Show which source a connection to a peer gets, and why
		  status    Show GlusterFS's processes, connections and peers, and what is wrong with them
		  run       Run a program with the library
		  repair    List peers stored under an address that does not answer, or correct one
		  version   Print the version

		See 'glusterd-srcaddr SUBCOMMAND --help', glusterd-srcaddr(8) and srcaddr.conf(5).
	END
}

@test "--help of each subcommand" {
    says 0 check --help <<-END
		Usage: glusterd-srcaddr check [--wait SECONDS] [--json] [FILE]

		Check the configuration and this host's sources.

		Options:
		  --wait SECONDS       Wait up to SECONDS until every source is usable
		  --json               Print the findings as JSON
		  --help               Print this help and exit
	END
    says 0 explain --help <<-END
		Usage: glusterd-srcaddr explain [--process NAME] [--json] PEER

		Show which source a connection to a peer gets, and why.

		Options:
		  --process NAME       Name of the process, as in sections (default: glusterd)
		  --json               Print JSON
		  --help               Print this help and exit
	END
    says 0 status --help <<-END
		Usage: glusterd-srcaddr status [[--wrong] [--watch] [--json] | --metrics [--output FILE] | --check]

		Show GlusterFS's processes, connections and peers, and what is wrong with them.

		Options:
		  --wrong              Show only what is wrong
		  --watch              Repeat every second
		  --json               Print JSON
		  --metrics            Print metrics for Prometheus
		  --output FILE        Write the metrics to FILE, atomically
		  --check              Act as a plugin of Nagios or Icinga: one line and its exit status
		  --help               Print this help and exit
	END
    says 0 run --help <<-END
		Usage: glusterd-srcaddr run [--config FILE] [--] COMMAND [ARGUMENT...]

		Run a program with the library.

		Options:
		  --config FILE        Read FILE instead of /etc/glusterfs/srcaddr.conf
		  --help               Print this help and exit
	END
    says 0 repair --help <<-END
		Usage: glusterd-srcaddr repair [--from ADDRESS --to ADDRESS [--dry-run] | --json]

		List peers stored under an address that does not answer, or correct one.

		Options:
		  --from ADDRESS       Address or host name that a peer is stored under
		  --to ADDRESS         Correct address or host name
		  --dry-run            Show the change without writing it
		  --json               Print the list as JSON
		  --help               Print this help and exit
	END
    says 0 version --help <<-END
		Usage: glusterd-srcaddr version

		Print the version.

		Options:
		  --help               Print this help and exit
	END
}

@test "version" {
    version=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    [ -n "$version" ]
    says 0 version <<<"glusterd-srcaddr $version"
    says 0 --version <<<"glusterd-srcaddr $version"
    says 2 version x <<-END
		glusterd-srcaddr version: unexpected argument 'x'
		Try 'glusterd-srcaddr version --help'.
	END
}

@test "no subcommand, or an unknown one" {
    "$COMMAND" --help >help
    says 2 <help
    ends 2 "$COMMAND" >printed 2>/dev/null
    diff /dev/null printed
    while IFS='|' read -r word meant; do
        says 2 "$word" <<-END
			glusterd-srcaddr: unknown subcommand '$word'$meant
			Try 'glusterd-srcaddr --help'.
		END
    done <<-END
		chekc|; did you mean 'check'?
		STATUS|; did you mean 'status'?
		repare|; did you mean 'repair'?
		rn|
		-h|
		--json|
		|
	END
}

@test "an unknown option, a misspelt or an ambiguous one, or with an argument, or without" {
    for subcommand in check explain status run repair version; do
        while IFS='|' read -r option message; do
            says 2 "$subcommand" "$option" <<-END
				glusterd-srcaddr $subcommand: $message
				Try 'glusterd-srcaddr $subcommand --help'.
			END
        done <<-END
			--nonsense|unknown option '--nonsense'
			--nonsense=1|unknown option '--nonsense'
			-x|unknown option '-x'
			-x=1|unknown option '-x'
			--hlep|unknown option '--hlep'; did you mean '--help'?
			--help=x|option '--help' takes no argument
			--hel=x|option '--help' takes no argument
		END
    done
    while IFS='|' read -r arguments message; do
        # shellcheck disable=SC2086 # words
        says 2 $arguments <<-END
			glusterd-srcaddr ${arguments%% *}: $message
			Try 'glusterd-srcaddr ${arguments%% *} --help'.
		END
    done <<-'END'
		check --wait|option '--wait' requires an argument
		check --wai|option '--wai' requires an argument
		check --wiat=3|unknown option '--wiat'; did you mean '--wait'?
		status --w|ambiguous option '--w'; did you mean '--wrong' or '--watch'?
		status --output=x -x=1|unknown option '-x'
		status --wrong=1 x=1|option '--wrong' takes no argument
		status x|unexpected argument 'x'
	END
    says 2 status $'\033[2J' <<-'END'
		glusterd-srcaddr status: unexpected argument '\x1b[2J'
		Try 'glusterd-srcaddr status --help'.
	END
}

@test "options before or behind the arguments" {
    "$COMMAND" explain --process fuse --json ::1 >before
    jq --exit-status '.explanations[0].process == "fuse"' before
    "$COMMAND" explain ::1 --process fuse --json >behind
    diff before behind
    write empty <<<""
    says_in_json 0 . check empty <<<'{"version":1,"findings":[]}'
}

@test "output that can't be written is not counted as done" {
    for arguments in --help version "explain ::1" "explain ::1 --json" check "check --json" "status --json" "status --metrics"; do
        # shellcheck disable=SC2086 # words
        ends 2 "$COMMAND" $arguments >/dev/full 2>printed
        grep "glusterd-srcaddr: cannot write the output: No space left on device" printed
    done
}
