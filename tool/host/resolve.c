#include "host/resolve.h"

#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "terminal/clock.h"
#include "terminal/command.h"

enum { PATIENCE = 10000 }; /* milliseconds */

static int last_error;
static int64_t spent; /* milliseconds, on names that could not be resolved */

const char *resolve_error(void)
{
    return last_error == 0 ? "no IPv6 address" : gai_strerror(last_error);
}

/* flags are getaddrinfo(3)'s. */
static struct sockaddr_in6 *look_up(const char *name, int flags, size_t *count)
{
    struct addrinfo hints = {.ai_family = AF_INET6, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    struct sockaddr_in6 *addresses = NULL;

    int64_t start = clock_now();

    *count = 0;
    hints.ai_flags = flags | (spent > PATIENCE ? AI_NUMERICHOST : 0);
    (void)setenv("RES_OPTIONS", "timeout:2 attempts:1", 0); /* resolv.conf(5) */
    last_error = getaddrinfo(name, NULL, &hints, &list);
    if (last_error != 0) {
        spent += clock_now() - start;
        return NULL;
    }
    for (const struct addrinfo *each = list; each != NULL; each = each->ai_next) {
        addresses = check_alloc(reallocarray(addresses, *count + 1, sizeof(*addresses)));
        memcpy(&addresses[(*count)++], each->ai_addr, sizeof(*addresses));
    }
    freeaddrinfo(list);
    return addresses;
}

struct sockaddr_in6 *resolve(const char *name, size_t *count)
{
    return look_up(name, 0, count);
}

struct sockaddr_in6 *resolve_any(const char *name, size_t *count)
{
    return look_up(name, AI_V4MAPPED | AI_ALL, count);
}
