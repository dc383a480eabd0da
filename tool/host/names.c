#include "host/names.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "base/word.h"

/*
 * --process-name as glusterd (glusterd-utils.c, glusterd-*-svc.c, glusterd-rebalance.c), mount.glusterfs and hook
 * scripts give it, and the last component of argv[0]. What stands first among those of one program is meant by that
 * alone. tierd is of GlusterFS 5 and before.
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
 * What people call them: by what they do, by the command or the volume option that starts them, or by what GlusterFS
 * itself calls those that it gives no --process-name (gfproxyd, nfs, gsyncd's mounts).
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

enum { SPELLING_MAX = 32 /* bytes of a name that can be a slip of a known one */ };

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

static unsigned int least(unsigned int a, unsigned int b)
{
    return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* How many letters have to be added, dropped, replaced, or swapped with the next one, to make b of a. */
static unsigned int slips_between(const char *a, const char *b)
{
    unsigned int slips[SPELLING_MAX + 1][SPELLING_MAX + 1] = {{0}};
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);

    for (size_t i = 1; i <= a_len; i++)
        slips[i][0] = (unsigned int)i;
    for (size_t j = 1; j <= b_len; j++)
        slips[0][j] = (unsigned int)j;
    for (size_t i = 1; i <= a_len; i++) {
        for (size_t j = 1; j <= b_len; j++) {
            slips[i][j] = least(least(slips[i - 1][j], slips[i][j - 1]) + 1,
                                slips[i - 1][j - 1] + (same_letter(a[i - 1], b[j - 1]) ? 0 : 1));
            if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) && same_letter(a[i - 2], b[j - 1]))
                slips[i][j] = least(slips[i][j], slips[i - 2][j - 2] + 1);
        }
    }
    return slips[a_len][b_len];
}

/* What differs by more than two letters, or by more than a third of them, is another name. */
static void nearest_names(const char *name, struct text *meant)
{
    unsigned int nearest = least((unsigned int)strlen(name) / 3, 2);
    const char *separator = "";

    for (size_t i = 0; known_name(i) != NULL; i++)
        nearest = least(nearest, slips_between(name, known_name(i)));
    for (size_t i = 0; known_name(i) != NULL; i++) {
        if (slips_between(name, known_name(i)) != nearest)
            continue;
        text_string(meant, separator);
        text_string(meant, known_name(i));
        separator = " or ";
    }
}

void names_meant(struct word name, struct text *meant)
{
    char data[SPELLING_MAX];
    struct text plain = TEXT_IN(data);

    if (is_pattern(name) || name.len == 0 || name.len >= sizeof(data))
        return;
    text_bytes(&plain, name.start, name.len);
    for (size_t i = 0; i < sizeof(confusions) / sizeof(confusions[0]); i++) {
        if (strcasecmp(plain.data, confusions[i].name) == 0) {
            text_string(meant, confusions[i].meant);
            return;
        }
    }
    nearest_names(plain.data, meant);
}
