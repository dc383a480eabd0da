#include "terminal/mistake.h"

void report_mistake(enum severity severity, const struct load *load)
{
    struct place place = {.file = load->path,
                          .text = {.start = load->file.data, .len = load->file.len},
                          .line = load->mistake.line,
                          .column = load->mistake.column};

    report(severity, &place, "%s", load->mistake.message);
}
