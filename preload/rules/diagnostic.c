#include "rules/diagnostic.h"

#include <stdarg.h>

bool diagnostic_at(struct diagnostic *diagnostic, unsigned int line, unsigned int column, const char *format, ...)
{
    struct text message = TEXT_IN(diagnostic->message);
    va_list arguments;

    diagnostic->line = line;
    diagnostic->column = column;
    va_start(arguments, format);
    text_vformat(&message, format, arguments);
    va_end(arguments);
    return false;
}

unsigned int line_column(const struct line *line, const char *at)
{
    return (unsigned int)(at - line->start) + 1;
}
