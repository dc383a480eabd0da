/* Mistakes in a text: where they are, what was found and what would be right. Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* line and column are counted from 1, columns in bytes. */
struct mistake {
    unsigned int line;
    unsigned int column;
    char message[512];
};

/* The line that is being read, and where to tell of a mistake in it. */
struct line {
    struct mistake *mistake;
    const char *start;
    unsigned int number;
};

/* Fills in *mistake, format as text_format() has it. Returns false, for the caller to. */
bool mistake_at(struct mistake *mistake, unsigned int line, unsigned int column, const char *format, ...);

/* The column, in bytes from 1, of at, which points into the line. */
unsigned int line_column(const struct line *line, const char *at);

/* The same for a mistake at a byte of the line. */
#define MISTAKE(in, at, ...) mistake_at((in)->mistake, (in)->number, line_column(in, at), __VA_ARGS__)
