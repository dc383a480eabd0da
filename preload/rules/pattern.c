#include "rules/pattern.h"

#include <stddef.h>

/* Returns the end of the bracket expression at start, after its "]", or NULL. *matches is true if wanted is in it. */
static const char *bracket_end(const char *start, const char *end, unsigned char wanted, bool *matches)
{
    bool negated = end - start > 1 && start[1] == '!';
    const char *first = start + (negated ? 2 : 1);
    const char *next = first;
    bool found = false;

    for (; next < end && (*next != ']' || next == first); next++) { /* a first "]" is literal */
        unsigned char low = (unsigned char)*next;

        if (end - next > 2 && next[1] == '-' && next[2] != ']')
            next += 2;
        found = found || (low <= wanted && wanted <= (unsigned char)*next);
    }
    *matches = found != negated;
    return next < end ? next + 1 : NULL;
}

/* True if the pattern item at *at, other than "*", matches byte. Moves *at past it. */
static bool item_matches(const char **at, const char *end, char byte)
{
    const char *item = *at;
    bool matches = false;
    const char *bracket = *item == '[' ? bracket_end(item, end, (unsigned char)byte, &matches) : NULL;

    if (bracket != NULL) {
        *at = bracket;
        return matches;
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
    const char *star = NULL;   /* after the last "*" seen */
    const char *resume = NULL; /* where in name to try the rest of the pattern next */

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
