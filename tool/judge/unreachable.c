#include "judge/unreachable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/connections.h"
#include "host/glusterd.h"
#include "host/hostsource.h"
#include "host/peers.h"
#include "host/probe.h"
#include "host/resolve.h"
#include "rules/volfile.h"
#include "terminal/command.h"
#include "terminal/table.h"

enum { PATIENCE = 4000 }; /* milliseconds: neighbour discovery gives up after 3 seconds, RFC 4861, 10 */

static const struct column unreachable_columns[] = {
    {"PEER", "uuid", COLUMN_TEXT},      {"STATE", "state", COLUMN_TEXT}, {"ADDRESS", "name", COLUMN_TEXT},
    {"ANSWER", "answers", COLUMN_TEXT}, {NULL, "error", COLUMN_TEXT},
};

static const struct column caller_columns[] = {
    {"CALLER", "address", COLUMN_TEXT},
    {"CONNECTIONS", "connection_count", COLUMN_NUMBER},
    {"ANSWER", "answers", COLUMN_TEXT},
    {NULL, "error", COLUMN_TEXT},
};

/* A name that a peer is stored under, or a caller's address. */
struct party {
    const struct peer *peer; /* NULL for a caller */
    char *name;
    bool is_dialled; /* glusterd dials only the first name of a peer */
    size_t first;    /* index of the first of its addresses in targets */
    size_t address_count;
    size_t connections;  /* of a caller */
    const char *refusal; /* why none of its addresses answers, in words; NULL if one does */
};

struct search {
    struct peers peers;
    struct party *parties; /* the names of each peer in the order of its file, then the callers */
    size_t count;
    struct probe *targets;
    size_t target_count;
    size_t unreachable;
    const struct party *last_unreachable;
};

static struct party *add_party(struct search *search, const struct peer *peer, const char *name)
{
    struct party party = {.peer = peer, .name = check_alloc(strdup(name)), .first = search->target_count};
    struct sockaddr_in6 *addresses = resolve_any(name, &party.address_count);
    size_t end = party.first + party.address_count;

    search->targets = check_alloc(reallocarray(search->targets, end + 1, sizeof(*search->targets)));
    for (size_t i = 0; i < party.address_count; i++) {
        addresses[i].sin6_port = htons(GLUSTERD_PORT);
        search->targets[search->target_count++] = (struct probe){.address = addresses[i]};
    }
    free(addresses);
    search->parties = check_alloc(reallocarray(search->parties, search->count + 1, sizeof(*search->parties)));
    search->parties[search->count] = party;
    return &search->parties[search->count++];
}

/* The party that has the address, or NULL. */
static struct party *party_of(const struct search *search, const struct in6_addr *address)
{
    for (size_t i = 0; i < search->count; i++)
        for (size_t j = 0; j < search->parties[i].address_count; j++)
            if (IN6_ARE_ADDR_EQUAL(&search->targets[search->parties[i].first + j].address.sin6_addr, address))
                return &search->parties[i];
    return NULL;
}

/* As it can be written in the place of a host name: an IPv4 address by itself. */
static struct party *add_caller(struct search *search, const struct in6_addr *address)
{
    char data[INET6_ADDRSTRLEN];
    struct text text = TEXT_IN(data);

    text_format(&text, "%A", address);
    return add_party(search, NULL, data + (IN6_IS_ADDR_V4MAPPED(address) ? strlen("::ffff:") : 0));
}

static int compare_callers(const void *a, const void *b)
{
    const struct connection *left = a;
    const struct connection *right = b;

    return memcmp(&left->peer, &right->peer, sizeof(left->peer));
}

static void add_callers(struct search *search, in_port_t port)
{
    size_t count;
    struct connection *callers = connections_accepted(port, &count);

    if (count > 0)
        qsort(callers, count, sizeof(*callers), compare_callers);
    for (size_t i = 0; i < count; i++) {
        const struct in6_addr *address = &callers[i].peer;
        struct party *party = party_of(search, address);

        if (party == NULL && !is_own_address(address))
            party = add_caller(search, address);
        if (party != NULL)
            party->connections++;
    }
    free(callers);
}

/* Why none of the addresses answers, in words; NULL if one does. */
static const char *refusal_of(const struct probe *targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (targets[i].error == 0)
            return NULL;
    if (count == 0)
        return "unknown name";
    switch (targets[0].error) {
    case ECONNREFUSED:
        return "connection refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "no route";
    case ETIMEDOUT:
        return "no answer";
    default:
        return strerror(targets[0].error);
    }
}

