/*
 * Which configuration is in force: read at the first connect that rules can be about, and again once it has changed.
 * Threads, signal handlers and forked children may call these at once. Async-signal-safe; thread cancellation must be
 * disabled.
 */
#ifndef SRCADDR_RELOAD_H
#define SRCADDR_RELOAD_H

#include <stdbool.h>

#include "active.h"

/* How long what is in force is taken for up to date: with SETTLED_AFTER well below a second. */
#define LOOK_INTERVAL 50 /* milliseconds */

/* Whether it is time for another look; true for one caller only. No system call. */
bool reload_is_due(void);

/*
 * Reads the configuration and puts it in force, unless another thread is first. Returns 0, and *active is what is in
 * force, entered; or ENOMEM, EMFILE or ENFILE: what is in force is then not known, and the next call tries again.
 */
int reload_first(const struct active **active);

/*
 * Looks whether the configuration that *active, entered, was read from has changed, and if so reads it, puts it in
 * force, logs that, and enters it in place of *active. What can't be used is logged once and changes nothing.
 */
void reload_if_changed(const struct active **active);

#endif
