#include "../unit.h"

#include "terminal/report.h"

static void finds_lines(void **state)
{
    static const struct {
        const char *text;
        unsigned int line;
        const char *wanted;
    } table[] = {
        {"", 1, ""},
        {"", 2, ""},
        {"a", 1, "a"},
        {"a", 2, ""},
        {"a\n", 1, "a"},
        {"a\n", 2, ""},
        {"a\nb", 2, "b"},
        {"a\n\nb\n", 2, ""},
        {"a\n\nb\n", 3, "b"},
        {"a\n\nb\n", 4, ""},
        {"\n", 1, ""},
        {"a\nb", 4000000000u, ""},
        {"a\r\nb\r\n", 1, "a\r"},
        {"a\r\nb\r\n", 2, "b\r"},
        {"\xef\xbb\xbf"
         "a\nb",
         1, "a"},
        {"\xef\xbb\xbf"
         "a\nb",
         2, "b"},
        {"\xef\xbb\xbf", 1, ""},
        {"\xef\xbb", 1, "\xef\xbb"},
        {"a\n\xef\xbb\xbf"
         "b",
         2,
         "\xef\xbb\xbf"
         "b"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t len = strlen(table[i].text);
        struct word text = {.start = at_memory_end(table[i].text, len), .len = len};
        struct word found = line_of(text, table[i].line);

        check_string(table[i].text, in_words("%.*s", (int)found.len, found.start), table[i].wanted);
    }
}

/* What report() writes to standard error. Valid until the next call. */
static const char *reported(enum severity severity, const struct place *place)
{
    static char written[4096];
    int before = dup(STDERR_FILENO);
    int fd = open("reported", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t len;

    assert_true(before >= 0 && fd >= 0);
    fflush(stderr);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    report(severity, place, "%s", "what");
    fflush(stderr);
    assert_int_equal(dup2(before, STDERR_FILENO), STDERR_FILENO);
    close(before);
    len = pread(fd, written, sizeof(written) - 1, 0);
    close(fd);
    assert_true(len >= 0);
    written[len] = '\0';
    return written;
}

static void shows_the_place(void **state)
{
    static const struct {
        const char *text;
        unsigned int line;
        unsigned int column;
        const char *wanted;
    } table[] = {
        {"", 0, 0, "f: error: what\n"},
        {"a", 0, 0, "f: error: what\n"},
        {"", 1, 1, "f:1:1: error: what\n"},
        {"a\n", 7, 1, "f:7:1: error: what\n"},
        {"word\n", 1, 1, "f:1:1: error: what\nword\n^~~~\n"},
        {"a word b", 1, 3, "f:1:3: error: what\na word b\n  ^~~~\n"},
        {"a word b", 1, 4, "f:1:4: error: what\na word b\n   ^~~\n"},
        {"a b", 1, 3, "f:1:3: error: what\na b\n  ^\n"},
        {"a \xe2\x82\xac\xe2\x82\xac", 1, 3, "f:1:3: error: what\na \xe2\x82\xac\xe2\x82\xac\n  ^~\n"},
        {"\xe2\x82\xac b", 1, 5, "f:1:5: error: what\n\xe2\x82\xac b\n  ^\n"},
        {"\t\ta b\n", 1, 5, "f:1:5: error: what\n\t\ta b\n\t\t  ^\n"},
        {"a\r\n", 1, 1, "f:1:1: error: what\na\n^\n"},
        {"\x1b[2Ja", 1, 5, "f:1:5: error: what\n?[2Ja\n    ^\n"},
        /* at the end of the line, and past it */
        {"a =", 1, 4, "f:1:4: error: what\na =\n   ^\n"},
        {"a =\r\n", 1, 4, "f:1:4: error: what\na =\n   ^\n"},
        {"a", 1, 65535, "f:1:65535: error: what\na\n ^\n"},
    };

    (void)state;
    report_begin(REPORT_TEXT);
    for (size_t i = 0; i < COUNT(table); i++) {
        struct place place = {.file = "f",
                              .text = {.start = table[i].text, .len = strlen(table[i].text)},
                              .line = table[i].line,
                              .column = table[i].column};

        check_string(table[i].text, reported(SEVERITY_ERROR, &place), table[i].wanted);
    }
    report_end();
}

static void counts(void **state)
{
    unsigned int warnings = report_count(SEVERITY_WARNING);
    unsigned int errors = report_count(SEVERITY_ERROR);

    (void)state;
    report_begin(REPORT_TEXT);
    check_string("a warning", reported(SEVERITY_WARNING, &(struct place){.file = "g"}), "g: warning: what\n");
    check_number("warnings", report_count(SEVERITY_WARNING), warnings + 1);
    check_number("errors", report_count(SEVERITY_ERROR), errors);
    report_end();
    report_begin(REPORT_COUNT);
    check_string("only counted", reported(SEVERITY_WARNING, &(struct place){.file = "g"}), "");
    check_number("warnings", report_count(SEVERITY_WARNING), warnings + 2);
    report_end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_lines),
        cmocka_unit_test(shows_the_place),
        cmocka_unit_test(counts),
    };

    return cmocka_run_group_tests(tests, enter_new_directory, NULL);
}
