/* glusterd-srcaddr check: what the configuration means for this host, and what can't be meant. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "doubts.h"
#include "hostsource.h"
#include "load.h"
#include "mistake.h"
#include "names.h"
#include "option.h"
#include "peers.h"
#include "processes.h"
#include "report.h"
#include "resolve.h"
#include "volfile.h"
#include "wait.h"
#include "word.h"

static const struct option options[] = {{"wait", required_argument, NULL, 'w'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

/* A source that this host should have, and where it is asked for. */
struct expected {
    struct source source;
    struct place place;
    struct host_source found;
};

struct check {
    const char *file;  /* of the command line, NULL for the one in force */
    unsigned int wait; /* seconds */
    struct load load;
    struct expected *expected;
    size_t expected_count;
};

static struct place place_in(const struct check *check, unsigned int line, unsigned int column)
{
    const struct file *file = &check->load.file;

    return (struct place){
        .file = check->load.path, .text = {.start = file->data, .len = file->len}, .line = line, .column = column};
}

/* As the library would take it; but a file named on the command line need not be in its place yet. */
static void load_file(struct check *check)
{
    struct load *load = &check->load;
    const char *path = check->file != NULL ? check->file : secure_getenv(CONFIG_VARIABLE);

    if (load_config(load, path, geteuid()) != 0)
        trouble("%s: found no memory or no descriptor to read it", load->path);
    if (load->built_in && check->file != NULL)
        trouble("%s: %s", check->file, strerror(ENOENT));
    if (load->unusable && check->file != NULL) {
        struct mistake mistake = load->mistake;

        load->mistake_path = NULL;
        if (load_config(load, path, FILE_OF_ANYBODY) != 0 || load->unusable)
            trouble("%s: %s", check->file, mistake.message);
        report(SEVERITY_WARNING, &(struct place){.file = check->file, .line = 1, .column = 1},
               "the library would not trust this file: %s", mistake.message);
    }
}

static bool wants_bind_address(const struct check *check)
{
    const struct config *config = &check->load.config;

    for (uint32_t i = 0; i < config->section_count; i++)
        for (uint32_t j = 0; j < config->sections[i].source_count; j++)
            if (config->sections[i].sources[j].bind_address)
                return true;
    return false;
}

/* Also where no rule wants it, for glusterd listens there. */
static void load_glusterds_bind_address(struct check *check)
{
    struct load *load = &check->load;

    if (load_bind_address(load) != 0)
        trouble("%s: found no memory or no descriptor to read it", load->process.volfile);
    if (load->mistake_path == NULL)
        return;
    report_mistake(wants_bind_address(check) ? SEVERITY_ERROR : SEVERITY_WARNING, load);
    load->bind_address.kind = SOURCE_NONE;
}

/* The word behind the rule's "=". */
static struct place place_of_source(const struct check *check, const struct rule *rule)
{
    struct place place = place_in(check, rule->line, rule->column);
    struct word line = line_of(place.text, rule->line);
    struct word rest = line;

    word_split(&rest, '=');
    rest = word_next(&rest);
    if (rest.len > 0)
        place.column = (unsigned int)(rest.start - line.start) + 1;
    return place;
}

static void expect(struct check *check, const struct source *source, struct place place)
{
    check->expected = needed(reallocarray(check->expected, check->expected_count + 1, sizeof(*check->expected)));
    check->expected[check->expected_count++] = (struct expected){.source = *source, .place = place};
}

