#include "terminal/report.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/word.h"
#include "terminal/command.h"
#include "terminal/table.h"

static struct {
    enum report_form form;
    unsigned int counts[2];
    struct table *table; /* with REPORT_JSON */
} findings;

static const struct {
    const char *word;
    const char *color; /* ECMA-48, select graphic rendition */
} severities[] = {[SEVERITY_WARNING] = {"warning", "\033[1;33m"}, [SEVERITY_ERROR] = {"error", "\033[1;31m"}};

void report_begin(enum report_form form)
{
    static const struct column columns[] = {
        {NULL, "file", COLUMN_TEXT},     {NULL, "line", COLUMN_NUMBER},  {NULL, "column", COLUMN_NUMBER},
        {NULL, "severity", COLUMN_TEXT}, {NULL, "message", COLUMN_TEXT},
    };

    findings.form = form;
    findings.table = form == REPORT_JSON ? table_new("findings", columns, sizeof(columns) / sizeof(columns[0])) : NULL;
}

unsigned int report_count(enum severity severity)
{
    return findings.counts[severity];
}

struct word line_of(struct word text, unsigned int line)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";

    if (text.len >= 3 && memcmp(text.start, byte_order_mark, 3) == 0)
        text = word_behind(text, 3);
    while (line > 1 && text.len > 0) {
        word_split(&text, '\n');
        line--;
    }
    return word_split(&text, '\n');
}

/* A UTF-8 sequence takes one column, for its first byte; a carriage return is not printed and takes none. */
static bool takes_column(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80 && byte != '\r';
}

static void print_line(struct word line)
{
    for (size_t i = 0; i < line.len; i++)
        if (line.start[i] != '\r')
            fputc(line.start[i] != '\t' && ((unsigned char)line.start[i] < ' ' || line.start[i] == 0x7f)
                      ? '?'
                      : line.start[i],
                  stderr);
    fputc('\n', stderr);
}

/* Underlines the word at column. Tabs are copied, so that the caret lines up whatever their width. */
static void print_caret(struct word line, unsigned int column, const char *color, const char *plain)
{
    size_t at = column - 1;

    for (size_t i = 0; i < at && i < line.len; i++)
        if (takes_column(line.start[i]))
            fputc(line.start[i] == '\t' ? '\t' : ' ', stderr);
    fprintf(stderr, "%s^", color);
    for (at++; at < line.len && !is_blank(line.start[at]) && line.start[at] != '\r'; at++)
        if (takes_column(line.start[at]))
            fputc('~', stderr);
    fprintf(stderr, "%s\n", plain);
}

static void print_finding(enum severity severity, const struct place *place, const char *message)
{
    bool colored = is_colored(STDERR_FILENO);
    const char *color = colored ? severities[severity].color : "";
    const char *plain = colored ? "\033[0m" : "";
    struct word line = line_of(place->text, place->line);

    fflush(stdout);
    fprintf(stderr, "%s:", place->file);
    if (place->line > 0)
        fprintf(stderr, "%u:%u:", place->line, place->column);
    fprintf(stderr, " %s%s:%s %s\n", color, severities[severity].word, plain, message);
    if (place->line == 0 || line.len == 0)
        return;
    print_line(line);
    print_caret(line, place->column, color, plain);
}

static struct cell position(unsigned int number)
{
    return number > 0 ? cell_number(number) : cell_text(NULL);
}

static void keep_finding(enum severity severity, const struct place *place, const char *message)
{
    table_add(findings.table,
              (const struct cell[]){cell_text(place->file), position(place->line), position(place->column),
                                    cell_text(severities[severity].word), cell_text(message)});
}

void report(enum severity severity, const struct place *place, const char *format, ...)
{
    char message[1024];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    findings.counts[severity]++;
    if (findings.form == REPORT_JSON)
        keep_finding(severity, place, message);
    else if (findings.form == REPORT_TEXT)
        print_finding(severity, place, message);
}

struct place place_in(const struct load *load, unsigned int line, unsigned int column)
{
    return (struct place){
        .file = load->path, .text = {.start = load->file.data, .len = load->file.len}, .line = line, .column = column};
}

void report_diagnostic(const struct load *load)
{
    struct place place = place_in(load, load->diagnostic.line, load->diagnostic.column);

    report(SEVERITY_ERROR, &place, "%s", load->diagnostic.message);
}

void report_end(void)
{
    if (findings.table == NULL)
        return;
    tables_print(&findings.table, 1, true);
    table_free(findings.table);
    findings.table = NULL;
}
