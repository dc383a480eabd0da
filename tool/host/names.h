/* Names of GlusterFS's processes, srcaddr.conf(5). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "live/process.h"

/* The number'th process there can be; false if there are no more. */
bool known_process(size_t number, struct process *process);

/* The number'th name, each once; "" for one that is there already, NULL if there are no more. */
const char *known_name(size_t number);

/* One that is called name: one of GlusterFS's with both its names, or any other program. */
void process_called(const char *name, struct process *process);

/* Whether name can match others than itself. */
bool is_pattern(struct word name);

/*
 * Puts into *meant, which is empty, what a section must have in the place of name, which no process has: the names that
 * are meant by it, or those that it is a slip of, in single quotes; nothing if it is like none.
 */
void names_meant(struct word name, struct text *meant);
