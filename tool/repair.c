/* glusterd-srcaddr repair: peers stored under an address where they can't be reached. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/word.h"
#include "judge/hostname.h"
#include "judge/renamepeer.h"
#include "judge/unreachable.h"
#include "terminal/command.h"

static const struct option options[] = {{"from", required_argument, NULL, 'f'}, {"to", required_argument, NULL, 't'},
                                        {"dry-run", no_argument, NULL, 'd'},    {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0}};

struct request {
    const char *from;
    const char *to;
    bool dry_run;
    bool json;
};

static void parse(const struct command *command, int argc, char **argv, struct request *request)
{
    for (int option = next_option(command, argc, argv, options); option != -1;
         option = next_option(command, argc, argv, options)) {
        if (option == 'f')
            request->from = optarg;
        else if (option == 't')
            request->to = optarg;
        else if (option == 'd')
            request->dry_run = true;
        else
            request->json = true;
    }
    if (optind < argc)
        usage_error(command, "unexpected argument %s; use --from and --to", quoted(word_of(argv[optind])).data);
}

static void check(const struct command *command, const struct request *request)
{
    if ((request->from == NULL) != (request->to == NULL))
        usage_error(command, "--%s requires --%s", request->from != NULL ? "from" : "to",
                    request->from != NULL ? "to" : "from");
    if (request->dry_run && request->from == NULL)
        usage_error(command, "--dry-run requires --from and --to");
    if (request->json && request->from != NULL)
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
    struct request request = {.from = NULL};
    struct hostname from;
    struct hostname to;

    parse(command, argc, argv, &request);
    check(command, &request);
    if (request.from == NULL) {
        check_user();
        return print_unreachable(request.json);
    }
    parse_name(command, "--from", request.from, &from);
    parse_name(command, "--to", request.to, &to);
    if (hostname_matches(word_of(to.data), &from))
        usage_error(command, "--from and --to are the same: %s", to.data);
    check_user();
    return rename_peer(&from, &to, request.dry_run);
}

const struct command repair_command = {
    .name = "repair",
    .arguments = "[--from ADDRESS --to ADDRESS [--dry-run] | --json]",
    .summary = "List peers stored under an address that does not answer, or correct one",
    .options = "  --from ADDRESS       Address or host name that a peer is stored under\n"
               "  --to ADDRESS         Correct address or host name\n"
               "  --dry-run            Show the change without writing it\n"
               "  --json               Print the list as JSON\n",
    .run = repair,
};
