#include "mistake.h"

#include "option.h"
#include "volfile.h"

void report_mistake(enum severity severity, const struct load *load)
{
    struct place place = {.file = load->mistake_path};

    if (load->mistake_path == load->path)
        place.text = (struct word){.start = load->file.data, .len = load->file.len};
    else
        (void)volume_option_place(load->mistake_path, BIND_ADDRESS_OPTION, &place);
    place.line = load->mistake.line;
    place.column = load->mistake.column;
    report(severity, &place, "%s", load->mistake.message);
}
