#include "word.h"

#include <string.h>

struct word word_of(const char *string)
{
    return (struct word){.start = string, .len = strlen(string)};
}

bool word_is(struct word word, const char *string)
{
    return word_same(word, word_of(string));
}

struct word word_trim(struct word word)
{
    while (word.len > 0 && is_blank(word.start[0])) {
        word.start++;
        word.len--;
    }
    while (word.len > 0 && is_blank(word.start[word.len - 1]))
        word.len--;
    return word;
}

struct word word_next(struct word *rest)
{
    struct word word = word_trim(*rest);
    const char *end = word.start + word.len;
    size_t len = 0;

    while (len < word.len && !is_blank(word.start[len]))
        len++;
    word.len = len;
    *rest = word_between(word.start + len, end);
    return word;
}

struct word word_split(struct word *rest, char separator)
{
    const char *end = rest->start + rest->len;
    const char *found = rest->len > 0 ? memchr(rest->start, separator, rest->len) : NULL;
    struct word before = word_between(rest->start, found != NULL ? found : end);

    *rest = word_between(found != NULL ? found + 1 : end, end);
    return before;
}

bool word_has(struct word word, char byte)
{
    return word.len > 0 && memchr(word.start, byte, word.len) != NULL;
}
