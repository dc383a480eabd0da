#include "../unit.h"

#include <errno.h>
#include <sys/wait.h>

#include "host/peers.h"
#include "terminal/command.h"

#define UUID_A "0a0a0a0a-0000-0000-0000-00000000000a"
#define UUID_B "0B0B0B0B-0000-0000-0000-00000000000B"
#define UUID_C "0c0c0c0c-0000-0000-0000-00000000000c"

static void write_peer(const char *name, const char *text, size_t len)
{
    int fd = open(in_words("store/peers/%s", name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), (ssize_t)len);
    close(fd);
}

static void remove_peer(const char *name)
{
    assert_int_equal(remove(in_words("store/peers/%s", name)), 0);
}

/* The peer's names, each as NAME@LINE:COLUMN. */
static const char *names_of(const struct peer *peer)
{
    static char names[1024];
    size_t len = 0;

    names[0] = '\0';
    for (size_t i = 0; i < peer->name_count; i++) {
        const struct peer_name *name = &peer->names[i];

        len += (size_t)snprintf(names + len, sizeof(names) - len, "%s%s@%u:%u", i > 0 ? " " : "", name->value,
                                name->line, name->column);
        assert_int_equal(name->word.len, strlen(name->value));
        assert_memory_equal(name->word.start, name->value, name->word.len);
    }
    return names;
}

static void reads_what_glusterd_writes(void **state)
{
    static const struct {
        const char *text;
        const char *state;
        const char *names;
    } table[] = {
        {"uuid=" UUID_A "\nstate=3\nhostname1=2001:db8::1\n", "Peer in Cluster", "2001:db8::1@3:11"},
        {"uuid=" UUID_A "\nstate=4\nhostname1=a\nhostname2=b\n", "Accepted peer request", "a@3:11 b@4:11"},
        {"state=0\n", "Establishing Connection", ""},
        {"state=6\n", "Peer Rejected", ""},
        {"state=10\n", "Peer is connected and Accepted", ""},
        {"state=11\n", "Invalid State", ""},
        {"state=-1\n", "Invalid State", ""},
        {"state=\n", "Invalid State", ""},
        {"state=x\n", "Invalid State", ""},
        {"state=99999999999999999999\n", "Invalid State", ""},
        {"state=3\nstate=6\n", "Peer Rejected", ""},
        {"hostname1=a\n", "Establishing Connection", "a@1:11"},
        {"", "Establishing Connection", ""},
        {"\n\n", "Establishing Connection", ""},
        {"no equals sign\nhostname1\nhostname2=\n", "Establishing Connection", ""},
        {"hostname1=a", "Establishing Connection", "a@1:11"},
        {"hostname12=a=b\n", "Establishing Connection", "a=b@1:12"},
        {"hostname=a\n", "Establishing Connection", "a@1:10"},
        {" hostname1=a\nHostname1=b\nhostnam=c\n", "Establishing Connection", ""},
    };
    struct peers peers;

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        write_peer(UUID_A, table[i].text, strlen(table[i].text));
        assert_int_equal(peers_read("store", &peers), 0);
        check_number(table[i].text, peers.count, 1);
        check_string(table[i].text, peers.all[0].uuid, UUID_A);
        check_string(table[i].text, peers.all[0].path, "store/peers/" UUID_A);
        check_string(table[i].text, peers.all[0].state, table[i].state);
        check_string(table[i].text, names_of(&peers.all[0]), table[i].names);
        peers_free(&peers);
    }
    remove_peer(UUID_A);
}

