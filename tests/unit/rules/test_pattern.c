#include "../unit.h"

#include <fnmatch.h>

#include "rules/pattern.h"

/* A pattern is in the middle of a configuration: nothing past its end may be read. */
static bool matches(const char *pattern, const char *name)
{
    size_t len = strlen(pattern);

    return pattern_matches((struct word){.start = at_memory_end(pattern, len), .len = len}, name);
}

static void patterns_match_as_in_the_shell(void **state)
{
    static const struct {
        const char *pattern;
        const char *name;
        bool matches;
    } table[] = {
        {"glusterd", "glusterd", true},
        {"glusterd", "glusterfsd", false},
        {"glusterd", "glusterd2", false},
        {"glusterd", "gluster", false},
        {"glusterd", "Glusterd", false},
        {"", "", true},
        {"", "a", false},

        {"*", "", true},
        {"*", "anything", true},
        {"**", "", true},
        {"python*", "python3.11", true},
        {"python*", "python", true},
        {"python*", "pytho", false},
        {"*fsd", "glusterfsd", true},
        {"*fsd", "glusterfs", false},
        {"g*d", "glusterd", true},
        {"g*d", "gluster", false},
        {"*a*b*c*", "xxaxxbxxcxx", true},
        {"*a*b*c*", "xxaxxcxxbxx", false},
        {"*ab", "aab", true},
        {"a*bc", "abbbc", true},
        {"*", "a/b", true},
        {"*", ".hidden", true},

        {"?", "a", true},
        {"?", "", false},
        {"?", "ab", false},
        {"glusterf?", "glusterfs", true},
        {"*?", "", false},
        {"*?", "a", true},
        {"?", "?", true},
        {"?", "\xff", true},

        {"[abc]", "b", true},
        {"[abc]", "d", false},
        {"[abc]", "", false},
        {"[abc]", "ab", false},
        {"[a-c]", "a", true},
        {"[a-c]", "b", true},
        {"[a-c]", "c", true},
        {"[a-c]", "d", false},
        {"[a-c]", "-", false},
        {"[b-c]", "a", false},
        {"[a-cx-z]", "y", true},
        {"[a-cx-z]", "m", false},
        {"[a-a]", "a", true},
        {"[c-a]", "b", false},
        {"[c-a]", "c", false},
        {"[-a]", "-", true},
        {"[a-]", "-", true},
        {"[a-]", "a", true},
        {"[a-]", "b", false},
        {"[!abc]", "d", true},
        {"[!abc]", "b", false},
        {"[!abc]", "", false},
        {"[!a-c]", "b", false},
        {"[!a-c]", "!", true},
        {"[a!]", "!", true},
        {"[]a]", "]", true},
        {"[]a]", "a", true},
        {"[]a]", "b", false},
        {"[!]a]", "]", false},
        {"[!]a]", "b", true},
        {"[*?]", "*", true},
        {"[*?]", "a", false},
        {"[[]", "[", true},
        {"python3.[0-9]", "python3.9", true},
        {"python3.[0-9]*", "python3.11", true},
        {"[\x80-\xff]", "\xc3", true},
        {"[\x01-\x7f]", "\xc3", false},
        {"*[ab]c", "xbac", true},

        {"\\*", "*", true},
        {"\\*", "a", false},
        {"\\?", "?", true},
        {"\\?", "a", false},
        {"\\[a]", "[a]", true},
        {"\\[a]", "a", false},
        {"\\\\", "\\", true},
        {"\\a", "a", true},
        {"\\", "\\", true}, /* before no character: itself */
        {"a\\", "a\\", true},
        {"a\\", "a", false},
        {"*\\*", "ab*", true},
        {"*\\*", "ab", false},

        {"[", "[", true},
        {"[", "a", false},
        {"[abc", "[abc", true},
        {"[abc", "a", false},
        {"[a-", "[a-", true},
        {"[!", "[!", true},
        {"[]", "[]", true},
        {"[!]", "[!]", true},
        {"[*", "[anything", true},
        {"[*", "anything", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++)
        check_bool(in_words("%s against %s", table[i].pattern, table[i].name), matches(table[i].pattern, table[i].name),
                   table[i].matches);
}

static void random_string(uint64_t *seed, const char *letters, size_t max, char *string)
{
    size_t len = random_below(seed, (uint32_t)max + 1);

    for (size_t i = 0; i < len; i++)
        string[i] = letters[random_below(seed, (uint32_t)strlen(letters))];
    string[len] = '\0';
}

/* Without "\", which fnmatch(3) takes literally in brackets and rejects at the end, and "^", its other "!". */
static void random_patterns_match_as_with_fnmatch(void **state)
{
    uint64_t seed = 4;
    char pattern[9];
    char name[7];

    (void)state;
    for (int i = 0; i < 200000; i++) {
        random_string(&seed, "aabbc**?[]-!", sizeof(pattern) - 1, pattern);
        random_string(&seed, "aabbc-]!", sizeof(name) - 1, name);
        if (matches(pattern, name) != (fnmatch(pattern, name, 0) == 0))
            fail_msg("pattern \"%s\" and name \"%s\": found the opposite of fnmatch", pattern, name);
    }
}

/* Only the latest "*" is retried: the time is the product of both lengths, not a power of it. */
static void many_stars_take_no_time(void **state)
{
    static const char pattern[] = "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b";
    char name[64];

    (void)state;
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_false(matches(pattern, name));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_match_as_in_the_shell),
        cmocka_unit_test(random_patterns_match_as_with_fnmatch),
        cmocka_unit_test(many_stars_take_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
