#pragma once

#include "base/text.h"

/*
 * Gives the file at path the content text, all at once (rename(2)), and keeps the old file, of which nothing but the
 * place changes, in a new directory of backups, which is made if it does not exist and must be on the same file system.
 * Mode, owner and extended attributes stay. Returns the old file's new path, to be given to free(3). What goes wrong
 * ends the command; all is then as it was, unless the message says otherwise.
 */
char *replace_file(const char *path, struct word text, const char *backups);