/* Each source that a section's rules name, where the first rule of the file does. */
static void expect_sources(struct check *check, const struct section *section)
{
    const struct rule **first = needed(calloc(section->source_count + 1, sizeof(const struct rule *)));

    for (uint32_t i = 0; i < section->rule_count; i++) {
        const struct rule *rule = &section->rules[i];

        if (first[rule->source] == NULL || rule->line < first[rule->source]->line)
            first[rule->source] = rule;
    }
    for (uint32_t i = 0; i < section->source_count; i++)
        if (section->sources[i].kind != SOURCE_NONE && first[i] != NULL)
            expect(check, &section->sources[i], place_of_source(check, first[i]));
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

static int compare_expected(const void *a, const void *b)
{
    const struct expected *left = a;
    const struct expected *right = b;
    int order = compare_sources(&left->source, &right->source);

    if (order == 0)
        order = strcmp(left->place.file, right->place.file);
    return order != 0 ? order : (left->place.line > right->place.line) - (left->place.line < right->place.line);
}

static int compare_places(const void *a, const void *b)
{
    const struct expected *left = a;
    const struct expected *right = b;
    int order = strcmp(left->place.file, right->place.file);

    return order != 0 ? order : (left->place.line > right->place.line) - (left->place.line < right->place.line);
}

/* All sources that this host should have, each of them once, in the order of the file. */
static void expect_all(struct check *check)
{
    struct load *load = &check->load;
    struct place place;
    size_t kept = 0;

    for (uint32_t i = 0; i < load->config.section_count; i++)
        expect_sources(check, &load->config.sections[i]);
    if (load->bind_address.kind != SOURCE_NONE &&
        volume_option_place(load->process.volfile, BIND_ADDRESS_OPTION, &place))
        expect(check, &load->bind_address, place);
    if (check->expected_count == 0)
        return;
    qsort(check->expected, check->expected_count, sizeof(*check->expected), compare_expected);
    for (size_t i = 1; i < check->expected_count; i++)
        if (compare_sources(&check->expected[kept].source, &check->expected[i].source) != 0)
            check->expected[++kept] = check->expected[i];
    check->expected_count = kept + 1;
    qsort(check->expected, check->expected_count, sizeof(*check->expected), compare_places);
}

/* An address of which duplicate address detection has failed does not become usable by waiting. */
static bool is_settled(const struct expected *expected)
{
    return source_can_be_used(expected->found.state) || expected->found.state == SOURCE_DUPLICATE;
}

/* Prints what is still waited for, in one line. */
static void print_unsettled(const struct check *check)
{
    const char *separator = "";

    for (size_t i = 0; i < check->expected_count; i++) {
        const struct expected *expected = &check->expected[i];

        if (is_settled(expected))
            continue;
        fprintf(stderr, "%s%s (%s)", separator, source_name(&expected->source).data,
                source_state_in_words(expected->found.state));
        separator = ", ";
    }
}

static bool look_up_sources(void *context)
{
    struct check *check = context;
    bool all_settled = true;

    for (size_t i = 0; i < check->expected_count; i++) {
        check->expected[i].found = host_source(&check->expected[i].source);
        all_settled = all_settled && is_settled(&check->expected[i]);
    }
    return all_settled;
}

static void print_progress(void *context, unsigned int elapsed)
{
    fprintf(stderr, "\r\033[Kwaiting, %u s: ", elapsed);
    print_unsettled(context);
    fflush(stderr);
}

static void wait_for_sources(struct check *check)
{
    bool is_terminal = isatty(STDERR_FILENO);

    if (look_up_sources(check) || check->wait == 0)
        return;
    if (!is_terminal) {
        fprintf(stderr, "waiting up to %u s: ", check->wait);
        print_unsettled(check);
        fputc('\n', stderr);
    }
    wait_for_addresses(check->wait, look_up_sources, is_terminal ? print_progress : NULL, check);
    if (is_terminal)
        fputs("\r\033[K", stderr);
}

static void report_source(const struct check *check, const struct expected *expected)
{
    const struct host_source *found = &expected->found;
    struct source_name name = source_name(&expected->source);
    const char *waited = check->wait > 0 ? ", also after the wait" : "";

    switch (found->state) {
    case SOURCE_USABLE:
        break;
    case SOURCE_DEPRECATED:
        report(SEVERITY_WARNING, &expected->place, "%s is deprecated on %s: it works, but is meant to go", name.data,
               found->interface);
        break;
    case SOURCE_TENTATIVE:
        report(SEVERITY_WARNING, &expected->place, "%s is tentative on %s%s: duplicate address detection is not over",
               name.data, found->interface, waited);
        break;
    case SOURCE_DUPLICATE:
        report(SEVERITY_WARNING, &expected->place, "%s is a duplicate on %s: another host has it, so it can't be used",
               name.data, found->interface);
        break;
    case SOURCE_ABSENT:
        report(SEVERITY_WARNING, &expected->place, "%s%s is not on this host%s",
               expected->source.kind == SOURCE_PREFIX ? "an address in " : "", name.data, waited);
        break;
    }
}

static void report_sources(const struct check *check)
{
    for (size_t i = 0; i < check->expected_count; i++)
        report_source(check, &check->expected[i]);
}

static void report_rules(const struct check *check, const struct section *section)
{
    bool *never = needed(calloc(section->rule_count + 1, sizeof(*never)));

    doubt_rules(section->rules, section->rule_count, never);
    for (uint32_t i = 0; i < section->rule_count; i++) {
        struct place place = place_in(check, section->rules[i].line, section->rules[i].column);

        if (never[i])
            report(SEVERITY_WARNING, &place, "this rule never applies: %s",
                   section->rules[i].network.s6_addr[0] == 0xff
                       ? "TCP connects to no multicast address"
                       : "longer ones, and the ranges that only their own rules reach, leave it no peer");
    }
    free(never);
}

static void report_names(const struct check *check, const struct section *section)
{
    struct word rest = section->names;
    struct place place = place_in(check, section->line, 1);
    const char *line = line_of(place.text, section->line).start;

    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest)) {
        if (is_known_name(name) || is_running(name))
            continue;
        place.column = (unsigned int)(name.start - line) + 1;
        report(SEVERITY_WARNING, &place, "no process of GlusterFS is called %.*s, and none that runs here",
               (int)name.len, name.start);
    }
}

