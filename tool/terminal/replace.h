#pragma once

#include "base/text.h"

/*
 * Replaces the content of the file at path with text atomically (rename(2)); mode, owner and extended attributes stay.
 * The old file, otherwise unchanged, moves to a new directory in backups, which is created if missing and must be on
 * the same file system. Returns its new path; free it with free(3). An error ends the command, and leaves everything as
 * it was unless the message says otherwise.
 */
char *replace_file(const char *path, struct word text, const char *backups);

/*
 * The same for a file that is written again and again: mode 0644, no backup, and a crash of the host may lose it.
 * Creates it if it is missing. Only a regular file is replaced.
 */
void output_file(const char *path, struct word text);
