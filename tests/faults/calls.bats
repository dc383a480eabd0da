#!/usr/bin/env bats
# Makes every system call of the library fail once, with every errno in its manual page.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/../socket/common.bash"

# From ERRORS in section 2 of the Linux man-pages. stat(2)'s errors about paths are only for newfstatat.
declare -gA errnos=(
    [bind]="EACCES EADDRINUSE EADDRNOTAVAIL EBADF EFAULT EINVAL ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR ENOTSOCK EROFS"
    [close]="EBADF EDQUOT EINTR EIO ENOSPC"
    [connect]="EACCES EADDRINUSE EADDRNOTAVAIL EAFNOSUPPORT EAGAIN EALREADY EBADF ECONNREFUSED EFAULT EINPROGRESS EINTR
        EISCONN ENETUNREACH ENOTSOCK EPERM EPROTOTYPE ETIMEDOUT"
    [dup3]="EBADF EBUSY EINTR EINVAL EMFILE"
    [fcntl]="EACCES EAGAIN EBADF EBUSY EDEADLK EFAULT EINTR EINVAL EMFILE ENOLCK ENOTDIR EPERM"
    [fstat]="EACCES EBADF EFAULT EINVAL ENOMEM EOVERFLOW"
    [ftruncate]="EBADF EFBIG EINTR EINVAL EIO EPERM EROFS ETXTBSY"
    [getsockname]="EBADF EFAULT EINVAL ENOBUFS ENOTSOCK"
    [getsockopt]="EBADF EFAULT EINVAL ENOPROTOOPT ENOTSOCK"
    [ioctl]="EBADF EFAULT EINVAL ENOTTY"
    [lseek]="EBADF EINVAL ENXIO EOVERFLOW ESPIPE"
    [mmap]="EACCES EAGAIN EBADF EEXIST EINVAL ENFILE ENODEV ENOMEM EOVERFLOW EPERM ETXTBSY"
    [munmap]="EINVAL"
    [newfstatat]="EACCES EBADF EFAULT EINVAL ELOOP ENAMETOOLONG ENOENT ENOMEM ENOTDIR EOVERFLOW"
    [nanosleep]="EFAULT EINTR EINVAL"
    [openat]="EACCES EAGAIN EBADF EBUSY EDQUOT EEXIST EFAULT EFBIG EINTR EINVAL EISDIR ELOOP EMFILE ENAMETOOLONG ENFILE
        ENODEV ENOENT ENOMEM ENOSPC ENOTDIR ENXIO EOPNOTSUPP EOVERFLOW EPERM EROFS ETXTBSY"
    [ppoll]="EFAULT EINTR EINVAL ENOMEM"
    [read]="EAGAIN EBADF EFAULT EINTR EINVAL EIO EISDIR"
    [recvfrom]="EAGAIN EBADF ECONNREFUSED EFAULT EINTR EINVAL ENOMEM ENOTCONN ENOTSOCK"
    [rt_sigpending]="EFAULT"
    [rt_sigprocmask]="EFAULT EINVAL"
    [rt_sigtimedwait]="EINTR" # any other says that no signal is there, and the one left pending would end the process
    [sendto]="EACCES EAGAIN EALREADY EBADF ECONNRESET EDESTADDRREQ EFAULT EINTR EINVAL EISCONN EMSGSIZE ENOBUFS ENOMEM
        ENOTCONN ENOTSOCK EOPNOTSUPP EPIPE"
    [setsockopt]="EBADF EFAULT EINVAL ENOPROTOOPT ENOTSOCK"
    [socket]="EACCES EAFNOSUPPORT EINVAL EMFILE ENFILE ENOBUFS ENOMEM EPROTONOSUPPORT"
    [write]="EAGAIN EBADF EDESTADDRREQ EDQUOT EFAULT EFBIG EINTR EINVAL EIO ENOSPC EPERM EPIPE"
    [geteuid]="" # never fails
    [getpid]=""
)

# Bytes in a log before the line that is cut. dial prints less.
room=$((64 << 10))

