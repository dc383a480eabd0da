#include "judge/inspect.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/word.h"
#include "host/label.h"
#include "host/library.h"
#include "host/names.h"
#include "host/peers.h"
#include "host/processes.h"
#include "host/resolve.h"
#include "judge/lint.h"
#include "terminal/command.h"
#include "terminal/option.h"
#include "terminal/report.h"

/* Reads it as the library would. But a file named on the command line need not be in place yet: anybody may own it. */
static void load_file(struct inspection *inspection)
{
    struct load *load = &inspection->load;
    const char *path = inspection->file != NULL ? inspection->file : secure_getenv(CONFIG_VARIABLE);

    if (load_config(load, path, geteuid()) != 0)
        fatal("%s: out of memory or file descriptors", load->path);
    if (load->built_in && inspection->file != NULL)
        fatal("%s: %s", inspection->file, strerror(ENOENT));
    if (load->unusable && inspection->file != NULL) {
        struct diagnostic diagnostic = load->diagnostic;

        load->has_error = false;
        if (load_config(load, path, FILE_OF_ANYBODY) != 0 || load->unusable)
            fatal("%s: %s", inspection->file, diagnostic.message);
        report(SEVERITY_WARNING, &(struct place){.file = inspection->file, .line = 1, .column = 1},
               "the library would reject this file: %s", diagnostic.message);
    }
}

/* Also if no rule wants it, because glusterd listens there. glusterd may know it where this command does not. */
static void load_glusterds_bind_address(struct inspection *inspection)
{
    struct load *load = &inspection->load;
    struct place place;

    if (load_volfile(load) != 0)
        fatal("%s: out of memory or file descriptors", load->process.volfile);
    glusterd_bind_address(&inspection->glusterd, load);
    if (load->bind_address.kind != SOURCE_UNKNOWN)
        return;
    place = bind_address_place(load->process.volfile);
    report(SEVERITY_WARNING, &place,
           "bind-address is known only to glusterd: until it listens, other processes refuse the peers of such rules");
}

/* A single address written with its length is deliberate. */
static bool has_length(const struct place *place)
{
    struct word line = line_of(place->text, place->line);

    return word_has(word_split(&line, '='), '/');
}

static void report_peer(const struct place *place, const struct network *meant)
{
    char data[256];
    struct text text = TEXT_IN(data);

    text_format(&text, "this rule covers one address only, %A; write ", &meant->address);
    if (meant->len == 64)
        text_format(&text, "a length, such as %N, for a network", meant);
    else
        text_format(&text, "%N for all %speers", meant, meant->len == 0 ? "" : "IPv4 ");
    report(SEVERITY_WARNING, place, "%s", data);
}

static void report_rules(const struct inspection *inspection, const struct section *section)
{
    bool *never = check_alloc(calloc(section->rules.count + 1, sizeof(*never)));

    lint_rules(section->rules.all, section->rules.count, never);
    for (uint32_t i = 0; i < section->rules.count; i++) {
        struct place place = place_in(&inspection->load, section->rules.all[i].line, section->rules.all[i].column);
        struct network network = rule_network(&section->rules.all[i]);

        if (never[i])
            report(SEVERITY_WARNING, &place, "this rule never applies: %s",
                   IN6_IS_ADDR_MULTICAST(&network.address) ? "TCP cannot connect to multicast addresses"
                                                           : "longer prefixes cover all of it");
        else if (lint_peer(&section->rules.all[i], &network) && (network.len != 64 || !has_length(&place)))
            report_peer(&place, &network);
    }
    free(never);
}

static void report_names(const struct inspection *inspection, const struct section *section)
{
    struct word rest = section->names;
    struct place place = place_in(&inspection->load, section->line, 1);
    const char *line = line_of(place.text, section->line).start;

    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest)) {
        char data[128];
        struct text meant = TEXT_IN(data);

        if (is_known_name(name) || is_running(name))
            continue;
        place.column = (unsigned int)(name.start - line) + 1;
        names_meant(name, &meant);
        report(SEVERITY_WARNING, &place, "no GlusterFS process or running process is named %s%s%s%s", quoted(name).data,
               meant.len > 0 ? "; did you mean " : "", meant.data, meant.len > 0 ? "?" : "");
    }
}

