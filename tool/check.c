/* glusterd-srcaddr check: what the configuration means for this host, and what can't be meant. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "doubts.h"
#include "expected.h"
#include "glusterd.h"
#include "library.h"
#include "load.h"
#include "mistake.h"
#include "names.h"
#include "option.h"
#include "peers.h"
#include "processes.h"
#include "report.h"
#include "resolve.h"
#include "word.h"

static const struct option options[] = {{"wait", required_argument, NULL, 'w'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

struct check {
    const char *file;  /* of the command line, NULL for the one in force */
    unsigned int wait; /* seconds */
    struct glusterd glusterd;
    struct load load;
    struct expectations sources;
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

/* Also where no rule wants it, for glusterd listens there. What it can't be worked out of, glusterd may well know. */
static void load_glusterds_bind_address(struct check *check)
{
    struct load *load = &check->load;
    struct place place = {.file = load->process.volfile};

    if (load_volfile(load) != 0)
        trouble("%s: found no memory or no descriptor to read it", load->process.volfile);
    glusterd_bind_address(&check->glusterd, load);
    if (load->bind_address.kind != SOURCE_UNKNOWN)
        return;
    (void)bind_address_place(load->process.volfile, &place);
    report(SEVERITY_WARNING, &place,
           "only glusterd can tell its bind-address; until it listens, rules with it refuse in other processes");
}

/* Where the length of a single address is written down, it is meant. */
static bool has_length(const struct place *place)
{
    struct word line = line_of(place->text, place->line);

    return word_has(word_split(&line, '='), '/');
}

static void report_peer(const struct place *place, const struct network *meant)
{
    char data[256];
    struct text text = TEXT_IN(data);

    text_format(&text, "this rule is for the one address %A; write ", &meant->address);
    if (meant->len == 64)
        text_format(&text, "its length, such as %N, for a network", meant);
    else
        text_format(&text, "%N for all %speers", meant, meant->len == 0 ? "" : "IPv4 ");
    report(SEVERITY_WARNING, place, "%s", data);
}

static void report_rules(const struct check *check, const struct section *section)
{
    bool *never = needed(calloc(section->rules.count + 1, sizeof(*never)));

    doubt_rules(section->rules.all, section->rules.count, never);
    for (uint32_t i = 0; i < section->rules.count; i++) {
        struct place place = place_in(check, section->rules.all[i].line, section->rules.all[i].column);
        struct network network = rule_network(&section->rules.all[i]);

        if (never[i])
            report(SEVERITY_WARNING, &place, "this rule never applies: %s",
                   IN6_IS_ADDR_MULTICAST(&network.address)
                       ? "TCP connects to no multicast address"
                       : "longer ones, and the ranges that only their own rules reach, leave it no peer");
        else if (doubt_peer(&section->rules.all[i], &network) && (network.len != 64 || !has_length(&place)))
            report_peer(&place, &network);
    }
    free(never);
}

static void report_names(const struct check *check, const struct section *section)
{
    struct word rest = section->names;
    struct place place = place_in(check, section->line, 1);
    const char *line = line_of(place.text, section->line).start;

    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest)) {
        char data[128];
        struct text meant = TEXT_IN(data);

        if (is_known_name(name) || is_running(name))
            continue;
        place.column = (unsigned int)(name.start - line) + 1;
        names_meant(name, &meant);
        report(SEVERITY_WARNING, &place, "no process of GlusterFS is called %.*s, and none that runs here%s%s",
               (int)name.len, name.start, meant.len > 0 ? "; write " : "", meant.data);
    }
}

/* Without the library glusterd starts as ever, and so it must where that can't be loaded. */
static void report_library(void)
{
    struct library_file *library = needed(calloc(1, sizeof(*library)));
    struct place place = {.file = library->path};

    library_load(library);
    if (library->reason[0] != '\0')
        report(SEVERITY_WARNING, &place, "ld.so can't preload it into glusterd: %s", library->reason);
    else if ((library->mode & S_ISUID) == 0)
        report(SEVERITY_WARNING, &place,
               "found no set-user-ID bit, so ld.so does not preload it under secure execution; chmod u+s");
    free(library);
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
        if (section == NULL || rules_find(&section->rules, &addresses[i].sin6_addr) == NULL)
            covered = false;
    free(addresses);
    return covered;
}

static void report_peers(const struct check *check)
{
    const struct load *load = &check->load;
    const struct section *section = load_find_section(&load->config, &load->process);
    char *directory = glusterd_working_directory(&check->glusterd);
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
        rules += config->sections[i].rules.count;
    printf("%s: %s%" PRIu32 " section%s, %" PRIu32 " rule%s, %zu source%s, %u warning%s\n", check->load.path,
           check->load.built_in ? "does not exist, so the built-in configuration is in force: " : "",
           config->section_count, config->section_count == 1 ? "" : "s", rules, rules == 1 ? "" : "s",
           check->sources.count, check->sources.count == 1 ? "" : "s", warnings, warnings == 1 ? "" : "s");
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
    expect_sources(load, &check->sources);
    expectations_wait(&check->sources, check->wait);
    if (check->file == NULL)
        report_library();
    report_sections(check);
    report_expectations(&check->sources, check->wait > 0);
    report_peers(check);
    if (!json)
        print_summary(check);
    expectations_free(&check->sources);
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
    glusterd_find(&check->glusterd);
    check->load.process = check->glusterd.running.process;
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
