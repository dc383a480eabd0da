/*
 * Work inside a wrapped call that the caller must not notice: errno stays as it was, and the thread is not cancelled in
 * it, whatever it calls. A call that is a cancellation point stays one, in the C library's own function.
 * Async-signal-safe.
 */
#ifndef SRCADDR_QUIET_H
#define SRCADDR_QUIET_H

#include <errno.h>
#include <pthread.h>

struct quiet {
    int saved_errno;
    int cancel_state;
};

static inline void quiet_begin(struct quiet *quiet)
{
    quiet->saved_errno = errno;
    quiet->cancel_state = PTHREAD_CANCEL_ENABLE; /* without libpthread, glibc before 2.34 leaves it as it is */
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &quiet->cancel_state);
}

static inline void quiet_end(const struct quiet *quiet)
{
    int ignored;

    pthread_setcancelstate(quiet->cancel_state, &ignored);
    errno = quiet->saved_errno;
}

#endif
