#pragma once

#include "host/snapshot.h"

/* Prints a snapshot as tables, with a summary below them and on standard error what is missing; or as JSON. */
void snapshot_print_tables(const struct snapshot *snapshot, bool json, bool only_wrong);
