/* Taking a line of text apart. Pure functions; all are async-signal-safe. */
#ifndef SRCADDR_WORD_H
#define SRCADDR_WORD_H

#include <stdbool.h>

#include "text.h"

struct word word_of(const char *string);
struct word word_between(const char *start, const char *end);

bool word_is(struct word word, const char *string);
bool is_blank(char byte);

/* word without the blanks, tabs and carriage returns around it. */
struct word word_trim(struct word word);

/* The next piece of *rest without blanks, which is moved behind it; empty, at the end of *rest, if there is none. */
struct word word_next(struct word *rest);

/* Takes off *rest what stands before the first separator and returns it, the separator dropped; else *rest is empty. */
struct word word_split(struct word *rest, char separator);

bool word_has(struct word word, char byte);

#endif
