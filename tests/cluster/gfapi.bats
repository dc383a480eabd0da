#!/usr/bin/env bats
# libgfapi clients: qemu-img and qemu-io on host 2, which has no glusterd, with an image on host 1's volume. Each test has a new
# host 2, so that every connection there, even a closed one, is the test's.

# shellcheck source=tests/cluster/lab.bash
source "${BATS_TEST_DIRNAME:?}/lab.bash"

COMMAND=$(realpath -m -- "${SRCADDR_COMMAND:-${BATS_TEST_DIRNAME:?}/../../build/glusterd-srcaddr}")
# By default libgfapi gets the volume file over IPv4. It asks for the brick's port, and talks to the brick, over IPv6.
VOLUME=gluster+tcp://192.0.2.1/shared

setup_file() {
    start_lab 1
    use_names
    start_host 1
    in_host 1 ip address add 192.0.2.1/24 dev net1
    write_volfile 1
    start_glusterd bare 1
    # "force" allows bricks on the file system of /run.
    gluster 1 volume create shared "$(name_of 1):/run/brick/data" force
    gluster 1 volume start shared
    start_host_2
    create_image image
    stop_host 2
}

teardown_file() {
    stop_lab
}

setup() {
    start_host_2
    # The guide's rule, with a prefix: it gives host 2's first address.
    sed -n '/^## Clients by libgfapi/,/^## /s/^    \(\[.*\]\|2001:.*\)$/\1/p' "$BATS_TEST_DIRNAME/../../docs/guide.md" |
        write_configuration 2
}

teardown() {
    stop_host 2
}

start_host_2() {
    start_host 2
    in_host 2 ip address add 192.0.2.2/24 dev net1
}

# create_image NAME [COMMAND...]: with qemu-img, run by COMMAND. It takes ten seconds to exit, in libgfapi; the test does not
# wait for that.
create_image() {
    in_host 2 "${@:2}" qemu-img create -f raw "$VOLUME/$1" 1M </dev/null >/dev/null 2>&1 3>&- &
    wait_until 10 has_image "$1"
}

has_image() { [[ $(stat --format=%s "$LAB/1/run/brick/data/$1") == 1048576 ]]; }

# open_image [COMMAND...]: with qemu-io, run by COMMAND, which writes to the image and keeps it open.
open_image() {
    mkfifo "$LAB/2/run/commands"
    in_host 2 "$@" qemu-io -f raw "$VOLUME/image" <>"$LAB/2/run/commands" >"$LAB/2/run/printed" 2>&1 3>&- &
    echo "write 0 64k" >"$LAB/2/run/commands"
    wait_until 10 grep -F "wrote 65536/65536 bytes" "$LAB/2/run/printed"
}

# Prints host 2's IPv6 connections, open or closed, in dialled()'s format.
all_connections() {
    in_host 2 ss -Htna6 | awk '
        function address(end) { sub(/:[0-9]+$/, "", end); gsub(/[][]/, "", end); return end }
        { print address($4), "->", address($5), $5 ~ /:24007$/ ? "glusterd" : "brick" }' | sort -u
}

# all_come_from SOURCE
all_come_from() {
    diff --unified=0 --label expected --label found - <(all_connections) <<-END
		$1 -> $(address_of 1) brick
		$1 -> $(address_of 1) glusterd
	END
}

@test "without the library, qemu-io dials glusterd and the brick from the kernel's choice" {
    open_image
    all_come_from "$(kernel_address_of 2)"
    [[ $(dialled 2) == *"host2 qemu-io $(kernel_address_of 2) -> $(address_of 1) brick"* ]]
}

@test "with a preload, from the source that its section gives" {
    open_image env LD_PRELOAD="$LIBRARY"
    all_come_from "$(address_of 2)"
    [[ $(dialled 2) == *"host2 qemu-io $(address_of 2) -> $(address_of 1) brick"* ]]
}

@test "glusterd-srcaddr run: qemu-img, which has a section and an option -f of its own" {
    write_configuration 2 <<-END
		[qemu-img]
		2001:db8:1::/64 = $(second_address_of 2)
		[qemu-*]
		2001:db8:1::/64 = $(address_of 2)
	END
    create_image other env LD_LIBRARY_PATH="${LIBRARY%/*}" "$COMMAND" run
    all_come_from "$(second_address_of 2)"
}

@test "status shows which source qemu-io has, and that it is the right one" {
    open_image env LD_PRELOAD="$LIBRARY"
    in_host 2 "$COMMAND" status
    [[ $(in_host 2 "$COMMAND" status --json |
        jq --raw-output '.connections[] | [.process, .source, .wanted, .verdict] | join(" ")') == \
        "qemu-io $(address_of 2) $(address_of 2) ok" ]]
}
