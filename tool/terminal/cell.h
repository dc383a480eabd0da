/* A value, as text for a table and as JSON. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/text.h"

struct json_object;

/* table_add() takes ownership of text and json (malloc(3), json-c). Both NULL: no value, empty and null in JSON. */
struct cell {
    char *text;
    struct json_object *json;
    const char *color; /* in a table: "red", "green"; NULL: none */
};

/* No value if text is NULL. In JSON, a byte that is not UTF-8 becomes \xHH, as in the library's log. */
struct cell cell_text(const char *text);

__attribute__((format(printf, 1, 2))) struct cell cell_format(const char *format, ...);

/* As in RFC 5952. */
struct cell cell_address(const struct in6_addr *address);

struct cell cell_number(int64_t number);

/* yes or no in the table. */
struct cell cell_truth(bool truth);

/* Local time in the table; in JSON UTC as in RFC 3339, or null if the year does not have four digits. */
struct cell cell_time(time_t time);

/* An empty list; the table separates items with commas. */
struct cell cell_list(void);
void cell_list_add(struct cell *list, struct word item);

/* One of a closed set: its name in JSON, the words in the table. No value if name is NULL. */
struct cell cell_named(const char *name, const char *words);

/* The same value, in that colour in a table. */
struct cell cell_colored(struct cell cell, const char *color);

/* The same value, with text from a printf(3) format for the table. */
__attribute__((format(printf, 2, 3))) struct cell cell_shown(struct cell cell, const char *format, ...);
