#include "../unit.h"

#include <inttypes.h>

#include "base/word.h"

/* A word is not NUL-terminated: at the end of memory, reading past it crashes. */
static struct word word_at_end(const char *string)
{
    size_t len = strlen(string);

    return (struct word){.start = at_memory_end(string, len), .len = len};
}

static void check_word(const char *what, struct word found, const char *wanted)
{
    if (!word_is(found, wanted))
        fail_msg("%s: found \"%.*s\", wanted \"%s\"", what, (int)found.len, found.start, wanted);
}

static void a_word_is_a_string_only_if_all_of_it_is(void **state)
{
    static const struct {
        const char *word;
        const char *string;
        bool same;
    } table[] = {
        {"none", "none", true}, {"none", "nonesuch", false}, {"nonesuch", "none", false}, {"None", "none", false},
        {"", "", true},         {"", "none", false},         {"none", "", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_bool(table[i].word, word_is(word_at_end(table[i].word), table[i].string), table[i].same);
}

static void words_are_made_from_strings_and_pointers(void **state)
{
    static const char string[] = "source";

    (void)state;
    check_word("of a string", word_of(string), "source");
    check_word("between pointers", word_between(string + 1, string + 4), "our");
    check_word("between equal pointers", word_between(string, string), "");
    check_word("behind some bytes", word_behind(word_of(string), 3), "rce");
    check_word("behind all bytes", word_behind(word_of(string), 6), "");
}

static void blanks_are_space_tab_and_carriage_return(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++)
        assert_int_equal(is_blank((char)byte), byte == ' ' || byte == '\t' || byte == '\r');
}

static void trims_both_ends_only(void **state)
{
    static const struct {
        const char *word;
        const char *trimmed;
    } table[] = {
        {"a", "a"}, {" \t\ra b \t\r", "a b"}, {"a ", "a"}, {" a", "a"}, {" \t ", ""}, {"", ""}, {"\na", "\na"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_word(table[i].word, word_trim(word_at_end(table[i].word)), table[i].trimmed);
}

static void takes_one_piece_after_the_other(void **state)
{
    static const char *const wanted[] = {"one", "two", "three", "", ""};
    struct word rest = word_at_end(" one\t two\rthree ");
    const char *end = rest.start + rest.len - 1; /* the trailing blank counts as the end already */

    (void)state;
    for (size_t i = 0; i < COUNT(wanted); i++)
        check_word(wanted[i], word_next(&rest), wanted[i]);
    assert_ptr_equal(rest.start, end);
}

/* An error's column points at the place of the missing piece. */
static void the_missing_piece_is_at_the_end(void **state)
{
    struct word rest = word_at_end("  ");
    const char *end = rest.start + rest.len;
    struct word missing = word_next(&rest);

    (void)state;
    assert_int_equal(missing.len, 0);
    assert_ptr_equal(missing.start, end);
}

static void splits_at_the_first_separator(void **state)
{
    static const struct {
        const char *word;
        const char *before;
        const char *rest;
    } table[] = {
        {"a=b=c", "a", "b=c"}, {"=b", "", "b"}, {"a=", "a", ""}, {"a", "a", ""}, {"", "", ""}, {"=", "", ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct word rest = word_at_end(table[i].word);
        const char *end = rest.start + rest.len;

        check_word(table[i].word, word_split(&rest, '='), table[i].before);
        check_word(table[i].word, rest, table[i].rest);
        assert_ptr_equal(rest.start + rest.len, end);
    }
}

static void finds_a_byte_inside_the_word_only(void **state)
{
    (void)state;
    assert_true(word_has(word_of("a:b"), ':'));
    assert_true(word_has(word_of(":"), ':'));
    assert_false(word_has(word_of("ab"), ':'));
    assert_false(word_has(word_of(""), ':'));
    assert_false(word_has((struct word){.start = "ab:", .len = 2}, ':'));
}

static void a_slip_is_few_letters_and_at_most_a_third_of_them(void **state)
{
    static const struct {
        const char *word;
        const char *meant;
        unsigned int slips; /* at least; 3 stands for another word */
    } table[] = {
        {"bind-address", "bind-address", 0},
        {"Bind-ADDRESS", "bind-address", 0},
        {"bind-adress", "bind-address", 1},
        {"bind-aaddress", "bind-address", 1},
        {"bind_address", "bind-address", 1},
        {"bidn-address", "bind-address", 1},
        {"bind-addrses", "bind-address", 1},
        {"bin-adress", "bind-address", 2},
        {"bind-adres", "bind-address", 2},
        {"bindaddres", "bind-address", 2},
        {"ind-addressx", "bind-address", 2},
        {"bnd-adres", "bind-address", 3},
        {"chekc", "check", 1},
        {"hceck", "check", 1},
        {"hcekc", "check", 3}, /* of five letters more than a third */
        {"nome", "none", 1},
        {"noen", "none", 1},
        {"on", "one", 3},
        {"one", "on", 1},
        {"a", "a", 0},
        {"a", "", 3},
        {"", "a", 3},
        {"", "", 0},
        {"abc", "", 3},
        {"[ab", "{ab", 1}, /* one bit apart, as letters of another case are */
        {"\xc3\xa4\xff", "\xe3\xa4\xff", 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        for (unsigned int slips = 0; slips < 3; slips++)
            check_bool(table[i].word, word_is_slip(word_at_end(table[i].word), table[i].meant, slips),
                       slips >= table[i].slips);
}

static void a_number_is_digits_of_its_base_alone(void **state)
{
    static const struct {
        const char *word;
        int base;
        int64_t max;
        int64_t number;
    } table[] = {
        {"0", 10, 128, 0},
        {"128", 10, 128, 128},
        {"0000128", 10, 128, 128},
        {"129", 10, 128, -1},
        {"1280", 10, 128, -1},
        {"18446744073709551617", 10, UINT16_MAX, -1},
        {"9223372036854775807", 10, INT64_MAX, INT64_MAX},
        {"9223372036854775808", 10, INT64_MAX, -1},
        {"", 10, 128, -1},
        {"-1", 10, 128, -1},
        {"+1", 10, 128, -1},
        {" 1", 10, 128, -1},
        {"1x", 10, 128, -1},
        {"A", 10, 128, -1},
        {"5DC7", 16, UINT16_MAX, 24007},
        {"FFFFFFFF", 16, UINT32_MAX, UINT32_MAX},
        {"100000000", 16, UINT32_MAX, -1},
        {"G", 16, UINT32_MAX, -1},
        {"@", 16, UINT32_MAX, -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        if (word_number(word_at_end(table[i].word), table[i].base, table[i].max) != table[i].number)
            fail_msg("\"%s\" as a number of base %d up to %" PRId64, table[i].word, table[i].base, table[i].max);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_is_a_string_only_if_all_of_it_is),
        cmocka_unit_test(words_are_made_from_strings_and_pointers),
        cmocka_unit_test(blanks_are_space_tab_and_carriage_return),
        cmocka_unit_test(trims_both_ends_only),
        cmocka_unit_test(takes_one_piece_after_the_other),
        cmocka_unit_test(the_missing_piece_is_at_the_end),
        cmocka_unit_test(splits_at_the_first_separator),
        cmocka_unit_test(finds_a_byte_inside_the_word_only),
        cmocka_unit_test(a_slip_is_few_letters_and_at_most_a_third_of_them),
        cmocka_unit_test(a_number_is_digits_of_its_base_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
