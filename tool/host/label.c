#include "host/label.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/word.h"

enum { FILE_CONTEXTS = 0 }; /* SELABEL_CTX_FILE, selabel_open(3) */

/* Copied: ISO C has no conversion from dlsym(3)'s object pointer to a function pointer. */
static bool look_up(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);

    memcpy(function, &found, sizeof(found));
    return found != NULL;
}

bool selinux_load(struct selinux *selinux)
{
    void *library = dlopen("libselinux.so.1", RTLD_LAZY | RTLD_LOCAL); /* never closed */

    return library != NULL && look_up(library, "is_selinux_enabled", &selinux->is_selinux_enabled) &&
           look_up(library, "selabel_open", &selinux->selabel_open) &&
           look_up(library, "selabel_lookup", &selinux->selabel_lookup) &&
           look_up(library, "selabel_close", &selinux->selabel_close) &&
           look_up(library, "getfilecon", &selinux->getfilecon) && look_up(library, "freecon", &selinux->freecon);
}

/* A context is user:role:type:range; the range can contain colons. */
static struct word type_of(const char *context)
{
    struct word rest = word_of(context);

    word_split(&rest, ':');
    word_split(&rest, ':');
    return word_split(&rest, ':');
}

/* context is the file's own. */
static bool differs(const struct selinux *selinux, void *handle, const char *context, struct label *label)
{
    struct stat status;
    char *wanted;
    bool is_wrong;

    if (stat(label->path, &status) != 0 ||
        selinux->selabel_lookup(handle, &wanted, label->path, (int)status.st_mode) != 0)
        return false;
    is_wrong = !word_same(type_of(context), type_of(wanted));
    text_copy(label->found, sizeof(label->found), type_of(context));
    text_copy(label->wanted, sizeof(label->wanted), type_of(wanted));
    selinux->freecon(wanted);
    return is_wrong;
}

bool label_is_wrong(const struct selinux *selinux, const char *path, struct label *label)
{
    void *handle;
    char *context;
    bool is_wrong;

    if (selinux->is_selinux_enabled() != 1 || realpath(path, label->path) == NULL ||
        selinux->getfilecon(label->path, &context) < 0)
        return false;
    handle = selinux->selabel_open(FILE_CONTEXTS, NULL, 0);
    is_wrong = handle != NULL && differs(selinux, handle, context, label);
    if (handle != NULL)
        selinux->selabel_close(handle);
    selinux->freecon(context);
    return is_wrong;
}
