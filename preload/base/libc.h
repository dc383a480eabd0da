/* The C library's functions that we replace, or those of the next preloaded object. Async-signal-safe. */
#pragma once

#include <sys/socket.h>

/* For our replacements: exports.map can export only visible symbols. */
#define EXPORT __attribute__((visibility("default")))

/* These call the kernel directly until our constructor has run, as other objects' constructors may run before it. */
extern int (*libc_connect)(int fd, const struct sockaddr *address, socklen_t len);
extern int (*libc_bind)(int fd, const struct sockaddr *address, socklen_t len);
extern int (*libc_listen)(int fd, int backlog);
extern int (*libc_getsockname)(int fd, struct sockaddr *address, socklen_t *len);

/*
 * Looks up the next object's function of that name and stores its address in *function, a function pointer. If there is
 * none, *function does not change. Only for constructors: dlsym(3) is not async-signal-safe.
 */
void libc_resolve(const char *name, void *function);
