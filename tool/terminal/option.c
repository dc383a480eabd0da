#include "terminal/option.h"

#include <stdlib.h>
#include <string.h>

#include "live/file.h"
#include "rules/volfile.h"
#include "terminal/command.h"

typedef bool find_option(const char *text, size_t len, const char *key, struct word *value);

static bool read_option(const char *volfile, find_option *find, const char *key, struct file *file, struct word *value)
{
    char reason[256];
    struct text why = TEXT_IN(reason);

    *file = (struct file){.data = NULL};
    if (volfile[0] != '/') /* relative to a directory that glusterd has left since */
        return false;
    return file_read(volfile, VOLFILE_SIZE_MAX, FILE_OF_ANYBODY, file, &why) == 0 &&
           find(file->data, file->len, key, value);
}

char *volume_option(const char *volfile, const char *key)
{
    struct file file;
    struct word value;
    bool found = read_option(volfile, volfile_option, key, &file, &value);
    char *copy = found ? check_alloc(strndup(value.start, value.len)) : NULL;

    file_free(&file);
    return copy;
}

/* The line and column of at, which points into text. */
static struct place place_of(const char *file, struct word text, const char *at)
{
    struct place place = {.file = file, .text = text, .line = 1, .column = 1};

    for (const char *before = text.start; before < at; before++) {
        place.column++;
        if (*before == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

bool bind_address_place(const char *volfile, struct place *place)
{
    struct file file;
    struct word value;

    if (!read_option(volfile, volfile_socket_option, BIND_ADDRESS_OPTION, &file, &value)) {
        file_free(&file);
        return false;
    }
    *place = place_of(volfile, (struct word){.start = file.data, .len = file.len}, value.start);
    return true;
}
