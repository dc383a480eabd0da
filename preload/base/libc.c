#include "base/libc.h"

#include <dlfcn.h>
#include <string.h>

#include "base/kernel.h"

/* dlsym moved from libdl to libc in glibc 2.34, with that version. Its first version is in both, everywhere. */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#elif defined(__GLIBC__) && defined(__s390x__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2");
#endif

/* Without a libc to be found, a program that works is worth more than a cancellation point. */
#define FUNCTION(name, parameters, ...)        \
    static int direct_##name parameters        \
    {                                          \
        return (int)kernel(name, __VA_ARGS__); \
    }                                          \
    int(*libc_##name) parameters = direct_##name

FUNCTION(connect, (int fd, const struct sockaddr *address, socklen_t len), fd, address, len);
FUNCTION(bind, (int fd, const struct sockaddr *address, socklen_t len), fd, address, len);
FUNCTION(listen, (int fd, int backlog), fd, backlog);
FUNCTION(getsockname, (int fd, struct sockaddr *address, socklen_t *len), fd, address, len);

/* ISO C cannot cast what dlsym(3) returns to a function pointer; POSIX guarantees that the bytes are one. */
void libc_resolve(const char *name, void *function)
{
    const void *symbol = dlsym(RTLD_NEXT, name);

    if (symbol != NULL)
        memcpy(function, &symbol, sizeof(symbol));
}

static void __attribute__((constructor)) resolve_all(void)
{
    libc_resolve("connect", &libc_connect);
    libc_resolve("bind", &libc_bind);
    libc_resolve("listen", &libc_listen);
    libc_resolve("getsockname", &libc_getsockname);
}
