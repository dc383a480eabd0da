/* Shared by the harnesses: ending a run, and what holds for every error. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"
#include "rules/config.h"

/* libFuzzer calls it with size bytes at data. Nothing past them may be read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void check(bool holds, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "FAILED: %s\n", what);
    abort();
}

/* The text from line and column, counted from 1. The place must be in the text, or just past the end of a line. */
static inline struct word rest_of_line(struct word text, unsigned int line, unsigned int column)
{
    struct word found = text;

    check(line > 0 && column > 0, "lines and columns count from 1");
    for (unsigned int i = 0; i < line; i++) {
        check(text.len > 0, "the line is there");
        found = word_split(&text, '\n');
    }
    check(column <= found.len + 1, "the column is there");
    return word_between(found.start + column - 1, found.start + found.len);
}

/* The first quotation in a message is the text at its place, as far as the quotation is unambiguous, or a "=" or "]"
 * that is missing there. */
static inline void check_quotation(const char *message, struct word place)
{
    const char *quoted = strchr(message, '\'');

    if (quoted == NULL || quoted[1] == '=' || quoted[1] == ']')
        return;
    for (quoted++; strchr("'\\.", *quoted) == NULL; quoted++) {
        check(place.len > 0 && *place.start == *quoted, "the message quotes what is there");
        place = word_behind(place, 1);
    }
}

/* Of two duplicates, the later one is the error. */
static inline void check_lines(const struct diagnostic *diagnostic)
{
    const char *lines = strrchr(diagnostic->message, ':');
    unsigned int first;
    unsigned int second;

    check(lines != NULL && sscanf(lines, ": lines %u and %u", &first, &second) == 2 && first < second &&
              second == diagnostic->line,
          "what stands there twice does so in two lines");
}

static inline bool starts_with(const char *message, const char *start)
{
    return strncmp(message, start, strlen(start)) == 0;
}

/* A message is one printable line, with the place and what would be right. */
static inline void check_error(struct word text, const struct diagnostic *diagnostic)
{
    size_t len = strlen(diagnostic->message);

    if (starts_with(diagnostic->message, "duplicate "))
        check_lines(diagnostic);
    else if (starts_with(diagnostic->message, "unknown "))
        check(strstr(diagnostic->message, "; did you mean '") != NULL, "the message says what may be meant");
    else
        check(starts_with(diagnostic->message, "expected "), "the message says what would be right");
    check(len < sizeof(diagnostic->message) - 1, "the message is whole");
    for (size_t i = 0; i < len; i++)
        check((unsigned char)diagnostic->message[i] >= ' ' && diagnostic->message[i] != 0x7f,
              "the message can be shown");
    check_quotation(diagnostic->message, rest_of_line(text, diagnostic->line, diagnostic->column));
}
