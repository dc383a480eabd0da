/* glusterd-srcaddr explain: which source a connection to a peer gets, and why. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/word.h"
#include "host/glusterd.h"
#include "host/hostsource.h"
#include "host/names.h"
#include "host/resolve.h"
#include "live/load.h"
#include "terminal/command.h"
#include "terminal/diagnostic.h"
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

struct row {
    struct cell cells[CELLS];
};

__attribute__((format(printf, 3, 4))) static void set(struct row *row, int cell, const char *format, ...)
{
    char *text;
    va_list arguments;

    va_start(arguments, format);
    text = xvasprintf(format, arguments);
    va_end(arguments);
    row->cells[cell] = cell_text(text);
    free(text);
}

static void set_address(struct row *row, int cell, const struct in6_addr *address)
{
    char data[INET6_ADDRSTRLEN];
    struct text text = TEXT_IN(data);

    text_format(&text, "%A", address);
    set(row, cell, "%s", data);
}

static void work_out(struct load *load, const struct glusterd *glusterd)
{
    if (load_config(load, secure_getenv(CONFIG_VARIABLE), geteuid()) != 0 || load_section(load) != 0)
        fatal("cannot read the configuration: out of memory or file descriptors");
    if (load->wants_bind_address)
        glusterd_bind_address(glusterd, load);
}

/* Reads the configuration as the library would. An error in it ends the command. */
static void load_for(const char *name, struct load *load)
{
    struct glusterd glusterd;

    glusterd_find(&glusterd);
    process_called(name, &load->process);
    if (process_is_glusterd(&load->process))
        load->process = glusterd.running.process;
    work_out(load, &glusterd);
    glusterd_free(&glusterd);
    if (!load->has_error)
        return;
    report_diagnostic(SEVERITY_ERROR, load);
    exit(STATUS_FATAL);
}

/* For a glusterd that does not listen. */
static void set_volfile_why(struct row *row, const struct load *load)
{
    const char *volfile = load->process.volfile;
    struct place place;

    if (load->bind_address.kind == SOURCE_UNKNOWN)
        set(row, WHY, "bind-address, known only to glusterd");
    else if (bind_address_place(volfile, &place))
        set(row, WHY, "bind-address, %s:%u", volfile, place.line);
    else if (load->bind_address.kind == SOURCE_ADDRESS)
        set(row, WHY, "bind-address, from glusterd.service");
    else
        set(row, WHY, "bind-address, but %s has none", volfile);
}

static void set_bind_address_why(struct row *row, const struct load *load)
{
    if (load->by == BY_VOLFILE)
        set_volfile_why(row, load);
    else if (load->bind_address.kind == SOURCE_ADDRESS)
        set(row, WHY, "bind-address, where glusterd listens");
    else
        set(row, WHY, "bind-address, but glusterd does not listen on a specific IPv6 address");
}

static void set_why(struct row *row, const struct load *load, const struct source *source)
{
    if (source->bind_address)
        set_bind_address_why(row, load);
    else if (source->kind == SOURCE_NONE)
        set(row, WHY, "the rule leaves it to the kernel");
    else if (source->kind == SOURCE_PREFIX)
        set(row, WHY, "this host's own address in %s", source_name(source).data);
    else
        set(row, WHY, "the rule names it");
}

/* Returns whether the source can be used. */
static bool set_source(struct row *row, const struct load *load, const struct source *source)
{
    struct host_source found;

    if (source->kind == SOURCE_NONE)
        return true;
    if (source->kind == SOURCE_UNKNOWN) {
        set(row, UNAVAILABLE, "%s", load->config.options.refuse ? "refuse" : "kernel");
        return false;
    }
    found = host_source(source);
    if (!IN6_IS_ADDR_UNSPECIFIED(&found.address))
        set_address(row, SOURCE, &found.address);
    if (found.interface[0] != '\0')
        set(row, INTERFACE, "%s", found.interface);
    row->cells[STATE] = cell_colored(cell_named(source_state_name(found.state), source_state_in_words(found.state)),
                                     source_can_be_used(found.state) ? "green" : "red");
    if (source_can_be_used(found.state))
        return true;
    set(row, UNAVAILABLE, "%s", load->config.options.refuse ? "refuse" : "kernel");
    return false;
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

static bool set_rule(struct row *row, const struct load *load, const struct in6_addr *peer)
{
    const struct section *section = load->section;
    char data[192];
    struct text text = TEXT_IN(data);
    const struct rule *rule;

    row->cells[CONFIGURATION] = cell_text(load->built_in ? NULL : load->path);
    if (section == NULL) {
        set(row, WHY, "no section for this process, so no rules");
        return true;
    }
    row->cells[SECTION] = names_of(section);
    row->cells[SECTION_AT] = line_in(load, section->line);
    rule = rules_find(&section->rules, peer);
    if (rule == NULL) {
        set(row, WHY, "no rule for this peer in the section");
        return true;
    }
    text_rule(&text, rule, &section->sources[rule->source]);
    set(row, RULE, "%s", text.data);
    row->cells[RULE_AT] = line_in(load, rule->line);
    set_why(row, load, &section->sources[rule->source]);
    return set_source(row, load, &section->sources[rule->source]);
}

static void set_kernel(struct row *row, const struct sockaddr_in6 *peer)
{
    struct host_source found;

    if (!kernel_source(peer, &found))
        return;
    set_address(row, KERNEL, &found.address);
    if (found.interface[0] != '\0')
        set(row, KERNEL_INTERFACE, "%s", found.interface);
}

static void set_peer(struct row *row, const struct sockaddr_in6 *peer)
{
    char data[INET6_ADDRSTRLEN];
    struct text text = TEXT_IN(data);
    char scope[IF_NAMESIZE];

    text_format(&text, "%A", &peer->sin6_addr);
    if (if_indextoname(peer->sin6_scope_id, scope) != NULL)
        set(row, PEER, "%s%%%s", text.data, scope);
    else
        set(row, PEER, "%s", text.data);
}

static bool explain_peer(struct table *table, const struct load *load, const char *name,
                         const struct sockaddr_in6 *peer)
{
    struct row row = {.cells = {{.text = NULL}}};
    bool usable;

    set_peer(&row, peer);
    set(&row, PROCESS, "%s", name);
    usable = set_rule(&row, load, &peer->sin6_addr);
    set_kernel(&row, peer);
    table_add(table, row.cells);
    return usable;
}

static struct sockaddr_in6 *addresses_of(const struct command *command, const char *peer, size_t *count)
{
    struct sockaddr_in6 *addresses;

    if (address_is_ipv4((struct word){.start = peer, .len = strlen(peer)}))
        usage_error(command, "expected an IPv6 peer, found '%s'; for IPv4 on IPv6 sockets write ::ffff:%s", peer, peer);
    addresses = resolve(peer, count);
    if (addresses == NULL)
        fatal("%s: %s", peer, resolve_error());
    return addresses;
}

enum { NAME, JSON };

static int run_explain(const struct command *command, int argc, char **argv)
{
    struct load *load = check_alloc(calloc(1, sizeof(*load)));
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
    load_for(values[NAME], load);
    table = table_new("explanations", columns, CELLS);
    for (size_t i = 0; i < count; i++)
        all_usable = explain_peer(table, load, values[NAME], &addresses[i]) && all_usable;
    table_print_lists(table, values[JSON] != NULL);
    table_free(table);
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
