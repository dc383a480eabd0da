#include "judge/expected.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/word.h"
#include "host/wait.h"
#include "terminal/clock.h"
#include "terminal/command.h"
#include "terminal/option.h"
#include "terminal/report.h"

static void expect(struct expectations *expectations, const struct source *source, uint32_t line, uint32_t column)
{
    expectations->all[expectations->count++] = (struct expected){.source = *source, .line = line, .column = column};
}

static void expect_sources_of(struct expectations *expectations, const struct section *section)
{
    for (uint32_t i = 0; i < section->rules.count; i++) {
        const struct rule *rule = &section->rules.all[i];
        const struct source *source = &section->sources[rule->source];

        if (source->kind != SOURCE_NONE && !source->bind_address)
            expect(expectations, source, rule->line, rule->column);
    }
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

static int compare_lines(const void *a, const void *b)
{
    uint32_t left = ((const struct expected *)a)->line;
    uint32_t right = ((const struct expected *)b)->line;

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
        capacity += config->sections[i].rules.count;
    *expectations = (struct expectations){.load = load, .all = check_alloc(calloc(capacity, sizeof(struct expected)))};
    for (uint32_t i = 0; i < config->section_count; i++)
        expect_sources_of(expectations, &config->sections[i]);
    if (load->bind_address.kind == SOURCE_ADDRESS)
        expect(expectations, &load->bind_address, 0, 0);
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

/* Returns whether waiting can't make any better. */
static bool update_sources(struct expectations *expectations)
{
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

/* Looks again after each change. On a terminal, prints every second what is still waited for. */
static void wait_until_settled(struct expectations *expectations, unsigned int seconds, bool is_terminal)
{
    int changes = address_changes();
    int64_t start = clock_now();
    int64_t end = start + (int64_t)seconds * 1000;

    if (changes < 0)
        fprintf(stderr, PROGRAM ": not waiting, cannot watch addresses: %m\n");
    while (!update_sources(expectations) && changes >= 0 && clock_now() < end) {
        int64_t next = clock_now() + 1000;

        if (is_terminal) {
            fprintf(stderr, "\r\033[Kwaiting, %u s: ", (unsigned int)((clock_now() - start) / 1000));
            print_unsettled(expectations);
            fflush(stderr);
        }
        wait_for_change(changes, is_terminal && next < end ? next : end);
    }
    if (changes >= 0)
        close(changes);
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
    wait_until_settled(expectations, seconds, is_terminal);
    if (is_terminal)
        fputs("\r\033[K", stderr);
}

/* The word after the "=" of the rule; without a rule, the option in the volume file. */
static struct place place_of(const struct load *load, const struct expected *expected)
{
    struct place place;
    struct word line;
    struct word rest;

    if (expected->line == 0)
        return bind_address_place(load->process.volfile);
    place = place_in(load, expected->line, expected->column);
    line = line_of(place.text, expected->line);
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
    struct place place = place_of(load, expected);
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
