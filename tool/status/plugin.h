/* A snapshot as output of a plugin for Nagios and Icinga: monitoring-plugins.org/doc/guidelines.html. */
#pragma once

#include "host/snapshot.h"

/* From now on, fatal errors are printed as UNKNOWN. */
void plugin_begin(void);

/* Prints one line, also about what check finds. Returns the exit status. */
int plugin_print(const struct snapshot *snapshot);