static void report_sections(const struct check *check)
{
    const struct config *config = &check->load.config;

    for (uint32_t i = 0; i < config->section_count; i++) {
        const struct section *section = &config->sections[i];
        const struct section *taker = doubt_section(config, i);
        struct place place = place_in(check, section->line, 1);

        report_names(check, section);
        if (taker != NULL)
            report(SEVERITY_WARNING, &place,
                   "no process of GlusterFS has this section: line %" PRIu32 " and others above match first",
                   taker->line);
        report_rules(check, section);
    }
}

/* Whether glusterd's section has a rule for the peer; an IPv4 one, or one whose name nobody knows, needs none. */
static bool is_covered(const struct section *section, const struct peer_name *name)
{
    size_t count;
    struct sockaddr_in6 *addresses = resolve(name->value, &count);
    bool covered = true;

    for (size_t i = 0; i < count; i++)
        if (section == NULL || rules_find(section->rules, section->rule_count, &addresses[i].sin6_addr) == NULL)
            covered = false;
    free(addresses);
    return covered;
}

static void report_peers(const struct check *check)
{
    const struct load *load = &check->load;
    const struct section *section = load_find_section(&load->config, &load->process);
    char *directory = volume_option(load->process.volfile, "working-directory", WORKING_DIRECTORY);
    struct peers peers;
    int error = peers_read(directory, &peers);

    if (error != 0 && error != ENOENT)
        fprintf(stderr, "%s/peers: not all of it was looked at: %s\n", directory, strerror(error));
    for (size_t i = 0; i < peers.count; i++) {
        const struct peer *peer = &peers.all[i];
        struct place place = {.file = peer->path, .text = {.start = peer->file.data, .len = peer->file.len}};

        for (size_t j = 0; j < peer->name_count; j++) {
            place.line = peer->names[j].line;
            place.column = peer->names[j].column;
            if (!is_covered(section, &peer->names[j]))
                report(SEVERITY_WARNING, &place, "no rule of glusterd is for peer %s", peer->names[j].value);
        }
    }
    peers_free(&peers);
    free(directory);
}

static void print_summary(const struct check *check)
{
    const struct config *config = &check->load.config;
    uint32_t rules = 0;
    unsigned int warnings = report_count(SEVERITY_WARNING);

    for (uint32_t i = 0; i < config->section_count; i++)
        rules += config->sections[i].rule_count;
    printf("%s: %s%" PRIu32 " section%s, %" PRIu32 " rule%s, %zu source%s, %u warning%s\n", check->load.path,
           check->load.built_in ? "does not exist, so the built-in configuration is in force: " : "",
           config->section_count, config->section_count == 1 ? "" : "s", rules, rules == 1 ? "" : "s",
           check->expected_count, check->expected_count == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
}

/* A configuration with an error is not in force at all, so nothing more is to be said of it. */
static void check_all(struct check *check, bool json)
{
    const struct load *load = &check->load;

    load_file(check);
    if (load->mistake_path != NULL) {
        report_mistake(SEVERITY_ERROR, load);
        return;
    }
    load_glusterds_bind_address(check);
    if (report_count(SEVERITY_ERROR) > 0)
        return;
    expect_all(check);
    wait_for_sources(check);
    report_sections(check);
    report_sources(check);
    report_peers(check);
    if (!json)
        print_summary(check);
}

static unsigned int seconds_of(const struct command *command, const char *value)
{
    char *end;
    unsigned long seconds;

    errno = 0;
    seconds = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || seconds > 86400)
        usage_error(command, "found --wait %s; write a number of seconds, at most 86400", value);
    return (unsigned int)seconds;
}

static int run_check(const struct command *command, int argc, char **argv)
{
    struct check *check = needed(calloc(1, sizeof(*check)));
    bool json = false;

    for (int option = next_option(command, argc, argv, options); option != -1;
         option = next_option(command, argc, argv, options)) {
        if (option == 'w')
            check->wait = seconds_of(command, optarg);
        else
            json = true;
    }
    check->file = argv[optind];
    if (check->file != NULL && argv[optind + 1] != NULL)
        usage_error(command, "found a second file %s; it takes one", argv[optind + 1]);
    process_called("glusterd", &check->load.process);
    report_begin(json);
    check_all(check, json);
    report_end();
    if (report_count(SEVERITY_ERROR) > 0)
        return STATUS_TROUBLE;
    return report_count(SEVERITY_WARNING) > 0 ? STATUS_WRONG : STATUS_WELL;
}

const struct command check_command = {
    .name = "check",
    .arguments = "[--wait SECONDS] [--json] [FILE]",
    .summary = "Check the configuration, as the library would read it, and this host's sources",
    .options = "  --wait SECONDS       Wait until every source is usable, at most that long\n"
               "  --json               Print what was found as JSON\n",
    .run = run_check,
};
