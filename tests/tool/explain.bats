#!/usr/bin/env bats
# What explain says about a peer, and that it is true.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# Both on silent0.
DEPRECATED=2001:db8:7::1
TENTATIVE=2001:db8:7::2

setup() {
    enter_machine
    ip address add "$DEPRECATED/64" dev silent0 nodad preferred_lft 0
    # Duplicate address detection now takes an hour.
    sysctl -qw net.ipv6.conf.silent0.accept_dad=1 net.ipv6.conf.silent0.dad_transmits=3600
    ip address add "$TENTATIVE/64" dev silent0
    export GLUSTERD_SRCADDR_CONF=$PWD/srcaddr.conf
}

teardown() {
    ip address flush dev silent0 to 2001:db8:7::/64
    sysctl -qw net.ipv6.conf.silent0.accept_dad=0 net.ipv6.conf.silent0.dad_transmits=1
    leave_machine
}

@test "a rule that names the source" {
    in_force <<-END
		# comment
		[glusterd dial]

		2001:db8:2::/64 = $SOURCE ; comment
		::/0 = none
	END
    unset GLUSTERD_SRCADDR_CONF
    says 0 explain "$PEER" <<-END
		PEER             $PEER
		PROCESS          glusterd
		SECTION          [glusterd dial]
		SECTION AT       /etc/glusterfs/srcaddr.conf:2
		RULE             2001:db8:2::/64 = $SOURCE
		RULE AT          /etc/glusterfs/srcaddr.conf:4
		SOURCE           $SOURCE
		WHY              the rule names it
		INTERFACE        lo
		STATE            usable
		KERNEL           $PEER
		KERNEL INTERFACE lo
	END
    says_in_json 0 . explain "$PEER" < <(jq --compact-output . <<-END
		{"version": 1, "explanations": [{
		    "peer": "$PEER", "process": "glusterd", "file": "/etc/glusterfs/srcaddr.conf",
		    "section": ["glusterd", "dial"], "section_line": 2, "rule": "2001:db8:2::/64 = $SOURCE", "rule_line": 4,
		    "source": "$SOURCE", "why": "the rule names it", "interface": "lo", "source_state": "usable", "unavailable": null,
		    "kernel_source": "$PEER", "kernel_interface": "lo"
		}]}
	END
    )
}

@test "no rule, and rule none: left to the kernel" {
    in_force <<-END
		[glusterd]
		2001:db8:2::/64 = none
	END
    unset GLUSTERD_SRCADDR_CONF
    says 0 explain "$PEER" <<-END
		PEER             $PEER
		PROCESS          glusterd
		SECTION          [glusterd]
		SECTION AT       /etc/glusterfs/srcaddr.conf:1
		RULE             2001:db8:2::/64 = none
		RULE AT          /etc/glusterfs/srcaddr.conf:2
		WHY              the rule leaves it to the kernel
		KERNEL           $PEER
		KERNEL INTERFACE lo
	END
    # The kernel has no route there either.
    says 0 explain 2001:db8:99::1 <<-END
		PEER       2001:db8:99::1
		PROCESS    glusterd
		SECTION    [glusterd]
		SECTION AT /etc/glusterfs/srcaddr.conf:1
		WHY        no rule for this peer in the section
	END
    says 0 explain "$SILENT" --process glustershd <<-END
		PEER             $SILENT
		PROCESS          glustershd
		WHY              no section for this process, so no rules
		KERNEL           $SILENT_SOURCE
		KERNEL INTERFACE silent0
	END
}

@test "bind-address: that of glusterd.vol, or none" {
    unset GLUSTERD_SRCADDR_CONF
    write_volfile type mgmt/glusterd transport.socket.bind-address "$SOURCE"
    says 0 explain "$PEER" <<-END
		PEER             $PEER
		PROCESS          glusterd
		SECTION          [glusterd]
		SECTION AT       built in
		RULE             ::/0 = bind-address
		RULE AT          built in
		SOURCE           $SOURCE
		WHY              bind-address, /etc/glusterfs/glusterd.vol:3
		INTERFACE        lo
		STATE            usable
		KERNEL           $PEER
		KERNEL INTERFACE lo
	END
    write_volfile type mgmt/glusterd
    says 0 explain "$PEER" <<-END
		PEER             $PEER
		PROCESS          glusterd
		SECTION          [glusterd]
		SECTION AT       built in
		RULE             ::/0 = bind-address
		RULE AT          built in
		WHY              bind-address, but /etc/glusterfs/glusterd.vol has none
		KERNEL           $PEER
		KERNEL INTERFACE lo
	END
}

