/* The C library's own functions of these names, or those of the next preloaded object. Async-signal-safe. */
#pragma once

#include <sys/socket.h>

/* Of our own of that name: exports.map can export only what is visible. */
#define EXPORT __attribute__((visibility("default")))

/* Until our constructor has run, those of other objects that come before it get the kernel itself. */
extern int (*libc_connect)(int fd, const struct sockaddr *address, socklen_t len);
extern int (*libc_bind)(int fd, const struct sockaddr *address, socklen_t len);
extern int (*libc_listen)(int fd, int backlog);
extern int (*libc_getsockname)(int fd, struct sockaddr *address, socklen_t *len);

/*
 * Looks up their function of that name and stores its address in *function, a pointer to a function. If there is none,
 * *function does not change. Only for constructors: dlsym(3) is not async-signal-safe.
 */
void libc_resolve(const char *name, void *function);
