#pragma once

#include <stddef.h>

/*
 * The arguments that glusterd.service starts glusterd with, each with a NUL behind it, variables in them replaced as
 * systemd would: systemd.service(5), "Command lines". NULL if systemd does not tell. To be given to free(3).
 */
char *unit_arguments(size_t *len);
