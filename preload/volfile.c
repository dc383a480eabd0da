#include "volfile.h"

#include <string.h>
#include <strings.h>

#include "listener.h"
#include "word.h"

/* A token of graph.l: a word, or what stands between double quotes, and where it starts. */
struct token {
    struct volfile_value value;
    bool quoted;
};

struct lexer {
    struct word rest;
    const char *line_start;
    unsigned int line;
};

static void skip(struct lexer *lexer, size_t len)
{
    lexer->rest = word_between(lexer->rest.start + len, lexer->rest.start + lexer->rest.len);
}

/* All but the line's end. */
static void skip_comment(struct lexer *lexer)
{
    struct word rest = lexer->rest;

    skip(lexer, word_split(&rest, '\n').len);
}

/* Blanks, line ends, and comments, which start where a token could. */
static void skip_to_token(struct lexer *lexer)
{
    for (; lexer->rest.len > 0; skip(lexer, 1)) {
        if (lexer->rest.start[0] == '#')
            skip_comment(lexer);
        if (lexer->rest.len == 0)
            return;
        if (lexer->rest.start[0] == '\n') {
            lexer->line_start = lexer->rest.start + 1;
            lexer->line++;
        } else if (!is_blank(lexer->rest.start[0])) {
            return;
        }
    }
}

/* False at the end of the text. A quotation that does not end on its line is a mistake of GlusterFS's user: it ends
 * there. */
static bool next_token(struct lexer *lexer, struct token *token)
{
    bool quoted;
    size_t len = 0;

    skip_to_token(lexer);
    if (lexer->rest.len == 0)
        return false;
    quoted = lexer->rest.start[0] == '"';
    if (quoted)
        skip(lexer, 1);
    while (len < lexer->rest.len && lexer->rest.start[len] != '\n' && lexer->rest.start[len] != '"' &&
           (quoted || !is_blank(lexer->rest.start[len])))
        len++;
    token->value.word = word_between(lexer->rest.start, lexer->rest.start + len);
    token->quoted = quoted;
    token->value.line = lexer->line;
    token->value.column = (unsigned int)(lexer->rest.start - lexer->line_start) + 1;
    skip(lexer, quoted && len < lexer->rest.len && lexer->rest.start[len] == '"' ? len + 1 : len);
    return true;
}

static bool is_option(const struct token *token)
{
    static const char option[] = "option";

    return !token->quoted && token->value.word.len == strlen(option) &&
           strncasecmp(token->value.word.start, option, strlen(option)) == 0;
}

bool volfile_option(const char *text, size_t len, const char *key, struct volfile_value *value)
{
    struct lexer lexer = {.rest = {.start = text, .len = len}, .line_start = text, .line = 1};
    struct token token;
    bool found = false;

    while (next_token(&lexer, &token)) {
        if (!is_option(&token) || !next_token(&lexer, &token) || !word_is(token.value.word, key))
            continue;
        if (next_token(&lexer, &token)) {
            *value = token.value;
            found = true;
        }
    }
    return found;
}

bool volfile_socket_option(const char *text, size_t len, const char *key, struct volfile_value *value)
{
    return volfile_option(text, len, strrchr(key, '.') + 1, value) || volfile_option(text, len, key, value);
}

struct source volfile_source(struct word written)
{
    struct source source = {.kind = SOURCE_NONE};
    struct in6_addr address;
    struct mistake ignored;
    bool is_any = address_parse_either(written, &address) &&
                  (IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_V4MAPPED(&address));

    if (!is_any && (!source_parse(written, &source, &ignored) || source.kind != SOURCE_ADDRESS))
        source = (struct source){.kind = SOURCE_UNKNOWN};
    source.bind_address = true;
    return source;
}

static in_port_t parse_port(struct word digits)
{
    unsigned int port = 0;

    for (size_t i = 0; i < digits.len && port <= UINT16_MAX; i++) {
        if (digits.start[i] < '0' || digits.start[i] > '9')
            return 0;
        port = port * 10 + (unsigned int)(digits.start[i] - '0');
    }
    return port <= UINT16_MAX ? (in_port_t)port : 0;
}

struct volume volfile_parse(const char *text, size_t len)
{
    struct volume volume = {.bind_address = {.kind = SOURCE_NONE, .bind_address = true}, .port = 0};
    struct volfile_value value;

    if (volfile_socket_option(text, len, BIND_ADDRESS_OPTION, &value))
        volume.bind_address = volfile_source(value.word);
    if (volfile_socket_option(text, len, LISTEN_PORT_OPTION, &value))
        volume.port = parse_port(value.word);
    if (volume.port == 0)
        volume.port = GLUSTERD_PORT;
    return volume;
}
