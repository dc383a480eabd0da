#include "libc.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

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

typedef int call(int fd, const struct sockaddr *address, socklen_t len);

static call *next_connect;
static call *next_bind;

/* Without a libc to be found, a program that works is worth more than a cancellation point. */
static int direct_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    return (int)syscall(SYS_connect, fd, address, len);
}

static int direct_bind(int fd, const struct sockaddr *address, socklen_t len)
{
    return (int)syscall(SYS_bind, fd, address, len);
}

static call *resolve(const char *name, call *otherwise)
{
    const void *symbol = dlsym(RTLD_NEXT, name);
    call *function = otherwise;

    if (symbol != NULL)
        memcpy(&function, &symbol, sizeof(function)); /* ISO C has no cast for it, POSIX promises that it works */
    return function;
}

static void __attribute__((constructor)) resolve_all(void)
{
    next_connect = resolve("connect", direct_connect);
    next_bind = resolve("bind", direct_bind);
}

/* The constructor of another object can come before ours and call us. */
static call *resolved(call *const *function)
{
    if (*function == NULL)
        resolve_all();
    return *function;
}

int libc_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    return resolved(&next_connect)(fd, address, len);
}

int libc_bind(int fd, const struct sockaddr *address, socklen_t len)
{
    return resolved(&next_bind)(fd, address, len);
}
