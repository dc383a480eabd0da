#include "host/library.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/word.h"
#include "terminal/command.h"

/* False with errno set if the file can't be read, with errno 0 if it is too short. */
static bool read_header(const char *path, Elf64_Ehdr *header)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read;

    if (fd < 0)
        return false;
    errno = 0;
    is_read = read(fd, header, sizeof(*header)) == (ssize_t)sizeof(*header);
    close(fd);
    return is_read;
}

/* Class and machine are at the same offsets in headers of all architectures. */
static bool is_of_another_architecture(const Elf64_Ehdr *header)
{
    Elf64_Ehdr own;

    return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 && read_header("/proc/self/exe", &own) &&
           (header->e_ident[EI_CLASS] != own.e_ident[EI_CLASS] || header->e_machine != own.e_machine);
}

/* Says why ld.so skips the library in this directory and tries the next. False if it is not here, or not skipped. */
static bool explain_file(const char *directory, struct library_file *library)
{
    struct text path = TEXT_IN(library->path);
    struct text reason = TEXT_IN(library->reason);
    Elf64_Ehdr header;

    text_format(&path, "%s/" LIBRARY_NAME, directory);
    if (read_header(library->path, &header)) {
        if (!is_of_another_architecture(&header))
            return false;
        text_string(&reason, "built for another architecture");
        return true;
    }
    if (errno == 0 || errno == ENOENT || errno == ENOTDIR)
        return false;
    text_format(&reason, "%E", errno);
    return true;
}

/* Searches ld.so's directories. */
static bool explain_absence(struct library_file *library)
{
    void *self = dlopen(NULL, RTLD_LAZY);
    Dl_serinfo size;
    Dl_serinfo *directories;
    bool is_explained = false;

    if (self == NULL || dlinfo(self, RTLD_DI_SERINFOSIZE, &size) != 0)
        return false;
    directories = check_alloc(calloc(1, size.dls_size));
    directories->dls_size = size.dls_size;
    directories->dls_cnt = size.dls_cnt;
    if (dlinfo(self, RTLD_DI_SERINFO, directories) == 0)
        for (unsigned int i = 0; i < directories->dls_cnt && !is_explained; i++)
            is_explained = explain_file(directories->dls_serpath[i].dls_name, library);
    free(directories);
    return is_explained;
}

/* ld.so's own message. Drops the library's name from its start; another object's name stays. */
static void repeat_reason(const char *reason, struct library_file *library)
{
    static const char start[] = LIBRARY_NAME ": ";
    size_t len = strncmp(reason, start, strlen(start)) == 0 ? strlen(start) : 0;

    text_copy(library->path, sizeof(library->path), word_of(LIBRARY_NAME));
    text_copy(library->reason, sizeof(library->reason), word_of(reason + len));
}

void library_load(struct library_file *library)
{
    void *handle = dlopen(LIBRARY_NAME, RTLD_LAZY | RTLD_LOCAL);
    struct link_map *map;
    struct stat status;

    memset(library, 0, sizeof(*library));
    if (handle == NULL) {
        char *reason = check_alloc(strdup(dlerror()));

        if (!explain_absence(library))
            repeat_reason(reason, library);
        free(reason);
        return;
    }
    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0)
        text_copy(library->path, sizeof(library->path), word_of(map->l_name));
    if (stat(library->path, &status) == 0)
        library->mode = status.st_mode;
}
