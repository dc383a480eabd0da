#include "base/secure.h"

#include <string.h>

#include "base/libc.h"
#include "base/word.h"
#include "live/load.h"
#include "live/process.h"

/*
 * Puts the library back into the environment, from which ld.so(8) has taken it under secure execution, for what the
 * program starts; and nothing else of whoever started it: "Under secure execution" in docs/design.md. ld.so looks for
 * this name where root alone writes, for LD_LIBRARY_PATH is gone as well.
 *
 * musl preloads nothing under secure execution, and has no arguments for a constructor.
 */
#ifdef __GLIBC__

#define PRELOAD "LD_PRELOAD"
#define SONAME  "libglusterd-srcaddr.so"

/* As ld.so takes the list apart. A word with a slash, which it passes over, is not the name either. */
static bool has_soname(struct word list)
{
    while (list.len > 0) {
        struct word names = word_split(&list, ' ');

        while (names.len > 0)
            if (word_is(word_split(&names, ':'), SONAME))
                return true;
    }
    return false;
}

/*
 * The environment as execve(2) got it. ld.so takes the pointer to a variable away and leaves the string, in its place
 * between the last argument and the program's file name: do_execveat_common() in the kernel's fs/exec.c.
 */
static bool was_asked_for(int argc, char *const argv[])
{
    const char *end = process_file();
    const char *string;

    /* On the stack, above argv, if no other object has changed it. */
    if (argc < 1 || argv[argc - 1] < (const char *)argv || argv[argc - 1] >= end)
        return false;
    for (string = argv[argc - 1] + strlen(argv[argc - 1]) + 1; string < end; string += strlen(string) + 1) {
        struct word value = word_of(string);

        if (word_is(word_split(&value, '='), PRELOAD) && has_soname(value))
            return true;
    }
    return false;
}

/* The two functions are for few processes: looked up with all others, every one would pay for them. */
static void __attribute__((constructor)) keep_preload(int argc, char *argv[])
{
    int (*unset)(const char *name) = NULL;
    int (*set)(const char *name, const char *value, int overwrite) = NULL;

    if (!is_secure())
        return;
    libc_resolve("unsetenv", &unset);
    libc_resolve("setenv", &set);
    if (unset != NULL)
        (void)unset(CONFIG_VARIABLE);
    if (set != NULL && was_asked_for(argc, argv))
        (void)set(PRELOAD, SONAME, false); /* another object may have set one since */
}

#endif
