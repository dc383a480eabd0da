#pragma once

#include "live/load.h"
#include "terminal/report.h"

/* Reports load's error at its place in the configuration. */
void report_diagnostic(enum severity severity, const struct load *load);
