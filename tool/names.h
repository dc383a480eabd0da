/* How GlusterFS's own processes are called, srcaddr.conf(5). */
#ifndef SRCADDR_NAMES_H
#define SRCADDR_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "process.h"

/* The number'th process there can be; false if there are no more. */
bool known_process(size_t number, struct process *process);

/* One that is called name: one of GlusterFS's with both its names, or any other program. */
void process_called(const char *name, struct process *process);

#endif