# profile NAME DIRECTORY PORT: sets the configuration and dial's steps. The clock stands still: otherwise a slow connect would
# check for a changed configuration in one run and not in another. Only calls between the marks are traced. $made is printed
# before them, $before is the socket's state then; the peer sees $source and $port, or $last before a reload; the kernel would
# choose $choice.
profile() {
    options="log-file = $2/log"
    rules=("2001:db8:3::/64 = $SOURCE2" "2001:db8:2::/64 = 2001:db8:1::10/124")
    arguments=(--process-name dial)
    again=()
    steps=(tcp6 connect="[$FAR_PEER]:1" tcp6)
    made="connect: ECONNREFUSED;"
    before="local ::, port none"
    source=$SOURCE
    last=
    peer="[$PEER]:$3"
    choice=$PEER
    port=new
    case $1 in
        first)
            rules=("2001:db8:2::/64 = bind-address")
            arguments+=(-f "$2/glusterd.vol")
            steps=(tcp6)
            made=
            ;;
        young) # the clock runs, and the configuration has just been written
            steps=(tcp6)
            made=
            ;;
        unbound) ;;
        bound)
            steps+=(bind="[::]:0")
            made+="bind: 0;"
            before="local ::, port kept"
            port=kept
            ;;
        moved)
            steps=(tcp6 bind="[::]:0" connect="[$FAR_PEER]:1")
            made="bind: 0;connect: ECONNREFUSED;"
            before="local $SOURCE2, port kept"
            port=kept
            ;;
        scoped)
            rules+=("fe80::/10 = fe80::%silent0/64")
            source=$LINK_SOURCE
            peer="[$LINK_PEER%silent0]:$3"
            choice=$LINK_PEER
            ;;
        cut) # there is room for part of the log's first line
            steps=(limit=file:$((room + 20)) "${steps[@]}")
            ;;
        unlogged) options="log-file = $2/missing/log" ;;
        reload) # to the other profiles' configuration
            steps=(tcp6 connect="[$FAR_PEER]:1" run="mv $2/conf.new $2/conf" later=1 tcp6)
            last=$SOURCE2
            ;;
        rebind)
            steps=(still tcp6 connect="[$FAR_PEER]:1" mark=begin bind="[$PEER2]:0" mark=end local bind="[$PEER2]:0" local)
            before="local $SOURCE2, port new"
            return
            ;;
    esac
    # The next check looks again at a volume file that could not be read.
    [[ $1 != first ]] || again=(later=1)
    [[ $1 == young ]] && clock=later=-10 || clock=still
    steps=("$clock" peer="$peer" "${steps[@]}" mark=begin connect="$peer" mark=end local get=1:2 unseen
        "${again[@]}" connect="$peer" seen)
}

# write_files PROFILE MODE DIRECTORY
write_files() {
    mkdir -p "$3"
    printf '%s\n' "volume management" "option transport.socket.bind-address $SOURCE" "end-volume" >"$3/glusterd.vol"
    printf '%s\n' "[options]" "log-level = debug" "unavailable = $2" "$options" "[dial]" "${rules[@]}" >"$3/conf"
    chmod 644 "$3/conf"
}

# write_old DIRECTORY: puts an old configuration in place. The one that is there becomes the new one.
write_old() {
    mv "$1/conf" "$1/conf.new"
    sed "s/:2::.*/:2::\/64 = $SOURCE2/" "$1/conf.new" >"$1/conf"
}

# start_log PROFILE DIRECTORY
start_log() {
    : >"$2/log"
    [[ $1 != cut ]] || head --bytes="$room" /dev/zero | tr '\0' '\n' >"$2/log"
}

# trace PROFILE DIRECTORY [OPTION...]: straces dial, named glusterfs. Without a log, standard error is a pipe that nobody reads.
trace() {
    local errors
    if [[ $1 == unlogged ]]; then
        exec {errors}> >(:)
        wait $! || true
    else
        exec {errors}>"$2/errors"
    fi
    strace --quiet=all --output="$2/trace" "${@:3}" -E LD_PRELOAD="$LIBRARY" -E GLUSTERD_SRCADDR_CONF="$2/conf" \
        "$BATS_FILE_TMPDIR/glusterfs" "${arguments[@]}" "${steps[@]}" >"$2/printed" 2>&"$errors" 3>&- {errors}>&- ||
        echo "status $?" >>"$2/printed"
    exec {errors}>&-
}

