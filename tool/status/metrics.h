#pragma once

#include <stdio.h>

#include "host/snapshot.h"
#include "status/ownconfig.h"

/*
 * Writes a snapshot and a configuration as Prometheus's text format, in the part of it that is OpenMetrics as well.
 * What is not known has a label "unknown", or is left out, and "complete" says so: a zero is one that was counted.
 */
void metrics_write(FILE *out, const struct snapshot *snapshot, const struct own_configuration *configuration);
