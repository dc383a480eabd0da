#include "host/hostlistener.h"

#include <stdlib.h>

#include "host/connections.h"

struct seen_from {
    const struct running *running;
    in_port_t port;
    uint64_t *inodes; /* of its sockets */
    size_t inode_count;
};

static bool is_own(const struct listening *listening, const void *context)
{
    const struct seen_from *from = context;

    for (size_t i = 0; i < from->inode_count; i++)
        if (from->inodes[i] == listening->inode)
            return true;
    return false;
}

static bool is_trusted_there(const struct listening *listening, const void *context)
{
    const struct seen_from *from = context;

    return listening->port == from->port && (listening->user == 0 || listening->user == from->running->user);
}

void find_listener(const struct running *running, in_port_t port, struct listener *listener)
{
    struct seen_from from = {.running = running, .port = port};
    struct listener found;

    if (process_is_glusterd(&running->process))
        from.inodes = connections_inodes(running->pid, &from.inode_count);
    if (listener_find(proc_path(running->pid, "net").data, from.inodes != NULL ? is_own : is_trusted_there, &from,
                      &found) == 0 &&
        found.kind != LISTENER_NONE)
        *listener = found;
    free(from.inodes);
}