/* glusterd's domain may not be allowed to read what this command can; consequence is what comes of that. */
static void report_label(const char *path, const char *consequence)
{
    struct label label;
    struct place place = {.file = label.path};
    struct selinux selinux;

    if (selinux_load(&selinux) && label_is_wrong(&selinux, path, &label))
        report(SEVERITY_WARNING, &place, "expected SELinux type %s, found %s: %s; run restorecon -v %s", label.wanted,
               label.found, consequence, label.path);
}

/* Only warnings: glusterd starts without the library too, and must if it can't be loaded. */
static void report_library(void)
{
    struct library_file library;
    struct place place = {.file = library.path};

    library_load(&library);
    if (library.reason[0] != '\0') {
        report(SEVERITY_WARNING, &place, "ld.so cannot preload it into glusterd: %s", library.reason);
        return;
    }
    if ((library.mode & S_ISUID) == 0)
        report(SEVERITY_WARNING, &place,
               "set-user-ID bit is not set: ld.so does not preload it under secure execution; run chmod u+s");
    report_label(library.path, "policy may keep ld.so from preloading it into glusterd");
}

static void report_sections(const struct inspection *inspection)
{
    const struct config *config = &inspection->load.config;

    for (uint32_t i = 0; i < config->section_count; i++) {
        const struct section *section = &config->sections[i];
        const struct section *earlier = lint_section(config, i);
        struct place place = place_in(&inspection->load, section->line, 1);

        report_names(inspection, section);
        if (earlier != NULL)
            report(SEVERITY_WARNING, &place,
                   "this section never applies: sections above match first, the last in line %" PRIu32, earlier->line);
        report_rules(inspection, section);
    }
}

/* Whether glusterd's section has a rule for the peer. An IPv4 peer, or a name that does not resolve, needs none. */
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

static void report_peer_names(const struct inspection *inspection, const struct peer *peer)
{
    const struct section *section = load_find_section(&inspection->load.config, &inspection->load.process);
    struct place place = {.file = peer->path, .text = {.start = peer->file.data, .len = peer->file.len}};

    for (size_t i = 0; i < peer->name_count; i++) {
        place.line = peer->names[i].line;
        place.column = peer->names[i].column;
        if (!is_covered(section, &peer->names[i]))
            report(SEVERITY_WARNING, &place, "no rule of glusterd covers peer %s", peer->names[i].value);
    }
}

static void report_peers(struct inspection *inspection)
{
    struct peers peers;

    inspection->working_directory = glusterd_working_directory(&inspection->glusterd);
    inspection->peers_error = peers_read(inspection->working_directory, &peers);
    for (size_t i = 0; i < peers.count; i++)
        report_peer_names(inspection, &peers.all[i]);
    peers_free(&peers);
}

void inspect(struct inspection *inspection)
{
    struct load *load = &inspection->load;

    glusterd_find(&inspection->glusterd);
    load->process = inspection->glusterd.running.process;
    load_file(inspection);
    if (load->has_error) {
        report_diagnostic(load);
        return;
    }
    load_glusterds_bind_address(inspection);
    expect_sources(load, &inspection->sources);
    expectations_wait(&inspection->sources, inspection->wait);
    if (inspection->file == NULL) {
        report_label(load->path, "policy may keep glusterd from reading it");
        report_library();
    }
    report_sections(inspection);
    report_expectations(&inspection->sources, inspection->wait > 0);
    report_peers(inspection);
}

void inspection_free(struct inspection *inspection)
{
    expectations_free(&inspection->sources);
    load_free(&inspection->load);
    glusterd_free(&inspection->glusterd);
    free(inspection->working_directory);
}
