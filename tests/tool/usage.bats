#!/usr/bin/env bats
# --help on every level, the version, and wrong options.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

@test "--help" {
    says 0 --help <<-END
		Usage: glusterd-srcaddr SUBCOMMAND [ARGUMENT...]

		Source addresses for the IPv6 connections of GlusterFS.

		Subcommands:
		  check     Check the configuration, as the library would read it, and this host's sources
		  explain   Tell which source a connection to a peer gets, and why
		  status    Show GlusterFS's processes, their connections and peers, and what is wrong with them
		  run       Run a program with the library
		  repair    List peers that can't be reached as glusterd has stored them, or set one right
		  version   Print the version

		glusterd-srcaddr SUBCOMMAND --help tells more, and so do the manual pages glusterd-srcaddr(8) and srcaddr.conf(5).
	END
}

@test "--help of each subcommand" {
    says 0 check --help <<-END
		Usage: glusterd-srcaddr check [--wait SECONDS] [--json] [FILE]

		Check the configuration, as the library would read it, and this host's sources.

		Options:
		  --wait SECONDS       Wait until every source is usable, at most that long
		  --json               Print what was found as JSON
		  --help               Print this and exit
	END
    says 0 explain --help <<-END
		Usage: glusterd-srcaddr explain [--process NAME] [--json] PEER

		Tell which source a connection to a peer gets, and why.

		Options:
		  --process NAME       Of that process, as sections name it; without it glusterd
		  --json               Print it as JSON
		  --help               Print this and exit
	END
    says 0 status --help <<-END
		Usage: glusterd-srcaddr status [[--wrong] [--watch] [--json] | --metrics [--output FILE] | --check]

		Show GlusterFS's processes, their connections and peers, and what is wrong with them.

		Options:
		  --wrong              Show only what is wrong
		  --watch              Look again every second
		  --json               Print it as JSON
		  --metrics            Print it as metrics for Prometheus
		  --output FILE        Write the metrics to FILE, all at once
		  --check              Be a plugin of Nagios or Icinga: one line, and an exit status of theirs
		  --help               Print this and exit
	END
    says 0 run --help <<-END
		Usage: glusterd-srcaddr run [--config FILE] [--] COMMAND [ARGUMENT...]

		Run a program with the library.

		Options:
		  --config FILE        Read FILE in place of /etc/glusterfs/srcaddr.conf
		  --help               Print this and exit
	END
    says 0 repair --help <<-END
		Usage: glusterd-srcaddr repair [--from ADDRESS --to ADDRESS [--dry-run] | --json]

		List peers that can't be reached as glusterd has stored them, or set one right.

		Options:
		  --from ADDRESS       The address or host name that a peer is stored under
		  --to ADDRESS         The one that is right
		  --dry-run            Show the change, write nothing
		  --json               Print the list as JSON
		  --help               Print this and exit
	END
    says 0 version --help <<-END
		Usage: glusterd-srcaddr version

		Print the version.

		Options:
		  --help               Print this and exit
	END
}

@test "version" {
    version=$(sed -n 's/^VERSION := //p' "$ROOT/Makefile")
    [ -n "$version" ]
    says 0 version <<<"glusterd-srcaddr $version"
    says 0 --version <<<"glusterd-srcaddr $version"
    says 2 version x <<-END
		glusterd-srcaddr version: found argument "x"; it takes none
		glusterd-srcaddr version --help tells what there is.
	END
}

@test "no subcommand, or none that there is" {
    "$COMMAND" --help >help
    says 2 <help
    ends 2 "$COMMAND" >printed 2>/dev/null
    diff /dev/null printed
    for word in chekc -h --json ""; do
        says 2 "$word" < <(echo "glusterd-srcaddr: found subcommand \"$word\", which there is not" && cat help)
    done
}

@test "an option that there is not, or with a value, or without" {
    for subcommand in check explain status run repair version; do
        for option in --nonsense -x --nonsense=1; do
            says 2 "$subcommand" "$option" <<-END
				glusterd-srcaddr $subcommand: found option $option, which there is not
				glusterd-srcaddr $subcommand --help tells what there is.
			END
        done
        says 2 "$subcommand" --help=x <<-END
			glusterd-srcaddr $subcommand: found a value in --help=x; it takes none
			glusterd-srcaddr $subcommand --help tells what there is.
		END
    done
    says 2 check --wait <<-END
		glusterd-srcaddr check: found --wait without its value
		glusterd-srcaddr check --help tells what there is.
	END
    says 2 status x <<-END
		glusterd-srcaddr status: found argument x; it takes none
		glusterd-srcaddr status --help tells what there is.
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
        grep "glusterd-srcaddr: found no way to write the output: No space left on device" printed
    done
}
