/* A snapshot as a plugin of Nagios, Icinga and the like tells it: monitoring-plugins.org/doc/guidelines.html. */
#pragma once

#include "host/snapshot.h"
#include "status/ownconfig.h"

/* From now on, what ends the command is told as UNKNOWN. */
void plugin_begin(void);

/* Prints the one line. Returns the exit status. */
int plugin_print(const struct snapshot *snapshot, const struct own_configuration *configuration);
