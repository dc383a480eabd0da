#include "pattern.h"

#include <stddef.h>

/* The end of the bracket expression that starts at start, just after its "]", or NULL if it has none. */
static const char *bracket_end(const char *start, const char *end)
{
    const char *next = start + 1;

    if (next < end && *next == '!')
        next++;
    if (next < end && *next == ']') /* the first one stands for itself */
        next++;
    while (next < end && *next != ']')
        next++;
    return next < end ? next + 1 : NULL;
}

static bool bracket_has(const char *start, const char *end, unsigned char wanted)
{
    const char *next = start + 1;
    bool negated = *next == '!';
    bool found = false;

    if (negated)
        next++;
    for (; next < end - 1; next++) {
        unsigned char low = (unsigned char)*next;
        unsigned char high = low;

        if (next + 2 < end - 1 && next[1] == '-') {
            high = (unsigned char)next[2];
            next += 2;
        }
        found = found || (low <= wanted && wanted <= high);
    }
    return found != negated;
}

/* Whether the one pattern item at *at (not a "*") matches byte; moves *at behind it. */
static bool item_matches(const char **at, const char *end, char byte)
{
    const char *item = *at;
    const char *bracket = *item == '[' ? bracket_end(item, end) : NULL;

    if (bracket != NULL) {
        *at = bracket;
        return bracket_has(item, bracket, (unsigned char)byte);
    }
    if (*item == '\\' && item + 1 < end)
        item++;
    else if (*item == '?')
        byte = '?';
    *at = item + 1;
    return *item == byte;
}

bool pattern_matches(struct word pattern, const char *name)
{
    const char *at = pattern.start;
    const char *end = pattern.start + pattern.len;
    const char *star = NULL;   /* behind the last "*" seen */
    const char *resume = NULL; /* where in name the rest of the pattern is tried next */

    while (*name != '\0') {
        if (at < end && *at == '*') {
            star = ++at;
            resume = name;
        } else if (at < end && item_matches(&at, end, *name)) {
            name++;
        } else if (star != NULL) {
            at = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (at < end && *at == '*')
        at++;
    return at == end;
}
