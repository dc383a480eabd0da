/* Shared by the unit tests: assertions that name a table's row, and functions that make test data. */
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h> /* needs the headers above */

#include "rules/config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * For a test that needs what qemu-user lacks: RLIMIT_AS, the order in which the kernel checks arguments, job control,
 * write-lifetime hints, or a program that runs itself. cmocka skips an entry without a name. Versions of clang-format
 * disagree on the braces.
 */
/* clang-format off */
#ifdef EMULATED
#define native_unit_test(function) {.name = sizeof(&(function)) != 0 ? NULL : ""}
#else
#define native_unit_test(function) cmocka_unit_test(function)
#endif
/* clang-format on */

/* Valid until the next call. */
__attribute__((format(printf, 1, 2))) static inline const char *in_words(const char *format, ...)
{
    static char words[512];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(words, sizeof(words), format, arguments);
    va_end(arguments);
    return words;
}

/* what names the row of a table, or the part of a result. */
static inline void check_string(const char *what, const char *found, const char *wanted)
{
    if (found == NULL || wanted == NULL || strcmp(found, wanted) != 0)
        fail_msg("%s: found \"%s\", wanted \"%s\"", what, found, wanted);
}

static inline void check_number(const char *what, unsigned long found, unsigned long wanted)
{
    if (found != wanted)
        fail_msg("%s: found %lu, wanted %lu", what, found, wanted);
}

static inline void check_bool(const char *what, bool found, bool wanted)
{
    if (found != wanted)
        fail_msg("%s: found %s, wanted %s", what, found ? "true" : "false", wanted ? "true" : "false");
}

/* A wrong text, and the expected error. */
struct wrong_text {
    const char *text;
    size_t len;
    unsigned int line;
    unsigned int column;
    const char *message;
};

static inline void check_error(const char *what, const struct diagnostic *found, const struct wrong_text *wanted)
{
    check_string(what, found->message, wanted->message);
    check_number(what, found->line, wanted->line);
    check_number(what, found->column, wanted->column);
}

static inline struct in6_addr address_of(const char *string)
{
    struct in6_addr address;

    if (inet_pton(AF_INET6, string, &address) != 1)
        fail_msg("%s is no IPv6 address: the test is wrong", string);
    return address;
}

/* A different one for each number. */
static inline struct in6_addr address_of_number(uint32_t number)
{
    struct in6_addr address = address_of("2001:db8::");

    number = htonl(number);
    memcpy(address.s6_addr + 12, &number, sizeof(number));
    return address;
}

/* splitmix64: the same numbers in every run, so that a failure can be repeated. */
static inline uint32_t random_number(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;

    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(mixed >> 32);
}

static inline uint32_t random_below(uint64_t *state, uint32_t limit)
{
    return random_number(state) % limit;
}

static inline struct in6_addr random_address(uint64_t *state)
{
    struct in6_addr address;

    for (unsigned int i = 0; i < sizeof(address.s6_addr); i++)
        address.s6_addr[i] = (uint8_t)random_number(state);
    return address;
}

/* A copy of bytes in front of an unreadable page: reading past the end crashes. Valid until the next call. */
static inline const char *at_memory_end(const char *bytes, size_t len)
{
    enum { ROOM = 1 << 16 };
    static char *room;

    assert_true(len <= ROOM);
    if (room == NULL) {
        size_t guard = (size_t)sysconf(_SC_PAGESIZE);

        room = mmap(NULL, ROOM + guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_ptr_not_equal(room, MAP_FAILED);
        assert_int_equal(mprotect(room + ROOM, guard, PROT_NONE), 0);
    }
    return memcpy(room + ROOM - len, bytes, len);
}

/* Sets the soft limit and returns the old one. */
static inline rlim_t limit_resource(int resource, rlim_t soft)
{
    struct rlimit limit;
    rlim_t before;

    assert_int_equal(getrlimit((__rlimit_resource_t)resource, &limit), 0);
    before = limit.rlim_cur;
    limit.rlim_cur = soft;
    assert_int_equal(setrlimit((__rlimit_resource_t)resource, &limit), 0);
    return before;
}

/* Descriptor 0 is free between the two, as in some daemons. The second fails if a descriptor was left open there. */
static inline void begin_without_stdin(void)
{
    close(STDIN_FILENO);
}

static inline void end_without_stdin(void)
{
    assert_int_equal(dup(STDOUT_FILENO), STDIN_FILENO);
}

/*
 * Mapped memory in pages, to show that all of it is given back. From /proc/self/maps, where qemu-user shows only the
 * program's own memory.
 */
static inline unsigned long mapped_pages(void)
{
    static char maps[1 << 16];
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    size_t len = 0;
    ssize_t got;
    unsigned long bytes = 0;

    while ((got = syscall(SYS_read, fd, maps + len, sizeof(maps) - 1 - len)) > 0)
        len += (size_t)got;
    close(fd);
    assert_true(got == 0 && len > 0 && len < sizeof(maps) - 1);
    maps[len] = '\0';
    for (const char *line = maps; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1) {
        char *end;
        unsigned long start = strtoul(line, &end, 16);

        bytes += strtoul(end + 1, NULL, 16) - start;
    }
    return bytes / (unsigned long)sysconf(_SC_PAGESIZE);
}

/* Flushed, so that the child can call exit(3), which saves coverage counts, and prints nothing twice. */
static inline pid_t fork_flushed(void)
{
    (void)fflush(NULL);
    return fork();
}

/* A setup function: a new directory, which other users can read. */
static inline int enter_new_directory(void **state)
{
    const char *parent = getenv("TMPDIR");
    char path[256];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/unit.XXXXXX", parent != NULL ? parent : "/tmp");
    return mkdtemp(path) != NULL && chmod(path, 0755) == 0 && chdir(path) == 0 ? 0 : -1;
}
