/* An interposer that does nothing: the cost of any library that wraps connect(2) and bind(2). */
#include <dlfcn.h>
#include <sys/socket.h>

static int (*next_connect)(int, const struct sockaddr *, socklen_t);
static int (*next_bind)(int, const struct sockaddr *, socklen_t);

__attribute__((constructor)) static void resolve(void)
{
    *(void **)&next_connect = dlsym(RTLD_NEXT, "connect");
    *(void **)&next_bind = dlsym(RTLD_NEXT, "bind");
}

int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    return next_connect(fd, address, len);
}

int bind(int fd, const struct sockaddr *address, socklen_t len)
{
    return next_bind(fd, address, len);
}
