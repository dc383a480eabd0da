#include "rules/volfile.h"

#include <string.h>

#include "base/word.h"
#include "rules/sources.h"

/* A token of graph.l: a word or a double-quoted string. */
struct token {
    struct word word;
    bool quoted;
};

/* Skips blanks, line ends and comments, which start where a token could. */
static void skip_to_token(struct word *rest)
{
    while (rest->len > 0 && (is_blank(rest->start[0]) || rest->start[0] == '\n' || rest->start[0] == '#')) {
        if (rest->start[0] == '#')
            word_split(rest, '\n');
        else
            *rest = word_behind(*rest, 1);
    }
}

/* Returns false at the end of the text. An unclosed quotation, a user's error, ends with its line. */
static bool next_token(struct word *rest, struct token *token)
{
    size_t len = 0;

    skip_to_token(rest);
    if (rest->len == 0)
        return false;
    token->quoted = rest->start[0] == '"';
    if (token->quoted)
        *rest = word_behind(*rest, 1);
    while (len < rest->len && rest->start[len] != '\n' && rest->start[len] != '"' &&
           (token->quoted || !is_blank(rest->start[len])))
        len++;
    token->word = word_between(rest->start, rest->start + len);
    *rest = word_behind(*rest, token->quoted && len < rest->len && rest->start[len] == '"' ? len + 1 : len);
    return true;
}

/* True for the keyword "option", in any case. */
static bool is_option(const struct token *token)
{
    static const char option[] = "option";
    size_t same = 0;

    while (same < token->word.len && (token->word.start[same] | 0x20) == option[same])
        same++;
    return !token->quoted && same == token->word.len && option[same] == '\0';
}

bool volfile_option(const char *text, size_t len, const char *key, struct word *value)
{
    struct word rest = {.start = text, .len = len};
    struct token token;
    bool found = false;

    while (next_token(&rest, &token)) {
        if (!is_option(&token) || !next_token(&rest, &token) || !word_is(token.word, key))
            continue;
        if (next_token(&rest, &token)) {
            *value = token.word;
            found = true;
        }
    }
    return found;
}

bool volfile_socket_option(const char *text, size_t len, const char *key, struct word *value)
{
    return volfile_option(text, len, key + strlen(SOCKET_OPTION), value) || volfile_option(text, len, key, value);
}

struct source volfile_source(struct word written)
{
    struct source source = {.kind = SOURCE_NONE};
    struct in6_addr address;
    struct diagnostic ignored;
    bool is_any = address_parse_either(written, &address) &&
                  (IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_V4MAPPED(&address));

    if (!is_any && (!source_parse(written, &source, &ignored) || source.kind != SOURCE_ADDRESS))
        source = (struct source){.kind = SOURCE_UNKNOWN};
    source.bind_address = true;
    return source;
}

struct volume volfile_parse(const char *text, size_t len)
{
    struct volume volume = {.bind_address = {.kind = SOURCE_NONE, .bind_address = true}, .port = GLUSTERD_PORT};
    struct word value;
    int64_t port = 0;

    if (volfile_socket_option(text, len, BIND_ADDRESS_OPTION, &value))
        volume.bind_address = volfile_source(value);
    if (volfile_socket_option(text, len, LISTEN_PORT_OPTION, &value))
        port = word_number(value, 10, UINT16_MAX);
    if (port > 0)
        volume.port = (in_port_t)port;
    return volume;
}
