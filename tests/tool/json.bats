#!/usr/bin/env bats
# JSON, which other programs rely on: the output matches docs/glusterd-srcaddr.schema.json and the manual page, field by field.
# Other tests of the command check values, and apply the schema through says_in_json.

# shellcheck source=tests/tool/common.bash
source "${BATS_TEST_DIRNAME:?}/common.bash"
# shellcheck source=tests/tool/processes.bash
source "${BATS_TEST_DIRNAME:?}/processes.bash"
SCHEMA=$ROOT/docs/glusterd-srcaddr.schema.json

# fields_of_schema: prints each array of each subcommand, with its fields.
fields_of_schema() {
    jq --raw-output '.["$defs"] as $defs | def definition: .["$ref"] | ltrimstr("#/$defs/");
        "version", ("check", "explain", "status", "repair" | $defs[.].properties | to_entries[] | select(.value.items) |
            .key, ($defs[.value.items | definition].properties | keys_unsorted[]))' "$SCHEMA"
}

# fields_of_manual: the same, from its headings and tables about JSON. A row can describe several fields.
fields_of_manual() {
    sed -n '/^\.Sh JSON/,/^\.Sh METRICS/ {
        s/^\.Ss \([a-z]*\) of .*/\1/p
        s/ Ta .*//
        s/ , /\n/g
        s/^\.It Li //p
    }' "$ROOT/docs/glusterd-srcaddr.8"
}

@test "the manual page has every field of the schema, in its order, and no others" {
    diff --unified=9 --label schema --label manual <(fields_of_schema) <(fields_of_manual)
    [ "$(fields_of_schema | wc -l)" -eq 55 ]
}

# json STATUS SUBCOMMAND [ARGUMENT...]: leaves its document, one line that matches the schema, in the file printed.
json() {
    ends "$1" "$COMMAND" "${@:2}" --json >printed 3>&- </dev/null
    [ "$(wc -l <printed)" -eq 1 ]
    valid "$2" printed
}

# is FILTER DOCUMENT: jq makes DOCUMENT of the file printed.
is() {
    diff --unified=9 --label expected --label printed <(echo "$2") <(jq --compact-output "$1" printed)
}

@test "nothing found is empty arrays" {
    json 0 check
    is . '{"version":1,"findings":[]}'
    json 0 status
    is . '{"version":1,"processes":[],"connections":[],"peers":[]}'
    mkdir /var/lib/glusterd/peers
    json 0 repair
    is . '{"version":1,"suspects":[],"callers":[]}'
    # explain always has something to say about an address.
    json 0 explain "$PEER"
    is '.explanations[] | .file, .section, .section_line' $'null\n["glusterd"]\nnull'
}

@test "status: numbers, truths, lists and times as such, and what is not known is null" {
    start_all_kinds
    store_peer 5 uuid=5 state=3 "hostname1=$PEER" "hostname2=$GONE"
    written=$(date --utc --reference=/etc/glusterfs/srcaddr.conf +%FT%TZ)
    json 1 status
    is '[.processes[] | del(.pid)] | sort_by(.process)[]' '{"process":"fuse.shared","library":"loaded","configuration":"not_read","file":null,"written":null,"note":null}
{"process":"ganesha.nfsd","library":"replaced","configuration":"not_read","file":null,"written":null,"note":null}
{"process":"glusterd","library":"loaded","configuration":"file","file":"/etc/glusterfs/srcaddr.conf","written":"'"$written"'","note":null}
{"process":"glustershd","library":"not_preloaded","configuration":null,"file":null,"written":null,"note":"no_library"}
{"process":"smbd","library":"loaded","configuration":"no_rules","file":"/etc/glusterfs/srcaddr.conf","written":null,"note":null}'
    is '.connections[] | [.process, .port, .established, .wanted, .verdict]' "[\"glusterd\",24007,true,\"$SOURCE\",\"ok\"]
[\"glustershd\",24007,true,\"$SOURCE2\",\"wrong\"]
[\"smbd\",24007,true,null,\"ok\"]"
    is '.peers[] | [.names, .state, .connected]' "[[\"$PEER\"],\"Peer in Cluster\",true]
[[\"$GONE\"],\"Peer in Cluster\",false]
[[\"nowhere.invalid\"],\"Peer in Cluster\",null]
[[\"$GONE\"],\"Peer Rejected\",false]
[[\"$PEER\",\"$GONE\"],\"Peer in Cluster\",true]"
    is '[.processes[], .connections[] | .pid | type] | unique' '["number"]'
}

@test "explain: what a section and a rule leave to the kernel is null" {
    in_force <<<"[glusterd]"
    json 0 explain "$PEER"
    is '.explanations[] | [.file, .section_line, .rule, .rule_line, .source, .source_state]' \
        '["/etc/glusterfs/srcaddr.conf",1,null,null,null,null]'
    json 0 explain "$PEER" --process smbd
    is '.explanations[] | [.file, .section]' '["/etc/glusterfs/srcaddr.conf",null]'
}

@test "bytes that are not UTF-8 are escaped, and do not spoil the document" {
    start libglusterd-srcaddr.so $'\xff\xc3\xa4"\\\x01' ""
    json 0 status
    is '.processes[].process' '"\\xffä\"\\\u0001"'
    write $'\xfe\xc3\xa4' <<<wrong
    json 2 check $'\xfe\xc3\xa4'
    is '.findings[].file' '"\\xfeä"'
}

# spoilt SUBCOMMAND FILTER: what jq makes of the file printed does not match the schema.
spoilt() {
    jq "$2" printed >spoilt
    ! "$ROOT/tests/tool/valid" "$1" <spoilt || fail "$2"
}

@test "the schema takes no field that it does not have, none away, and no other type" {
    start_all_kinds
    json 1 status
    spoilt status '.new = 1'
    spoilt status '.version = "1"'
    spoilt status '.version = 2'
    spoilt status 'del(.peers)'
    spoilt status '.peers[0].names = "a, b"'
    spoilt status '.peers[0].connected = "yes"'
    spoilt status '.connections[0].port |= tostring'
    spoilt status '.processes[0].written = "2023-11-14 22:13:20 +0000"'
    spoilt status '.processes[0].new = 1'
    spoilt status 'del(.processes[0].note)'
    # All of its objects are this strict.
    jq --exit-status '[.["$defs"][] | select(.properties) | .additionalProperties == false and .required == (.properties | keys_unsorted)] |
        length == 11 and all' "$SCHEMA"
}
