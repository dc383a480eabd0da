#pragma once

#include "base/text.h"

/* Prints the diff(1) from the file at path to text, in colour on a terminal. An error ends the command. */
void print_difference(const char *path, struct word text);
