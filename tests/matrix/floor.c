/*
 * Checks that a shared object loads with glibc 2.17 and later: that no symbol it needs has a newer version, and that
 * the C libraries at hand have each symbol in its version.
 *
 *     floor OBJECT DIRECTORY...
 *
 * Each directory has a system's libraries. As for ld.so, the library that the object names with a version must define
 * that version, but the symbol may come from any library that the object needs. Prints a line for each symbol, with the
 * library that has it in each directory, and on standard error what is wrong.
 */
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gelf.h>

enum {
    FLOOR_MAJOR = 2,
    FLOOR_MINOR = 17,
    LIBRARIES_MAX = 8,
    VERSIONS_MAX = 256,
    VERSION_INDEX = 0x7fff /* without the bit for hidden symbols */
};

enum section { DYNAMIC, SYMBOLS, INDICES, NEEDED, DEFINED, SECTIONS };

static const GElf_Word types[SECTIONS] = {SHT_DYNAMIC, SHT_DYNSYM, SHT_GNU_versym, SHT_GNU_verneed, SHT_GNU_verdef};

struct object {
    Elf *elf;
    Elf_Data *data[SECTIONS];
    size_t strings; /* the section with all names */
    const char *libraries[LIBRARIES_MAX + 1];
    const char *versions[VERSIONS_MAX];   /* by index: needed and defined ones */
    const char *version_of[VERSIONS_MAX]; /* the library that must define it, for needed ones */
};

static bool wrong;

#define complain(...) (wrong = true, warnx(__VA_ARGS__))

static const char *string_at(const struct object *object, size_t offset)
{
    const char *string = elf_strptr(object->elf, object->strings, offset);

    if (string == NULL)
        errx(2, "%s", elf_errmsg(-1));
    return string;
}

static void read_libraries(struct object *object)
{
    size_t count = 0;
    GElf_Dyn entry;

    for (int i = 0; gelf_getdyn(object->data[DYNAMIC], i, &entry) != NULL; i++)
        if (entry.d_tag == DT_NEEDED && count < LIBRARIES_MAX)
            object->libraries[count++] = string_at(object, entry.d_un.d_val);
}

static void read_needed_versions(struct object *object)
{
    GElf_Verneed needed = {.vn_next = 0};
    int at = 0;

    do {
        GElf_Vernaux version = {.vna_next = 0};
        int next;

        if (gelf_getverneed(object->data[NEEDED], at, &needed) == NULL)
            return;
        next = at + (int)needed.vn_aux;
        do {
            if (gelf_getvernaux(object->data[NEEDED], next, &version) == NULL)
                return;
            object->versions[version.vna_other % VERSIONS_MAX] = string_at(object, version.vna_name);
            object->version_of[version.vna_other % VERSIONS_MAX] = string_at(object, needed.vn_file);
            next += (int)version.vna_next;
        } while (version.vna_next != 0);
        at += (int)needed.vn_next;
    } while (needed.vn_next != 0);
}

static void read_defined_versions(struct object *object)
{
    GElf_Verdef defined = {.vd_next = 0};
    GElf_Verdaux name;
    int at = 0;

    do {
        if (gelf_getverdef(object->data[DEFINED], at, &defined) == NULL ||
            gelf_getverdaux(object->data[DEFINED], at + (int)defined.vd_aux, &name) == NULL)
            return;
        object->versions[defined.vd_ndx % VERSIONS_MAX] = string_at(object, name.vda_name);
        at += (int)defined.vd_next;
    } while (defined.vd_next != 0);
}

/* Never closed: its names are in use until the end. */
static struct object *open_object(const char *path)
{
    struct object *object = calloc(1, sizeof(*object));
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    if (object == NULL)
        err(2, "calloc");
    object->elf = elf_begin(open(path, O_RDONLY | O_CLOEXEC), ELF_C_READ, NULL);
    while ((section = elf_nextscn(object->elf, section)) != NULL && gelf_getshdr(section, &header) != NULL) {
        for (size_t i = 0; i < SECTIONS; i++)
            if (header.sh_type == types[i])
                object->data[i] = elf_getdata(section, NULL);
        if (header.sh_type == SHT_DYNSYM)
            object->strings = header.sh_link;
    }
    if (object->data[DYNAMIC] == NULL || object->data[SYMBOLS] == NULL)
        errx(2, "%s: no shared object", path);
    read_libraries(object);
    read_needed_versions(object);
    read_defined_versions(object);
    return object;
}

