#include "judge/renamepeer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "host/glusterd.h"
#include "host/hostsource.h"
#include "host/namespace.h"
#include "host/peers.h"
#include "host/processes.h"
#include "host/resolve.h"
#include "terminal/command.h"
#include "terminal/difference.h"
#include "terminal/replace.h"

/*
 * If glusterd starts in this state on both hosts and they can reach each other, they stay in "Sent and Received peer
 * request" for ever: glusterd-sm.c. A restart of either while only one can reach the other leads to "Peer in Cluster".
 */
static bool is_half_accepted(const struct peer *peer)
{
    return strcmp(peer->state, "Accepted peer request") == 0;
}

static bool is_stored_under(const struct peer *peer, const struct hostname *name)
{
    for (size_t i = 0; i < peer->name_count; i++)
        if (hostname_matches(peer->names[i].word, name))
            return true;
    return false;
}

/* NULL if there is none. */
static const struct peer *find_peer(const struct peers *peers, const struct hostname *name)
{
    const struct peer *found = NULL;

    for (size_t i = 0; i < peers->count; i++) {
        if (!is_stored_under(&peers->all[i], name))
            continue;
        if (found != NULL)
            fatal("two peers are stored under %s: %s and %s", name->data, found->uuid, peers->all[i].uuid);
        found = &peers->all[i];
    }
    return found;
}

static struct file_version store_in(const char *working_directory)
{
    char *path = xasprintf("%s/peers", working_directory);
    struct file_version store = file_version_at(path);

    free(path);
    return store;
}

/* Whether that glusterd, which may be in a container, has that store. True if this user may not tell. */
static bool uses_store(const struct running *running, const struct file_version *store)
{
    struct glusterd glusterd;
    bool is_used = kill(running->pid, 0) == 0;

    glusterd_of(running, &glusterd);
    if (namespace_enter(running->pid)) {
        char *working_directory = glusterd_working_directory(&glusterd);
        struct file_version own = store_in(working_directory);

        namespace_leave();
        free(working_directory);
        is_used = file_version_same_file(&own, store);
    }
    glusterd_free(&glusterd);
    return is_used;
}

/* A running glusterd would overwrite the renamed peer with what it has in memory. */
static void refuse_while_glusterd_runs(const char *working_directory)
{
    size_t count;
    struct running *all = running_all(&count);
    struct file_version store = store_in(working_directory);

    if (store.error != 0)
        fatal("%s/peers: %s", working_directory, strerror(store.error));
    for (size_t i = 0; i < count; i++)
        if (process_is_glusterd(&all[i].process) && uses_store(&all[i], &store))
            fatal("glusterd is running (process %d); stop it first", (int)all[i].pid);
    free(all);
}

/* The new name must resolve, and not to this host. */
static void check_reachable(const struct hostname *to)
{
    size_t count;
    struct sockaddr_in6 *addresses = resolve_any(to->data, &count);

    if (addresses == NULL)
        fatal("%s: %s", to->data, resolve_error());
    for (size_t i = 0; i < count; i++)
        if (is_own_address(&addresses[i].sin6_addr))
            fatal("%s is an address of this host, not of the peer", to->data);
    free(addresses);
}

char *renamed_text(const struct peer *peer, const struct hostname *from, const struct hostname *to, size_t *len)
{
    struct word rest = {.start = peer->file.data, .len = peer->file.len};
    char *text = NULL;
    FILE *out = check_alloc(open_memstream(&text, len));

    for (size_t i = 0; i < peer->name_count; i++) {
        struct word name = word_trim(peer->names[i].word);

        if (!hostname_matches(name, from))
            continue;
        (void)fwrite(rest.start, 1, (size_t)(name.start - rest.start), out);
        (void)fputs(to->data, out);
        rest = word_between(name.start + name.len, rest.start + rest.len);
    }
    (void)fwrite(rest.start, 1, rest.len, out);
    if (fclose(out) != 0)
        fatal("out of memory");
    return text;
}

/* All hosts need repair: others bring the old name back, glusterd-peer-utils.c, gd_update_peerinfo_from_dict(). */
static void write_renamed(const struct peer *peer, struct word text, const struct hostname *from,
                          const char *working_directory)
{
    char *backups = xasprintf("%s/srcaddr-backup", working_directory);
    char *backup = replace_file(peer->path, text, backups);

    printf("\nRepaired. Backup: %s\n"
           "To undo it, with glusterd stopped: cp --archive %s %s\n"
           "Hosts tell each other what they have stored: repair all that have %s,\n"
           "then start glusterd and run: gluster peer status\n",
           backup, backup, peer->path, from->data);
    free(backup);
    free(backups);
}

static void rename_stored(const struct peer *peer, const struct hostname *from, const struct hostname *to, bool dry_run,
                          const char *working_directory)
{
    size_t len;
    char *data = renamed_text(peer, from, to, &len);
    struct word text = {.start = data, .len = len};

    if (!dry_run)
        refuse_while_glusterd_runs(working_directory);
    print_difference(peer->path, text);
    if (dry_run)
        printf("\nNothing was written. To apply it, stop glusterd and run this without --dry-run.\n");
    else
        write_renamed(peer, text, from, working_directory);
    if (is_half_accepted(peer))
        printf("\nThe peer is not in the cluster yet, its state is '%s'.\n"
               "Once it is connected, detach and probe it again:\n"
               "gluster peer detach %s\n"
               "gluster peer probe %s\n",
               peer->state, to->data, to->data);
    free(data);
}

int rename_peer(const struct hostname *from, const struct hostname *to, bool dry_run)
{
    char *working_directory = own_working_directory();
    struct peers peers;
    const struct peer *peer;
    const struct peer *other;
    int error = peers_read(working_directory, &peers);

    if (error != 0)
        fatal("%s/peers: %s", working_directory, strerror(error));
    peer = find_peer(&peers, from);
    other = find_peer(&peers, to);
    if (peer == NULL && other == NULL)
        fatal("no peer is stored under %s in %s/peers", from->data, working_directory);
    if (peer == NULL) {
        printf("Nothing to do: no peer is stored under %s, and %s is stored under %s.\n", from->data, other->uuid,
               to->data);
    } else {
        if (other != NULL && other != peer)
            fatal("another peer is stored under %s: %s", to->data, other->uuid);
        check_reachable(to);
        rename_stored(peer, from, to, dry_run, working_directory);
    }
    peers_free(&peers);
    free(working_directory);
    return STATUS_OK;
}
