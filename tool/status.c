/* glusterd-srcaddr status: what GlusterFS's processes do on the wire, and what they should. */
#include <stdio.h>
#include <unistd.h>

#include "command.h"
#include "look.h"
#include "looktables.h"

static const struct option options[] = {{"wrong", no_argument, NULL, 'x'},
                                        {"watch", no_argument, NULL, 'w'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};

/* What the command was called with. */
struct request {
    bool json;
    bool only_wrong;
};

/* One look, printed. Returns the exit status for it. */
static int print_status(const struct request *request)
{
    struct look look;
    bool is_wrong;

    look_at_host(&look);
    look_print_tables(&look, request->json, request->only_wrong);
    is_wrong = look_is_wrong(&look);
    look_free(&look);
    return is_wrong ? STATUS_WRONG : STATUS_WELL;
}

/* Every second, on a terminal in place of the look before, until a signal ends it. */
static void watch(const struct request *request)
{
    bool is_terminal = !request->json && isatty(STDOUT_FILENO);

    for (;;) {
        if (is_terminal)
            fputs("\033[H\033[J", stdout);
        print_status(request);
        if (!is_terminal && !request->json)
            fputc('\n', stdout);
        if (fflush(stdout) != 0)
            trouble("found no way to write the output: %m");
        sleep(1);
    }
}

static int run_status(const struct command *command, int argc, char **argv)
{
    struct request request = {.json = false};
    bool is_watch = false;

    for (int option = next_option(command, argc, argv, options); option != -1;
         option = next_option(command, argc, argv, options)) {
        if (option == 'x')
            request.only_wrong = true;
        else if (option == 'w')
            is_watch = true;
        else
            request.json = true;
    }
    if (optind < argc)
        usage_error(command, "found argument %s; it takes none", argv[optind]);
    if (is_watch)
        watch(&request);
    return print_status(&request);
}

const struct command status_command = {
    .name = "status",
    .arguments = "[--wrong] [--watch] [--json]",
    .summary = "Show GlusterFS's processes, their connections and peers, and what is wrong with them",
    .options = "  --wrong              Show only what is wrong\n"
               "  --watch              Look again every second\n"
               "  --json               Print it as JSON\n",
    .run = run_status,
};
