#include "terminal/option.h"

#include <string.h>

#include "base/word.h"
#include "live/file.h"
#include "rules/volfile.h"
#include "terminal/command.h"

/* Returns the text of the volume file, which is *file's; empty if it can't be read. Free it with file_free(). */
static struct word read_volfile(const char *volfile, struct file *file)
{
    char reason[256];
    struct text why = TEXT_IN(reason);

    *file = (struct file){.data = NULL};
    if (volfile[0] == '/') /* else relative to a directory that glusterd has left since */
        (void)file_read(volfile, VOLFILE_SIZE_MAX, FILE_OF_ANYBODY, file, &why);
    return (struct word){.start = file->data, .len = file->len};
}

char *volume_option(const char *volfile, const char *key)
{
    struct file file;
    struct word text = read_volfile(volfile, &file);
    struct word value;
    char *copy = NULL;

    if (volfile_option(text.start, text.len, key, &value))
        copy = check_alloc(strndup(value.start, value.len));
    file_free(&file);
    return copy;
}

struct place bind_address_place(const char *volfile)
{
    struct file file;
    struct place place = {.file = volfile, .text = read_volfile(volfile, &file), .line = 1};
    struct word before;
    struct word value;

    if (!volfile_socket_option(place.text.start, place.text.len, BIND_ADDRESS_OPTION, &value)) {
        file_free(&file);
        return (struct place){.file = volfile};
    }
    before = word_between(place.text.start, value.start);
    for (; word_has(before, '\n'); place.line++)
        word_split(&before, '\n');
    place.column = (unsigned int)before.len + 1;
    return place;
}
