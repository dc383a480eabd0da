#pragma once

#include "host/processes.h"
#include "live/listener.h"

/*
 * What listener_look() would find in that process: its own listener if it is glusterd, else that of the glusterd that
 * listens on port in its network namespace. Call it outside of namespace_enter() (namespace.h).
 */
void find_listener(const struct running *running, in_port_t port, struct listener *listener);
