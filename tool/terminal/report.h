/* Findings in files, as FILE:LINE:COLUMN: warning: MESSAGE with the line and a caret, or as JSON. */
#pragma once

#include "live/load.h"

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

/* A place in a file. line and column (in bytes) count from 1; 0 if the finding is about the whole file. */
struct place {
    const char *file;
    struct word text; /* the file's content, empty if not known */
    unsigned int line;
    unsigned int column;
};

enum report_form {
    REPORT_TEXT, /* to standard error, each at once */
    REPORT_JSON, /* to standard output, at the end */
    REPORT_COUNT /* nowhere: only counted */
};

/* Only one report can be open at a time. */
void report_begin(enum report_form form);
__attribute__((format(printf, 3, 4))) void report(enum severity severity, const struct place *place, const char *format,
                                                  ...);
unsigned int report_count(enum severity severity);
void report_end(void);

/* A place in load's configuration. */
struct place place_in(const struct load *load, unsigned int line, unsigned int column);

/* Reports load's error. */
void report_diagnostic(const struct load *load);

/* Line number line of text, from 1, without its newline and a byte order mark; empty if there is none. */
struct word line_of(struct word text, unsigned int line);
