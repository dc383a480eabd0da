#include "volfile.h"

#include <string.h>
#include <strings.h>

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

bool volfile_bind_address(const char *text, size_t len, struct source *source, struct mistake *mistake)
{
    char reason[sizeof(mistake->message)];
    struct text why = TEXT_IN(reason);
    struct volfile_value value;
    struct word wrong;
    struct in6_addr address;

    *source = (struct source){.kind = SOURCE_NONE, .bind_address = true};
    if (!volfile_option(text, len, BIND_ADDRESS_OPTION, &value) || address_is_ipv4(value.word))
        return true;
    if (address_parse(value.word, &address) && (IN6_IS_ADDR_UNSPECIFIED(&address) || IN6_IS_ADDR_V4MAPPED(&address)))
        return true;
    if (word_has(value.word, '/'))
        return mistake_at(mistake, value.line, value.column, "found %W; write an IPv6 address", &value.word);
    if (!word_has(value.word, ':'))
        return mistake_at(mistake, value.line, value.column, "found host name %W; write the IPv6 address itself",
                          &value.word);
    if (!source_parse(value.word, source, &wrong, &why))
        return mistake_at(mistake, value.line, value.column + (unsigned int)(wrong.start - value.word.start), "%s",
                          why.data);
    source->bind_address = true;
    return true;
}
