/* Splits a line of text into words. Pure functions, so async-signal-safe. */
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

/* word without its first len bytes. It must have that many. */
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

/* Takes the next word, up to a blank, off *rest. Returns an empty word, at the end of *rest, if there is none. */
struct word word_next(struct word *rest);

/* Takes what comes before the first separator, and the separator, off *rest; all of *rest if there is no separator. */
struct word word_split(struct word *rest, char separator);

bool word_has(struct word word, char byte);

/*
 * True if word is a misspelling of meant: at most slips letters, and at most a third of word's, have to be added,
 * dropped, replaced or swapped with the next. Ignores case.
 */
bool word_is_slip(struct word word, const char *meant, unsigned int slips);

/* Parses a number of at most max in base, 16 or less, with A to F in upper case. Returns -1 if word is not one. */
int64_t word_number(struct word word, int base, int64_t max);

/* The text in brackets, without brackets in it, at the start of word, like an address in a URL; else empty. */
struct word word_in_brackets(struct word word);
