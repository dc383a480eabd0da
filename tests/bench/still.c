/*
 * A clock that stands still, preloaded before the library: the library then never checks for a changed configuration,
 * so that counts are the same in every run.
 */
#include <time.h>

int clock_gettime(clockid_t clock, struct timespec *now)
{
    (void)clock;
    *now = (struct timespec){.tv_sec = 1};
    return 0;
}
