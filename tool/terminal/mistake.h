#pragma once

#include "live/load.h"
#include "terminal/report.h"

/* Reports the mistake that load has, where it stands: in the configuration or in the volume file. */
void report_mistake(enum severity severity, const struct load *load);
