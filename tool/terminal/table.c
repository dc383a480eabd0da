#include "terminal/table.h"

#include <libsmartcols.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "terminal/command.h"

struct table {
    struct libscols_table *scols;
    struct libscols_line *last;
    const char *name;
    size_t column_count;
};

static void check(int error)
{
    if (error != 0)
        trouble("found no way to make a table: %s", strerror(-error));
}

static void set_kind(struct libscols_column *column, enum column_kind kind)
{
    check(scols_column_set_flags(column, kind == COLUMN_NUMBER ? SCOLS_FL_RIGHT : 0));
#ifdef HAS_JSON_TYPES
    check(scols_column_set_json_type(column, kind == COLUMN_NUMBER ? SCOLS_JSON_NUMBER : SCOLS_JSON_STRING));
#endif
}

struct table *table_new(const char *name, const struct column *columns, size_t count)
{
    struct table *table = needed(calloc(1, sizeof(*table)));

    table->name = name;
    table->column_count = count;
    table->scols = needed(scols_new_table());
    check(scols_table_set_name(table->scols, name));
    for (size_t i = 0; i < count; i++)
        set_kind(needed(scols_table_new_column(table->scols, columns[i].name, 0, 0)), columns[i].kind);
    return table;
}

void table_free(struct table *table)
{
    scols_unref_table(table->scols);
    free(table);
}

void table_add(struct table *table, const char *const *cells)
{
    table->last = needed(scols_table_new_line(table->scols, NULL));
    for (size_t i = 0; i < table->column_count; i++)
        if (cells[i] != NULL)
            check(scols_line_set_data(table->last, i, cells[i]));
}

size_t table_rows(const struct table *table)
{
    return scols_table_get_nlines(table->scols);
}

void table_color(struct table *table, size_t column, const char *color)
{
    check(scols_cell_set_color(scols_line_get_cell(table->last, column), color));
}

/* Lines are not cut where the terminal ends: half an address is none. */
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

/* The member that a table is in JSON: libsmartcols prints an object with that alone. */
static void print_member(struct table *table)
{
    char *object;
    char *end;

    if (scols_table_is_empty(table->scols)) {
        printf("   \"%s\": []", table->name);
        return;
    }
    check(scols_table_enable_json(table->scols, 1));
    check(scols_print_table_to_string(table->scols, &object));
    end = strrchr(object, ']');
    printf("%.*s", end == NULL ? 0 : (int)(end + 1 - strchr(object, '\n') - 1), strchr(object, '\n') + 1);
    free(object);
}

static void print_object(struct table *const *tables, size_t count)
{
    fputs("{\n", stdout);
    for (size_t i = 0; i < count; i++) {
        print_member(tables[i]);
        fputs(i + 1 < count ? ",\n" : "\n", stdout);
    }
    fputs("}\n", stdout);
}

void tables_print(struct table *const *tables, size_t count, bool json)
{
    bool is_first = true;

    if (json) {
        print_object(tables, count);
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
    char *name;

    if (scols_cell_get_data(cell) == NULL)
        return;
    name = needed(strdup(scols_cell_get_data(scols_column_get_header(column))));
    for (char *at = strchr(name, '_'); at != NULL; at = strchr(at, '_'))
        *at = ' ';
    table_add(list, (const char *[]){name, scols_cell_get_data(cell)});
    if (scols_cell_get_color(cell) != NULL)
        table_color(list, 1, scols_cell_get_color(cell));
    free(name);
}

void table_print_lists(struct table *table, bool json)
{
    static const struct column columns[] = {{"", COLUMN_TEXT}, {"", COLUMN_TEXT}};

    if (json) {
        print_object(&table, 1);
        return;
    }
    for (size_t row = 0; row < scols_table_get_nlines(table->scols); row++) {
        struct table *list = table_new("", columns, 2);

        check(scols_table_enable_noheadings(list->scols, 1));
        for (size_t i = 0; i < table->column_count; i++)
            add_value(list, scols_table_get_column(table->scols, i),
                      scols_line_get_cell(scols_table_get_line(table->scols, row), i));
        if (row > 0)
            fputc('\n', stdout);
        print_text(list->scols);
        table_free(list);
    }
}
