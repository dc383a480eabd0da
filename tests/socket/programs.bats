#!/usr/bin/env bats
# Real programs that are told a source address: the library leaves it alone, even if the kernel would choose the same. nginx
# is everyone's peer, and one of the programs. They are this machine's, with its C library.
# bats file_tags=native, exact, glibc

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

PROXY_PORT=24011

setup() {
    NGINX=$(realpath -m -- "${SRCADDR_NGINX:-$ROOT/build/nginx/usr/sbin/nginx}")
    directory=$BATS_TEST_TMPDIR
    log=$directory/srcaddr.log
    export GLUSTERD_SRCADDR_CONF=$directory/srcaddr.conf
    # nginx connects from a process that calls itself "nginx: worker process".
    configure <<-END
		[ssh curl rsync nginx*]
		::/0 = $SOURCE
	END
    start_nginx
}

teardown() {
    [[ ! -s $directory/nginx.pid ]] || stop_nginx
}

# nginx answers whatever a client sends, even another protocol's greeting, and writes the client's address to
# $directory/seen. It keeps only the environment that env names.
nginx_configuration() {
    cat <<-END
		daemon off;
		error_log stderr;
		user root;
		env GLUSTERD_SRCADDR_CONF;
		pid $directory/nginx.pid;
		events {}
		http {
		    $(printf "%s_temp_path $directory;" client_body proxy fastcgi uwsgi scgi)
		    access_log off;
		    log_format seen \$remote_addr;
		    server {
		        listen [$PEER]:$PORT;
		        access_log $directory/seen seen;
		        return 204;
		    }
		    server {
		        listen [::]:$PROXY_PORT;
		        location / { proxy_pass http://[$PEER]:$PORT; }
		        location /kernel { proxy_pass http://[$PEER]:$PORT; proxy_bind $PEER; }
		        location /other { proxy_pass http://[$PEER]:$PORT; proxy_bind $SOURCE2; }
		        location /server { proxy_pass http://[$PEER]:$PORT; proxy_bind \$server_addr; }
		    }
		}
	END
}

# program COMMAND [ARGUMENT...]: with the library, and without this user's environment and files.
program() {
    env -i PATH="$PATH" HOME="$directory" LD_PRELOAD="$LIBRARY" GLUSTERD_SRCADDR_CONF="$GLUSTERD_SRCADDR_CONF" "$@" </dev/null 3>&-
}

# nginx listens before it writes its PID file.
start_nginx() {
    [[ -x $NGINX ]] || fail "$NGINX is missing. Run make check-socket." || return
    nginx_configuration >"$directory/nginx.conf"
    mkdir -p /var/log/nginx # it opens a log there before it reads its configuration; old ones lack -e
    program "$NGINX" -c "$directory/nginx.conf" >"$directory/nginx.out" 2>&1 &
    nginx=$!
    until [[ -s $directory/nginx.pid ]]; do
        kill -0 "$nginx" 2>/dev/null || fail "$(<"$directory/nginx.out")" || return
        sleep 0.01
    done
}

stop_nginx() {
    kill "$(<"$directory/nginx.pid")"
    wait "$nginx"
}

# comes_from ADDRESS COMMAND [ARGUMENT...]: the peer sees one connection, from ADDRESS. Most commands fail, because the peer
# does not speak their protocol.
comes_from() {
    local end=$((SECONDS + 10)) output
    : >"$directory/seen"
    output=$(program timeout 10 "${@:2}" 2>&1) || true
    until [[ -s $directory/seen ]]; do
        ((SECONDS < end)) || fail "nobody came: ${*:2}" "$output" || return
        sleep 0.01
    done
    [[ $(<"$directory/seen") == "$1" ]] || fail "not from $1 but from $(<"$directory/seen"): ${*:2}" "$output"
}

# chooses_by OPTION COMMAND [ARGUMENT...]: the source is the kernel's choice without the library, the rule's with it, and
# OPTION's value if the option is given.
chooses_by() {
    local address
    LIBRARY='' comes_from "$PEER" "${@:2}" || return
    comes_from "$SOURCE" "${@:2}" || return
    for address in "$PEER" "$SOURCE2"; do
        comes_from "$address" "$2" "$1" "$address" "${@:3}" || return
    done
    logged 0 ' [WE] '
}

# asks_proxy ADDRESS HOST PATH: nginx, asked at HOST for PATH, connects from ADDRESS.
asks_proxy() {
    comes_from "$1" curl --silent "http://[$2]:$PROXY_PORT/$3"
}

@test "ssh -b" {
    chooses_by -b ssh -F none -p "$PORT" "$PEER"
}

@test "curl --interface" {
    chooses_by --interface curl --silent "http://[$PEER]:$PORT/"
}

@test "rsync --address" {
    chooses_by --address rsync "rsync://[$PEER]:$PORT/"
}

@test "nginx's proxy_bind with an address" {
    asks_proxy "$SOURCE" "$PEER" ""
    asks_proxy "$PEER" "$PEER" kernel
    asks_proxy "$SOURCE2" "$PEER" other
    logged 0 ' [WE] '
}

@test "nginx's proxy_bind with the address that it was asked at" {
    asks_proxy "$SOURCE" "$PEER" ""
    asks_proxy "$PEER" "$PEER" server
    asks_proxy "$SOURCE2" "$SOURCE2" server
    logged 0 ' [WE] '
}
