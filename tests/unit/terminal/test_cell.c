#include "../unit.h"

#include <errno.h>
#include <json-c/json.h>

#include "base/word.h"
#include "terminal/cell.h"

/* Compares a cell's JSON and its text in a table, and frees the cell. */
static void check_cell(const char *what, struct cell cell, const char *json, const char *text)
{
    check_string(what, json_object_to_json_string_ext(cell.json, JSON_C_TO_STRING_PLAIN), json);
    if (text == NULL)
        assert_null(cell.text);
    else
        check_string(what, cell.text, text);
    json_object_put(cell.json);
    free(cell.text);
}

static void has_both_forms(void **state)
{
    const struct in6_addr address = {.s6_addr = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};

    (void)state;
    check_cell("no value", cell_text(NULL), "null", NULL);
    check_cell("text", cell_text("a b"), "\"a b\"", "a b");
    check_cell("a format", cell_format("%s:%d", "a", 1), "\"a:1\"", "a:1");
    check_cell("an address", cell_address(&address), "\"2001:db8::1\"", "2001:db8::1");
    check_cell("a colour", cell_colored(cell_text("a"), "red"), "\"a\"", "a");
    check_cell("a number", cell_number(-1), "-1", "-1");
    check_cell("a large number", cell_number(INT64_MAX), "9223372036854775807", "9223372036854775807");
    check_cell("a truth", cell_truth(true), "true", "yes");
    check_cell("another one", cell_truth(false), "false", "no");
    check_cell("a name", cell_named("ok", "all is well"), "\"ok\"", "all is well");
    check_cell("no name", cell_named(NULL, "nothing"), "null", NULL);
    check_cell("a number in words", cell_shown(cell_number(7), "line %d", 7), "7", "line 7");
    check_cell("no value in words", cell_shown(cell_text(NULL), "none"), "null", "none");
}

static void lists(void **state)
{
    struct cell list = cell_list();

    (void)state;
    cell_list_add(&list, (struct word){.start = "ab", .len = 1});
    cell_list_add(&list, word_of("c, d"));
    check_cell("two", list, "[\"a\",\"c, d\"]", "a, c, d");
    check_cell("none", cell_list(), "[]", NULL);
}

/* RFC 3339 allows four-digit years; a file's time can be anything. */
static void writes_times(void **state)
{
    static const struct {
        time_t time;
        const char *json;
        const char *text;
    } table[] = {
        {0, "\"1970-01-01T00:00:00Z\"", "1970-01-01 02:00:00 +0200"},
        {1700000000, "\"2023-11-14T22:13:20Z\"", "2023-11-15 00:13:20 +0200"},
        {-1, "\"1969-12-31T23:59:59Z\"", "1970-01-01 01:59:59 +0200"},
        {-30610224000, "\"1000-01-01T00:00:00Z\"", "1000-01-01 02:00:00 +0200"},
        {-30610224001, "null", "1000-01-01 01:59:59 +0200"},
        {253402300799, "\"9999-12-31T23:59:59Z\"", "10000-01-01 01:59:59 +0200"},
        {253402300800, "null", "10000-01-01 02:00:00 +0200"},
        {INT64_MAX, "null", NULL},
        {INT64_MIN, "null", NULL},
    };

    (void)state;
    assert_return_code(setenv("TZ", "EET-2", 1), errno);
    for (size_t i = 0; i < COUNT(table); i++)
        check_cell(in_words("time %lld", (long long)table[i].time), cell_time(table[i].time), table[i].json,
                   table[i].text);
}

static void escapes_what_is_not_utf_8(void **state)
{
    static const struct {
        const char *text;
        const char *json;
    } table[] = {
        {"", "\"\""},
        {"a\"\\\n/", "\"a\\\"\\\\\\n/\""},
        /* First and last character of each length, and the neighbours of surrogates. */
        {"\x7f", "\"\x7f\""},
        {"\xc2\x80\xdf\xbf", "\"\xc2\x80\xdf\xbf\""},
        {"\xe0\xa0\x80\xef\xbf\xbf", "\"\xe0\xa0\x80\xef\xbf\xbf\""},
        {"\xed\x9f\xbf\xee\x80\x80", "\"\xed\x9f\xbf\xee\x80\x80\""},
        {"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\"\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""},
        /* Stray and missing continuation bytes. */
        {"\x80", "\"\\\\x80\""},
        {"\xbf z", "\"\\\\xbf z\""},
        {"\xc3", "\"\\\\xc3\""},
        {"\xc3z", "\"\\\\xc3z\""},
        {"\xe2\x82", "\"\\\\xe2\\\\x82\""},
        {"\xf0\x9f\x98z", "\"\\\\xf0\\\\x9f\\\\x98z\""},
        /* Overlong forms, surrogates, beyond U+10FFFF, invalid first bytes. */
        {"\xc0\x80", "\"\\\\xc0\\\\x80\""},
        {"\xc1\xbf", "\"\\\\xc1\\\\xbf\""},
        {"\xe0\x9f\xbf", "\"\\\\xe0\\\\x9f\\\\xbf\""},
        {"\xf0\x8f\xbf\xbf", "\"\\\\xf0\\\\x8f\\\\xbf\\\\xbf\""},
        {"\xed\xa0\x80", "\"\\\\xed\\\\xa0\\\\x80\""},
        {"\xed\xbf\xbf", "\"\\\\xed\\\\xbf\\\\xbf\""},
        {"\xf4\x90\x80\x80", "\"\\\\xf4\\\\x90\\\\x80\\\\x80\""},
        {"\xf5\x80\x80\x80", "\"\\\\xf5\\\\x80\\\\x80\\\\x80\""},
        {"\xff", "\"\\\\xff\""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct cell cell = cell_text(at_memory_end(table[i].text, strlen(table[i].text) + 1));
        check_string(table[i].json,
                     json_object_to_json_string_ext(cell.json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
                     table[i].json);
        json_object_put(cell.json);
        free(cell.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_both_forms),
        cmocka_unit_test(lists),
        cmocka_unit_test(writes_times),
        cmocka_unit_test(escapes_what_is_not_utf_8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
