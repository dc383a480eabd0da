/*
 * Makes several clients connect in turns, and serves them all, so that a disturbance affects them equally.
 *
 *     pairs STARTS ROUNDS BATCH SERVER NAME=COMMAND...
 *
 * Each COMMAND, run by the shell, is a caller. After some warm-up rounds, it makes BATCH connects in each of ROUNDS
 * rounds. All that is repeated for each of STARTS starts of its process. SERVER is where to listen, or - for nowhere;
 * after an @, in which network namespace. Prints a line for each client, separated by tabs:
 *
 *     NAME SOURCE PORTS NANOSECONDS  LOW MEDIAN HIGH  LOW MEDIAN HIGH
 *
 * SOURCE is the address that the server saw, PORTS "kept" if all ports were the caller's own, NANOSECONDS the median
 * time of a connect. LOW, MEDIAN and HIGH are the quartiles of the ratio to the first client in the same round, then to
 * the second. A client with a failed connect has dashes.
 */
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>

#include "../socket/testing.h"

enum {
    CLIENTS_MAX = 16,
    ROUNDS_MAX = 2000,
    WARM_UP = 5,         /* rounds */
    REPORT = 3,          /* descriptor that a caller writes to */
    FIRST_CHOSEN = 32768 /* net.ipv4.ip_local_port_range: lower ports are the caller's */
};

struct client {
    const char *name;
    const char *command;
    pid_t pid;
    int orders;
    int reports;
    bool lost;
    bool new_ports;
    char source[INET6_ADDRSTRLEN]; /* empty: none was seen */
    double times[ROUNDS_MAX];      /* nanoseconds of a batch */
};

static struct {
    int listener;
    int batch;
    int rounds; /* per start */
    int total;  /* of all starts */
    int count;
    struct client clients[CLIENTS_MAX];
} pairs = {.listener = -1};

static void start_client(struct client *client)
{
    int orders[2];
    int reports[2];

    if (pipe2(orders, O_CLOEXEC) != 0 || pipe2(reports, O_CLOEXEC) != 0)
        die("pipe2");
    client->pid = fork();
    if (client->pid < 0)
        die("fork");
    if (client->pid == 0) {
        int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

        if (nowhere < 0 || dup2(orders[0], STDIN_FILENO) < 0 || dup2(nowhere, STDOUT_FILENO) < 0 ||
            dup2(reports[1], REPORT) < 0)
            die("dup2");
        execl("/bin/sh", "sh", "-c", client->command, (char *)NULL);
        die("/bin/sh");
    }
    close(orders[0]);
    close(reports[1]);
    client->orders = orders[1];
    client->reports = reports[0];
}

/* Tells the client to take its next step. Returns what it reports, or -1 if it has exited. */
static int64_t tell(const struct client *client)
{
    int64_t report;

    if (write(client->orders, "", 1) != 1 || read(client->reports, &report, sizeof(report)) != sizeof(report))
        return -1;
    return report;
}

static void note_caller(struct client *client, const struct endpoint *from)
{
    if (from->address.any.sa_family == AF_UNIX)
        return;
    if (client->source[0] == '\0')
        (void)snprintf(client->source, sizeof(client->source), "%s", address_text(from));
    else if (strcmp(client->source, address_text(from)) != 0)
        (void)snprintf(client->source, sizeof(client->source), "several");
    if (port_of(from) >= FIRST_CHOSEN)
        client->new_ports = true;
}

/* Accepts one connection and resets it, so that it leaves nothing behind. */
static bool serve(struct client *client)
{
    static const struct linger reset = {.l_onoff = 1};
    struct pollfd ready = {.fd = pairs.listener, .events = POLLIN};
    struct endpoint from = {.len = sizeof(from.address)};
    int fd;

    if (poll(&ready, 1, PATIENCE_MS / 5) != 1)
        return false;
    fd = accept4(pairs.listener, &from.address.any, &from.len, SOCK_CLOEXEC);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)) != 0)
        die("accept4");
    close(fd);
    note_caller(client, &from);
    return true;
}

static void stop_client(const struct client *client)
{
    close(client->orders);
    close(client->reports);
    if (waitpid(client->pid, NULL, 0) != client->pid)
        die("waitpid");
}

static void lose(struct client *client)
{
    client->lost = true;
    kill(client->pid, SIGKILL);
    stop_client(client);
}

static void run_batch(struct client *client, int round)
{
    int64_t time = tell(client);
    bool complete = time >= 0;

    for (int i = 0; complete && pairs.listener >= 0 && i < pairs.batch; i++)
        complete = serve(client);
    if (complete && tell(client) < 0)
        complete = false;
    if (!complete)
        lose(client);
    else if (round >= 0)
        client->times[round] = (double)time;
}

