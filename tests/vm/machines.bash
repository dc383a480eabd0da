# shellcheck shell=bash disable=SC2034
# Two virtual machines on one network, with the addresses and functions of tests/cluster/lab.bash: host 1 runs Debian 12, host 2
# Debian 13. The network is a bridge in the sandbox, so tests/cluster/watch.bash sees every connection. ssh has its own card.
#
# systemd-networkd configures the addresses at boot, and they pass the usual duplicate address detection.

# shellcheck source=tests/vm/vm.bash
source "${BASH_SOURCE[0]%/*}/vm.bash"
# shellcheck source=tests/cluster/watch.bash
source "${BASH_SOURCE[0]%/*}/../cluster/watch.bash"

RELEASES=([1]=bookworm [2]=trixie)
NETWORK_FILE=/etc/systemd/network/card.network

### Replacements for lab.bash's and vm.bash's

hosts() { printf '%s\n' "${!RELEASES[@]}"; }

# in_host HOST COMMAND [ARGUMENT...]
in_host() { in_vm "host$1" "$(printf '%q ' "${@:2}")"; }

listed_name_of() { echo "host$1"; }

report() {
    local host
    for host in $(hosts); do
        echo "=== host $host: journal, addresses, logs"
        tail -n 5 "$VMS/host$host/console"
        in_host "$host" journalctl --quiet --no-pager --lines=60
        in_host "$host" ip -6 address show to 2001:db8:1::/64
        in_host "$host" sh -c 'tail -n 8 -v /var/log/glusterfs/*.log'
    done
}

### Their life

# Boots both machines in parallel and configures their cards. Host 2's clock is an hour ahead.
start_machines() {
    local host
    mkdir "$LAB"
    ip link add net1 type bridge mcast_snooping 0
    ip link set net1 up
    for host in $(hosts); do
        mkdir -p "$LAB/$host/etc"
        make_vm "host$host" "${SRCADDR_IMAGES:?}/${RELEASES[host]}.ext4"
        plug_in "host$host" net1 "host$host-1" "$(card_of "$host")"
    done
    switch_on_host 1
    switch_on_host 2 3600
    for host in $(hosts); do
        await_boot "host$host"
        configure_host "$host"
    done
}

card_of() { echo "52:54:00:00:00:0$1"; }

stop_machines() {
    local host
    for host in $(hosts); do
        cut_power "host$host" || true
    done
    # Or bats would wait for tcpdump.
    [[ ! -e $LAB/watch.pid ]] || stop_watch
}

# switch_on_host HOST [SECONDS]: its clock is this much ahead of this machine's.
switch_on_host() {
    switch_on "host$1" -rtc "base=$(date --utc --date="${2:-0} seconds" +%FT%T)"
}

configure_host() {
    local other
    write_to "$1" /etc/hostname <<<"host$1"
    in_host "$1" hostname "host$1"
    for other in $(hosts); do
        echo "$(address_of "$other") host$other"
    done | write_to "$1" /etc/hosts
    write_network "$1" "$(address_of "$1")" "$(kernel_address_of "$1")"
    write_volfile "$1" transport.socket.bind-address "$(address_of "$1")"
    write_to "$1" /etc/glusterfs/glusterd.vol <"$LAB/$1/etc/glusterd.vol"
    # glusterd runs this Python script a dozen times at every start, for geo-replication. Emulated, that takes minutes.
    in_host "$1" sh -c 'rm /usr/lib/*/glusterfs/gsyncd'
}

# write_to HOST FILE: from standard input.
write_to() { in_host "$1" tee "$2" >/dev/null; }

# write_network HOST ADDRESS...: for the next boot. Duplicate address detection has so many probes that glusterd would start
# before it is over.
write_network() {
    {
        printf '[Match]\nMACAddress=%s\n[Network]\nIPv6AcceptRA=no\nIPv6DuplicateAddressDetection=40\n' "$(card_of "$1")"
        printf 'Address=%s/64\n' "${@:2}"
    } | write_to "$1" "$NETWORK_FILE"
}

### What is done in them

# package_of HOST, previous_package_of HOST: prints the path of the package built in its release, from this and from the previous
# version.
package_of() { realpath "${SRCADDR_PACKAGES:?}/${RELEASES[$1]}"/glusterd-srcaddr_*.deb; }
previous_package_of() { realpath "${SRCADDR_PACKAGES:?}/previous/${RELEASES[$1]}"/glusterd-srcaddr_*.deb; }

# install_package HOST FILE: keeps the configuration that a test has changed.
install_package() {
    write_to "$1" /root/package.deb <"$2"
    in_host "$1" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Options::=--force-confold install /root/package.deb
}