# calls PROFILE MODE DIRECTORY: prints the library's calls between the marks, up to the real one: name, and count of that name in
# the process. Leaves out dial's own lseek, which looks for leaks, and prints; the library's lseek follows a write to the log.
calls() {
    profile "$1" "$3" 24010
    write_files "$1" "$2" "$3"
    [[ $1 != reload ]] || write_old "$3"
    start_log "$1" "$3"
    trace "$1" "$3"
    awk -F '(' '{ count[$1]++; before = line; line = $0 }
        /"begin"/ { begun = 1; next }
        begun && ($1 != "lseek" || before ~ /^write\([^1]/) && !/^write\(1,/ { calls = calls $1 " " count[$1] "\n" }
        begun && /^(bind|connect)/ { all = calls }
        /"end"/ { printf "%s", all; exit }' "$3/trace"
}

setup_file() {
    make_network
    # The name of one of GlusterFS's own processes, so that -f names a volume file.
    ln -s "$PROGRAMS/dial" "$BATS_FILE_TMPDIR/glusterfs"
    # A closed connection stays in /proc/net/tcp6 for a minute. So the list is never empty, and always read with the same calls.
    "$PROGRAMS/dial" peer="[$PEER]:24010" tcp6 connect="[$PEER]:24010" seen 3>&-
    local mode profile
    for mode in refuse kernel; do
        for profile in first unbound bound moved reload scoped cut unlogged rebind young; do
            [[ $mode == refuse || $profile != @(scoped|cut|unlogged|rebind|young) ]] || continue
            calls "$profile" "$mode" "$BATS_FILE_TMPDIR/$mode-$profile" | sed "s/^/$profile $mode /"
        done | awk '$1 != "young" || $3 == "nanosleep"' # "first" has its other calls
    done >"$BATS_FILE_TMPDIR/calls"
}

# is_said PATTERN FILE: the traced process has logged it. Any process counts if the trace has no PID.
is_said() {
    local process=${traced%%[^0-9]*}
    grep --quiet --no-messages --extended-regexp "\[dial:${process:-[0-9]+}\] srcaddr: .*$1" "$2"
}

# judge PROFILE MODE CALL ERRNO DIRECTORY: whether the output is one of the allowed results.
judge() {
    local printed traced
    mapfile -t printed <"$5/printed"
    printf -v printed '%s;' "${printed[@]}"
    traced=$(<"$5/trace")
    [[ $printed == "$made"* && $traced == *'"begin"'*'(INJECTED)'*'"end"'* ]] || return
    printed=${printed#"$made"}
    case $3 in
        close) # the descriptor stays open
            printed=${printed/connect leaked descriptors: 1;/}
            printed=${printed/bind leaked descriptors: 1;/}
            ;;
        mmap) printed=${printed/connect: ENOMEM/connect: $4} ;;
        setsockopt) # SO_REUSEADDR can't be reset
            printed=${printed/option 1:2: 1/option 1:2: 0}
            ;;
        getsockopt) # an option with an unknown value is set, and this kernel may lack it
            printed=${printed/: EOPNOTSUPP/: $4}
            ;;
    esac
    # A file that can't be checked may still be changing, so the library waits.
    printed=${printed/#waited 200 ms;/}
    # Without volume file and listener, the bind-address is unknown.
    [[ $1 != first ]] || printed=${printed/#connect: EADDRNOTAVAIL;$before/connect: $4;$before}
    case $printed in
        # Connected from the source.
        "connect: 0;local $source, port $port;option 1:2: 0;seen;connect: EISCONN;seen from $source, port $port;") return ;;
        "connect: 0;local $last, port $port;option 1:2: 0;seen;connect: EISCONN;seen from $last, port $port;") return ;;
        # Refused.
        "connect: $4;$before;option 1:2: 0;unseen;connect: 0;seen from $source, port $port;") return ;;
        # It got its source, then the real connect failed.
        "connect: $4;local $source, port ${port/new/none};option 1:2: 0;unseen;connect: 0;seen from $source, port $port;")
            [[ $3 == connect ]] && return
            ;;
        # Left to the kernel.
        "connect: 0;local $choice, port $port;option 1:2: 0;seen;connect: EISCONN;seen from $choice, port $port;")
            is_said "connecting from the kernel's choice" "$5/log" && return
            [[ "$1 $3 $4" == "first openat "@(ENOENT|ENOTDIR) ]] && return # as if the file did not exist
            ;;
        # Bound to what the program asked for, or not bound.
        "bind: 0;local $PEER2, port kept;bind: EINVAL;local $PEER2, port kept;") return ;;
        "bind: $4;$before;bind: 0;local $PEER2, port kept;") return ;;
        "bind: $4;local ::, port none;bind: 0;local $PEER2, port kept;")
            [[ $3 == bind ]] && return
            ;;
    esac
    return 1
}

