/* glusterd.vol: every value found is in one of its lines; a bind-address is an address, none, or unknown. */
#include "rules/volfile.h"

#include "fuzz.h"

static void check_option(struct word text, const char *key)
{
    struct word value;

    if (volfile_option(text.start, text.len, key, &value)) {
        check(value.start >= text.start && value.start + value.len <= text.start + text.len,
              "the value is in the text");
        check(!word_has(value, '\n'), "the value is in one line");
    }
}

/* Appends an option. Whatever the text ends in takes at most one word as a key and one as a value. */
static char *append(struct word text, const struct source *source, size_t *len)
{
    static const char option[] = "\nx x option bind-address \"";
    static const char comment[] = "\" # option bind-address ::";
    size_t room = text.len + sizeof(option) + sizeof(comment) + 64;
    char *data = malloc(room);
    struct text appended = text_in(data, room);

    text_bytes(&appended, text.start, text.len);
    text_string(&appended, option);
    text_format(&appended, "%S", source);
    text_string(&appended, comment);
    *len = appended.len;
    return data;
}

/* The last alias wins. Written the way a rule writes it, it gives the same source. */
static void check_appended(struct word text, struct source source)
{
    struct source found;
    size_t len;
    char *data;

    source.bind_address = false;
    data = append(text, &source, &len);
    found = volfile_parse(data, len).bind_address;
    check(found.kind == source.kind && found.bind_address && found.network.len == source.network.len &&
              memcmp(&found.network.address, &source.network.address, sizeof(found.network.address)) == 0 &&
              memcmp(found.scope, source.scope, sizeof(found.scope)) == 0,
          "the same source is read again");
    free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct source other = {.kind = SOURCE_ADDRESS,
                                        .network = {.address = {{{0x20, 1, 0xd, 0xb8, [15] = 0x77}}}, .len = 128}};
    struct word text = {.start = (const char *)data, .len = size};
    struct source source = volfile_parse(text.start, text.len).bind_address;

    if (size == 0) /* how a missing file is passed on */
        check(volfile_parse(NULL, 0).bind_address.kind == SOURCE_NONE, "no text has none");
    check_option(text, BIND_ADDRESS_OPTION);
    check_option(text, "working-directory");
    check_option(text, "option");
    check(source.kind != SOURCE_PREFIX, "a bind-address is one address");
    if (source.kind == SOURCE_ADDRESS) {
        check(source.network.len == 128, "a bind-address is one address");
        check_appended(text, source);
    }
    check_appended(text, other);
    return 0;
}
