#include "judge/unreachable.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/connections.h"
#include "host/glusterd.h"
#include "host/ownaddress.h"
#include "host/peers.h"
#include "host/probe.h"
#include "host/resolve.h"
#include "judge/hostname.h"
#include "live/listener.h"
#include "live/process.h"
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

/* A name that a peer is stored under, or a caller. */
struct party {
    const struct peer *peer; /* NULL for a caller */
    const char *name;        /* of a peer */
    size_t first;            /* index of the first of its addresses in targets */
    size_t address_count;
    size_t connections; /* of a caller */
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
    search->parties = check_alloc(reallocarray(search->parties, search->count + 1, sizeof(*search->parties)));
    search->parties[search->count] = (struct party){.peer = peer, .name = name, .first = search->target_count};
    return &search->parties[search->count++];
}

static void add_target(struct search *search, struct party *party, const struct sockaddr_in6 *address)
{
    search->targets = check_alloc(reallocarray(search->targets, search->target_count + 1, sizeof(*search->targets)));
    search->targets[search->target_count] = (struct probe){.address = *address};
    search->targets[search->target_count++].address.sin6_port = htons(GLUSTERD_PORT);
    party->address_count++;
}

static void add_names(struct search *search, const struct peer *peer)
{
    for (size_t i = 0; i < peer->name_count; i++) {
        struct party *party = add_party(search, peer, peer->names[i].value);
        size_t count;
        struct sockaddr_in6 *addresses = resolve_any(party->name, &count);

        for (size_t j = 0; j < count; j++)
            add_target(search, party, &addresses[j]);
        free(addresses);
    }
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

static void add_caller(struct search *search, const struct in6_addr *address)
{
    struct sockaddr_in6 peer = {.sin6_family = AF_INET6, .sin6_addr = *address};
    struct party *party = party_of(search, address);

    if (party == NULL && !is_own_address(address)) {
        party = add_party(search, NULL, NULL);
        add_target(search, party, &peer);
    }
    if (party != NULL)
        party->connections++;
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
    for (size_t i = 0; i < count; i++)
        add_caller(search, &callers[i].peer);
    free(callers);
}

/* 0 if one of its addresses answers, else the error of the first. */
static int error_of(const struct search *search, const struct party *party)
{
    const struct probe *targets = search->targets + party->first;

    for (size_t i = 0; i < party->address_count; i++)
        if (targets[i].error == 0)
            return 0;
    return party->address_count > 0 ? targets[0].error : EADDRNOTAVAIL;
}

/* Why none of its addresses answers, in words; NULL if one does. */
static const char *refusal_of(const struct search *search, const struct party *party)
{
    int error = error_of(search, party);

    if (party->address_count == 0)
        return "unknown name";
    switch (error) {
    case 0:
        return NULL;
    case ECONNREFUSED:
        return "connection refused";
    case ENETUNREACH:
    case EHOSTUNREACH:
        return "no route";
    case ETIMEDOUT:
        return "no answer";
    default:
        return strerror(error);
    }
}

static struct cell answer_of(const struct search *search, const struct party *party)
{
    const char *refusal = refusal_of(search, party);

    return cell_colored(cell_shown(cell_truth(refusal == NULL), "%s", refusal == NULL ? "answers" : refusal),
                        refusal == NULL ? "green" : "red");
}

/* glusterd dials only the first name. */
static bool is_dialled(const struct party *party)
{
    return party->peer != NULL && party->name == party->peer->names[0].value;
}

/* A peer with all its names, the dialled one first. */
static void add_unreachable(struct table *table, struct search *search, const struct party *dialled)
{
    for (const struct party *party = dialled; party < dialled + dialled->peer->name_count; party++)
        table_add(table, (const struct cell[]){cell_text(party->peer->uuid), cell_text(party->peer->state),
                                               cell_text(party->name), answer_of(search, party),
                                               cell_text(refusal_of(search, party))});
    search->last_unreachable = dialled;
    search->unreachable++;
}

static struct hostname name_of_caller(const struct search *search, const struct party *caller)
{
    const struct in6_addr *address = &search->targets[caller->first].address.sin6_addr;
    struct hostname hostname = {.data = ""};
    struct text text = TEXT_IN(hostname.data);

    if (IN6_IS_ADDR_V4MAPPED(address))
        text_format(&text, "%u.%u.%u.%u", address->s6_addr[12], address->s6_addr[13], address->s6_addr[14],
                    address->s6_addr[15]);
    else
        text_format(&text, "%A", address);
    return hostname;
}

static void add_row_of_caller(struct table *table, const struct search *search, const struct party *caller)
{
    struct hostname address = name_of_caller(search, caller);

    table_add(table, (const struct cell[]){cell_text(address.data), cell_number((int64_t)caller->connections),
                                           answer_of(search, caller), cell_text(refusal_of(search, caller))});
}

static void fill_tables(struct search *search, struct table *unreachable, struct table *callers)
{
    for (size_t i = 0; i < search->count; i++) {
        const struct party *party = &search->parties[i];

        if (party->peer == NULL)
            add_row_of_caller(callers, search, party);
        else if (is_dialled(party) && error_of(search, party) != 0)
            add_unreachable(unreachable, search, party);
    }
}

/* Whether party, another name of the unreachable peer or a caller, answers. */
static bool can_be(const struct search *search, const struct party *party, const struct party *unreachable)
{
    return (party->peer == unreachable->peer || party->peer == NULL) && error_of(search, party) == 0;
}

/* If there is only one unreachable peer and one such party, they belong together. */
static void print_proposal(const struct search *search)
{
    const struct party *unreachable = search->last_unreachable;
    const struct party *right = NULL;
    size_t count = 0;

    for (size_t i = 0; i < search->count; i++) {
        if (!can_be(search, &search->parties[i], unreachable))
            continue;
        right = &search->parties[i];
        count++;
    }
    if (count != 1)
        return;
    printf("\nTo see the change:\nglusterd-srcaddr repair --from %s --to %s --dry-run\n", unreachable->name,
           right->peer != NULL ? right->name : name_of_caller(search, right).data);
}

static void print_text(const struct search *search, struct table *unreachable, struct table *callers)
{
    struct table *tables[] = {unreachable, callers};

    if (search->unreachable == 0) {
        printf("No suspects: every peer answers at the address that glusterd dials (peers: %zu).\n",
               search->peers.count);
        return;
    }
    tables_print(tables, 2, false);
    printf("\nA peer in this list is down, or stored under a wrong address.\n");
    if (table_rows(callers) > 0)
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
        print_text(search, tables[0], tables[1]);
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
        add_names(&search, &search.peers.all[i]);
    add_callers(&search, glusterd_port(&glusterd));
    probe(search.targets, search.target_count, PATIENCE);
    print(&search, json);
    free(search.targets);
    free(search.parties);
    peers_free(&search.peers);
    free(working_directory);
    glusterd_free(&glusterd);
    return search.unreachable > 0 ? STATUS_WRONG : STATUS_OK;
}
