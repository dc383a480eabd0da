#include "host/processes.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "live/file.h"
#include "rules/pattern.h"
#include "terminal/command.h"

static int is_number(const struct dirent *entry)
{
    return entry->d_name[strspn(entry->d_name, "0123456789")] == '\0';
}

char *arguments_of(pid_t pid, size_t *len)
{
    char path[64];
    char reason[128];
    struct text why = TEXT_IN(reason);
    struct file cmdline = {.data = NULL};
    char *arguments = NULL;

    *len = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
    if (file_read(path, CMDLINE_MAX, FILE_OF_ANYBODY, &cmdline, &why) == 0 && cmdline.len > 0) {
        arguments = check_alloc(malloc(cmdline.len));
        memcpy(arguments, cmdline.data, cmdline.len);
        *len = cmdline.len;
    }
    file_free(&cmdline);
    return arguments;
}

/* False if it has exited or has no command line. */
static bool read_process(pid_t pid, struct running *running)
{
    char path[64];
    struct stat status;
    size_t len;
    char *arguments;

    (void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    if (stat(path, &status) != 0)
        return false;
    arguments = arguments_of(pid, &len);
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
