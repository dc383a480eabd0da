/* glusterd-srcaddr explain: which source a connection to a peer gets, and why. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/word.h"
#include "host/glusterd.h"
#include "host/hostsource.h"
#include "host/names.h"
#include "host/resolve.h"
#include "live/load.h"
#include "terminal/command.h"
#include "terminal/option.h"
#include "terminal/table.h"

enum {
    PEER,
    PROCESS,
    CONFIGURATION,
    SECTION,
    SECTION_AT,
    RULE,
    RULE_AT,
    SOURCE,
    WHY,
    INTERFACE,
    STATE,
    UNAVAILABLE,
    KERNEL,
    KERNEL_INTERFACE,
    CELLS
};

static const struct column columns[CELLS] = {
    [PEER] = {"PEER", "peer", COLUMN_TEXT},
    [PROCESS] = {"PROCESS", "process", COLUMN_TEXT},
    [CONFIGURATION] = {NULL, "file", COLUMN_TEXT},
    [SECTION] = {"SECTION", "section", COLUMN_TEXT},
    [SECTION_AT] = {"SECTION AT", "section_line", COLUMN_TEXT},
    [RULE] = {"RULE", "rule", COLUMN_TEXT},
    [RULE_AT] = {"RULE AT", "rule_line", COLUMN_TEXT},
    [SOURCE] = {"SOURCE", "source", COLUMN_TEXT},
    [WHY] = {"WHY", "why", COLUMN_TEXT},
    [INTERFACE] = {"INTERFACE", "interface", COLUMN_TEXT},
    [STATE] = {"STATE", "source_state", COLUMN_TEXT},
    [UNAVAILABLE] = {"UNAVAILABLE", "unavailable", COLUMN_TEXT},
    [KERNEL] = {"KERNEL", "kernel_source", COLUMN_TEXT},
    [KERNEL_INTERFACE] = {"KERNEL INTERFACE", "kernel_interface", COLUMN_TEXT},
};

/* Reads the configuration as the library would. An error in it ends the command. */
static void load_for(const char *name, struct load *load)
{
    struct glusterd glusterd;

    glusterd_find(&glusterd);
    process_called(name, &load->process);
    if (process_is_glusterd(&load->process))
        load->process = glusterd.running.process;
    if (load_config(load, secure_getenv(CONFIG_VARIABLE), geteuid()) != 0 || load_section(load) != 0)
        fatal("cannot read the configuration: out of memory or file descriptors");
    if (load->wants_bind_address)
        glusterd_bind_address(&glusterd, load);
    glusterd_free(&glusterd);
    if (!load->has_error)
        return;
    report_diagnostic(load);
    exit(STATUS_FATAL);
}

/* For a glusterd that does not listen. */
static struct cell why_by_volfile(const struct load *load)
{
    const char *volfile = load->process.volfile;
    unsigned int line = bind_address_place(volfile).line;

    if (load->bind_address.kind == SOURCE_UNKNOWN)
        return cell_text("bind-address, known only to glusterd");
    if (line > 0)
        return cell_format("bind-address, %s:%u", volfile, line);
    if (load->bind_address.kind == SOURCE_ADDRESS)
        return cell_text("bind-address, from glusterd.service");
    return cell_format("bind-address, but %s has none", volfile);
}

static struct cell why(const struct load *load, const struct source *source)
{
    if (source->bind_address && load->by == BY_VOLFILE)
        return why_by_volfile(load);
    if (source->bind_address)
        return cell_text(load->bind_address.kind == SOURCE_ADDRESS
                             ? "bind-address, where glusterd listens"
                             : "bind-address, but glusterd does not listen on a specific IPv6 address");
    if (source->kind == SOURCE_NONE)
        return cell_text("the rule leaves it to the kernel");
    if (source->kind == SOURCE_PREFIX)
        return cell_format("this host's own address in %s", source_name(source).data);
    return cell_text("the rule names it");
}

static void set_found(struct cell *cells, int address, int interface, const struct host_source *found)
{
    if (!IN6_IS_ADDR_UNSPECIFIED(&found->address))
        cells[address] = cell_address(&found->address);
    if (found->interface[0] != '\0')
        cells[interface] = cell_text(found->interface);
}

static void set_source(struct cell *cells, const struct load *load, const struct source *source)
{
    struct host_source found = {.state = SOURCE_ABSENT};

    if (source->kind == SOURCE_NONE)
        return;
    if (source->kind != SOURCE_UNKNOWN) {
        found = host_source(source);
        set_found(cells, SOURCE, INTERFACE, &found);
        cells[STATE] = cell_colored(cell_named(source_state_name(found.state), source_state_in_words(found.state)),
                                    source_can_be_used(found.state) ? "green" : "red");
    }
    if (!source_can_be_used(found.state))
        cells[UNAVAILABLE] = cell_text(load->config.options.refuse ? "refuse" : "kernel");
}

