#pragma once

#include "live/load.h"
#include "terminal/report.h"

/* Reports the error that load has, where it stands: in the configuration or in the volume file. */
void report_diagnostic(enum severity severity, const struct load *load);