@test "a prefix: the address in it that the library takes" {
    write srcaddr.conf <<-END
		[dial]
		2001:db8:2::/64 = 2001:db8:1::/64
		2001:db8:3::/64 = 2001:db8:9::/64
	END
    says_in_json 0 '.explanations[] | .source, .why, .interface, .source_state' explain "$PEER" --process dial <<-END
		"$SOURCE"
		"this host's own address in 2001:db8:1::/64"
		"lo"
		"usable"
	END
    says_in_json 1 '.explanations[] | .source, .why, .interface, .source_state' explain "$FAR_PEER" --process dial <<-END
		null
		"this host's own address in 2001:db8:9::/64"
		null
		"absent"
	END
}

temporary_address() {
    ip -6 -o address show dev silent0 temporary -tentative | grep -o '2001:db8:7:[0-9a-f:]*'
}

@test "a prefix: a temporary address in it is none" {
    sysctl -qw net.ipv6.conf.silent0.accept_dad=0 net.ipv6.conf.silent0.use_tempaddr=2
    # The kernel adds a random temporary one.
    ip address add 2001:db8:7:0:ffff:ffff:ffff:fffe/64 dev silent0 nodad mngtmpaddr
    wait_until temporary_address
    sysctl -qw net.ipv6.conf.silent0.use_tempaddr=0
    write srcaddr.conf <<-END
		[dial]
		2001:db8:2::/64 = 2001:db8:7:0:ffff::/80
		2001:db8:3::/64 = $(masked "$(temporary_address)")/127
	END
    says_in_json 0 '.explanations[] | .source, .source_state' explain "$PEER" --process dial <<-END
		"2001:db8:7:0:ffff:ffff:ffff:fffe"
		"usable"
	END
    says_in_json 1 '.explanations[] | .source, .source_state' explain "$FAR_PEER" --process dial <<-END
		null
		"absent"
	END
}

# masked ADDRESS: prints it with its last bit cleared.
masked() {
    perl -MSocket=inet_pton,inet_ntop,AF_INET6 -e '
        print inet_ntop(AF_INET6, inet_pton(AF_INET6, shift) & ("\xff" x 15 . "\xfe"))' "$1"
}

@test "a source that can't be used, and what comes of it" {
    write srcaddr.conf <<-END
		[dial]
		2001:db8:2::1 = $DEPRECATED
		2001:db8:2::2 = $TENTATIVE
		2001:db8:2::3 = $GONE
	END
    explained() {
        says_in_json "$1" '.explanations[] | [.source, .interface, .source_state, .unavailable]' explain "$2" --process dial <<<"$3"
    }
    explained 0 2001:db8:2::1 "[\"$DEPRECATED\",\"silent0\",\"deprecated\",null]"
    explained 1 2001:db8:2::2 "[\"$TENTATIVE\",\"silent0\",\"tentative\",\"refuse\"]"
    explained 1 2001:db8:2::3 "[\"$GONE\",null,\"absent\",\"refuse\"]"
    printf '[options]\nunavailable = kernel\n' >>srcaddr.conf
    explained 0 2001:db8:2::1 "[\"$DEPRECATED\",\"silent0\",\"deprecated\",null]"
    explained 1 2001:db8:2::3 "[\"$GONE\",null,\"absent\",\"kernel\"]"
}

@test "a link-local peer with its scope" {
    write srcaddr.conf <<-END
		[dial]
		fe80::/10 = $LINK_SOURCE%silent0
	END
    GLUSTERD_SRCADDR_CONF=srcaddr.conf says 0 explain "$LINK_PEER%silent0" --process dial <<-END
		PEER             $LINK_PEER%silent0
		PROCESS          dial
		SECTION          [dial]
		SECTION AT       srcaddr.conf:1
		RULE             fe80::/10 = $LINK_SOURCE%silent0
		RULE AT          srcaddr.conf:2
		SOURCE           $LINK_SOURCE
		WHY              the rule names it
		INTERFACE        silent0
		STATE            usable
		KERNEL           $LINK_PEER
		KERNEL INTERFACE silent0
	END
}

