#!/usr/bin/env bats
# Many threads connect while the configuration changes ten times a second.

# shellcheck source=tests/socket/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"

# configure_many FILE SOURCE: a configuration large enough that a leaked one would show.
configure_many() {
    local rules
    printf -v rules "2001:db8:f:%x::/64 = $2\n" {1..2000}
    configure_rules "$SILENT = $2" "$PEER = $2" "$rules"
    touch --date="1 hour ago" "$GLUSTERD_SRCADDR_CONF"
    mv "$GLUSTERD_SRCADDR_CONF" "$1"
}

# soak CONNECTS: each must come from one of the sources, or from the kernel's choice if no rule applies.
soak() {
    local one=$BATS_TEST_TMPDIR/one other=$BATS_TEST_TMPDIR/other
    local from_source from_other without_rule changes
    configure_many "$one" "$SOURCE"
    configure_many "$other" "$SOURCE2"
    GLUSTERD_SRCADDR_CONF=$one run_program soak "$1" "$one" "$other" "[$SOURCE]:0" "[$SOURCE2]:0" \
        "[$SILENT]:1" "[$PEER]:1" "[$SILENT2]:1" "[$SILENT_SOURCE]:0"
    printf '%s\n' "$output" # to watch a long run, or to look at a failed one
    [[ -z $errors ]] || fail "$errors" || return
    [[ $output == *$'\nfrom elsewhere 0, ports lost 0, failed 0' ]] || fail "not as it should be" || return
    read -r from_source from_other without_rule changes < <(tail -n 2 <<<"$output" | head -n 1 | tr --complement --delete '0-9 \n')
    reloads=$(grep --count "section 'dial' in force" "$log")
    echo "reloads $reloads"
    ((from_source > 0 && from_other > 0 && without_rule > $1 / 10)) || fail "not all kinds" || return
    ((changes >= 10 && (reloads == changes || reloads == changes + 1))) || fail "not every change" || return
}

# same WORD: this number is the same at the end of each tenth.
same() {
    [[ $(grep --only-matching --perl-regexp "^tenth .* $1 \K\d+" <<<"$output" | sort --unique | wc -l) == 1 ]] ||
        fail "$1 change"
}

# qemu-user is too slow for ten changes a second.
# bats test_tags=threads, native
@test "connects during changes are all from the one source or the other" {
    soak 8000
}

# qemu-user's own memory grows.
# bats test_tags=soak, exact, native
@test "as many descriptors, mappings and as much memory at the end of each tenth of a soak" {
    soak "${SRCADDR_SOAK:-200000}"
    same descriptors
    same mappings
    same pages
    # Some pages are first written to late, by either library. A leaked configuration would be more.
    mapfile -t written < <(grep --only-matching --perl-regexp "^tenth .* written \K\d+" <<<"$output")
    ((${#written[@]} == 10 && written[9] - written[1] < 64)) || fail "memory grows"
}
