#include "host/names.h"

#include <string.h>

#include "base/text.h"
#include "base/word.h"

/*
 * The --process-name that glusterd (glusterd-utils.c, glusterd-*-svc.c, glusterd-rebalance.c), mount.glusterfs and hook
 * scripts pass, and the last component of argv[0]. A program's name alone means its first entry. tierd is in GlusterFS
 * 5 and earlier.
 */
static const struct {
    const char *role;
    const char *program;
} known[] = {
    {"", "glusterd"},           {"brick", "glusterfsd"}, {"", "glusterfs"},      {"glustershd", "glusterfs"},
    {"quotad", "glusterfs"},    {"bitd", "glusterfs"},   {"scrub", "glusterfs"}, {"rebalance", "glusterfs"},
    {"snapd", "glusterfsd"},    {"quota", "glusterfs"},  {"tierd", "glusterfs"}, {"fuse", "glusterfs"},
    {"fuse.NAME", "glusterfs"}, {"", "gluster"},         {"", "glfsheal"},
};

/*
 * Other names that people use: for what the process does, for the command or volume option that starts it, or
 * GlusterFS's own for one without --process-name (gfproxyd, nfs, gsyncd's mounts).
 */
static const struct {
    const char *name;
    const char *meant;
} confusions[] = {
    {"all", "*"},
    {"any", "*"},
    {"default", "*"},
    {"global", "*"},
    {"management", "glusterd"},
    {"mgmt", "glusterd"},
    {"peer", "glusterd"},
    {"peers", "glusterd"},
    {"glusterfs-server", "glusterd"},
    {"bricks", "glusterfsd"},
    {"server", "glusterfsd"},
    {"servers", "glusterfsd"},
    {"gfproxy", "glusterfsd"},
    {"gfproxyd", "glusterfsd"},
    {"shd", "glustershd"},
    {"selfheal", "glustershd"},
    {"self-heal", "glustershd"},
    {"selfheald", "glustershd"},
    {"self-heald", "glustershd"},
    {"self-heal-daemon", "glustershd"},
    {"heal", "glustershd glfsheal"},
    {"bitrot", "bitd scrub"},
    {"bit-rot", "bitd scrub"},
    {"scrubber", "scrub"},
    {"snapshot", "snapd"},
    {"snapshots", "snapd"},
    {"uss", "snapd"},
    {"mount", "fuse"},
    {"mounts", "fuse"},
    {"mount.glusterfs", "fuse"},
    {"client", "fuse"},
    {"clients", "fuse"},
    {"glusterfs-client", "fuse"},
    {"nfs", "glusterfs"},
    {"gnfs", "glusterfs"},
    {"gsyncd", "glusterfs"},
    {"georep", "glusterfs"},
    {"geo-rep", "glusterfs"},
    {"geo-replication", "glusterfs"},
    {"cli", "gluster"},
};

static void name_process(struct process *process, const char *role, const char *program)
{
    text_copy(process->role, sizeof(process->role), word_of(role));
    text_copy(process->program, sizeof(process->program), word_of(program));
    text_copy(process->volfile, sizeof(process->volfile), word_of(VOLUME_FILE));
}

bool known_process(size_t number, struct process *process)
{
    if (number >= sizeof(known) / sizeof(known[0]))
        return false;
    name_process(process, known[number].role, known[number].program);
    return true;
}

const char *known_name(size_t number)
{
    size_t i = number / 2;

    if (i >= sizeof(known) / sizeof(known[0]))
        return NULL;
    if (number % 2 == 0)
        return strchr(known[i].role, '.') == NULL ? known[i].role : "";
    for (size_t before = 0; before < i; before++)
        if (strcmp(known[before].program, known[i].program) == 0)
            return "";
    return known[i].program;
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

bool is_pattern(struct word name)
{
    return word_has(name, '*') || word_has(name, '?') || word_has(name, '[') || word_has(name, '\\');
}

/* The known names that are the fewest slips away from name, at most two. */
static void nearest_names(struct word name, struct text *meant)
{
    for (unsigned int slips = 0; slips <= 2 && meant->len == 0; slips++)
        for (size_t i = 0; known_name(i) != NULL; i++)
            if (word_is_slip(name, known_name(i), slips))
                text_format(meant, "%s'%s'", meant->len > 0 ? " or " : "", known_name(i));
}

void names_meant(struct word name, struct text *meant)
{
    if (name.len == 0 || is_pattern(name))
        return;
    for (size_t i = 0; i < sizeof(confusions) / sizeof(confusions[0]); i++) {
        if (word_is_slip(name, confusions[i].name, 0)) {
            text_format(meant, "'%s'", confusions[i].meant);
            return;
        }
    }
    nearest_names(name, meant);
}
