#pragma once

#include "base/text.h"

/* Prints what makes text out of the file at path, by diff(1), in colour on a terminal. What goes wrong ends the
 * command. */
void print_difference(const char *path, struct word text);
