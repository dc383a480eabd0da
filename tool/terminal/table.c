#include "terminal/table.h"

#include <json-c/json.h>
#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal/command.h"

/* Version of all JSON output, raised when programs that know the old one would misread the new. */
enum { JSON_VERSION = 1 };

struct table {
    struct libscols_table *scols;
    struct json_object *rows;
    const char *name;
    const struct column *columns;
};

static void check(int error)
{
    if (error != 0)
        fatal("cannot make the table: %s", strerror(-error));
}

static void add_column(struct table *table, const struct column *column)
{
    int flags = (column->kind == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0) | (column->name == NULL ? SCOLS_FL_HIDDEN : 0);

    check_alloc(scols_table_new_column(table->scols, column->name != NULL ? column->name : "", 0, flags));
}

struct table *table_new(const char *name, const struct column *columns, size_t count)
{
    struct table *table = check_alloc(calloc(1, sizeof(*table)));

    table->name = name;
    table->columns = columns;
    table->rows = check_alloc(json_object_new_array());
    table->scols = check_alloc(scols_new_table());
    for (size_t i = 0; i < count; i++)
        add_column(table, &columns[i]);
    return table;
}

void table_free(struct table *table)
{
    json_object_put(table->rows);
    scols_unref_table(table->scols);
    free(table);
}

static void add_member(struct json_object *object, const char *key, struct json_object *value)
{
    if (json_object_object_add(object, key, value) != 0)
        fatal("out of memory");
}

void table_add(struct table *table, const struct cell *cells)
{
    struct json_object *row = check_alloc(json_object_new_object());
    struct libscols_line *line = check_alloc(scols_table_new_line(table->scols, NULL));

    for (size_t i = 0; i < scols_table_get_ncols(table->scols); i++) {
        check(scols_line_refer_data(line, i, cells[i].text));
        check(scols_cell_set_color(scols_line_get_cell(line, i), cells[i].color));
        add_member(row, table->columns[i].key, cells[i].json);
    }
    if (json_object_array_add(table->rows, row) != 0)
        fatal("out of memory");
}

size_t table_rows(const struct table *table)
{
    return scols_table_get_nlines(table->scols);
}

/* Lines are not cut at the terminal's width: half an address is useless. */
static void print_text(struct libscols_table *table)
{
    check(scols_table_enable_colors(table, is_colored(STDOUT_FILENO)));
    check(scols_table_set_termforce(table, SCOLS_TERMFORCE_NEVER));
    for (size_t i = 0; i < scols_table_get_ncols(table); i++) {
        struct libscols_column *column = scols_table_get_column(table, i);

        check(scols_column_set_flags(column, scols_column_get_flags(column) | SCOLS_FL_NOEXTREMES));
    }
    check(scols_print_table(table));
}

/* On one line: json-c versions break lines differently, and a newline then ends each of several documents. */
static void print_json(struct table *const *tables, size_t count)
{
    struct json_object *document = check_alloc(json_object_new_object());
    const char *text;

    add_member(document, "version", check_alloc(json_object_new_int(JSON_VERSION)));
    for (size_t i = 0; i < count; i++)
        add_member(document, tables[i]->name, json_object_get(tables[i]->rows));
    text = json_object_to_json_string_ext(document, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
    if (text == NULL)
        fatal("out of memory");
    puts(text);
    json_object_put(document);
}

void tables_print(struct table *const *tables, size_t count, bool json)
{
    bool is_first = true;

    if (json) {
        print_json(tables, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (scols_table_is_empty(tables[i]->scols))
            continue;
        if (!is_first)
            fputc('\n', stdout);
        print_text(tables[i]->scols);
        is_first = false;
    }
}

static void add_value(struct table *list, struct libscols_column *column, struct libscols_cell *cell)
{
    if (scols_cell_get_data(cell) == NULL || scols_column_is_hidden(column))
        return;
    table_add(list,
              (const struct cell[]){cell_text(scols_cell_get_data(scols_column_get_header(column))),
                                    cell_colored(cell_text(scols_cell_get_data(cell)), scols_cell_get_color(cell))});
}

void table_print_lists(struct table *table, bool json)
{
    static const struct column columns[] = {{"", "name", COLUMN_TEXT}, {"", "value", COLUMN_TEXT}};

    if (json) {
        print_json(&table, 1);
        return;
    }
    for (size_t row = 0; row < scols_table_get_nlines(table->scols); row++) {
        struct table *list = table_new("", columns, 2);

        check(scols_table_enable_noheadings(list->scols, 1));
        for (size_t i = 0; i < scols_table_get_ncols(table->scols); i++)
            add_value(list, scols_table_get_column(table->scols, i),
                      scols_line_get_cell(scols_table_get_line(table->scols, row), i));
        if (row > 0)
            fputc('\n', stdout);
        print_text(list->scols);
        table_free(list);
    }
}
