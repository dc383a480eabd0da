#pragma once

#include "host/processes.h"
#include "live/listener.h"

/*
 * As listener_look() in that process: of a glusterd, the listener that is its own; of others, that of the glusterd that
 * listens on port in their network. To be called where the command is at home (namespace.h).
 */
void find_listener(const struct running *running, in_port_t port, struct listener *listener);
