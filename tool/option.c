#include "option.h"

#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "file.h"
#include "volfile.h"

static bool read_option(const char *volfile, const char *key, struct file *file, struct volfile_value *value)
{
    char reason[256];
    struct text why = TEXT_IN(reason);

    *file = (struct file){.data = NULL};
    return file_read(volfile, VOLFILE_SIZE_MAX, FILE_OF_ANYBODY, file, &why) == 0 &&
           volfile_option(file->data, file->len, key, value);
}

char *volume_option(const char *volfile, const char *key, const char *otherwise)
{
    struct file file;
    struct volfile_value value;
    bool found = read_option(volfile, key, &file, &value);
    char *copy = needed(found ? strndup(value.word.start, value.word.len) : strdup(otherwise));

    file_free(&file);
    return copy;
}

bool volume_option_place(const char *volfile, const char *key, struct place *place)
{
    struct file file;
    struct volfile_value value;

    if (!read_option(volfile, key, &file, &value)) {
        file_free(&file);
        return false;
    }
    *place = (struct place){
        .file = volfile, .text = {.start = file.data, .len = file.len}, .line = value.line, .column = value.column};
    return true;
}
