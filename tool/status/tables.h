#pragma once

#include "host/snapshot.h"

/* Prints a snapshot as tables with a summary, or as JSON, and on standard error what is missing in it. */
void snapshot_print_tables(const struct snapshot *snapshot, bool json, bool only_wrong);
