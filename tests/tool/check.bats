#!/usr/bin/env bats
# What check finds in a configuration.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

@test "no configuration file: the built-in one, and no warning" {
    says 0 check <<-END
		/etc/glusterfs/srcaddr.conf: does not exist, built-in configuration in force: 1 section, 1 rule, 0 sources, 0 warnings
	END
    says_in_json 0 . check <<-END
		{"version":1,"findings":[]}
	END
    write_volfile transport.socket.bind-address "$SOURCE"
    says 0 check <<-END
		/etc/glusterfs/srcaddr.conf: does not exist, built-in configuration in force: 1 section, 1 rule, 1 source, 0 warnings
	END
}

@test "nothing to say: how much was looked at" {
    in_force <<-END
		[glusterd]
		::/0 = bind-address
		2001:db8:2::/64 = $SOURCE
		2001:db8:3::/64 = none
		[glusterfsd glustershd fuse.* quotad gluster*]
		::/0 = $SOURCE
		fe80::/10 = $LINK_SOURCE%silent0
		::ffff:127.0.0.0/104 = ::ffff:127.0.0.1
		2001:db8:9::/48 = 2001:db8:1::/64
	END
    write_volfile transport.socket.bind-address "$SOURCE2"
    says 0 check <<-END
		/etc/glusterfs/srcaddr.conf: 2 sections, 7 rules, 5 sources, 0 warnings
	END
    cp /etc/glusterfs/srcaddr.conf here
    says 0 check here <<-END
		here: 2 sections, 7 rules, 5 sources, 0 warnings
	END
    GLUSTERD_SRCADDR_CONF=$PWD/here says 0 check <<-END
		$PWD/here: 2 sections, 7 rules, 5 sources, 0 warnings
	END
    write empty </dev/null
    says 0 check empty <<-END
		empty: 0 sections, 0 rules, 1 source, 0 warnings
	END
}

### Errors

@test "an error: its place, the line and a caret under the word" {
    write new.conf <<-END
		[glusterd]
		::/0 = 10.0.0.1   ; not IPv6
	END
    says 2 check new.conf <<-END
		new.conf:2:8: error: expected an IPv6 source or none, found IPv4 source '10.0.0.1'
		::/0 = 10.0.0.1   ; not IPv6
		       ^~~~~~~~
	END
    says_in_json 2 . check new.conf <<-'END'
		{"version":1,"findings":[{"file":"new.conf","line":2,"column":8,"severity":"error","message":"expected an IPv6 source or none, found IPv4 source '10.0.0.1'"}]}
	END
    # An error keeps the whole file out of force, so check reports nothing else about it.
    write new.conf <<-END
		[unknown]
		::/0 = $GONE
		wrong
	END
    says 2 check new.conf <<-END
		new.conf:3:1: error: expected NETWORK = SOURCE or [NAME...], found 'wrong'
		wrong
		^~~~~
	END
}

