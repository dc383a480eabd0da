#pragma once

#include <stdbool.h>

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

/* Where and how much a process logs. */
struct log {
    const char *file;
    enum log_level level;
    const char *process; /* its name in the log */
};

/*
 * Logs a line in GlusterFS's format (libglusterfs/src/logging.c), unless log's level excludes it; format as in
 * text_format(). Opens the file each time, so that rotation works, and writes the line with one write(2), so that lines
 * of several processes don't mix. If that fails, or a full disk cuts the line off, it goes to standard error and the
 * result is false. Bytes that could end the line are replaced. Async-signal-safe; changes errno.
 */
bool log_write(const struct log *log, enum log_level level, const char *format, ...);

/* Writes a line to standard error, without a prefix. Async-signal-safe; changes errno. */
void log_to_stderr(const char *format, ...);
