/*
 * Raw system calls, as in section 2 of the manual. The C library's wrappers can be cancellation points, interposed by
 * another library, or of a symbol version that an old system lacks, and ld.so has to look up each of them when a
 * process starts. Returns -1 and sets errno on error. Async-signal-safe.
 */
#pragma once

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* kernel(dup3, from, to, flags). Pass arguments in the width that the kernel expects: an off_t, not an int. */
#define kernel(call, ...) syscall(SYS_##call, ##__VA_ARGS__)

/* The same, restarted when a signal interrupts it (EINTR). */
#define kernel_patiently(call, ...)                \
    ({                                             \
        long result_;                              \
                                                   \
        do                                         \
            result_ = kernel(call, ##__VA_ARGS__); \
        while (result_ < 0 && errno == EINTR);     \
        result_;                                   \
    })
