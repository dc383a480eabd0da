#!/usr/bin/env bats
# Real programs that are told an address to connect from: it is left alone, also where it is the kernel's choice. nginx is
# the peer of all, and one of them. They are this machine's, with its C library.
# bats file_tags=native, exact, glibc

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

PROXY_PORT=24011

setup() {
    NGINX=$(realpath -m -- "${SRCADDR_NGINX:-$ROOT/build/nginx/usr/sbin/nginx}")
    directory=$BATS_TEST_TMPDIR
    log=$directory/srcaddr.log
    export GLUSTERD_SRCADDR_CONF=$directory/srcaddr.conf
    # What connects there is a process of nginx that calls itself "nginx: worker process".
    configure <<-END
		[ssh curl rsync nginx*]
		::/0 = $SOURCE
	END
    start_nginx
}

teardown() {
    [[ ! -s $directory/nginx.pid ]] || stop_nginx
}

# Whatever a client sends, a greeting of another protocol too, is answered, and its address written to $directory/seen.
# Of its environment nginx keeps but what it is told to.
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

# program COMMAND [ARGUMENT...]: with the library, and nothing else of this environment, nor a file of this user's.
program() {
    env -i PATH="$PATH" HOME="$directory" LD_PRELOAD="$LIBRARY" GLUSTERD_SRCADDR_CONF="$GLUSTERD_SRCADDR_CONF" "$@" </dev/null 3>&-
}

# It listens when its process's number is written.
start_nginx() {
    [[ -x $NGINX ]] || fail "$NGINX is missing. Run make check-socket." || return
    nginx_configuration >"$directory/nginx.conf"
    mkdir -p /var/log/nginx # for the file that it opens before it has read where to write: -e is too new for some
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

# comes_from ADDRESS COMMAND [ARGUMENT...]: the peer sees one connection, from there. It is none that speaks its protocol,
# so most commands fail.
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

# chooses_by OPTION COMMAND [ARGUMENT...]: the source is the kernel's choice, with the library the rule's, and with the option
# what that says.
chooses_by() {
    local address
    LIBRARY='' comes_from "$PEER" "${@:2}" || return
    comes_from "$SOURCE" "${@:2}" || return
    for address in "$PEER" "$SOURCE2"; do
        comes_from "$address" "$2" "$1" "$address" "${@:3}" || return
    done
    logged 0 ' [WE] '
}

# asks_proxy ADDRESS HOST PATH: the connection that nginx makes when it is asked there for that.
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