# work DIRECTORY PORT: injects each failure on standard input, one a line. Prints the wrong results.
work() {
    local profile mode call nth errno follow directory
    trap - DEBUG # bats's, for each of many thousand commands
    while read -r profile mode call nth errno; do
        directory=$1/$mode-$profile
        profile "$profile" "$directory" "$2"
        [[ $profile != @(reload|young) && -e $directory ]] || write_files "$profile" "$mode" "$directory"
        follow=(--follow-forks --seccomp-bpf)
        if [[ $profile == reload ]]; then
            # Not into the shell that replaces the configuration.
            follow=()
            write_old "$directory"
        fi
        start_log "$profile" "$directory"
        trace "$profile" "$directory" "${follow[@]}" --trace="$call,access" --inject="$call:error=$errno:when=$nth"
        judge "$profile" "$mode" "$call" "$errno" "$directory" ||
            echo "$profile, $mode, $call $nth: $errno: $(tr '\n' ';' <"$directory/printed")" \
                "$(grep -o "srcaddr: .*" "$directory/log" | tail -n 1)" "$(head -c 300 "$directory/errors")"
    done
}

# each_fails CALL: makes the traced calls fail one at a time, in two processes. Hundreds of calls carry options over: with refuse,
# for a bound socket, each fails with each errno; elsewhere, and with $SRCADDR_TURNS everywhere, the errnos take turns.
each_fails() {
    awk -v call="$1" -v errnos="${errnos[$1]}" -v always="${SRCADDR_TURNS:-0}" '
        BEGIN { count = split(errnos, names, " ") }
        $3 == call {
            turns = always || call == "getsockopt" && ($1 ~ /moved|rebind/ || ($1 == "bound" && $2 == "kernel"))
            for (i = 1; i <= count; i++)
                if (!turns || $4 % count + 1 == i)
                    print $0, names[i]
        }' "$BATS_FILE_TMPDIR/calls" >"$BATS_TEST_TMPDIR/all"
    [[ -s $BATS_TEST_TMPDIR/all ]] || fail "no $1 was traced" || return
    awk 'NR % 2 == 0' "$BATS_TEST_TMPDIR/all" | work "$BATS_TEST_TMPDIR/0" 24011 >"$BATS_TEST_TMPDIR/wrong0" &
    awk 'NR % 2' "$BATS_TEST_TMPDIR/all" | work "$BATS_TEST_TMPDIR/1" 24012 >"$BATS_TEST_TMPDIR/wrong1"
    wait
    [[ -z $(cat "$BATS_TEST_TMPDIR"/wrong?) ]] || fail "$(cat "$BATS_TEST_TMPDIR"/wrong?)"
}

@test "bind" { each_fails bind; }
@test "close" { each_fails close; }
@test "connect" { each_fails connect; }
@test "dup3" { each_fails dup3; }
@test "fcntl" { each_fails fcntl; }
@test "fstat" { each_fails fstat; }
@test "ftruncate" { each_fails ftruncate; }
@test "getsockname" { each_fails getsockname; }
@test "getsockopt" { each_fails getsockopt; }
@test "ioctl" { each_fails ioctl; }
@test "lseek" { each_fails lseek; }
@test "mmap" { each_fails mmap; }
@test "munmap" { each_fails munmap; }
@test "newfstatat" { each_fails newfstatat; }
@test "openat" { each_fails openat; }
@test "ppoll" { each_fails ppoll; }
@test "read" { each_fails read; }
@test "recvfrom" { each_fails recvfrom; }
@test "rt_sigpending" { each_fails rt_sigpending; }
@test "rt_sigprocmask" { each_fails rt_sigprocmask; }
@test "rt_sigtimedwait" { each_fails rt_sigtimedwait; }
@test "sendto" { each_fails sendto; }
@test "setsockopt" { each_fails setsockopt; }
@test "socket" { each_fails socket; }
@test "write" { each_fails write; }
@test "no other call is made" {
    diff --unified=0 <(printf '%s\n' "${!errnos[@]}" | sort) <(cut -d ' ' -f 3 "$BATS_FILE_TMPDIR/calls" | sort --unique)
}
