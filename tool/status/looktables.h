#pragma once

#include "host/look.h"

/* Prints a look as tables, with a summary below them and on standard error what is missing; or as JSON. */
void look_print_tables(const struct look *look, bool json, bool only_wrong);
