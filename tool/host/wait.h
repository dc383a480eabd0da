#pragma once

#include <stdbool.h>

/*
 * Calls is_done(context) at once and after each change of the host's addresses or interfaces, until it returns true or
 * seconds have passed; and progress(context, seconds elapsed), unless NULL, every second. Does not wait if the kernel
 * does not report changes. Returns what is_done() returned last.
 */
bool wait_for_addresses(unsigned int seconds, bool (*is_done)(void *context),
                        void (*progress)(void *context, unsigned int elapsed), void *context);
