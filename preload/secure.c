#include "base/secure.h"

#include <string.h>

#include "base/libc.h"
#include "base/word.h"
#include "live/load.h"
#include "live/process.h"

/*
 * Under secure execution ld.so(8) removes LD_PRELOAD from the environment. This puts the library back for the program's
 * children, and nothing else that whoever started it asked for: "Under secure execution" in docs/design.md. ld.so looks
 * for this name only where root alone can write, because LD_LIBRARY_PATH is gone as well.
 *
 * musl preloads nothing under secure execution, and passes no arguments to constructors.
 */
#ifdef __GLIBC__

#define PRELOAD "LD_PRELOAD"
#define SONAME  "libglusterd-srcaddr.so"

/* Splits the list like ld.so. A word with a slash, which ld.so ignores, does not match either. */
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
 * Searches the environment that execve(2) got. ld.so removes the pointer to a variable but leaves the string in its
 * place, between the last argument and the program's file name: do_execveat_common() in the kernel's fs/exec.c.
 */
static bool had_preload(int argc, char *const argv[])
{
    const char *end = process_file();
    const char *string;

    /* The strings are on the stack, above argv, unless another object has changed it. */
    if (argc < 1 || argv[argc - 1] < (const char *)argv || argv[argc - 1] >= end)
        return false;
    for (string = argv[argc - 1] + strlen(argv[argc - 1]) + 1; string < end; string += strlen(string) + 1) {
        struct word value = word_of(string);

        if (word_is(word_split(&value, '='), PRELOAD) && has_soname(value))
            return true;
    }
    return false;
}

/* Looks up both functions here: few processes need them, and otherwise every one would pay for the lookup. */
static void __attribute__((constructor)) restore_preload(int argc, char *argv[])
{
    int (*unset)(const char *name) = NULL;
    int (*set)(const char *name, const char *value, int overwrite) = NULL;

    if (!is_secure())
        return;
    libc_resolve("unsetenv", &unset);
    libc_resolve("setenv", &set);
    if (unset != NULL)
        (void)unset(CONFIG_VARIABLE);
    if (set != NULL && had_preload(argc, argv))
        (void)set(PRELOAD, SONAME, false); /* another object may have set one since */
}

#endif
