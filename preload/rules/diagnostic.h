/* An error in a text: where it is, what was found and what was expected. Async-signal-safe. */
#pragma once

#include <stdbool.h>

#include "base/text.h"

/* line and column count from 1, columns in bytes. */
struct diagnostic {
    unsigned int line;
    unsigned int column;
    char message[512];
};

/* The line being parsed, and where to report an error in it. */
struct line {
    struct diagnostic *diagnostic;
    const char *start;
    unsigned int number;
};

/* Fills in *diagnostic; format as in text_format(). Returns false, so that callers can return its result. */
bool diagnostic_at(struct diagnostic *diagnostic, unsigned int line, unsigned int column, const char *format, ...);

/* The column, in bytes from 1, of at, which points into line. */
unsigned int line_column(const struct line *line, const char *at);

/* Reports an error at a byte of the line. */
#define DIAGNOSTIC(in, at, ...) diagnostic_at((in)->diagnostic, (in)->number, line_column(in, at), __VA_ARGS__)
