#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/source.h"
#include "base/text.h"

#define VOLFILE_SIZE_MAX (1u << 20) /* bytes */

#define GLUSTERD_PORT 24007 /* GLUSTERD_DEFAULT_PORT in GlusterFS's xlators/mgmt/glusterd/src/glusterd.h */

#define SOCKET_OPTION       "transport.socket."
#define BIND_ADDRESS_OPTION SOCKET_OPTION "bind-address"
#define LISTEN_PORT_OPTION  SOCKET_OPTION "listen-port"

/*
 * Finds an option in the text of a volume file (GlusterFS: libglusterfs/src/graph.l), the last one if it is set several
 * times. *value points into text. Returns false if it is not set. Async-signal-safe.
 */
bool volfile_option(const char *text, size_t len, const char *key, struct word *value);

/* The same for key, transport.socket.NAME, or NAME alone, which wins (options of rpc/rpc-transport/socket). */
bool volfile_socket_option(const char *text, size_t len, const char *key, struct word *value);

/*
 * glusterd's bind-address, as written in a file or argument, as a source: an address; none for :: and IPv4 addresses;
 * unknown for a host name and anything else that only glusterd can resolve. Async-signal-safe.
 */
struct source volfile_source(struct word written);

struct volume {
    struct source bind_address; /* none if the option is not set */
    in_port_t port;             /* where glusterd listens, host byte order */
};

/* Parses the text of glusterd's volume file. Async-signal-safe. */
struct volume volfile_parse(const char *text, size_t len);