/* Varies the order, so that no client always follows the same other one. */
static void shuffle(struct client **order)
{
    for (int i = pairs.count; i > 1; i--) {
        int other = rand() % i; /* NOLINT(cert-msc30-c,cert-msc50-cpp): the same in every run */
        struct client *client = order[other];

        order[other] = order[i - 1];
        order[i - 1] = client;
    }
}

static void run_round(int round)
{
    struct client *order[CLIENTS_MAX];

    for (int i = 0; i < pairs.count; i++)
        order[i] = &pairs.clients[i];
    shuffle(order);
    for (int i = 0; i < pairs.count; i++)
        if (!order[i]->lost)
            run_batch(order[i], round);
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;

    return (difference > 0) - (difference < 0);
}

/* values are sorted. */
static double quantile(const double *values, int quarters)
{
    return values[(pairs.total - 1) * quarters / 4];
}

static void print_ratio(const struct client *client, const struct client *other)
{
    static double ratios[ROUNDS_MAX];

    if (client->lost || other->lost) {
        printf("\t-\t-\t-");
        return;
    }
    for (int i = 0; i < pairs.total; i++)
        ratios[i] = client->times[i] / other->times[i];
    qsort(ratios, (size_t)pairs.total, sizeof(*ratios), compare);
    printf("\t%.3f\t%.3f\t%.3f", quantile(ratios, 1), quantile(ratios, 2), quantile(ratios, 3));
}

static void print_client(const struct client *client)
{
    static double times[ROUNDS_MAX];
    bool is_seen = !client->lost && client->source[0] != '\0';

    printf("%s\t%s\t%s\t", client->name, is_seen ? client->source : "-", is_seen && !client->new_ports ? "kept" : "-");
    if (client->lost) {
        printf("-");
    } else {
        memcpy(times, client->times, sizeof(times));
        qsort(times, (size_t)pairs.total, sizeof(*times), compare);
        printf("%.0f", quantile(times, 2) / pairs.batch);
    }
    print_ratio(client, &pairs.clients[0]);
    print_ratio(client, &pairs.clients[pairs.count > 1]);
    printf("\n");
}

static void enter(const char *network)
{
    int fd = open(network, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
        die(network);
    close(fd);
}

/* ENDPOINT or ENDPOINT@NAMESPACE, a file. */
static void start_server(char *where)
{
    char *network = strchr(where, '@');
    struct endpoint endpoint;
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

    if (home < 0)
        die("/proc/self/ns/net");
    if (network != NULL) {
        *network++ = '\0';
        enter(network);
    }
    endpoint = parse_endpoint(where);
    pairs.listener = listen_directly(&endpoint);
    if (setns(home, CLONE_NEWNET) != 0)
        die("setns");
    close(home);
}

static void add_client(char *argument)
{
    struct client *client = &pairs.clients[pairs.count++];
    char *command = strchr(argument, '=');

    if (command == NULL) {
        errno = EINVAL;
        die(argument);
    }
    *command++ = '\0';
    client->name = argument;
    client->command = command;
}

/* From the start of all clients to their exit. first is the number of the first round after the warm-up. */
static void run_rounds(int first)
{
    for (int i = 0; i < pairs.count; i++)
        if (!pairs.clients[i].lost)
            start_client(&pairs.clients[i]);
    for (int i = -WARM_UP; i < pairs.rounds; i++)
        run_round(i < 0 ? i : first + i);
    for (int i = 0; i < pairs.count; i++)
        if (!pairs.clients[i].lost)
            stop_client(&pairs.clients[i]);
}

static int number(const char *text)
{
    long value = strtol(text, NULL, 10);

    if (value < 1 || value > ROUNDS_MAX) {
        errno = ERANGE;
        die(text);
    }
    return (int)value;
}

int main(int argc, char **argv)
{
    if (argc < 6 || argc > 5 + CLIENTS_MAX)
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    if (dup2(STDERR_FILENO, REPORT) < 0) /* so that later descriptors are higher */
        die("dup2");
    pairs.rounds = number(argv[2]);
    pairs.total = number(argv[1]) * pairs.rounds;
    if (pairs.total > ROUNDS_MAX)
        return 2;
    pairs.batch = number(argv[3]);
    if (strcmp(argv[4], "-") != 0)
        start_server(argv[4]);
    for (int i = 5; i < argc; i++)
        add_client(argv[i]);
    for (int first = 0; first < pairs.total; first += pairs.rounds)
        run_rounds(first);
    for (int i = 0; i < pairs.count; i++)
        print_client(&pairs.clients[i]);
    return 0;
}
