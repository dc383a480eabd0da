/* bind(2): the program's own choice of an address goes before ours. */
#include <errno.h>
#include <sys/socket.h>

#include "chosen.h"
#include "give.h"
#include "libc.h"
#include "quiet.h"
#include "socket.h"

/* A socket that only this library bound, for a connect that failed, is one that the program may still bind. */
static int make_bindable(int fd)
{
    struct socket_state state = {.idle = false};
    unsigned int chosen;
    int error = chosen_get(fd, &chosen);

    if (error == 0 && chosen != BY_PROGRAM)
        error = socket_inspect(fd, &state);
    return error == 0 && state.idle ? give_back(fd, &state) : error;
}

EXPORT int bind(int fd, const struct sockaddr *address, socklen_t len)
{
    struct quiet quiet;
    int error = 0;
    int result;

    if (chosen_may_have(fd, CHOSE_PORT)) {
        quiet_begin(&quiet);
        error = make_bindable(fd);
        quiet_end(&quiet);
    }
    if (error != 0) {
        errno = error;
        return -1;
    }
    result = libc_bind(fd, address, len);
    if (result == 0)
        chosen_set(fd, 0, BY_PROGRAM);
    return result;
}