@test "a host name: each of its IPv6 addresses" {
    use_hosts <<-END
		$PEER two-addresses
		10.0.0.1 two-addresses ipv4
		$FAR_PEER two-addresses
	END
    write srcaddr.conf <<-END
		[glusterd]
		2001:db8:2::/64 = $SOURCE
	END
    GLUSTERD_SRCADDR_CONF=srcaddr.conf says 0 explain two-addresses <<-END
		PEER             $PEER
		PROCESS          glusterd
		SECTION          [glusterd]
		SECTION AT       srcaddr.conf:1
		RULE             2001:db8:2::/64 = $SOURCE
		RULE AT          srcaddr.conf:2
		SOURCE           $SOURCE
		WHY              the rule names it
		INTERFACE        lo
		STATE            usable
		KERNEL           $PEER
		KERNEL INTERFACE lo

		PEER             $FAR_PEER
		PROCESS          glusterd
		SECTION          [glusterd]
		SECTION AT       srcaddr.conf:1
		WHY              no rule for this peer in the section
		KERNEL           $FAR_PEER
		KERNEL INTERFACE lo
	END
    says_in_json 0 '[.explanations[].peer]' explain two-addresses <<<"[\"$PEER\",\"$FAR_PEER\"]"
    # One of the two can't be reached: status 1.
    printf '[glusterd]\n%s = %s\n' "$PEER" "$GONE" | write srcaddr.conf
    says_in_json 1 '[.explanations[].source_state]' explain two-addresses <<<'["absent",null]'
    ends 2 "$COMMAND" explain ipv4 2>printed
    grep '^glusterd-srcaddr: ipv4: ' printed
    ends 2 "$COMMAND" explain nobody-knows 2>printed
    grep '^glusterd-srcaddr: nobody-knows: ' printed
}

# The names in srcaddr.conf(5), and any other program's.
@test "a process goes by both of its names" {
    write srcaddr.conf <<-END
		[glustershd]
		[fuse.a]
		[brick]
		[glusterfs]
		[d?al]
	END
    while read -r process section; do
        says_in_json 0 '.explanations[] | .process, .section' explain "$PEER" --process "$process" \
            < <(printf '%s\n' "\"$process\"" "$section")
    done <<-END
		glustershd ["glustershd"]
		glusterfsd ["brick"]
		brick ["brick"]
		glusterfs ["glusterfs"]
		quotad ["glusterfs"]
		fuse ["glusterfs"]
		fuse.a ["fuse.a"]
		fuse.b ["glusterfs"]
		dial ["d?al"]
		glusterd null
		nobody null
	END
}

# found_by LISTENER PEER: prints the source that a preloaded dial gets, or "nothing" if it is refused.
found_by() {
    local result
    result=$(preloaded dial dial peer="$1" tcp6 bind="[::]:0" connect="$2" local)
    case $result in
    *"connect: 0"*) sed -n 's/^local \(.*\), port kept$/\1/p' <<<"$result" ;;
    *"connect: EADDRNOTAVAIL"* | *"connect: ENODEV"*) echo nothing ;;
    *) fail "$result" ;;
    esac
}

# foreseen PEER: prints what explain predicts.
foreseen() {
    "$COMMAND" explain "$1" --process dial --json |
        jq --raw-output '.explanations[] | if .unavailable == "refuse" then "nothing"
            elif .unavailable == "kernel" or .source == null then .kernel_source else .source end'
}

