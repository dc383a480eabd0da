#include "rules/mistake.h"

#include <stdarg.h>

bool mistake_at(struct mistake *mistake, unsigned int line, unsigned int column, const char *format, ...)
{
    struct text message = TEXT_IN(mistake->message);
    va_list arguments;

    mistake->line = line;
    mistake->column = column;
    va_start(arguments, format);
    text_vformat(&message, format, arguments);
    va_end(arguments);
    return false;
}

unsigned int line_column(const struct line *line, const char *at)
{
    return (unsigned int)(at - line->start) + 1;
}
