#pragma once

#include <stdbool.h>

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* Where and how much a process logs. */
struct log {
    const char *file;
    enum log_level level;
    const char *process; /* its name */
};

/*
 * Writes one line in GlusterFS's own form (libglusterfs/src/logging.c), format as text_format() has it, if log wants
 * this level. The file is opened anew, so that rotation works, and the line written by one write(2), so that lines of
 * several processes don't mix; where that fails, or a full disk cuts it off, it goes to standard error. Bytes that
 * could end the line are replaced. Returns false where the line went to standard error. Async-signal-safe; changes
 * errno.
 */
bool log_write(const struct log *log, enum log_level level, const char *format, ...);

/* One line as it is, to standard error. Async-signal-safe; changes errno. */
void log_to_stderr(const char *format, ...);
