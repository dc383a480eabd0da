/*
 * A clock that stands still, preloaded before the library: it then never looks, at some connect or other, whether its
 * configuration has changed, and counts are the same in every run.
 */
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = (struct timespec){.tv_sec = 1};
    return 0;
}
