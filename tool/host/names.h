/* Names of GlusterFS's processes: srcaddr.conf(5). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "live/process.h"

/* Known process number, from 0; false if there are no more. */
bool known_process(size_t number, struct process *process);

/* Known name number, from 0; "" for one that came before, NULL if there are no more. */
const char *known_name(size_t number);

/* The process called name: one of GlusterFS's with its role and program, or any other program. */
void process_called(const char *name, struct process *process);

/* Whether name can match anything but itself. */
bool is_pattern(struct word name);

/*
 * Writes to *meant, empty before, what a section should have instead of name, which no process has: in single quotes
 * the names that people mean by it or misspell as it; nothing if there are none.
 */
void names_meant(struct word name, struct text *meant);
