#include "base/text.h"

#include <errno.h>
#include <string.h>

#include "base/source.h"

enum {
    QUOTED_MAX = 64 /* bytes of a word that a message shows */
};

struct text text_in(char *data, size_t size)
{
    data[0] = '\0';
    return (struct text){.data = data, .size = size, .len = 0};
}

void text_bytes(struct text *text, const char *bytes, size_t len)
{
    size_t room = text->size - 1 - text->len;

    if (len > room)
        len = room;
    memcpy(text->data + text->len, bytes, len);
    text->len += len;
    text->data[text->len] = '\0';
}

void text_copy(char *to, size_t size, struct word from)
{
    struct text text = text_in(to, size);

    text_bytes(&text, from.start, from.len);
}

void text_string(struct text *text, const char *string)
{
    text_bytes(text, string, strlen(string));
}

static void text_digits(struct text *text, unsigned int number, unsigned int base, unsigned int digits)
{
    char written[3 * sizeof(number)]; /* enough for base 10 and above */
    size_t start = sizeof(written);

    do {
        written[--start] = "0123456789abcdef"[number % base];
        number /= base;
    } while ((number > 0 || sizeof(written) - start < digits) && start > 0);
    text_bytes(text, written + start, sizeof(written) - start);
}

/* The longest run of two or more zero groups, which RFC 5952, 4.2 shortens to "::"; the first of equally long ones. */
static void longest_zeros(const struct in6_addr *address, unsigned int count, unsigned int *start, unsigned int *end)
{
    *start = *end = count;
    for (unsigned int from = 0, to = 0; from < count; from = to + 1) {
        to = from;
        while (to < count && address->s6_addr16[to] == 0)
            to++;
        if (to - from >= 2 && to - from > *end - *start) {
            *start = from;
            *end = to;
        }
    }
}

static void text_address(struct text *text, const struct in6_addr *address)
{
    unsigned int count = IN6_IS_ADDR_V4MAPPED(address) ? 6 : 8; /* RFC 5952, 5: the IPv4 part in dotted decimal */
    unsigned int zeros_start;
    unsigned int zeros_end;

    longest_zeros(address, count, &zeros_start, &zeros_end);
    for (unsigned int i = 0; i < count; i++) {
        if (i == zeros_start) {
            text_string(text, "::");
            i = zeros_end - 1;
            continue;
        }
        if (i > 0 && i != zeros_end)
            text_string(text, ":");
        text_digits(text, ntohs(address->s6_addr16[i]), 16, 1);
    }
    for (unsigned int i = 2 * count; i < 16; i++) {
        text_string(text, i == 12 ? ":" : ".");
        text_digits(text, address->s6_addr[i], 10, 1);
    }
}

static void text_network(struct text *text, const struct network *network)
{
    text_address(text, &network->address);
    text_string(text, "/");
    text_digits(text, network->len, 10, 1);
}

static void text_source(struct text *text, const struct source *source)
{
    static const char *const kinds[] = {[SOURCE_NONE] = "none", [SOURCE_UNKNOWN] = "unknown (configuration error)"};
    const char *words = source->bind_address ? "bind-address" : kinds[source->kind];

    if (words != NULL) {
        text_string(text, words);
        return;
    }
    text_address(text, &source->network.address);
    if (source->scope[0] != '\0') {
        text_string(text, "%");
        text_string(text, source->scope);
    }
    if (source->kind == SOURCE_PREFIX) {
        text_string(text, "/");
        text_digits(text, source->network.len, 10, 1);
    }
}

static void text_quoted(struct text *text, const struct word *word)
{
    size_t shown = word->len > QUOTED_MAX ? QUOTED_MAX : word->len;

    text_string(text, "'");
    for (size_t i = 0; i < shown; i++) {
        unsigned char byte = (unsigned char)word->start[i];

        if (byte >= ' ' && byte <= '~') {
            text_bytes(text, &word->start[i], 1);
        } else {
            text_string(text, "\\x");
            text_digits(text, byte, 16, 2);
        }
    }
    text_string(text, shown < word->len ? "...'" : "'");
}

/* strerror(3) reads the locale and allocates. These are the errors that an operator can see. */
static void text_errno(struct text *text, int error)
{
    static const char *const words[] = {
        [EACCES] = "Permission denied",
        [EADDRINUSE] = "Address already in use",
        [EADDRNOTAVAIL] = "Cannot assign requested address",
        [EAFNOSUPPORT] = "Address family not supported by protocol",
        [EAGAIN] = "Resource temporarily unavailable",
        [EFBIG] = "File too large",
        [EINTR] = "Interrupted system call",
        [EINVAL] = "Invalid argument",
        [EIO] = "Input/output error",
        [ELOOP] = "Too many levels of symbolic links",
        [EMFILE] = "Too many open files",
        [ENAMETOOLONG] = "File name too long",
        [ENFILE] = "Too many open files in system",
        [ENOBUFS] = "No buffer space available",
        [ENODEV] = "No such device",
        [ENOENT] = "No such file or directory",
        [ENOMEM] = "Cannot allocate memory",
        [ENOPROTOOPT] = "Protocol not available",
        [ENOTDIR] = "Not a directory",
        [EOPNOTSUPP] = "Operation not supported",
        [EPERM] = "Operation not permitted",
    };

    if (error >= 0 && (size_t)error < sizeof(words) / sizeof(words[0]) && words[error] != NULL) {
        text_string(text, words[error]);
        return;
    }
    text_string(text, "error ");
    text_digits(text, (unsigned int)error, 10, 1);
}

void text_vformat(struct text *text, const char *format, va_list arguments)
{
    for (const char *next = format; *next != '\0'; next++) {
        unsigned int digits = 1;

        if (*next != '%') {
            text_bytes(text, next, 1);
            continue;
        }
        next++;
        if (next[0] == '0' && next[1] != '\0') {
            digits = (unsigned int)(next[1] - '0');
            next += 2;
        }
        switch (*next) {
        case 's':
            text_string(text, va_arg(arguments, const char *));
            break;
        case 'u':
            text_digits(text, va_arg(arguments, unsigned int), 10, digits);
            break;
        case 'A':
            text_address(text, va_arg(arguments, const struct in6_addr *));
            break;
        case 'N':
            text_network(text, va_arg(arguments, const struct network *));
            break;
        case 'S':
            text_source(text, va_arg(arguments, const struct source *));
            break;
        case 'W':
            text_quoted(text, va_arg(arguments, const struct word *));
            break;
        case 'E':
            text_errno(text, va_arg(arguments, int));
            break;
        case '%':
            text_string(text, "%");
            break;
        default: /* a bug: print the format as it is rather than read an argument that is not there */
            text_string(text, next - 1);
            return;
        }
    }
}

void text_format(struct text *text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    text_vformat(text, format, arguments);
    va_end(arguments);
}
