#pragma once

#include <stddef.h>

/*
 * Replaces the content of the file at path atomically (rename(2)): readers see all of the old one or all of the new
 * one. Only a regular file is replaced. An error ends the command, and leaves the file as it was.
 */
void output_file(const char *path, const char *content, size_t len);