@test "what explain says is what a preloaded program does" {
    ip address add 2001:db8:1:1::5/64 dev silent0 nodad
    write_volfile transport.socket.bind-address "$SOURCE2"
    rules="
        ::/0 = bind-address
        ::/0 = none
        ::/0 = $SOURCE
        ::/0 = 2001:db8:1::/64
        ::/0 = 2001:db8:1:1::/64
        ::/0 = $DEPRECATED
        ::/0 = $TENTATIVE
        ::/0 = 2001:db8:7::/64
        ::/0 = 2001:db8:9::/64
        ::/0 = $GONE
        2001:db8:2::1 = $SOURCE
        2001:db8:2::/47 = $SOURCE2
        fe80::/10 = $LINK_SOURCE%silent0
        fe80::/9 = $LINK_SOURCE%silent0
        fe80::/10 = fe80::%silent0/64
        fe80::/10 = $LINK_SOURCE%silent1
        fe80::/10 = $LINK_SOURCE%nosuch
        ::ffff:127.0.0.0/104 = ::ffff:127.0.0.1
        ::ffff:0:0/96 = ::ffff:192.0.2.1
        ::1 = $SOURCE
        ::1 = none"
    count=0
    for unavailable in refuse kernel; do
        while read -r rule; do
            [[ -n $rule ]] || continue
            printf '%s\n' "[options]" "log-file = $log" "unavailable = $unavailable" "[dial]" "$rule" | write srcaddr.conf
            for peer in "$PEER" "$PEER2" "$FAR_PEER" "$LINK_PEER%silent0" ::ffff:127.0.0.2 ::1; do
                listens=[$peer]:$PORT
                [[ $peer != ::ffff:* ]] || listens=127.0.0.2:$PORT
                said=$(foreseen "$peer")
                found=$(found_by "$listens" "[$peer]:$PORT")
                [[ -n $found && ($said == "$found" || $said == "::ffff:$found") ]] ||
                    fail "$rule, unavailable = $unavailable, peer $peer: said $said, found $found" || return
                count=$((count + 1))
            done
        done <<<"$rules"
    done
    [ "$count" -eq 252 ]
    ip address delete 2001:db8:1:1::5/64 dev silent0
}

@test "an error in the configuration, and a bind-address that nobody can tell" {
    write wrong <<<$'[glusterd]\n::/0 = x'
    GLUSTERD_SRCADDR_CONF=wrong says 2 explain "$PEER" <<-END
		wrong:2:8: error: expected an address, a prefix, bind-address or none, found 'x'
		::/0 = x
		       ^
	END
    unset GLUSTERD_SRCADDR_CONF
    write_volfile transport.socket.bind-address host1
    says_in_json 1 '.explanations[] | [.source, .why, .unavailable]' explain "$PEER" \
        <<<'[null,"bind-address, known only to glusterd","refuse"]'
    # Another process has no rule with bind-address.
    says_in_json 0 '.explanations[].why' explain "$PEER" --process dial <<<'"no section for this process, so no rules"'
}

@test "colours on a terminal, unless NO_COLOR is set" {
    write srcaddr.conf <<-END
		[glusterd]
		2001:db8:2::/64 = $SOURCE
		2001:db8:3::/64 = $GONE
	END
    on_terminal 0 explain "$PEER" < <("$COMMAND" explain "$PEER" | sed 's/usable/^[[32m&^[[0m/')
    on_terminal 1 explain "$FAR_PEER" < <("$COMMAND" explain "$FAR_PEER" | sed 's/not on this host/^[[31m&^[[0m/')
    NO_COLOR=1 on_terminal 0 explain "$PEER" < <("$COMMAND" explain "$PEER")
}

@test "as an ordinary user" {
    in_force <<-END
		[glusterd]
		2001:db8:2::/64 = $SOURCE
	END
    unset GLUSTERD_SRCADDR_CONF
    install -m 755 "$COMMAND" /run/command
    setpriv --reuid=65534 --regid=65534 --clear-groups /run/command explain "$PEER" >printed
    rm /run/command
    diff printed <("$COMMAND" explain "$PEER")
}

@test "what it is called with is wrong" {
    says 2 explain <<-END
		glusterd-srcaddr explain: expected a peer: an address or a host name
		Try 'glusterd-srcaddr explain --help'.
	END
    says 2 explain a b <<-END
		glusterd-srcaddr explain: unexpected argument 'b'
		Try 'glusterd-srcaddr explain --help'.
	END
    says 2 explain 127.0.0.1 <<-END
		glusterd-srcaddr explain: expected an IPv6 peer, found '127.0.0.1'; for IPv4 on IPv6 sockets write ::ffff:127.0.0.1
		Try 'glusterd-srcaddr explain --help'.
	END
}
