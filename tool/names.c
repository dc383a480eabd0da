#include "names.h"

#include <string.h>

#include "text.h"

/*
 * --process-name as glusterd (glusterd-utils.c, glusterd-*-svc.c, glusterd-rebalance.c), mount.glusterfs and hook
 * scripts give it, and the last component of argv[0]. What stands first among those of one program is meant by that
 * alone.
 */
static const struct {
    const char *role;
    const char *program;
} known[] = {
    {"", "glusterd"},        {"brick", "glusterfsd"},    {"", "glusterfs"},          {"glustershd", "glusterfs"},
    {"quotad", "glusterfs"}, {"bitd", "glusterfs"},      {"scrub", "glusterfs"},     {"rebalance", "glusterfs"},
    {"snapd", "glusterfsd"}, {"gfproxyd", "glusterfsd"}, {"quota", "glusterfs"},     {"nfs", "glusterfs"},
    {"tierd", "glusterfs"},  {"fuse", "glusterfs"},      {"fuse.NAME", "glusterfs"}, {"", "gluster"},
    {"", "glfsheal"},
};

static void name_process(struct process *process, const char *role, const char *program)
{
    struct text role_text = TEXT_IN(process->role);
    struct text program_text = TEXT_IN(process->program);
    struct text volfile = TEXT_IN(process->volfile);

    text_string(&role_text, role);
    text_string(&program_text, program);
    text_string(&volfile, VOLUME_FILE);
}

bool known_process(size_t number, struct process *process)
{
    if (number >= sizeof(known) / sizeof(known[0]))
        return false;
    name_process(process, known[number].role, known[number].program);
    return true;
}

void process_called(const char *name, struct process *process)
{
    for (size_t i = 0; known_process(i, process); i++)
        if ((process->role[0] != '\0' && strcmp(process->role, name) == 0) || strcmp(process->program, name) == 0)
            return;
    if (strncmp(name, "fuse.", 5) == 0)
        name_process(process, name, "glusterfs");
    else
        name_process(process, "", name);
}