@test "the caret stands under the word, whatever is before it: tabs, UTF-8, a byte order mark, carriage returns" {
    printf '[glusterd] ; \xc3\xa4\n \t::/0\t=\t\tx y\n' | write tabs
    says 2 check tabs <<<$'tabs:2:13: error: expected # comment or end of line, found \'y\'
 \t::/0\t=\t\tx y
 \t    \t \t\t  ^'
    printf '[glusterd]\n\xc3\xa4\xe2\x82\xac = x\xc3\xa4\n' | write utf-8
    says 2 check utf-8 <<-'END'
		utf-8:2:1: error: expected an IPv6 network such as 2001:db8:1::/64, found '\xc3\xa4\xe2\x82\xac'
		ä€ = xä
		^~
	END
    printf '[glusterd]\n::/0 = \xc3\xa4 \xe2\x82\xac\xe2\x82\xacx none\n' | write utf-8
    says 2 check utf-8 <<-'END'
		utf-8:2:11: error: expected # comment or end of line, found '\xe2\x82\xac\xe2\x82\xacx'
		::/0 = ä €€x none
		         ^~~
	END
    printf '\xef\xbb\xbf[a b,c]\r\n::/0 = none\r\n' | write bom
    says 2 check bom <<-'END'
		bom:1:4: error: expected spaces between names, found 'b,c'
		[a b,c]
		   ^~~~
	END
    printf '[glusterd]\r\n::/0 = none none\r\n' | write cr-lf
    says 2 check cr-lf <<-'END'
		cr-lf:2:13: error: expected # comment or end of line, found 'none'
		::/0 = none none
		            ^~~~
	END
    printf '[glusterd]\n::/0 =\r none x' | write cr
    says 2 check cr <<-'END'
		cr:2:14: error: expected # comment or end of line, found 'x'
		::/0 = none x
		            ^
	END
    # No control characters reach the terminal.
    printf '[glusterd]\n::/0 = \033[2J\001\177 \0\n' | write control
    says 2 check control <<-'END'
		control:2:15: error: expected plain text, found a NUL byte
		::/0 = ?[2J?? ?
		              ^
	END
}

@test "each error is the library's own, to the column" {
    count=0
    while IFS= read -r lines; do
        # shellcheck disable=SC2059 # they hold escapes
        printf "$lines" | write wrong
        status=0
        LD_PRELOAD=$LIBRARY GLUSTERD_SRCADDR_CONF=wrong "$PROGRAMS/dial" tcp6 connect="[$PEER]:1" 3>&- \
            2>expected >/dev/null || status=$?
        grep -q '^wrong:[0-9]*:[0-9]*: error: ' expected || fail "the library finds nothing wrong in $lines" || return
        ends 2 "$COMMAND" check wrong 2>printed
        diff --label "library: $lines" --label check --unified=0 expected <(head -n 1 printed)
        count=$((count + 1))
    done <<-'END'
		[glusterd
		[]
		[ , ]
		[a,b]
		[a options]
		[a]b]
		[options]\n[options]
		[options]\nnonsense = 1
		[options]\nloglevel = info
		[options]\nunavailable = never
		[options]\nunavailable = refuse\nunavailable = kernel
		[options]\nlog-file = relative
		[options]\nlog-level =
		[options]\nlog-level
		unavailable = kernel
		::/0 = none
		nonsense
		[a]\n = none
		[a]\n::/0 =
		[a]\n::/0 = # none
		[a]\n::/0 ::1 = none
		[a]\n::/0 = none none
		[a]\n10.0.0.0/8 = none
		[a]\nfe80::%%eth0 = none
		[a]\nfe80::/129 = none
		[a]\nfe80::/ = none
		[a]\n2001:db8::1/64 = none
		[a]\n  [2001:db8:1::]/64 = none
		[a]\n::/0 = [2001:db8::1]
		[a]\n:::/0 = none
		[a]\n::/0 = nonsense
		[a]\n::/0 = bind-adress
		[a]\n::/0 = 10.0.0.1
		[a]\n::/0 = ::ffff:10.0.0.1
		[a]\n::ffff:0:0/96 = ::1
		[a]\n::ffff:0:0/96 = bind-address
		[a]\n::/0 = 2001:db8::1/64
		[a]\n::/0 = 2001:db8::/999
		[a]\n::/0 = fe80::1
		[a]\n::/0 = 2001:db8::1%%eth0
		[a]\n::/0 = fe80::1%%name-of-an-interface-too-long
		[a]\n::/0 = ff02::1
		[a]\n::/0 = ::
		[a]\n\t::/0 = none\n\r\n  0:0::/0 = none
		[a]\n::/0 = none\n[b]\nx\0y
		\xef\xbb\xbf[a]\n::/0 none
	END
    [ "$count" -eq 46 ]
}

@test "a bind-address that only glusterd can tell is a warning: it keeps glusterd from nothing" {
    write_volfile working-directory /var/lib/glusterd transport.socket.bind-address gluster1.example
    says 1 check <<-END
		/etc/glusterfs/glusterd.vol:3:42: warning: bind-address is known only to glusterd: until it listens, other processes refuse the peers of such rules
		    option transport.socket.bind-address gluster1.example
		                                         ^~~~~~~~~~~~~~~~
		/etc/glusterfs/srcaddr.conf: does not exist, built-in configuration in force: 1 section, 1 rule, 0 sources, 1 warning
	END
    # shellcheck disable=SC2016 # glusterd's shell would expand it
    write_volfile bind-address '`hostname -i`'
    says 1 check <<-END
		/etc/glusterfs/glusterd.vol:2:25: warning: bind-address is known only to glusterd: until it listens, other processes refuse the peers of such rules
		    option bind-address \`hostname -i\`
		                        ^~~~~~~~~
		/etc/glusterfs/srcaddr.conf: does not exist, built-in configuration in force: 1 section, 1 rule, 0 sources, 1 warning
	END
    write_volfile transport.socket.bind-address 127.0.0.1
    says 0 check <<-END
		/etc/glusterfs/srcaddr.conf: does not exist, built-in configuration in force: 1 section, 1 rule, 0 sources, 0 warnings
	END
}

@test "a host name as bind-address: the address that glusterd would take" {
    use_hosts <<-END
		$SOURCE store1 both
		192.0.2.1 both store4
		$GONE store9
	END
    in_force <<<$'[glusterd]\n::/0 = bind-address'
    write_volfile transport.address-family inet6 transport.socket.bind-address both
    says 0 check <<-END
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 0 warnings
	END
    says_in_json 0 '.explanations[] | [.source, .why]' explain "$PEER" <<<"[\"$SOURCE\",\"bind-address, /etc/glusterfs/glusterd.vol:3\"]"
    write_volfile transport.socket.bind-address store1
    says_in_json 0 '.explanations[].source' explain "$PEER" <<<"\"$SOURCE\""
    # Without transport.address-family inet6, glusterd prefers IPv4.
    for name in both store4; do
        write_volfile transport.socket.bind-address "$name"
        says 0 check <<-END
			/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 0 sources, 0 warnings
		END
    done
    write_volfile transport.address-family inet6 transport.socket.bind-address store9
    says 1 check <<-END
		/etc/glusterfs/glusterd.vol:3:42: warning: $GONE is not on this host
		    option transport.socket.bind-address store9
		                                         ^~~~~~
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
}

@test "a glusterd.vol that can't be read keeps glusterd from nothing" {
    in_force <<<$'[glusterd]\n::/0 = bind-address'
    mkdir /etc/glusterfs/glusterd.vol
    says 1 check <<-END
		/etc/glusterfs/glusterd.vol: warning: bind-address is known only to glusterd: until it listens, other processes refuse the peers of such rules
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 0 sources, 1 warning
	END
}

@test "the file in force is not to be trusted: an error" {
    in_force <<<"[glusterd]"
    chmod 664 /etc/glusterfs/srcaddr.conf
    says 2 check <<-END
		/etc/glusterfs/srcaddr.conf:1:1: error: writable by group or others; chmod go-w
	END
    says_in_json 2 . check <<-END
		{"version":1,"findings":[{"file":"/etc/glusterfs/srcaddr.conf","line":1,"column":1,"severity":"error","message":"writable by group or others; chmod go-w"}]}
	END
    chmod 644 /etc/glusterfs/srcaddr.conf
    chown 12345 /etc/glusterfs/srcaddr.conf
    says 2 check <<-END
		/etc/glusterfs/srcaddr.conf:1:1: error: owned by user 12345, not by root; chown root
	END
    rm /etc/glusterfs/srcaddr.conf
    mkdir /etc/glusterfs/srcaddr.conf
    says 2 check <<-END
		/etc/glusterfs/srcaddr.conf:1:1: error: not a regular file
	END
}

@test "a file of the command line that is not to be trusted: a warning, and it is looked at all the same" {
    printf '[glusterd]\n::/0 = %s\n' "$SOURCE" >new.conf
    chmod 666 new.conf
    says 1 check new.conf <<-END
		new.conf:1:1: warning: the library would reject this file: writable by group or others; chmod go-w
		new.conf: 1 section, 1 rule, 1 source, 1 warning
	END
    echo "[glusterd" >new.conf
    says 2 check new.conf <<-END
		new.conf:1:1: warning: the library would reject this file: writable by group or others; chmod go-w
		new.conf:1:1: error: expected ']' at the end of '[glusterd'
		[glusterd
		^~~~~~~~~
	END
}

@test "a file of the command line that can't be read: the command can't do its work" {
    says 2 check missing <<-END
		glusterd-srcaddr: missing: No such file or directory
	END
    says 2 check . <<-END
		glusterd-srcaddr: .: not a regular file
	END
    mkfifo fifo
    says 2 check fifo <<-END
		glusterd-srcaddr: fifo: not a regular file
	END
}

### Warnings

# other_header FILE BYTES OFFSET: copies the library, and overwrites these bytes of its ELF header.
other_header() {
    install -D -m 4755 "$LIBRARY" "$1"
    # shellcheck disable=SC2059 # it holds escapes
    printf "$2" | dd of="$1" bs=1 seek="$3" conv=notrunc status=none
}

@test "a library that ld.so does not preload" {
    in_force <<<"[glusterd]"
    well="/etc/glusterfs/srcaddr.conf: 1 section, 0 rules, 0 sources, 0 warnings"
    warned="/etc/glusterfs/srcaddr.conf: 1 section, 0 rules, 0 sources, 1 warning"
    says 0 check <<<"$well"

    unset LD_LIBRARY_PATH
    says 1 check <<-END
		libglusterd-srcaddr.so: warning: ld.so cannot preload it into glusterd: cannot open shared object file: No such file or directory
		$warned
	END
    says_in_json 1 . check <<-'END'
		{"version":1,"findings":[{"file":"libglusterd-srcaddr.so","line":null,"column":null,"severity":"warning","message":"ld.so cannot preload it into glusterd: cannot open shared object file: No such file or directory"}]}
	END
    # check on another file does not look at the library.
    cp /etc/glusterfs/srcaddr.conf new.conf
    says 0 check new.conf <<<"${well/*:/new.conf:}"

    install -D -m 755 "$LIBRARY" plain/libglusterd-srcaddr.so
    LD_LIBRARY_PATH=$PWD/plain says 1 check <<-END
		$PWD/plain/libglusterd-srcaddr.so: warning: set-user-ID bit is not set: ld.so does not preload it under secure execution; run chmod u+s
		$warned
	END
    chmod u+s plain/libglusterd-srcaddr.so
    LD_LIBRARY_PATH=$PWD/plain says 0 check <<<"$well"

    # Another machine, and 32 bits: ld.so skips both.
    other_header machine/libglusterd-srcaddr.so '\377\377' 18
    LD_LIBRARY_PATH=$PWD/machine says 1 check <<-END
		$PWD/machine/libglusterd-srcaddr.so: warning: ld.so cannot preload it into glusterd: built for another architecture
		$warned
	END
    other_header class/libglusterd-srcaddr.so '\001' 4
    LD_LIBRARY_PATH=$PWD/class says 1 check <<-END
		$PWD/class/libglusterd-srcaddr.so: warning: ld.so cannot preload it into glusterd: built for another architecture
		$warned
	END
    LD_LIBRARY_PATH=$PWD/class says 2 run true <<-END
		glusterd-srcaddr: cannot preload $PWD/class/libglusterd-srcaddr.so: built for another architecture
	END
    # ld.so goes on to the right one after them.
    LD_LIBRARY_PATH=$PWD/machine:$PWD/class:$INSTALLED says 0 check <<<"$well"

    install -D -m 4755 /dev/null empty/libglusterd-srcaddr.so
    LD_LIBRARY_PATH=$PWD/empty says 1 check <<-END
		libglusterd-srcaddr.so: warning: ld.so cannot preload it into glusterd: $PWD/empty/libglusterd-srcaddr.so: file too short
		$warned
	END
}

@test "a rule that can never apply" {
    write new.conf <<-END
		[glusterd]
		::/0 = none
		  8000::/1 = none     ; halves of the first
		::/1 = none
		2001:db8::/62 = none
		2001:db8:0:0::/64 = none
		2001:db8:0:1::/64 = none
		2001:db8:0:2::/63 = none
		ff02::/16 = none
		2001:db8:1::/64 = none
		2001:db8:1::/65 = none
	END
    says 1 check new.conf <<-END
		new.conf:2:1: warning: this rule never applies: longer prefixes cover all of it
		::/0 = none
		^~~~
		new.conf:5:1: warning: this rule never applies: longer prefixes cover all of it
		2001:db8::/62 = none
		^~~~~~~~~~~~~
		new.conf:9:1: warning: this rule never applies: TCP cannot connect to multicast addresses
		ff02::/16 = none
		^~~~~~~~~
		new.conf: 1 section, 10 rules, 0 sources, 3 warnings
	END
}

@test "a rule for one address that stands for a network" {
    write new.conf <<-END
		[glusterd]
		:: = none
		2001:db8:1:: = none
		  2001:db8:2::0=none
		2001:db8:3::/128 = none
		2001:db8:4::1 = none
		::ffff:0.0.0.0/128 = none
		[glusterfsd]
		::/128 = bind-address
		::ffff:10.0.0.0 = none
		::/0 = none
	END
    says 1 check new.conf <<-END
		new.conf:2:1: warning: this rule covers one address only, ::; write ::/0 for all peers
		:: = none
		^~
		new.conf:7:1: warning: this rule covers one address only, ::ffff:0.0.0.0; write ::ffff:0.0.0.0/96 for all IPv4 peers
		::ffff:0.0.0.0/128 = none
		^~~~~~~~~~~~~~~~~~
		new.conf:3:1: warning: this rule covers one address only, 2001:db8:1::; write a length, such as 2001:db8:1::/64, for a network
		2001:db8:1:: = none
		^~~~~~~~~~~~
		new.conf:4:3: warning: this rule covers one address only, 2001:db8:2::; write a length, such as 2001:db8:2::/64, for a network
		  2001:db8:2::0=none
		  ^~~~~~~~~~~~~~~~~~
		new.conf:9:1: warning: this rule covers one address only, ::; write ::/0 for all peers
		::/128 = bind-address
		^~~~~~
		new.conf: 2 sections, 9 rules, 0 sources, 5 warnings
	END
}

@test "a source that is not on this host, deprecated, tentative or a duplicate: where it is first asked for" {
    sysctl -qw net.ipv6.conf.silent0.accept_dad=1
    ip address add 2001:db8:7::1/64 dev silent0 nodad preferred_lft 0
    # Duplicate address detection now takes an hour.
    sysctl -qw net.ipv6.conf.silent0.dad_transmits=3600
    ip address add 2001:db8:7::2/64 dev silent0
    write new.conf <<-END
		[glusterd]
		2001:db8:1::/64 = $GONE
		2001:db8:2::/64	=	2001:db8:7::1	# deprecated
		2001:db8:3::/64 = 2001:db8:7::2
		2001:db8:4::/64 = 2001:db8:8::/64
		2001:db8:5::/64 = fe80::99%silent0
		2001:db8:6::/64 = fe80::%nosuch/64
		::ffff:10.0.0.0/104 = ::ffff:10.0.0.1
		2001:db8:8::/64 = $GONE
		[glusterfsd]
		::/0 = $GONE
	END
    write_volfile transport.socket.bind-address 2001:db8:1::98
    says 1 check new.conf <<-END
		/etc/glusterfs/glusterd.vol:2:42: warning: 2001:db8:1::98 is not on this host
		    option transport.socket.bind-address 2001:db8:1::98
		                                         ^~~~~~~~~~~~~~
		new.conf:2:19: warning: $GONE is not on this host
		2001:db8:1::/64 = $GONE
		                  ^~~~~~~~~~~~~~
		$(printf '%s\n' \
        "new.conf:3:19: warning: 2001:db8:7::1 is deprecated on silent0: still works, but the network is phasing it out" \
        $'2001:db8:2::/64\t=\t2001:db8:7::1\t# deprecated' $'               \t \t^~~~~~~~~~~~~')
		new.conf:4:19: warning: 2001:db8:7::2 is tentative on silent0: duplicate address detection is still running
		2001:db8:3::/64 = 2001:db8:7::2
		                  ^~~~~~~~~~~~~
		new.conf:5:19: warning: an address in 2001:db8:8::/64 is not on this host
		2001:db8:4::/64 = 2001:db8:8::/64
		                  ^~~~~~~~~~~~~~~
		new.conf:6:19: warning: fe80::99%silent0 is not on this host
		2001:db8:5::/64 = fe80::99%silent0
		                  ^~~~~~~~~~~~~~~~
		new.conf:7:19: warning: an address in fe80::%nosuch/64 is not on this host
		2001:db8:6::/64 = fe80::%nosuch/64
		                  ^~~~~~~~~~~~~~~~
		new.conf:8:23: warning: ::ffff:10.0.0.1 is not on this host
		::ffff:10.0.0.0/104 = ::ffff:10.0.0.1
		                      ^~~~~~~~~~~~~~~
		new.conf: 2 sections, 9 rules, 8 sources, 8 warnings
	END
    ip address flush dev silent0 to 2001:db8:7::/64
    sysctl -qw net.ipv6.conf.silent0.accept_dad=0 net.ipv6.conf.silent0.dad_transmits=1
}

@test "a source that several rules name is asked for by the first of them in the file" {
    write new.conf <<-END
		[glusterd]
		2001:db8:2::/64 = $GONE
		2001:db8:1::/64 = $GONE
		[glusterfsd]
		::/0 = $GONE
	END
    says 1 check new.conf <<-END
		new.conf:2:19: warning: $GONE is not on this host
		2001:db8:2::/64 = $GONE
		                  ^~~~~~~~~~~~~~
		new.conf: 2 sections, 3 rules, 1 source, 1 warning
	END
}

@test "a section that no process of GlusterFS has" {
    mkfifo gate
    (exec -a programX bash -c 'read -r <gate') 3>&- &
    write new.conf <<-END
		[glusterd]
		[ gluserfsd  glustershd program? other*]
	END
    wait_until grep -q ^programX "/proc/$!/cmdline"
    says 1 check new.conf <<-END
		new.conf:2:3: warning: no GlusterFS process or running process is named 'gluserfsd'; did you mean 'glusterfsd'?
		[ gluserfsd  glustershd program? other*]
		  ^~~~~~~~~
		new.conf:2:34: warning: no GlusterFS process or running process is named 'other*'
		[ gluserfsd  glustershd program? other*]
		                                 ^~~~~~~
		new.conf: 2 sections, 0 rules, 0 sources, 2 warnings
	END
    echo >gate
    wait
}

@test "every name that the manual page lists is one of GlusterFS" {
    names=$(sed -n '/processes are named$/,/^\.El/ s/^\.It Li //p' "$ROOT/docs/srcaddr.conf.5" |
        sed 's/ Ta .*//; s/ No or Li / /; s/ Ns Ar //' | tr '\n' ' ')
    [[ " $names" == *" glusterfsd brick "*" fuse fuse.NAME "* ]]
    write new.conf <<<"[$names]"
    says 0 check new.conf <<-END
		new.conf: 1 section, 0 rules, 0 sources, 0 warnings
	END
}

@test "a section whose name is another word for a process of GlusterFS" {
    write new.conf <<-END
		[shd]
		[ bitrot Glusterd]
		[all]
		[gfproxyd glusterfd]
	END
    says 1 check new.conf <<-END
		new.conf:1:2: warning: no GlusterFS process or running process is named 'shd'; did you mean 'glustershd'?
		[shd]
		 ^~~~
		new.conf:2:3: warning: no GlusterFS process or running process is named 'bitrot'; did you mean 'bitd scrub'?
		[ bitrot Glusterd]
		  ^~~~~~
		new.conf:2:10: warning: no GlusterFS process or running process is named 'Glusterd'; did you mean 'glusterd'?
		[ bitrot Glusterd]
		         ^~~~~~~~~
		new.conf:3:2: warning: no GlusterFS process or running process is named 'all'; did you mean '*'?
		[all]
		 ^~~~
		new.conf:4:2: warning: no GlusterFS process or running process is named 'gfproxyd'; did you mean 'glusterfsd'?
		[gfproxyd glusterfd]
		 ^~~~~~~~
		new.conf:4:11: warning: no GlusterFS process or running process is named 'glusterfd'; did you mean 'glusterd' or 'glusterfsd' or 'glusterfs'?
		[gfproxyd glusterfd]
		          ^~~~~~~~~~
		new.conf: 4 sections, 0 rules, 0 sources, 6 warnings
	END
}

@test "a section that leaves none to a later one" {
    write new.conf <<-END
		[gluster*]
		[dial]
		[brick glustershd]
		[dial]
	END
    says 1 check new.conf <<-END
		new.conf:2:2: warning: no GlusterFS process or running process is named 'dial'
		[dial]
		 ^~~~~
		new.conf:3:1: warning: this section never applies: sections above match first, the last in line 1
		[brick glustershd]
		^~~~~~
		new.conf:4:2: warning: no GlusterFS process or running process is named 'dial'
		[dial]
		 ^~~~~
		new.conf:4:1: warning: this section never applies: sections above match first, the last in line 2
		[dial]
		^~~~~~
		new.conf: 4 sections, 0 rules, 0 sources, 4 warnings
	END
}

@test "peers in glusterd's store that no rule of glusterd is for" {
    in_force <<-END
		[glusterfsd]
		::/0 = none
		[glusterd]
		2001:db8:2::/64 = none
		2001:db8:3::1 = $SOURCE
	END
    use_hosts <<-END
		2001:db8:2::5 covered
		2001:db8:2::6 half
		2001:db8:4::6 half
		2001:db8:4::7 not
		10.0.0.1 ipv4
	END
    store_peer 1 uuid=1 state=3 hostname1=2001:db8:2::1 hostname2=2001:db8:5::1
    store_peer 2 uuid=2 state=3 hostname1=covered
    store_peer 3 uuid=3 state=3 hostname1=half
    store_peer 4 uuid=4 state=3 hostname1=not hostname2=ipv4 hostname3=192.0.2.1 hostname4=nobody-knows
    store_peer 5 uuid=5 state=3 hostname1=2001:db8:3::1
    says 1 check <<-END
		/var/lib/glusterd/peers/00000000-0000-0000-0000-000000000001:4:11: warning: no rule of glusterd covers peer 2001:db8:5::1
		hostname2=2001:db8:5::1
		          ^~~~~~~~~~~~~
		/var/lib/glusterd/peers/00000000-0000-0000-0000-000000000003:3:11: warning: no rule of glusterd covers peer half
		hostname1=half
		          ^~~~
		/var/lib/glusterd/peers/00000000-0000-0000-0000-000000000004:3:11: warning: no rule of glusterd covers peer not
		hostname1=not
		          ^~~
		/etc/glusterfs/srcaddr.conf: 2 sections, 3 rules, 1 source, 3 warnings
	END
    in_force <<<"[glusterfsd]"
    says_in_json 1 '.findings | length' check <<<6

    # glusterd's store is elsewhere.
    mv /var/lib/glusterd/peers .
    says_in_json 0 '.findings | length' check <<<0
    write_volfile working-directory "$PWD"
    says_in_json 1 '.findings[0].file, (.findings | length)' check <<-END
		"$PWD/peers/00000000-0000-0000-0000-000000000001"
		6
	END
}

@test "the built-in configuration covers every peer but link-local ones" {
    store_peer 1 hostname1=2001:db8:2::1 hostname2=fe80::1%lo
    says 1 check <<-END
		/var/lib/glusterd/peers/00000000-0000-0000-0000-000000000001:2:11: warning: no rule of glusterd covers peer fe80::1%lo
		hostname2=fe80::1%lo
		          ^~~~~~~~~~
		/etc/glusterfs/srcaddr.conf: does not exist, built-in configuration in force: 1 section, 1 rule, 0 sources, 1 warning
	END
}

@test "colours on a terminal, unless NO_COLOR is set" {
    write new.conf <<-END
		[other]
		::/0 = none
	END
    on_terminal 1 check new.conf <<-END
		new.conf:1:2: ^[[1;33mwarning:^[[0m no GlusterFS process or running process is named 'other'
		[other]
		 ^[[1;33m^~~~~~^[[0m
		new.conf: 1 section, 1 rule, 0 sources, 1 warning
	END
    tr -d '\r' <printed | cat --show-nonprinting >colored
    NO_COLOR='' on_terminal 1 check new.conf <colored
    says 1 check new.conf <<-END
		new.conf:1:2: warning: no GlusterFS process or running process is named 'other'
		[other]
		 ^~~~~~
		new.conf: 1 section, 1 rule, 0 sources, 1 warning
	END
    cp printed plain
    NO_COLOR=1 on_terminal 1 check new.conf <plain
    echo "x" >new.conf
    on_terminal 2 check new.conf <<-END
		new.conf:1:1: ^[[1;31merror:^[[0m expected NETWORK = SOURCE or [NAME...], found 'x'
		x
		^[[1;31m^^[[0m
	END
}

@test "as an ordinary user: what that user may read" {
    in_force <<-END
		[glusterd]
		::/0 = $GONE
	END
    mkdir -m 700 /var/lib/glusterd/peers
    install -m 755 "$COMMAND" /run/command
    COMMAND=/run/command
    as_user() { setpriv --reuid=65534 --regid=65534 --clear-groups "$COMMAND" "$@" </dev/null 3>&-; }
    cd /
    ends 1 as_user check >"$BATS_TEST_TMPDIR/printed" 2>&1
    diff --unified=9 - "$BATS_TEST_TMPDIR/printed" <<-END
		/etc/glusterfs/srcaddr.conf:2:8: warning: $GONE is not on this host
		::/0 = $GONE
		       ^~~~~~~~~~~~~~
		/var/lib/glusterd/peers: cannot read all of it: Permission denied
		/etc/glusterfs/srcaddr.conf: 1 section, 1 rule, 1 source, 1 warning
	END
    chmod 600 /etc/glusterfs/srcaddr.conf
    ends 2 as_user check >"$BATS_TEST_TMPDIR/printed" 2>&1
    diff --unified=9 - "$BATS_TEST_TMPDIR/printed" <<-END
		/etc/glusterfs/srcaddr.conf:1:1: error: cannot read it: Permission denied; chmod, or restorecon under SELinux
	END
    ends 2 as_user check /etc/glusterfs/srcaddr.conf >"$BATS_TEST_TMPDIR/printed" 2>&1
    rm /run/command
    diff --unified=9 - "$BATS_TEST_TMPDIR/printed" <<-END
		glusterd-srcaddr: /etc/glusterfs/srcaddr.conf: cannot read it: Permission denied; chmod, or restorecon under SELinux
	END
}

@test "what it is called with is wrong" {
    says 2 check --wait x <<-END
		glusterd-srcaddr check: expected 0 to 86400 seconds for --wait, found 'x'
		Try 'glusterd-srcaddr check --help'.
	END
    for seconds in "" -1 +1 1.5 " 1" 86401 99999999999999999999 1s; do
        says 2 check --wait "$seconds" <<-END
			glusterd-srcaddr check: expected 0 to 86400 seconds for --wait, found '$seconds'
			Try 'glusterd-srcaddr check --help'.
		END
    done
    says 2 check a b <<-END
		glusterd-srcaddr check: unexpected argument 'b'
		Try 'glusterd-srcaddr check --help'.
	END
}
