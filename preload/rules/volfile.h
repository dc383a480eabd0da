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
 * Finds an option in the text of a volume file (GlusterFS: libglusterfs/src/graph.l); the last one where it is set
 * several times; *value is then the piece of text. False if it is not set at all. Async-signal-safe.
 */
bool volfile_option(const char *text, size_t len, const char *key, struct word *value);

/*
 * The same for a transport.socket.NAME, or NAME alone, which goes before it (options of rpc/rpc-transport/socket; key
 * is the long one).
 */
bool volfile_socket_option(const char *text, size_t len, const char *key, struct word *value);

/*
 * What glusterd's bind-address, as it is written somewhere, is as a source: an address; none, of :: and of an IPv4
 * address; unknown, of a host name and of what only glusterd itself can make something of. Async-signal-safe.
 */
struct source volfile_source(struct word written);

struct volume {
    struct source bind_address; /* none, where there is no such option */
    in_port_t port;             /* glusterd listens there, host byte order */
};

/* What the text of glusterd's volume file says. Async-signal-safe. */
struct volume volfile_parse(const char *text, size_t len);
