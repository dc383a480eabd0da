#include "status/ownconfig.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "judge/inspect.h"
#include "terminal/command.h"
#include "terminal/report.h"

void own_configuration_check(struct own_configuration *configuration)
{
    struct inspection inspection = {.wait = 0};
    const struct load *load = &inspection.load;

    report_begin(REPORT_COUNT);
    inspect(&inspection);
    report_end();
    *configuration = (struct own_configuration){
        .path = check_alloc(strdup(load->path)),
        .is_hidden = load->unusable == EACCES,
        .is_there = !load->built_in && load->file.version.error == 0,
        .modified = load->file.version.written.tv_sec,
        .has_error = load->has_error,
        .warnings = report_count(SEVERITY_WARNING),
    };
    inspection_free(&inspection);
}

void own_configuration_free(struct own_configuration *configuration)
{
    free(configuration->path);
}
