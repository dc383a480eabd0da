/*
 * What compilers generate calls to, and strlen() and strcmp(): ld.so need not look them up in the C library whenever a
 * process starts. memchr(3) is worth its lookup: it searches hundreds of thousands of lines.
 */
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t len)
{
    char *target = to;
    const char *source = from;

    for (size_t i = 0; i < len; i++)
        target[i] = source[i];
    return to;
}

void *memmove(void *to, const void *from, size_t len)
{
    char *target = to;
    const char *source = from;

    if (target < source)
        for (size_t i = 0; i < len; i++)
            target[i] = source[i];
    else
        for (size_t i = len; i > 0; i--)
            target[i - 1] = source[i - 1];
    return to;
}

void *memset(void *to, int byte, size_t len)
{
    char *target = to;

    for (size_t i = 0; i < len; i++)
        target[i] = (char)byte;
    return to;
}

int memcmp(const void *one, const void *other, size_t len)
{
    const unsigned char *a = one;
    const unsigned char *b = other;

    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i])
            return a[i] - b[i];
    return 0;
}

size_t strlen(const char *string)
{
    size_t len = 0;

    while (string[len] != '\0')
        len++;
    return len;
}

int strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

/* Prints no message, unlike the C library's. */
_Noreturn void smashed_stack(void) __asm__("__stack_chk_fail");
_Noreturn void smashed_stack(void)
{
    __builtin_trap();
}
