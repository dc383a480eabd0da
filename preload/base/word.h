/* Taking a line of text apart. Pure functions; all are async-signal-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"

struct word word_of(const char *string);

static inline struct word word_between(const char *start, const char *end)
{
    return (struct word){.start = start, .len = (size_t)(end - start)};
}

/* word without its first len bytes, which it must have. */
static inline struct word word_behind(struct word word, size_t len)
{
    return (struct word){.start = word.start + len, .len = word.len - len};
}

static inline bool word_same(struct word a, struct word b)
{
    return a.len == b.len && memcmp(a.start, b.start, a.len) == 0;
}

bool word_is(struct word word, const char *string);

static inline bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* word without the blanks, tabs and carriage returns around it. */
struct word word_trim(struct word word);

/* The next piece of *rest without blanks, off *rest. Empty, at the end of *rest, if none is left. */
struct word word_next(struct word *rest);

/* What stands before the first separator, both off *rest; all of *rest if there is no separator. */
struct word word_split(struct word *rest, char separator);

bool word_has(struct word word, char byte);

/*
 * Whether word is a slip of meant: that many letters, and at most a third of word's, have to be added, dropped,
 * replaced or swapped with the next to make meant of it. Capital letters are as good as small ones.
 */
bool word_is_slip(struct word word, const char *meant, unsigned int slips);

/* The number up to max that word is, in digits of base, at most 16, A to F in capitals alone. -1 if it is none. */
int64_t word_number(struct word word, int base, int64_t max);

/* What stands in brackets, without a further one, at the start of word, as an address in a URL does; or empty. */
struct word word_in_brackets(struct word word);