/* *version is NULL for a symbol without one. Returns false after the last symbol. */
static bool next_symbol(const struct object *object, int i, GElf_Sym *symbol, const char **version)
{
    GElf_Versym index = VER_NDX_GLOBAL;

    if (gelf_getsym(object->data[SYMBOLS], i, symbol) == NULL)
        return false;
    gelf_getversym(object->data[INDICES], i, &index);
    index &= VERSION_INDEX;
    *version = index > VER_NDX_GLOBAL ? object->versions[index % VERSIONS_MAX] : NULL;
    return true;
}

static bool defines_symbol(const struct object *object, const char *name, const char *version)
{
    const char *defined;
    GElf_Sym symbol;

    for (int i = 0; next_symbol(object, i, &symbol, &defined); i++)
        if (symbol.st_shndx != SHN_UNDEF && defined != NULL && strcmp(defined, version) == 0 &&
            strcmp(string_at(object, symbol.st_name), name) == 0)
            return true;
    return false;
}

static bool defines_version(const struct object *object, const char *version)
{
    for (size_t i = 0; i < VERSIONS_MAX; i++)
        if (object->versions[i] != NULL && object->version_of[i] == NULL && strcmp(object->versions[i], version) == 0)
            return true;
    return false;
}

/* GLIBC_PRIVATE and the like belong to a single glibc. */
static bool is_old_enough(const char *version)
{
    unsigned int major;
    unsigned int minor;

    if (sscanf(version, "GLIBC_%u.%u", &major, &minor) != 2) /* NOLINT(cert-err34-c): two digits each */
        return false;
    return major < FLOOR_MAJOR || (major == FLOOR_MAJOR && minor <= FLOOR_MINOR);
}

static const struct object *library_in(const char *directory, const char *name)
{
    char path[1024];

    (void)snprintf(path, sizeof(path), "%s/%s", directory, name);
    return open_object(path);
}

static void check_versions(const struct object *object, char **directories)
{
    for (size_t i = 0; i < VERSIONS_MAX; i++) {
        if (object->version_of[i] == NULL)
            continue;
        if (!is_old_enough(object->versions[i]))
            complain("%s: not as old as GLIBC_%d.%d", object->versions[i], FLOOR_MAJOR, FLOOR_MINOR);
        for (char **directory = directories; *directory != NULL; directory++)
            if (!defines_version(library_in(*directory, object->version_of[i]), object->versions[i]))
                complain("%s: not in %s/%s", object->versions[i], *directory, object->version_of[i]);
    }
}

/* Returns the name of the library in directory that has it. */
static const char *find_symbol(const struct object *object, const char *directory, const char *name,
                               const char *version)
{
    for (size_t i = 0; object->libraries[i] != NULL; i++)
        if (defines_symbol(library_in(directory, object->libraries[i]), name, version))
            return object->libraries[i];
    complain("%s@%s: not in %s", name, version, directory);
    return "none";
}

static void check_symbols(const struct object *object, char **directories)
{
    const char *version;
    GElf_Sym symbol;

    for (int i = 1; next_symbol(object, i, &symbol, &version); i++) {
        const char *name = string_at(object, symbol.st_name);

        if (symbol.st_shndx != SHN_UNDEF)
            continue;
        if (version == NULL) {
            printf("%s\n", name);
            if (GELF_ST_BIND(symbol.st_info) != STB_WEAK)
                complain("%s: has no version", name);
            continue;
        }
        printf("%s@%s", name, version);
        for (char **directory = directories; *directory != NULL; directory++)
            printf(" %s", find_symbol(object, *directory, name, version));
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    const struct object *object;

    if (argc < 3 || elf_version(EV_CURRENT) == EV_NONE)
        return 2;
    object = open_object(argv[1]);
    check_versions(object, argv + 2);
    check_symbols(object, argv + 2);
    return wrong ? 1 : 0;
}
