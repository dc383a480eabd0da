#include "host/loaded.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/library.h"
#include "host/processes.h"
#include "live/published.h"

/* Parses a line of /proc/PID/maps (proc(5)). True if it maps the start of the library's file. */
static bool is_library(const char *line, uint64_t *start, bool *replaced)
{
    static const char deleted[] = " (deleted)\n";
    const char *slash = strrchr(line, '/');
    uint64_t offset;
    size_t len = sizeof(LIBRARY_NAME) - 1;

    if (slash == NULL || strncmp(slash + 1, LIBRARY_NAME, len) != 0 ||
        sscanf(line, "%" SCNx64 "-%*x %*s %" SCNx64, start, &offset) != 2 || offset != 0)
        return false;
    *replaced = strcmp(slash + 1 + len, deleted) == 0;
    return *replaced || strcmp(slash + 1 + len, "\n") == 0;
}

/* The library's load address in the process; 0 if it is not loaded. */
static uint64_t find_library(FILE *maps, bool *replaced)
{
    char *line = NULL;
    size_t size = 0;
    uint64_t start = 0;
    uint64_t found = 0;

    while (found == 0 && getline(&line, &size, maps) > 0)
        if (is_library(line, &start, replaced))
            found = start;
    free(line);
    return found;
}

static bool read_memory(int mem, uint64_t address, void *data, size_t size)
{
    return pread(mem, data, size, (off_t)address) == (ssize_t)size;
}

/* Byte by byte, because memory after the string may not be mapped. */
static void read_string(int mem, uint64_t address, char *data, size_t size)
{
    for (size_t i = 0; i + 1 < size; i++) {
        if (!read_memory(mem, address + i, &data[i], 1) || data[i] == '\0') {
            data[i] = '\0';
            return;
        }
    }
    data[size - 1] = '\0';
}

/* Finds the note in size bytes at address. It has the offset from its description to struct published. 0 if none. */
static uint64_t find_note(int mem, uint64_t address, uint64_t size)
{
    static const char name[] = PUBLISHED_NOTE_NAME;
    Elf64_Nhdr note;

    for (uint64_t at = address; at + sizeof(note) <= address + size && read_memory(mem, at, &note, sizeof(note));) {
        uint64_t description = at + sizeof(note) + ((note.n_namesz + 3u) & ~3u);
        char found[sizeof(name)];
        int64_t offset;

        if (note.n_namesz == sizeof(name) && note.n_type == PUBLISHED_NOTE_TYPE && note.n_descsz == sizeof(offset) &&
            read_memory(mem, at + sizeof(note), found, sizeof(found)) && memcmp(found, name, sizeof(name)) == 0 &&
            read_memory(mem, description, &offset, sizeof(offset)))
            return description + (uint64_t)offset;
        at = description + ((note.n_descsz + 3u) & ~3u);
    }
    return 0;
}

/* Bounds what is read of an object that only looks like the library. */
enum { SEGMENTS_MAX = 64, NOTES_MAX = 64 << 10 /* bytes */ };

/* The address of struct published in the library that is loaded at base; 0 if it has no such note. */
static uint64_t find_published(int mem, uint64_t base)
{
    Elf64_Ehdr header;
    Elf64_Phdr segment;

    if (!read_memory(mem, base, &header, sizeof(header)) || memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64)
        return 0;
    for (unsigned int i = 0; i < header.e_phnum && i < SEGMENTS_MAX; i++) {
        uint64_t found;

        if (!read_memory(mem, base + header.e_phoff + i * sizeof(segment), &segment, sizeof(segment)))
            return 0;
        found = segment.p_type == PT_NOTE && segment.p_memsz <= NOTES_MAX
                    ? find_note(mem, base + segment.p_vaddr, segment.p_memsz)
                    : 0;
        if (found != 0)
            return found;
    }
    return 0;
}

/* Reads the ruleset that *before, from address, has in force. False if another was published meanwhile. */
static bool read_in_force(int mem, uint64_t address, const struct published *before, struct loaded *loaded)
{
    const struct ruleset *in_force = before->slots[PUBLISHED_SLOT(before->state)].ruleset;
    struct ruleset ruleset;
    struct published now;
    bool good = read_memory(mem, (uintptr_t)in_force, &ruleset, sizeof(ruleset));

    if (good)
        read_string(mem, (uintptr_t)ruleset.file, loaded->file, sizeof(loaded->file));
    if (!read_memory(mem, address, &now, sizeof(now)) || PUBLISHED_SLOT(now.state) != PUBLISHED_SLOT(before->state) ||
        now.slots[PUBLISHED_SLOT(now.state)].ruleset != in_force)
        return false;
    if (!good)
        return true;
    loaded->modified = ruleset.modified;
    loaded->origin = ruleset.origin;
    loaded->in_force = !ruleset.is_good       ? (ruleset.rules.count > 0 ? IN_FORCE_REFUSAL : IN_FORCE_NOTHING)
                       : !ruleset.has_section ? IN_FORCE_NO_RULES
                       : ruleset.built_in     ? IN_FORCE_BUILT_IN
                                              : IN_FORCE_FILE;
    return true;
}

enum { TRIES_MAX = 100 /* a try fails if a ruleset is published meanwhile */ };

static void read_published(int mem, uint64_t address, struct loaded *loaded)
{
    struct published published;

    for (int tries = 0; tries < TRIES_MAX && read_memory(mem, address, &published, sizeof(published)); tries++) {
        if (PUBLISHED_SLOT(published.state) == 0) {
            loaded->in_force = IN_FORCE_NOT_READ;
            return;
        }
        if (read_in_force(mem, address, &published, loaded))
            return;
    }
}

static void read_from(pid_t pid, uint64_t base, struct loaded *loaded)
{
    int mem = open(proc_path(pid, "mem").data, O_RDONLY | O_CLOEXEC);
    uint64_t address;

    if (mem < 0)
        return;
    address = find_published(mem, base);
    if (address != 0)
        read_published(mem, address, loaded);
    close(mem);
}

void loaded_read(pid_t pid, struct loaded *loaded)
{
    FILE *maps = fopen(proc_path(pid, "maps").data, "re");
    bool replaced = false;
    uint64_t base;

    memset(loaded, 0, sizeof(*loaded));
    if (maps == NULL)
        return;
    errno = 0;
    base = find_library(maps, &replaced);
    if (base != 0)
        loaded->library = replaced ? LIBRARY_REPLACED : LIBRARY_LOADED;
    else if (errno == 0)
        loaded->library = LIBRARY_ABSENT;
    (void)fclose(maps);
    if (base != 0)
        read_from(pid, base, loaded);
}
