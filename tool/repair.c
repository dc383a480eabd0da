/* glusterd-srcaddr repair: peers stored under an address where they can't be reached. */
#include <unistd.h>

#include "base/word.h"
#include "judge/hostname.h"
#include "judge/renamepeer.h"
#include "judge/unreachable.h"
#include "terminal/command.h"

enum { FROM, TO, DRY_RUN, JSON };

static void parse(const struct command *command, int argc, char **argv, const char **values)
{
    char **arguments = parse_options(command, argc, argv, values);

    if (arguments[0] != NULL)
        usage_error(command, "unexpected argument %s; use --from and --to", quoted(word_of(arguments[0])).data);
    if ((values[FROM] == NULL) != (values[TO] == NULL))
        usage_error(command, "--%s requires --%s", values[FROM] != NULL ? "from" : "to",
                    values[FROM] != NULL ? "to" : "from");
    if (values[DRY_RUN] != NULL && values[FROM] == NULL)
        usage_error(command, "--dry-run requires --from and --to");
    if (values[JSON] != NULL && values[FROM] != NULL)
        usage_error(command, "--json cannot be combined with --from and --to");
}

static void parse_name(const struct command *command, const char *option, const char *name, struct hostname *hostname)
{
    if (!hostname_parse(word_of(name), hostname))
        usage_error(command, "expected an address or a host name for %s, found %s", option, quoted(word_of(name)).data);
}

static void check_user(void)
{
    if (geteuid() != 0)
        fatal("cannot read glusterd's peers: permission denied (run as root)");
}

static int repair(const struct command *command, int argc, char **argv)
{
    const char *values[OPTIONS_MAX] = {NULL};
    struct hostname from;
    struct hostname to;

    parse(command, argc, argv, values);
    if (values[FROM] == NULL) {
        check_user();
        return print_unreachable(values[JSON] != NULL);
    }
    parse_name(command, "--from", values[FROM], &from);
    parse_name(command, "--to", values[TO], &to);
    if (hostname_matches(word_of(to.data), &from))
        usage_error(command, "--from and --to are the same: %s", to.data);
    check_user();
    return rename_peer(&from, &to, values[DRY_RUN] != NULL);
}

const struct command repair_command = {
    .name = "repair",
    .arguments = "[--from ADDRESS --to ADDRESS [--dry-run] | --json]",
    .summary = "List peers stored under an address that does not answer, or correct one",
    .options = {[FROM] = {"from", "ADDRESS", "Address or host name that a peer is stored under"},
                [TO] = {"to", "ADDRESS", "Correct address or host name"},
                [DRY_RUN] = {"dry-run", NULL, "Show the change without writing it"},
                [JSON] = {"json", NULL, "Print the list as JSON"}},
    .run = repair,
};
