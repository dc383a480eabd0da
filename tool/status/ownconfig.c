#include "status/ownconfig.h"

#include <errno.h>

#include "base/word.h"
#include "judge/inspect.h"
#include "terminal/report.h"

struct own_configuration own_configuration(void)
{
    struct inspection inspection = {.wait = 0};
    const struct load *load = &inspection.load;
    struct own_configuration configuration;

    report_begin(REPORT_COUNT);
    inspect(&inspection);
    report_end();
    configuration = (struct own_configuration){
        .is_hidden = load->unusable == EACCES,
        .is_there = !load->built_in && load->file.version.error == 0,
        .modified = load->file.version.written.tv_sec,
        .has_error = load->has_error,
        .warnings = report_count(SEVERITY_WARNING),
    };
    text_copy(configuration.path, sizeof(configuration.path), word_of(load->path));
    inspection_free(&inspection);
    return configuration;
}
