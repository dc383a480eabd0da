#include "base/word.h"

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
    while (word.len > 0 && is_blank(word.start[0]))
        word = word_behind(word, 1);
    while (word.len > 0 && is_blank(word.start[word.len - 1]))
        word.len--;
    return word;
}

struct word word_next(struct word *rest)
{
    struct word word = word_trim(*rest);
    size_t len = 0;

    while (len < word.len && !is_blank(word.start[len]))
        len++;
    *rest = word_behind(word, len);
    word.len = len;
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

int64_t word_number(struct word word, int base, int64_t max)
{
    static const char digits[] = "0123456789ABCDEF";
    int64_t number = word.len > 0 ? 0 : -1;

    for (size_t i = 0; i < word.len; i++) {
        const char *digit = memchr(digits, word.start[i], (size_t)base);

        if (digit == NULL || number > (max - (digit - digits)) / base)
            return -1;
        number = number * base + (digit - digits);
    }
    return number;
}

struct word word_in_brackets(struct word word)
{
    struct word nothing = word_between(word.start, word.start);
    struct word inside;

    if (word.len == 0 || word.start[0] != '[' || !word_has(word, ']'))
        return nothing;
    word = word_behind(word, 1);
    inside = word_split(&word, ']');
    return word_has(inside, '[') ? nothing : inside;
}
