#include "host/processes.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "live/file.h"
#include "rules/pattern.h"
#include "terminal/command.h"

struct proc_path proc_path(pid_t pid, const char *name)
{
    struct proc_path path;

    (void)snprintf(path.data, sizeof(path.data), "/proc/%d/%s", (int)pid, name);
    return path;
}

static int is_number(const struct dirent *entry)
{
    return entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
}

char *strings_of(pid_t pid, const char *name, size_t *len)
{
    char reason[128];
    struct text why = TEXT_IN(reason);
    struct file file = {.data = NULL};
    char *strings = NULL;

    if (file_read(proc_path(pid, name).data, CMDLINE_MAX, FILE_OF_ANYBODY, &file, &why) == 0 && file.len > 0) {
        strings = check_alloc(calloc(1, file.len + 1)); /* a program may have overwritten the last NUL */
        memcpy(strings, file.data, file.len);
    }
    *len = file.len;
    file_free(&file);
    return strings;
}

/* False if it has exited or has no command line. */
static bool read_process(pid_t pid, struct running *running)
{
    struct stat status;
    size_t len;
    char *arguments;

    if (stat(proc_path(pid, "").data, &status) != 0)
        return false;
    arguments = strings_of(pid, "cmdline", &len);
    if (arguments == NULL)
        return false;
    running->pid = pid;
    running->user = status.st_uid;
    process_parse(arguments, len, &running->process);
    free(arguments);
    return true;
}

struct running *running_all(size_t *count)
{
    struct dirent **entries;
    int total = scandir("/proc", &entries, is_number, versionsort);
    struct running *all;

    if (total < 0)
        fatal("/proc: %m");
    all = check_alloc(calloc((size_t)total + 1, sizeof(*all)));
    *count = 0;
    for (int i = 0; i < total; i++) {
        if (read_process((pid_t)strtol(entries[i]->d_name, NULL, 10), &all[*count]))
            (*count)++;
        free(entries[i]);
    }
    free(entries);
    return all;
}

bool is_running(struct word pattern)
{
    size_t count;
    struct running *all = running_all(&count);
    bool found = false;

    for (size_t i = 0; i < count; i++)
        if (pattern_matches(pattern, all[i].process.program) ||
            (all[i].process.role[0] != '\0' && pattern_matches(pattern, all[i].process.role)))
            found = true;
    free(all);
    return found;
}
