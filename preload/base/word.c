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

static bool same_letter(char a, char b)
{
    return a == b || ((a ^ b) == 0x20 && (a | 0x20) >= 'a' && (a | 0x20) <= 'z');
}

/* NOLINTNEXTLINE(misc-no-recursion): at most slips deep */
static bool can_become(struct word a, struct word b, size_t slips)
{
    for (; a.len > 0 && b.len > 0 && same_letter(a.start[0], b.start[0]); b = word_behind(b, 1))
        a = word_behind(a, 1);
    if (a.len == 0 || b.len == 0 || slips == 0)
        return a.len + b.len <= slips;
    return can_become(word_behind(a, 1), b, slips - 1) || can_become(a, word_behind(b, 1), slips - 1) ||
           can_become(word_behind(a, 1), word_behind(b, 1), slips - 1) ||
           (a.len > 1 && b.len > 1 && same_letter(a.start[0], b.start[1]) && same_letter(a.start[1], b.start[0]) &&
            can_become(word_behind(a, 2), word_behind(b, 2), slips - 1));
}

bool word_is_slip(struct word word, const char *meant, unsigned int slips)
{
    return can_become(word, word_of(meant), slips < word.len / 3 ? slips : word.len / 3);
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
