/* listen(2): which of its sockets glusterd listens with. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "libc.h"
#include "listener.h"
#include "quiet.h"

EXPORT int listen(int fd, int backlog)
{
    int result = libc_listen(fd, backlog);
    struct quiet quiet;

    if (result != 0 || strcmp(program_invocation_short_name, "glusterd") != 0)
        return result;
    quiet_begin(&quiet);
    listener_note(fd);
    quiet_end(&quiet);
    return result;
}
