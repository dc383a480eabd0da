/*
 * System calls as section 2 of the manual has them, without the C library's functions: those can be cancellation
 * points, somebody else's, or of a symbol version that an old system doesn't have, and each is one more for ld.so to
 * look up when a process starts. Returns -1 and sets errno. Async-signal-safe.
 */
#pragma once

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

/* kernel(dup3, from, to, flags): each argument of the width that the kernel takes it in, an off_t not as an int. */
#define kernel(call, ...) syscall(SYS_##call, ##__VA_ARGS__)

/* The same, made again where a signal has interrupted it. */
#define kernel_patiently(call, ...)                \
    ({                                             \
        long result_;                              \
                                                   \
        do                                         \
            result_ = kernel(call, ##__VA_ARGS__); \
        while (result_ < 0 && errno == EINTR);     \
        result_;                                   \
    })
