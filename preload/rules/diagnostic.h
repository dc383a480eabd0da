/* Errors in a text: where they are, what was found and what would be right. Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* line and column are counted from 1, columns in bytes. */
struct diagnostic {
    unsigned int line;
    unsigned int column;
    char message[512];
};

/* The line that is being read, and where to tell of an error in it. */
struct line {
    struct diagnostic *diagnostic;
    const char *start;
    unsigned int number;
};

/* Fills in *diagnostic, format as text_format() has it. Returns false, for the caller to. */
bool diagnostic_at(struct diagnostic *diagnostic, unsigned int line, unsigned int column, const char *format, ...);

/* The column, in bytes from 1, of at, which points into the line. */
unsigned int line_column(const struct line *line, const char *at);

/* The same for an error at a byte of the line. */
#define DIAGNOSTIC(in, at, ...) diagnostic_at((in)->diagnostic, (in)->number, line_column(in, at), __VA_ARGS__)
