#pragma once

#include <stdio.h>

#include "host/snapshot.h"

/*
 * Writes a snapshot, and what check finds, in the part of Prometheus's text format that OpenMetrics shares. What is not
 * known is labelled "unknown" or left out, and "complete" says so: a zero was counted.
 */
void metrics_write(FILE *out, const struct snapshot *snapshot);
