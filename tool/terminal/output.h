#pragma once

#include <stddef.h>

/*
 * Gives the file at path that content, all at once (rename(2)): who reads it gets all of the old one or all of the new
 * one. What is no regular file is not replaced. What goes wrong ends the command, and leaves the file as it was.
 */
void output_file(const char *path, const char *content, size_t len);
