#include "../unit.h"

/* Renamed, to compare them with the C library's. */
#define memcpy  own_memcpy
#define memmove own_memmove
#define memset  own_memset
#define memcmp  own_memcmp
#define strlen  own_strlen
#define strcmp  own_strcmp
void *own_memcpy(void *restrict to, const void *restrict from, size_t len);
void *own_memmove(void *to, const void *from, size_t len);
void *own_memset(void *to, int byte, size_t len);
int own_memcmp(const void *one, const void *other, size_t len);
size_t own_strlen(const char *string);
int own_strcmp(const char *a, const char *b);
/* NOLINTNEXTLINE(bugprone-suspicious-include): the C library has these names otherwise */
#include "base/string.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp

enum { SIZE = 40 /* bytes: some vectors and a remainder */ };

static void fill(char *bytes)
{
    for (size_t i = 0; i < SIZE; i++)
        bytes[i] = (char)(i * 37 + 1);
}

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void copies_of_any_length_between_any_places_that_may_overlap(void **state)
{
    (void)state;
    for (size_t from = 0; from < SIZE; from++) {
        for (size_t to = 0; to < SIZE; to++) {
            for (size_t len = 0; len <= SIZE - (from > to ? from : to); len++) {
                char found[SIZE];
                char wanted[SIZE];

                fill(found);
                fill(wanted);
                memmove(wanted + to, wanted + from, len);
                assert_ptr_equal(own_memmove(found + to, found + from, len), found + to);
                assert_memory_equal(found, wanted, SIZE);
                fill(found);
                fill(wanted);
                assert_ptr_equal(own_memcpy(wanted + to, found + from, len), wanted + to);
                assert_memory_equal(wanted + to, found + from, len);
            }
        }
    }
}

static void sets_just_these_bytes(void **state)
{
    (void)state;
    for (size_t from = 0; from < SIZE; from++) {
        for (size_t len = 0; len <= SIZE - from; len++) {
            char found[SIZE];
            char wanted[SIZE];

            fill(found);
            fill(wanted);
            memset(wanted + from, 0xff, len);
            assert_ptr_equal(own_memset(found + from, 0x1ff, len), found + from);
            assert_memory_equal(found, wanted, SIZE);
        }
    }
}

static void compares_as_the_c_library_does(void **state)
{
    static const char *const strings[] = {"", "a", "b", "ab", "aB", "abc", "\xff", "a\xff", "glusterd", "glusterfsd"};

    (void)state;
    for (size_t i = 0; i < COUNT(strings); i++) {
        assert_int_equal(own_strlen(strings[i]), strlen(strings[i]));
        for (size_t j = 0; j < COUNT(strings); j++) {
            size_t len = strlen(strings[i]) < strlen(strings[j]) ? strlen(strings[i]) : strlen(strings[j]);

            assert_int_equal(sign(own_strcmp(strings[i], strings[j])), sign(strcmp(strings[i], strings[j])));
            assert_int_equal(sign(own_memcmp(strings[i], strings[j], len)), sign(memcmp(strings[i], strings[j], len)));
        }
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_any_length_between_any_places_that_may_overlap),
        cmocka_unit_test(sets_just_these_bytes),
        cmocka_unit_test(compares_as_the_c_library_does),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
