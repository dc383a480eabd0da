/* Text in a buffer of fixed size, built without stdio, locale or malloc: every function here is async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>

/* data is the caller's, always NUL-terminated; what does not fit in size bytes is cut. */
struct text {
    char *data;
    size_t size;
    size_t len;
};

/* A piece of somebody else's text, not NUL-terminated. */
struct word {
    const char *start;
    size_t len;
};

/* A text over a char array; the array's old content is dropped. */
#define TEXT_IN(array) text_in((array), sizeof(array))
struct text text_in(char *data, size_t size);

/*
 * Appends format. Each conversion takes one argument, of the type named:
 *   %s  const char *
 *   %u  unsigned int, decimal; %06u with leading zeros up to six digits
 *   %A  const struct in6_addr *, network byte order, as RFC 5952 writes it
 *   %N  const struct network *, as %A, a slash and the length
 *   %S  const struct source *, as the file writes it
 *   %W  const struct word *, in single quotes: what is not printable ASCII as \xHH, the end of a long word as ...
 *   %E  int, an errno value, in words
 *   %%  none, a percent sign
 */
void text_format(struct text *text, const char *format, ...);
void text_vformat(struct text *text, const char *format, va_list arguments);

void text_bytes(struct text *text, const char *bytes, size_t len);
void text_string(struct text *text, const char *string);

/* Puts from in a char array of size bytes, as a string. */
void text_copy(char *to, size_t size, struct word from);
