#include "live/ruleset.h"

#include <string.h>

#include "base/memory.h"

enum {
    DIAGNOSTIC_SIZE = 1024, /* bytes, like a line of the log */
    SMALL_SIZE = 1024       /* enough for most rulesets without rules */
};

/* Room for one, on a page of variables that is written to anyway: most processes then need no other page for it. */
static struct {
    _Alignas(struct ruleset) char memory[SMALL_SIZE];
    bool in_use;
} small;

/* Copies size bytes of from to *end, and moves *end past them. */
static void *append(char **end, const void *from, size_t size)
{
    void *to = *end;

    if (size > 0) /* else from may be NULL */
        memcpy(to, from, size);
    *end += size;
    return to;
}

static const char *append_string(char **end, const char *from)
{
    return append(end, from, strlen(from) + 1);
}

static size_t size_of(const struct ruleset *ruleset)
{
    return sizeof(*ruleset) + ruleset->rules.count * sizeof(struct rule) +
           RULES_TOPS(ruleset->rules.count) * sizeof(struct address_key) +
           ruleset->source_count * sizeof(struct source) + process_size(ruleset->process) + strlen(ruleset->file) +
           strlen(ruleset->diagnostic) + strlen(ruleset->log.file) + sizeof("") * 3;
}

static void *allocate(size_t size)
{
    bool fits = size <= SMALL_SIZE && !__atomic_exchange_n(&small.in_use, true, __ATOMIC_ACQUIRE);

    return fits ? small.memory : memory_map(size);
}

void ruleset_free(struct ruleset *ruleset)
{
    if ((char *)ruleset == small.memory)
        __atomic_store_n(&small.in_use, false, __ATOMIC_RELEASE);
    else
        memory_unmap(ruleset, ruleset->size);
}

/* Copies ruleset and all that it points to into one piece of memory. */
static struct ruleset *copy(const struct ruleset *ruleset)
{
    size_t size = size_of(ruleset);
    struct ruleset *made = allocate(size);
    char *end;

    if (made == NULL)
        return NULL;
    *made = *ruleset;
    made->size = size;
    end = (char *)(made + 1);
    made->rules.all = append(&end, ruleset->rules.all, ruleset->rules.count * sizeof(struct rule));
    made->rules.tops = append(&end, ruleset->rules.tops, RULES_TOPS(ruleset->rules.count) * sizeof(struct address_key));
    made->sources = append(&end, ruleset->sources, ruleset->source_count * sizeof(struct source));
    made->process = append(&end, ruleset->process, process_size(ruleset->process));
    made->file = append_string(&end, ruleset->file);
    made->diagnostic = append_string(&end, ruleset->diagnostic);
    made->log.file = append_string(&end, ruleset->log.file);
    made->log.process = process_name(made->process);
    return made;
}

/* Points into load. */
static struct ruleset describe(const struct load *load)
{
    static const struct section no_section;
    const struct section *section = load->section != NULL ? load->section : &no_section;

    return (struct ruleset){
        .is_good = !load->has_error,
        .built_in = load->built_in,
        .has_section = load->section != NULL,
        .modified = load->file.version.written.tv_sec,
        .refuse = load->config.options.refuse,
        .log = load_log(load),
        .file = load->path,
        .process = &load->process,
        .rules = section->rules,
        .sources = section->sources,
        .source_count = section->source_count,
    };
}

/*
 * Before there has been a good version, GlusterFS's processes refuse the peers that a rule for ::/0 applies to: peers
 * store a wrong source on disk, where it outlives the error, and a refused connect does not. All other processes have
 * no rules: the file is GlusterFS's, and they may not even be allowed to read it.
 */
struct ruleset *ruleset_make(const struct load *load, const struct ruleset *before)
{
    static const struct source unknown = {.kind = SOURCE_UNKNOWN};
    char data[DIAGNOSTIC_SIZE];
    struct text diagnostic = TEXT_IN(data);
    struct rule for_all = {.line = load->diagnostic.line, .parent = NO_RULE}; /* ::/0 */
    bool keeps = load->has_error && before != NULL && before->is_good;
    struct ruleset ruleset = keeps ? *before : describe(load);

    if (load->has_error)
        text_format(&diagnostic, "%s:%u:%u: error: %s", load->path, load->diagnostic.line, load->diagnostic.column,
                    load->diagnostic.message);
    if (!ruleset.is_good && process_is_glusterfs(&load->process)) {
        ruleset.rules = (struct rules){.all = &for_all, .count = 1};
        ruleset.sources = &unknown;
        ruleset.source_count = 1;
    }
    ruleset.has_error = load->has_error;
    ruleset.diagnostic = data;
    ruleset.is_provisional = load->unusable != 0 || load->volfile_is_unread;
    ruleset.origin = (struct origin){.config = load->file.version,
                                     .has_volfile = load->wants_bind_address && load->process.volfile[0] == '/',
                                     .volfile = load->volfile,
                                     .place = load->wants_bind_address ? listener_place(&load->process) : LISTENER_TOLD,
                                     .port = load->volume.port,
                                     .listener = load->listener,
                                     .root = file_version_at("/")};
    return copy(&ruleset);
}

static bool same_rules(const struct ruleset *a, const struct ruleset *b)
{
    bool same = a->rules.count == b->rules.count && a->source_count == b->source_count;

    for (uint32_t i = 0; same && i < a->rules.count; i++) {
        const struct rule *one = &a->rules.all[i];
        const struct rule *other = &b->rules.all[i];

        same = rule_same_network(one, other) && one->source == other->source && one->line == other->line;
    }
    for (uint32_t i = 0; same && i < a->source_count; i++)
        same = source_same(&a->sources[i], &b->sources[i]);
    return same;
}

bool ruleset_same(const struct ruleset *a, const struct ruleset *b)
{
    return a->is_good == b->is_good && a->built_in == b->built_in && a->has_section == b->has_section &&
           a->refuse == b->refuse && a->log.level == b->log.level && strcmp(a->log.file, b->log.file) == 0 &&
           same_rules(a, b);
}

bool origin_same(const struct origin *a, const struct origin *b)
{
    return file_version_same(&a->config, &b->config) && a->has_volfile == b->has_volfile &&
           (!a->has_volfile || file_version_same(&a->volfile, &b->volfile)) &&
           listener_same(&a->listener, &b->listener);
}
