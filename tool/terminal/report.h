/* What is found wrong in files: FILE:LINE:COLUMN: warning: MESSAGE, with the line and a caret; or as JSON. */
#pragma once

#include "base/text.h"

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

/* Where in which file; line and column (in bytes) from 1, 0 where it is about no place in it. */
struct place {
    const char *file;
    struct word text; /* the file's content, empty if it is not known */
    unsigned int line;
    unsigned int column;
};

enum report_form {
    REPORT_TEXT, /* findings go to standard error as they are made */
    REPORT_JSON, /* at the end, to standard output */
    REPORT_COUNT /* nowhere: they are counted alone */
};

/* At most one is under way. */
void report_begin(enum report_form form);
__attribute__((format(printf, 3, 4))) void report(enum severity severity, const struct place *place, const char *format,
                                                  ...);
unsigned int report_count(enum severity severity);
void report_end(void);

/* The line'th line of text, without its end and a byte order mark; an empty one if there is none. */
struct word line_of(struct word text, unsigned int line);
