#include "base/libc.h"

#include <dlfcn.h>
#include <string.h>

#include "base/kernel.h"

/* glibc 2.34 moved dlsym from libdl to libc, with a new symbol version. The original version is in both, everywhere. */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#elif defined(__GLIBC__) && defined(__s390x__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2");
#endif

/* Used if dlsym(3) finds nothing: the program works, only without the cancellation point. */
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

/* ISO C can't cast the result of dlsym(3) to a function pointer; POSIX guarantees that copying its bytes works. */
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