static void dial_all(struct search *search)
{
    probe(search->targets, search->target_count, PATIENCE);
    for (size_t i = 0; i < search->count; i++) {
        struct party *party = &search->parties[i];

        party->refusal = refusal_of(search->targets + party->first, party->address_count);
    }
}

static struct cell answer_of(const struct party *party)
{
    bool answers = party->refusal == NULL;

    return cell_colored(cell_shown(cell_truth(answers), "%s", answers ? "answers" : party->refusal),
                        answers ? "green" : "red");
}

/* A peer with all its names, the dialled one first. */
static void add_unreachable(struct table *table, struct search *search, const struct party *dialled)
{
    for (const struct party *party = dialled; party < dialled + dialled->peer->name_count; party++)
        table_add(table, (const struct cell[]){cell_text(party->peer->uuid), cell_text(party->peer->state),
                                               cell_text(party->name), answer_of(party), cell_text(party->refusal)});
    search->last_unreachable = dialled;
    search->unreachable++;
}

static void fill_tables(struct search *search, struct table *unreachable, struct table *callers)
{
    for (size_t i = 0; i < search->count; i++) {
        const struct party *party = &search->parties[i];

        if (party->peer == NULL)
            table_add(callers, (const struct cell[]){cell_text(party->name), cell_number((int64_t)party->connections),
                                                     answer_of(party), cell_text(party->refusal)});
        else if (party->is_dialled && party->refusal != NULL)
            add_unreachable(unreachable, search, party);
    }
}

/* If there is only one unreachable peer, and only one other name of it or caller answers, they belong together. */
static void print_proposal(const struct search *search)
{
    const struct party *unreachable = search->last_unreachable;
    const struct party *right = NULL;
    size_t count = 0;

    for (size_t i = 0; i < search->count; i++) {
        const struct party *party = &search->parties[i];

        if (party->refusal != NULL || (party->peer != NULL && party->peer != unreachable->peer))
            continue;
        right = party;
        count++;
    }
    if (count != 1)
        return;
    printf("\nTo see the change:\nglusterd-srcaddr repair --from %s --to %s --dry-run\n", unreachable->name,
           right->name);
}

static void print_text(const struct search *search, struct table *const *tables)
{
    if (search->unreachable == 0) {
        printf("No suspects: every peer answers at the address that glusterd dials (peers: %zu).\n",
               search->peers.count);
        return;
    }
    tables_print(tables, 2, false);
    printf("\nA peer in this list is down, or stored under a wrong address.\n");
    if (table_rows(tables[1]) > 0)
        printf("A caller that answers is a server: its /var/lib/glusterd/glusterd.info has its UUID.\n"
               "One that does not answer may be a client that mounts a volume.\n");
    else
        printf("No other address is connected to this host's glusterd (if it is running).\n");
    if (search->unreachable == 1)
        print_proposal(search);
}

static void print(struct search *search, bool json)
{
    struct table *tables[] = {
        table_new("suspects", unreachable_columns, sizeof(unreachable_columns) / sizeof(unreachable_columns[0])),
        table_new("callers", caller_columns, sizeof(caller_columns) / sizeof(caller_columns[0])),
    };

    fill_tables(search, tables[0], tables[1]);
    if (json)
        tables_print(tables, 2, true);
    else
        print_text(search, tables);
    table_free(tables[0]);
    table_free(tables[1]);
}

int print_unreachable(bool json)
{
    struct search search = {.parties = NULL};
    struct glusterd glusterd;
    char *working_directory;
    int error;

    glusterd_find(&glusterd);
    working_directory = glusterd_working_directory(&glusterd);
    error = peers_read(working_directory, &search.peers);
    if (error != 0)
        fatal("%s/peers: %s", working_directory, strerror(error));
    for (size_t i = 0; i < search.peers.count; i++)
        for (size_t j = 0; j < search.peers.all[i].name_count; j++)
            add_party(&search, &search.peers.all[i], search.peers.all[i].names[j].value)->is_dialled = j == 0;
    add_callers(&search, glusterd_port(&glusterd));
    dial_all(&search);
    print(&search, json);
    for (size_t i = 0; i < search.count; i++)
        free(search.parties[i].name);
    free(search.targets);
    free(search.parties);
    peers_free(&search.peers);
    free(working_directory);
    glusterd_free(&glusterd);
    return search.unreachable > 0 ? STATUS_WRONG : STATUS_OK;
}
