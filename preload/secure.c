#include "secure.h"

#include <stdlib.h>
#include <string.h>

#include "load.h"

/*
 * Under secure execution, ld.so(8), the environment loses LD_PRELOAD before the program begins, and what the program
 * starts would be without the library: the bricks of a glusterd whose file has capabilities, or that SELinux confines.
 * So it is put back where it was LD_PRELOAD that asked for the library.
 *
 * Whoever started the program may be someone that it must not trust, and what it starts often runs as usual again, with
 * its rights. That gets nothing of theirs: of LD_PRELOAD only this constant, a name that ld.so looks for where root
 * alone writes, for LD_LIBRARY_PATH is gone as well; and not the name of a configuration. The library that it finds is
 * one that root installed with the set-user-ID bit, so for programs like this.
 *
 * musl preloads nothing under secure execution, and has no arguments for a constructor.
 */
#ifdef __GLIBC__

#define PRELOAD  "LD_PRELOAD"
#define SONAME   "libglusterd-srcaddr.so"
#define ASSIGNED PRELOAD "="

/* As ld.so takes the list apart. A word with a slash, which it passes over, is not the name either. */
static bool has_soname(const char *list)
{
    while (*list != '\0') {
        size_t len = strcspn(list, " :");

        if (len == strlen(SONAME) && memcmp(list, SONAME, len) == 0)
            return true;
        list += len;
        list += strspn(list, " :");
    }
    return false;
}

/*
 * The environment as execve(2) got it. ld.so takes the pointer to a variable away and leaves the string, in its place
 * between the last argument and the program's file name: do_execveat_common() in the kernel's fs/exec.c.
 */
static bool was_asked_for(int argc, char *const argv[])
{
    unsigned long file_name = getauxval(AT_EXECFN);
    const char *string;
    const char *end;

    memcpy(&end, &file_name, sizeof(end));
    /* On the stack, above argv, if no other object has changed it. */
    if (argc < 1 || argv[argc - 1] < (const char *)argv || argv[argc - 1] >= end)
        return false;
    for (string = argv[argc - 1] + strlen(argv[argc - 1]) + 1; string < end; string += strlen(string) + 1) {
        if (strncmp(string, ASSIGNED, strlen(ASSIGNED)) == 0 && has_soname(string + strlen(ASSIGNED)))
            return true;
    }
    return false;
}

static void __attribute__((constructor)) keep_preload(int argc, char *argv[])
{
    if (!is_secure())
        return;
    (void)unsetenv(CONFIG_VARIABLE);
    if (was_asked_for(argc, argv))
        (void)setenv(PRELOAD, SONAME, false); /* another object may have set one since */
}

#endif