/* The line in the configuration, as FILE:LINE in the table. The built-in configuration has no lines. */
static struct cell line_in(const struct load *load, uint32_t line)
{
    if (load->built_in)
        return cell_shown(cell_text(NULL), "built in");
    return cell_shown(cell_number(line), "%s:%" PRIu32, load->path, line);
}

static struct cell names_of(const struct section *section)
{
    struct cell names = cell_list();
    struct word rest = section->names;

    for (struct word name = word_next(&rest); name.len > 0; name = word_next(&rest))
        cell_list_add(&names, name);
    return cell_shown(names, "[%.*s]", (int)section->names.len, section->names.start);
}

static void set_rule(struct cell *cells, const struct load *load, const struct in6_addr *peer)
{
    const struct section *section = load->section;
    const struct source *source;
    const struct rule *rule;
    char data[192];
    struct text text = TEXT_IN(data);

    cells[CONFIGURATION] = cell_text(load->built_in ? NULL : load->path);
    if (section == NULL) {
        cells[WHY] = cell_text("no section for this process, so no rules");
        return;
    }
    cells[SECTION] = names_of(section);
    cells[SECTION_AT] = line_in(load, section->line);
    rule = rules_find(&section->rules, peer);
    if (rule == NULL) {
        cells[WHY] = cell_text("no rule for this peer in the section");
        return;
    }
    source = &section->sources[rule->source];
    text_rule(&text, rule, source);
    cells[RULE] = cell_text(data);
    cells[RULE_AT] = line_in(load, rule->line);
    cells[WHY] = why(load, source);
    set_source(cells, load, source);
}

static struct cell peer_in_words(const struct sockaddr_in6 *peer)
{
    char data[INET6_ADDRSTRLEN + IF_NAMESIZE];
    struct text text = TEXT_IN(data);
    char scope[IF_NAMESIZE];

    text_format(&text, "%A", &peer->sin6_addr);
    if (if_indextoname(peer->sin6_scope_id, scope) != NULL)
        text_format(&text, "%%%s", scope);
    return cell_text(data);
}

/* Returns whether the source can be used. */
static bool explain_peer(struct table *table, const struct load *load, const char *name,
                         const struct sockaddr_in6 *peer)
{
    struct cell cells[CELLS] = {[PEER] = peer_in_words(peer), [PROCESS] = cell_text(name)};
    struct host_source kernel = kernel_source(peer);
    bool usable;

    set_rule(cells, load, &peer->sin6_addr);
    set_found(cells, KERNEL, KERNEL_INTERFACE, &kernel);
    usable = cells[UNAVAILABLE].text == NULL;
    table_add(table, cells);
    return usable;
}

static struct sockaddr_in6 *addresses_of(const struct command *command, const char *peer, size_t *count)
{
    struct sockaddr_in6 *addresses;

    if (address_is_ipv4(word_of(peer)))
        usage_error(command, "expected an IPv6 peer, found '%s'; for IPv4 on IPv6 sockets write ::ffff:%s", peer, peer);
    addresses = resolve(peer, count);
    if (addresses == NULL)
        fatal("%s: %s", peer, resolve_error());
    return addresses;
}

enum { NAME, JSON };

static int run_explain(const struct command *command, int argc, char **argv)
{
    struct load load = {.path = ""};
    const char *values[OPTIONS_MAX] = {[NAME] = "glusterd"};
    char **arguments = parse_options(command, argc, argv, values);
    bool all_usable = true;
    struct sockaddr_in6 *addresses;
    struct table *table;
    size_t count;

    if (arguments[0] == NULL)
        usage_error(command, "expected a peer: an address or a host name");
    end_arguments(command, arguments[1]);
    addresses = addresses_of(command, arguments[0], &count);
    load_for(values[NAME], &load);
    table = table_new("explanations", columns, CELLS);
    for (size_t i = 0; i < count; i++)
        all_usable = explain_peer(table, &load, values[NAME], &addresses[i]) && all_usable;
    table_print_lists(table, values[JSON] != NULL);
    table_free(table);
    load_free(&load);
    free(addresses);
    return all_usable ? STATUS_OK : STATUS_WRONG;
}

const struct command explain_command = {
    .name = "explain",
    .arguments = "[--process NAME] [--json] PEER",
    .summary = "Show which source a connection to a peer gets, and why",
    .options = {[NAME] = {"process", "NAME", "Name of the process, as in sections (default: glusterd)"},
                [JSON] = {"json", NULL, "Print JSON"}},
    .run = run_explain,
};
