#include "judge/hostname.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/word.h"

/* Underscores are allowed, as in GlusterFS: libglusterfs/src/common-utils.c, valid_host_name(). */
static bool is_label(struct word label)
{
    for (size_t i = 0; i < label.len; i++)
        if (isalnum((unsigned char)label.start[i]) == 0 && label.start[i] != '-' && label.start[i] != '_')
            return false;
    return label.len > 0 && label.len < 64 && label.start[0] != '-' && label.start[label.len - 1] != '-';
}

static bool is_number(struct word label)
{
    for (size_t i = 0; i < label.len; i++)
        if (isdigit((unsigned char)label.start[i]) == 0)
            return false;
    return true;
}

static bool is_host_name(struct word word)
{
    struct word rest = word;
    struct word label;

    do {
        label = word_split(&rest, '.');
        if (!is_label(label))
            return false;
    } while (rest.len > 0);
    return word.len < 254 && !is_number(label); /* ending in a number, it is a malformed IPv4 address */
}

bool hostname_parse(struct word word, struct hostname *hostname)
{
    struct text text = TEXT_IN(hostname->data);
    struct in6_addr address;

    if (address_parse(word, &address))
        text_format(&text, "%A", &address);
    else if (address_is_ipv4(word) || is_host_name(word))
        text_bytes(&text, word.start, word.len);
    return text.len > 0;
}

bool hostname_matches(struct word word, const struct hostname *hostname)
{
    struct hostname own;

    return hostname_parse(word_trim(word), &own) && strcasecmp(own.data, hostname->data) == 0;
}
