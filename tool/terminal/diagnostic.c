#include "terminal/diagnostic.h"

void report_diagnostic(enum severity severity, const struct load *load)
{
    struct place place = {.file = load->path,
                          .text = {.start = load->file.data, .len = load->file.len},
                          .line = load->diagnostic.line,
                          .column = load->diagnostic.column};

    report(severity, &place, "%s", load->diagnostic.message);
}
