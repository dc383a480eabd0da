/* Tables by libsmartcols, and the same as JSON by json-c. An error in either ends the command. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "terminal/cell.h"

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };

struct column {
    const char *name; /* NULL: only in JSON */
    const char *key;  /* in JSON */
    enum column_kind kind;
};

struct table;

/* name is the rows' key in JSON. columns stay the caller's, and must outlive the table. */
struct table *table_new(const char *name, const struct column *columns, size_t count);
void table_free(struct table *table);

/* Adds a row with a cell for each column, and takes ownership of what the cells hold. */
void table_add(struct table *table, const struct cell *cells);

size_t table_rows(const struct table *table);

/* Prints those that have rows one below the other; or all as members of one JSON object, after its version. */
void tables_print(struct table *const *tables, size_t count, bool json);

/* Prints each row as a list of names and values, without those that have no value; or as JSON. */
void table_print_lists(struct table *table, bool json);
