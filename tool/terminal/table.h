/* Tables for people and, as JSON, for programs, by libsmartcols. What goes wrong in there ends the command. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum column_kind { COLUMN_TEXT, COLUMN_NUMBER };

struct column {
    const char *name; /* in JSON in lower case */
    enum column_kind kind;
};

struct table;

/* name is that of the rows in JSON. */
struct table *table_new(const char *name, const struct column *columns, size_t count);
void table_free(struct table *table);

/* Adds a row. cells are copied, as many as there are columns; NULL is an empty one, null in JSON. */
void table_add(struct table *table, const char *const *cells);

size_t table_rows(const struct table *table);

/* Gives a cell of the row that was added last a colour: "red", "green", "yellow". */
void table_color(struct table *table, size_t column, const char *color);

/* One below the other, those without rows left out; or as the members of one JSON object. */
void tables_print(struct table *const *tables, size_t count, bool json);

/* Each row as a list of names, in which _ is a blank, and values, those of NULL left out; or as JSON. */
void table_print_lists(struct table *table, bool json);