static void takes_files_that_are_named_by_a_uuid(void **state)
{
    static const char *const others[] = {
        "x",
        "0a0a0a0a-0000-0000-0000-00000000000a.tmp",
        "0a0a0a0a-0000-0000-0000-00000000000",
        "0a0a0a0a-0000-0000-0000-00000000000g",
        "0a0a0a0a00000-0000-0000-00000000000a",
        "0a0a0a0a-0000-0000-0000-0000000000-a",
        ".0a0a0a0-0000-0000-0000-00000000000a",
    };
    struct peers peers;

    (void)state;
    for (size_t i = 0; i < COUNT(others); i++)
        write_peer(others[i], "hostname1=a\n", 12);
    assert_int_equal(peers_read("store", &peers), 0);
    assert_int_equal(peers.count, 0);
    peers_free(&peers);

    write_peer(UUID_C, "hostname1=c\n", 12);
    write_peer(UUID_B, "hostname1=b\n", 12);
    write_peer(UUID_A, "hostname1=a\n", 12);
    assert_int_equal(peers_read("store", &peers), 0);
    assert_int_equal(peers.count, 3);
    check_string("first", peers.all[0].uuid, UUID_B[1] < UUID_A[1] ? UUID_B : UUID_A);
    check_string("last", peers.all[2].uuid, UUID_C);
    peers_free(&peers);

    for (size_t i = 0; i < COUNT(others); i++)
        remove_peer(others[i]);
    remove_peer(UUID_A);
    remove_peer(UUID_B);
    remove_peer(UUID_C);
}

static void what_can_not_be_read_does_not_hide_the_others(void **state)
{
    static char large[(64 << 10) + 1];
    struct peers peers;

    (void)state;
    write_peer(UUID_C, "hostname1=c\n", 12);
    assert_int_equal(mkdir("store/peers/" UUID_A, 0700), 0);
    assert_int_equal(mkfifo("store/peers/" UUID_B, 0600), 0);
    assert_int_equal(peers_read("store", &peers), EPERM);
    assert_int_equal(peers.count, 1);
    check_string("names", names_of(&peers.all[0]), "c@1:11");
    peers_free(&peers);
    remove_peer(UUID_A);
    remove_peer(UUID_B);

    memset(large, 'x', sizeof(large));
    write_peer(UUID_A, large, sizeof(large));
    assert_int_equal(peers_read("store", &peers), EPERM);
    assert_int_equal(peers.count, 1);
    peers_free(&peers);
    write_peer(UUID_A, large, sizeof(large) - 1);
    assert_int_equal(peers_read("store", &peers), 0);
    assert_int_equal(peers.count, 2);
    peers_free(&peers);
    remove_peer(UUID_A);
    remove_peer(UUID_C);
}

static void a_store_that_is_not_there_has_no_peers(void **state)
{
    struct peers peers;

    (void)state;
    assert_int_equal(peers_read("nowhere", &peers), ENOENT);
    assert_int_equal(peers.count, 0);
    peers_free(&peers);
    assert_int_equal(peers_read("/dev/null", &peers), ENOTDIR);
    assert_int_equal(peers.count, 0);
    peers_free(&peers);
}

#ifndef __SANITIZE_ADDRESS__ /* which itself ends a program that runs out of memory */

/* No memory is left for a path this long. */
static void read_without_memory(void)
{
    static char directory[1 << 24];
    struct peers peers;

    memset(directory, 'x', sizeof(directory) - 1);
    limit_resource(RLIMIT_AS, 0);
    close(STDERR_FILENO);
    (void)peers_read(directory, &peers);
}

static void without_memory_the_command_ends(void **state)
{
    pid_t child;
    int status;

    (void)state;
    (void)fflush(NULL);
    child = fork();
    if (child == 0) {
        read_without_memory();
        exit(STATUS_OK);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), STATUS_FATAL);
}

#endif

static int enter_new_store(void **state)
{
    return enter_new_directory(state) == 0 && mkdir("store", 0700) == 0 && mkdir("store/peers", 0700) == 0 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_glusterd_writes),
        cmocka_unit_test(takes_files_that_are_named_by_a_uuid),
        cmocka_unit_test(what_can_not_be_read_does_not_hide_the_others),
        cmocka_unit_test(a_store_that_is_not_there_has_no_peers),
#ifndef __SANITIZE_ADDRESS__
        native_unit_test(without_memory_the_command_ends),
#endif
    };

    return cmocka_run_group_tests(tests, enter_new_store, NULL);
}
