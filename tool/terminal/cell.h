/* A value of a table, as people read it there and as programs do in JSON. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/text.h"

struct json_object;

/* table_add() takes over both, which malloc(3) and json-c gave. Two NULLs are no value: an empty cell, null in JSON. */
struct cell {
    char *text;
    struct json_object *json;
};

/* No value if text is NULL. In JSON a byte that is not UTF-8 is written \xHH, as in the library's log. */
struct cell cell_text(const char *text);

struct cell cell_number(int64_t number);

/* yes or no in the table. */
struct cell cell_truth(bool truth);

/* Local time in the table; in JSON UTC, in the format of RFC 3339, or null: its years have four digits. */
struct cell cell_time(time_t time);

/* An empty list; the table separates its items by commas. */
struct cell cell_list(void);
void cell_list_add(struct cell *list, struct word item);

/* One of a closed set: its name in JSON, the words in the table. No value if name is NULL. */
struct cell cell_named(const char *name, const char *words);

/* The same value, shown in the table by printf(3)'s format. */
__attribute__((format(printf, 2, 3))) struct cell cell_shown(struct cell cell, const char *format, ...);
