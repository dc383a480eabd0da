/* bind(2): the program's own choice of an address goes before ours. */
#include <sys/socket.h>

#include "chosen.h"
#include "give.h"
#include "libc.h"
#include "quiet.h"
#include "socket.h"

/* A socket that only this library bound, for a connect that failed, is one that the program may still bind. */
static void make_bindable(int fd)
{
    struct socket_state state;
    struct quiet quiet;

    quiet_begin(&quiet);
    if (socket_inspect(fd, &state) == 0 && state.idle)
        give_back(fd, &state);
    quiet_end(&quiet);
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t len)
{
    int result;

    if (chosen_has(fd, CHOSE_PORT))
        make_bindable(fd);
    result = libc_bind(fd, address, len);
    if (result == 0)
        chosen_set(fd, BY_PROGRAM);
    return result;
}
