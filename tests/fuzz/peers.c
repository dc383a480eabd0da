/* A peer's file in glusterd's store: names are at their places, and mending one changes only that one. */
#include "host/peers.h"

#include "fuzz.h"
#include "judge/renamepeer.h"

static void parse(const void *data, size_t size, struct peer *peer)
{
    char *copy = malloc(size);

    *peer = (struct peer){.file = {.data = copy, .len = size}};
    memcpy(copy, data, size);
    peer_parse(peer);
}

static void end(struct peer *peer)
{
    free(peer->file.data);
    peer->file.data = NULL;
    peer_free(peer);
}

static void check_names(const struct peer *peer)
{
    struct word text = {.start = peer->file.data, .len = peer->file.len};

    for (size_t i = 0; i < peer->name_count; i++) {
        const struct peer_name *name = &peer->names[i];
        struct word place = rest_of_line(text, name->line, name->column);

        check(name->word.start == place.start && name->word.len == place.len && place.len > 0,
              "the name is where it says");
        check(strlen(name->value) == strnlen(place.start, place.len) &&
                  memcmp(name->value, place.start, strlen(name->value)) == 0,
              "the name is what is there");
    }
}

/* Everything but the renamed name is as before. */
static void check_renamed_names(const struct peer *peer, const struct peer *renamed, const struct hostname *from,
                                const struct hostname *to)
{
    check(strcmp(renamed->state, peer->state) == 0, "the state is as it was");
    check(renamed->name_count == peer->name_count, "there are as many names as before");
    for (size_t i = 0; i < peer->name_count; i++) {
        struct word before = peer->names[i].word;
        struct word after = renamed->names[i].word;

        if (hostname_matches(before, from))
            check(word_is(word_trim(after), to->data), "the name is renamed");
        else
            check(before.len == after.len && memcmp(before.start, after.start, after.len) == 0,
                  "another name is as it was");
    }
}

static size_t renamed_len(const struct peer *peer, const struct hostname *from, const struct hostname *to)
{
    size_t len = peer->file.len;

    for (size_t i = 0; i < peer->name_count; i++)
        if (hostname_matches(peer->names[i].word, from))
            len += strlen(to->data) - word_trim(peer->names[i].word).len;
    return len;
}

static void check_renamed(const struct peer *peer, const struct hostname *from, const struct hostname *to)
{
    size_t len;
    char *text = renamed_text(peer, from, to, &len);
    struct peer renamed;

    check(len == renamed_len(peer, from, to), "nothing else is added or lost");
    parse(text, len, &renamed);
    check_renamed_names(peer, &renamed, from, to);
    free(text);
    end(&renamed);
}

/* Whether the name is an address or a host name. *name is its spelling. */
static bool check_hostname(struct word word, struct hostname *name)
{
    bool is_spelt = hostname_parse(word_trim(word), name);
    struct in6_addr address;
    struct in6_addr spelt;

    if (is_spelt)
        check(hostname_matches(word, name), "a name is spelt as it is");
    if (address_parse(word_trim(word), &address))
        check(is_spelt && address_parse(word_of(name->data), &spelt) && IN6_ARE_ADDR_EQUAL(&address, &spelt),
              "an address is spelt as one");
    return is_spelt;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hostname others[] = {{"2001:db8::77"}, {"a"}};
    struct peer peer;
    struct hostname name;

    parse(data, size, &peer);
    check_names(&peer);
    for (size_t i = 0; i < peer.name_count && i < 2; i++) {
        if (check_hostname(peer.names[i].word, &name))
            check_renamed(&peer, &name, &others[i % 2]);
    }
    check_renamed(&peer, &others[0], &others[1]);
    end(&peer);
    return 0;
}
