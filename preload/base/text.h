/* Text in a buffer of fixed size, built without stdio, locale or malloc: every function here is async-signal-safe. */
#pragma once

#include <netinet/in.h>
#include <stdarg.h>
#include <stddef.h>

/* data is the caller's, always NUL-terminated. Text that does not fit in size bytes is cut off. */
struct text {
    char *data;
    size_t size;
    size_t len;
};

/* Part of a text that somebody else owns, not NUL-terminated. */
struct word {
    const char *start;
    size_t len;
};

/* An empty text in a char array. */
#define TEXT_IN(array) text_in((array), sizeof(array))
struct text text_in(char *data, size_t size);

/*
 * Appends format. Each conversion takes one argument, of the type named:
 *   %s  const char *
 *   %u  unsigned int, decimal; %06u pads with zeros to six digits
 *   %A  const struct in6_addr *, network byte order, as in RFC 5952
 *   %N  const struct network *, as %A, a slash and the length
 *   %S  const struct source *, as in the configuration
 *   %W  const struct word *, in single quotes; all but printable ASCII as \xHH, a long word ends in ...
 *   %E  int, an errno value, in words
 *   %%  none, a percent sign
 */
void text_format(struct text *text, const char *format, ...);
void text_vformat(struct text *text, const char *format, va_list arguments);

void text_bytes(struct text *text, const char *bytes, size_t len);
void text_string(struct text *text, const char *string);

/* Copies from into a char array of size bytes, NUL-terminated, cut off if too long. */
void text_copy(char *to, size_t size, struct word from);
