/* Tables for people, by libsmartcols, and the same as JSON for programs, by json-c. What goes wrong in there ends the
 * command. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "terminal/cell.h"

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };

struct column {
    const char *name; /* NULL: in JSON alone */
    const char *key;  /* in JSON */
    enum column_kind kind;
};

struct table;

/* name is that of the rows in JSON. columns stay the caller's, and have to last as long as the table. */
struct table *table_new(const char *name, const struct column *columns, size_t count);
void table_free(struct table *table);

/* Adds a row of as many cells as there are columns, and takes what they have. */
void table_add(struct table *table, const struct cell *cells);

size_t table_rows(const struct table *table);

/* Gives a cell of the row that was added last a colour: "red", "green", "yellow". */
void table_color(struct table *table, size_t column, const char *color);

/* One below the other, those without rows left out; or as the members of one JSON object, behind its version. */
void tables_print(struct table *const *tables, size_t count, bool json);

/* Each row as a list of names and values, those without a value left out; or as JSON. */
void table_print_lists(struct table *table, bool json);
