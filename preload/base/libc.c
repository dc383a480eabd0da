#include "base/libc.h"

#include <dlfcn.h>
#include <string.h>

#include "base/kernel.h"

/*
 * dlsym moved from libdl to libc in glibc 2.34 and got that version there, which older systems don't have. Its first
 * version is in both, everywhere.
 */
#if defined(__GLIBC__) && defined(__x86_64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2.5");
#elif defined(__GLIBC__) && defined(__aarch64__)
__asm__(".symver dlsym, dlsym@GLIBC_2.17");
#elif defined(__GLIBC__) && defined(__s390x__)
__asm__(".symver dlsym, dlsym@GLIBC_2.2");
#endif

/* Without a libc to be found, a program that works is worth more than a cancellation point. */
static int direct_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    return (int)kernel(connect, fd, address, len);
}

static int direct_bind(int fd, const struct sockaddr *address, socklen_t len)
{
    return (int)kernel(bind, fd, address, len);
}

static int direct_listen(int fd, int backlog)
{
    return (int)kernel(listen, fd, backlog);
}

static int direct_getsockname(int fd, struct sockaddr *address, socklen_t *len)
{
    return (int)kernel(getsockname, fd, address, len);
}

int (*libc_connect)(int fd, const struct sockaddr *address, socklen_t len) = direct_connect;
int (*libc_bind)(int fd, const struct sockaddr *address, socklen_t len) = direct_bind;
int (*libc_listen)(int fd, int backlog) = direct_listen;
int (*libc_getsockname)(int fd, struct sockaddr *address, socklen_t *len) = direct_getsockname;

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
