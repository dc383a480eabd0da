#pragma once

#include <stddef.h>

/*
 * The arguments that glusterd.service starts glusterd with, each NUL-terminated, with variables expanded as by systemd:
 * systemd.service(5), "Command lines". NULL if systemd does not tell. Free with free(3).
 */
char *unit_arguments(size_t *len);
