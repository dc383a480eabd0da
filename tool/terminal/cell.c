#include "terminal/cell.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "terminal/command.h"

/* The length in bytes of the UTF-8 character at text; 0 if it is malformed: RFC 3629, 4. */
static size_t character_length(const unsigned char *text)
{
    static const struct {
        unsigned char first[2]; /* from and to */
        unsigned char second[2];
        size_t len;
    } forms[] = {
        {{0x00, 0x7f}, {0x00, 0xff}, 1}, {{0xc2, 0xdf}, {0x80, 0xbf}, 2}, {{0xe0, 0xe0}, {0xa0, 0xbf}, 3},
        {{0xe1, 0xec}, {0x80, 0xbf}, 3}, {{0xed, 0xed}, {0x80, 0x9f}, 3}, {{0xee, 0xef}, {0x80, 0xbf}, 3},
        {{0xf0, 0xf0}, {0x90, 0xbf}, 4}, {{0xf1, 0xf3}, {0x80, 0xbf}, 4}, {{0xf4, 0xf4}, {0x80, 0x8f}, 4},
    };
    size_t form = 0;

    while (form < sizeof(forms) / sizeof(forms[0]) && text[0] > forms[form].first[1])
        form++;
    if (form == sizeof(forms) / sizeof(forms[0]) || text[0] < forms[form].first[0])
        return 0;
    if (text[1] < forms[form].second[0] || text[1] > forms[form].second[1])
        return 0;
    for (size_t i = 2; i < forms[form].len; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return forms[form].len;
}

/* One byte that is not UTF-8 makes parsers reject the whole document, and any user can give a process such a name. */
static struct json_object *json_string(const char *text)
{
    char *utf8 = NULL;
    size_t size;
    FILE *out = check_alloc(open_memstream(&utf8, &size));
    struct json_object *string;

    for (size_t len; *text != '\0'; text += len) {
        len = character_length((const unsigned char *)text);
        if (len > 0) {
            (void)fwrite(text, 1, len, out);
            continue;
        }
        fprintf(out, "\\x%02x", (unsigned char)*text);
        len = 1;
    }
    if (fclose(out) != 0)
        fatal("out of memory");
    string = check_alloc(json_object_new_string(utf8));
    free(utf8);
    return string;
}

struct cell cell_text(const char *text)
{
    return cell_named(text, text);
}

struct cell cell_format(const char *format, ...)
{
    char *text;
    va_list arguments;
    struct cell cell;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    cell = cell_text(text);
    free(text);
    return cell;
}

struct cell cell_address(const struct in6_addr *address)
{
    char data[INET6_ADDRSTRLEN];
    struct text text = TEXT_IN(data);

    text_format(&text, "%A", address);
    return cell_text(data);
}

struct cell cell_number(int64_t number)
{
    return (struct cell){.text = xasprintf("%lld", (long long)number),
                         .json = check_alloc(json_object_new_int64(number))};
}

struct cell cell_truth(bool truth)
{
    return (struct cell){.text = xasprintf("%s", truth ? "yes" : "no"),
                         .json = check_alloc(json_object_new_boolean(truth))};
}

static char *local_time(time_t time)
{
    char text[64];
    struct tm local;

    if (localtime_r(&time, &local) == NULL || strftime(text, sizeof(text), "%F %T %z", &local) == 0)
        return NULL;
    return xasprintf("%s", text);
}

static struct json_object *utc_time(time_t time)
{
    char text[sizeof("2001-02-03T04:05:06Z")];
    struct tm utc;

    if (gmtime_r(&time, &utc) == NULL || utc.tm_year + 1900 < 1000 ||
        strftime(text, sizeof(text), "%FT%TZ", &utc) != sizeof(text) - 1)
        return NULL;
    return check_alloc(json_object_new_string(text));
}

struct cell cell_time(time_t time)
{
    return (struct cell){.text = local_time(time), .json = utc_time(time)};
}

struct cell cell_list(void)
{
    return (struct cell){.json = check_alloc(json_object_new_array())};
}

void cell_list_add(struct cell *list, struct word item)
{
    char *text = check_alloc(strndup(item.start, item.len));
    char *longer = list->text == NULL ? xasprintf("%s", text) : xasprintf("%s, %s", list->text, text);

    if (json_object_array_add(list->json, json_string(text)) != 0)
        fatal("out of memory");
    free(list->text);
    free(text);
    list->text = longer;
}

struct cell cell_named(const char *name, const char *words)
{
    if (name == NULL)
        return (struct cell){.text = NULL};
    return (struct cell){.text = xasprintf("%s", words), .json = json_string(name)};
}

struct cell cell_colored(struct cell cell, const char *color)
{
    cell.color = color;
    return cell;
}

struct cell cell_shown(struct cell cell, const char *format, ...)
{
    va_list arguments;

    free(cell.text);
    va_start(arguments, format);
    cell.text = xvasprintf(format, arguments);
    va_end(arguments);
    return cell;
}
