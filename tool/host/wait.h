#pragma once

#include <stdbool.h>

/*
 * Calls is_done(context) at once and after every change of the host's addresses or interfaces, until it is true or
 * seconds are over; and progress(context, seconds since the start), if that is not NULL, every second. Ends the command
 * if the kernel does not tell of changes. Returns what is_done() did last.
 */
bool wait_for_addresses(unsigned int seconds, bool (*is_done)(void *context),
                        void (*progress)(void *context, unsigned int elapsed), void *context);
