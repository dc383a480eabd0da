#include "judge/expected.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/word.h"
#include "host/wait.h"
#include "terminal/command.h"
#include "terminal/option.h"
#include "terminal/report.h"

static void expect(struct expectations *expectations, const struct source *source, const struct rule *rule)
{
    expectations->all[expectations->count++] = (struct expected){.source = *source, .rule = rule};
}

/* Each source of the section, with the first of its rules in the file. */
static void expect_sources_of(struct expectations *expectations, const struct section *section)
{
    const struct rule **first = check_alloc(calloc(section->source_count + 1, sizeof(const struct rule *)));

    for (uint32_t i = 0; i < section->rules.count; i++) {
        const struct rule *rule = &section->rules.all[i];

        if (first[rule->source] == NULL || rule->line < first[rule->source]->line)
            first[rule->source] = rule;
    }
    for (uint32_t i = 0; i < section->source_count; i++) {
        const struct source *source = &section->sources[i];

        if (source->kind != SOURCE_NONE && !source->bind_address && first[i] != NULL)
            expect(expectations, source, first[i]);
    }
    free(first);
}

static int compare_sources(const struct source *a, const struct source *b)
{
    int order = (int)a->kind - (int)b->kind;

    if (order == 0)
        order = memcmp(&a->network.address, &b->network.address, sizeof(a->network.address));
    if (order == 0)
        order = (int)a->network.len - (int)b->network.len;
    return order != 0 ? order : strcmp(a->scope, b->scope);
}

/* The bind-address of the volume file comes before all lines of the configuration. */
static uint32_t line_of_expected(const struct expected *expected)
{
    return expected->rule != NULL ? expected->rule->line : 0;
}

static int compare_lines(const void *a, const void *b)
{
    uint32_t left = line_of_expected(a);
    uint32_t right = line_of_expected(b);

    return (left > right) - (left < right);
}

static int compare_expected(const void *a, const void *b)
{
    const struct expected *left = a;
    const struct expected *right = b;
    int order = compare_sources(&left->source, &right->source);

    return order != 0 ? order : compare_lines(a, b);
}

/* Of equal sources, the first in the file stays. */
static void drop_duplicates(struct expectations *expectations)
{
    struct expected *all = expectations->all;
    size_t kept = 0;

    qsort(all, expectations->count, sizeof(*all), compare_expected);
    for (size_t i = 0; i < expectations->count; i++)
        if (kept == 0 || compare_sources(&all[kept - 1].source, &all[i].source) != 0)
            all[kept++] = all[i];
    expectations->count = kept;
    qsort(all, kept, sizeof(*all), compare_lines);
}

void expect_sources(const struct load *load, struct expectations *expectations)
{
    const struct config *config = &load->config;
    size_t capacity = 1;

    for (uint32_t i = 0; i < config->section_count; i++)
        capacity += config->sections[i].source_count;
    *expectations = (struct expectations){.load = load, .all = check_alloc(calloc(capacity, sizeof(struct expected)))};
    for (uint32_t i = 0; i < config->section_count; i++)
        expect_sources_of(expectations, &config->sections[i]);
    if (load->bind_address.kind == SOURCE_ADDRESS)
        expect(expectations, &load->bind_address, NULL);
    drop_duplicates(expectations);
}

void expectations_free(struct expectations *expectations)
{
    free(expectations->all);
}

/* An address that failed duplicate address detection does not become usable by waiting. */
static bool is_settled(const struct expected *expected)
{
    return source_can_be_used(expected->found.state) || expected->found.state == SOURCE_DUPLICATE;
}

static bool update_sources(void *context)
{
    struct expectations *expectations = context;
    bool all_settled = true;

    for (size_t i = 0; i < expectations->count; i++) {
        expectations->all[i].found = host_source(&expectations->all[i].source);
        all_settled = all_settled && is_settled(&expectations->all[i]);
    }
    return all_settled;
}

/* Prints in one line what is still waited for. */
static void print_unsettled(const struct expectations *expectations)
{
    const char *separator = "";

    for (size_t i = 0; i < expectations->count; i++) {
        const struct expected *expected = &expectations->all[i];

        if (is_settled(expected))
            continue;
        fprintf(stderr, "%s%s (%s)", separator, source_name(&expected->source).data,
                source_state_in_words(expected->found.state));
        separator = ", ";
    }
}

static void print_progress(void *context, unsigned int elapsed)
{
    fprintf(stderr, "\r\033[Kwaiting, %u s: ", elapsed);
    print_unsettled(context);
    fflush(stderr);
}

void expectations_wait(struct expectations *expectations, unsigned int seconds)
{
    bool is_terminal = isatty(STDERR_FILENO);

    if (update_sources(expectations) || seconds == 0)
        return;
    if (!is_terminal) {
        fprintf(stderr, "waiting up to %u s: ", seconds);
        print_unsettled(expectations);
        fputc('\n', stderr);
    }
    wait_for_addresses(seconds, update_sources, is_terminal ? print_progress : NULL, expectations);
    if (is_terminal)
        fputs("\r\033[K", stderr);
}

/* The word after the "=" of rule; without a rule, the option in the volume file. */
static struct place place_of(const struct load *load, const struct rule *rule)
{
    struct place place;
    struct word line;
    struct word rest;

    if (rule == NULL)
        return bind_address_place(load->process.volfile);
    place = place_in(load, rule->line, rule->column);
    line = line_of(place.text, rule->line);
    rest = line;
    word_split(&rest, '=');
    rest = word_next(&rest);
    if (rest.len > 0)
        place.column = (unsigned int)(rest.start - line.start) + 1;
    return place;
}

static void report_expected(const struct load *load, const struct expected *expected, bool waited)
{
    const struct host_source *found = &expected->found;
    struct place place = place_of(load, expected->rule);
    struct source_name name = source_name(&expected->source);
    const char *also = waited ? ", even after waiting" : "";

    switch (found->state) {
    case SOURCE_USABLE:
        break;
    case SOURCE_DEPRECATED:
        report(SEVERITY_WARNING, &place, "%s is deprecated on %s: still works, but the network is phasing it out",
               name.data, found->interface);
        break;
    case SOURCE_TENTATIVE:
        report(SEVERITY_WARNING, &place, "%s is tentative on %s%s: duplicate address detection is still running",
               name.data, found->interface, also);
        break;
    case SOURCE_DUPLICATE:
        report(SEVERITY_WARNING, &place, "%s is a duplicate on %s: another host has the same address", name.data,
               found->interface);
        break;
    case SOURCE_ABSENT:
        report(SEVERITY_WARNING, &place, "%s%s is not on this host%s",
               expected->source.kind == SOURCE_PREFIX ? "an address in " : "", name.data, also);
        break;
    }
}

void report_expectations(const struct expectations *expectations, bool waited)
{
    for (size_t i = 0; i < expectations->count; i++)
        if (expectations->all[i].found.state != SOURCE_USABLE)
            report_expected(expectations->load, &expectations->all[i], waited);
}
