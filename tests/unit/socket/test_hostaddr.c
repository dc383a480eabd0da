#include "../unit.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "../../socket/meddle.h"
#include "socket/hostaddr.h"

/* What goes wrong with the next recvfrom(2), or with the next list of addresses. */
static enum mishap { NOTHING, INTERRUPTED_CALL, FOREIGN_SENDER, INTERRUPTED_LIST, INTERRUPTED_LISTS, REFUSAL } mishap;

/* A list that the kernel marks as interrupted may lack addresses: here one list lacks all. */
static void interrupt_list(char *buffer, size_t len)
{
    bool is_single = mishap == INTERRUPTED_LIST;

    for (size_t at = 0; at < len;) {
        struct nlmsghdr *message = (struct nlmsghdr *)(buffer + at);

        message->nlmsg_flags |= NLM_F_DUMP_INTR;
        if (is_single && message->nlmsg_type == NLMSG_DONE)
            mishap = NOTHING;
        else if (is_single)
            message->nlmsg_type = NLMSG_NOOP;
        at += NLMSG_ALIGN(message->nlmsg_len);
    }
}

static void make_it_happen(char *buffer, size_t len, struct sockaddr_nl *sender)
{
    struct nlmsghdr *first = (struct nlmsghdr *)buffer;

    if (mishap == INTERRUPTED_LIST || mishap == INTERRUPTED_LISTS) {
        interrupt_list(buffer, len);
        return;
    }
    if (mishap == FOREIGN_SENDER) {
        sender->nl_pid = 1;
        first->nlmsg_type = NLMSG_DONE;
    } else {
        first->nlmsg_type = NLMSG_ERROR;
        ((struct nlmsgerr *)NLMSG_DATA(first))->error = -EPERM;
    }
    mishap = NOTHING;
}

static long meddle(long number, const long *arguments)
{
    long changed[6];
    long got;

    if (number != SYS_recvfrom)
        return call_kernel(number, arguments);
    if (mishap == INTERRUPTED_CALL) {
        mishap = NOTHING;
        errno = EINTR;
        return -1;
    }
    memcpy(changed, arguments, sizeof(changed));
    if (mishap == FOREIGN_SENDER) /* which sends an extra message */
        changed[3] |= MSG_PEEK;
    got = call_kernel(number, changed);
    if (got > 0 && mishap != NOTHING)
        make_it_happen((char *)changed[1], (size_t)got, (struct sockaddr_nl *)changed[4]); /* NOLINT(*-no-int-to-ptr) */
    return got;
}

static struct network network_of(const char *address, unsigned int len)
{
    return (struct network){.address = address_of(address), .len = len};
}

/*** The choice ***/

static void an_address_fits_inside_its_network_if_it_can_be_a_source(void **state)
{
    static const struct {
        const char *address;
        uint32_t flags;
        const char *network;
        unsigned int len;
        bool fits;
    } table[] = {
        /* inside */
        {"2001:db8:1::1", 0, "2001:db8:1::", 64, true},
        {"2001:db8:2::1", 0, "2001:db8:1::", 64, false},
        {"2001:db8:1::1", 0, "2001:db8:1::1", 128, true},
        {"2001:db8:1::2", 0, "2001:db8:1::1", 128, false},
        {"2001:db8:1::1", 0, "::", 0, true},

        /* flags */
        {"2001:db8:1::1", IFA_F_PERMANENT | IFA_F_NODAD | IFA_F_NOPREFIXROUTE, "2001:db8:1::", 64, true},
        {"2001:db8:1::1", IFA_F_DEPRECATED, "2001:db8:1::", 64, true},
        {"2001:db8:1::1", IFA_F_MANAGETEMPADDR, "2001:db8:1::", 64, true},
        {"2001:db8:1::1", IFA_F_OPTIMISTIC, "2001:db8:1::", 64, true},
        {"2001:db8:1::1", IFA_F_TENTATIVE, "2001:db8:1::", 64, false},
        {"2001:db8:1::1", IFA_F_TENTATIVE | IFA_F_PERMANENT, "2001:db8:1::", 64, false},
        {"2001:db8:1::1", IFA_F_DADFAILED, "2001:db8:1::", 64, false},
        {"2001:db8:1::1", IFA_F_TEMPORARY, "2001:db8:1::", 64, false},
        {"2001:db8:1::1", IFA_F_TEMPORARY | IFA_F_DEPRECATED, "2001:db8:1::", 64, false},

        /* special ranges */
        {"::1", 0, "::", 0, false},
        {"::1", 0, "::", 127, false},
        {"::1", 0, "::1", 128, true},
        {"fe80::1", 0, "::", 0, false},
        {"fe80::1", 0, "fe80::", 9, false},
        {"fe80::1", 0, "fe80::", 10, true},
        {"fe80::1", 0, "fe80::", 64, true},
        {"::ffff:192.0.2.1", 0, "::", 0, false},
        {"::ffff:192.0.2.1", 0, "::ffff:0:0", 96, true},
        {"::ffff:192.0.2.1", 0, "::ffff:192.0.2.0", 120, true},
        {"::ffff:192.0.2.1", 0, "::ffff:192.0.3.0", 120, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct host_address candidate = {.address = address_of(table[i].address), .flags = table[i].flags};
        struct network network = network_of(table[i].network, table[i].len);

        check_bool(
            in_words("%s with flags %#x in %s/%u", table[i].address, table[i].flags, table[i].network, table[i].len),
            host_address_fits(&candidate, &network), table[i].fits);
    }
}

static void one_that_is_not_deprecated_is_better_then_the_lower_one(void **state)
{
    static const struct {
        const char *a;
        uint32_t a_flags;
        const char *b;
        uint32_t b_flags;
        bool better;
    } table[] = {
        {"2001:db8::1", 0, "2001:db8::2", 0, true},
        {"2001:db8::2", 0, "2001:db8::1", 0, false},
        {"2001:db8::1", 0, "2001:db8::1", 0, false},
        {"2001:db8::2", 0, "2001:db8::1", IFA_F_DEPRECATED, true},
        {"2001:db8::1", IFA_F_DEPRECATED, "2001:db8::2", 0, false},
        {"2001:db8::1", IFA_F_DEPRECATED, "2001:db8::2", IFA_F_DEPRECATED, true},
        {"2001:db8::2", IFA_F_DEPRECATED, "2001:db8::1", IFA_F_DEPRECATED, false},
        {"2001:db8::1", IFA_F_PERMANENT, "2001:db8::2", 0, true},
        {"2001:db8::2", IFA_F_PERMANENT, "2001:db8::1", 0, false},
        {"2001:db8::ff", 0, "2001:db8::100", 0, true}, /* the first byte that differs decides */
        {"8000::", 0, "7fff::", 0, false},             /* bytes have no sign */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct host_address a = {.address = address_of(table[i].a), .flags = table[i].a_flags};
        struct host_address b = {.address = address_of(table[i].b), .flags = table[i].b_flags};

        check_bool(in_words("%s (%#x) and %s (%#x)", table[i].a, table[i].a_flags, table[i].b, table[i].b_flags),
                   host_address_better(&a, &b), table[i].better);
    }
}

/*** The kernel's list, in a new network namespace ***/

static const char *const commands[] = {
    "link set lo up", /* without nodad, an address is tentative for a moment even here */

    /* several in one network, the lowest neither first nor last */
    "address add 2001:db8:1::13/64 dev lo nodad",
    "address add 2001:db8:1::11/64 dev lo nodad",
    "address add 2001:db8:1::12/64 dev lo nodad",

    "address add 2001:db8:2::1/64 dev lo nodad preferred_lft 0",
    "address add 2001:db8:2::2/64 dev lo nodad",
    "address add 2001:db8:3::2/64 dev lo nodad preferred_lft 0",
    "address add 2001:db8:3::1/64 dev lo nodad preferred_lft 0",

    "address add 2001:db8:4::1 peer 2001:db8:4::2/128 dev lo nodad",

    /* IFA_F_SECONDARY, on a network's second address, is the same bit as IPv6's IFA_F_TEMPORARY */
    "address add 192.0.2.1/24 dev lo",
    "address add 192.0.2.2/24 dev lo",
    "address add 198.51.100.1 peer 198.51.100.2/32 dev lo",

    /* without a carrier, duplicate address detection never ends */
    "link add one type veth peer name two",
    "link set one addrgenmode none up",
    "address add 2001:db8:5::1/64 dev one",
    "address add 2001:db8:5::2/64 dev one nodad",

    /* the same link-local network twice */
    "link set two addrgenmode none",
    "address add fe80::2/64 dev one nodad",
    "address add fe80::1/64 dev two nodad",
};

/* Runs ip(8) with commands from a descriptor, one a line. */
static int run_ip(int commands_fd)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0) {
        dup2(commands_fd, STDIN_FILENO);
        execlp("ip", "ip", "-batch", "-", NULL);
        _exit(127);
    }
    return waitpid(child, &status, 0) == child && status == 0 ? 0 : -1;
}

static int run_commands(const char *const *lines, size_t count)
{
    FILE *file = tmpfile();
    int result;

    if (file == NULL)
        return -1;
    for (size_t i = 0; i < count; i++)
        (void)fprintf(file, "%s\n", lines[i]);
    (void)fflush(file);
    rewind(file);
    result = run_ip(fileno(file));
    (void)fclose(file);
    return result;
}

static void run_command(const char *line)
{
    assert_int_equal(run_commands(&line, 1), 0);
}

static int add_addresses(void **state)
{
    (void)state;
    return unshare(CLONE_NEWNET) == 0 ? run_commands(commands, COUNT(commands)) : -1;
}

static const struct {
    const char *network;
    unsigned int len;
    const char *interface; /* NULL for any */
    const char *found;     /* NULL if there is none */
    const char *on;        /* the interface */
} finds[] = {
    {"2001:db8:1::", 64, NULL, "2001:db8:1::11", "lo"},
    {"2001:db8:1::", 64, "lo", "2001:db8:1::11", "lo"},
    {"2001:db8:1::", 64, "one", NULL, NULL},
    {"2001:db8:1::12", 128, NULL, "2001:db8:1::12", "lo"},
    {"2001:db8:1::12", 127, NULL, "2001:db8:1::12", "lo"},
    {"2001:db8:1::", 48, NULL, "2001:db8:1::11", "lo"},
    {"::", 0, NULL, "2001:db8:1::11", "lo"},
    {"2001:db8:9::", 64, NULL, NULL, NULL},

    {"2001:db8:2::", 64, NULL, "2001:db8:2::2", "lo"},
    {"2001:db8:2::1", 128, NULL, "2001:db8:2::1", "lo"},
    {"2001:db8:3::", 64, NULL, "2001:db8:3::1", "lo"},

    {"2001:db8:4::", 64, NULL, "2001:db8:4::1", "lo"},
    {"2001:db8:4::2", 128, NULL, NULL, NULL},

    {"2001:db8:5::1", 128, NULL, NULL, NULL},
    {"2001:db8:5::", 64, NULL, "2001:db8:5::2", "one"},
    {"2001:db8:5::", 64, "two", NULL, NULL},

    {"fe80::", 64, "one", "fe80::2", "one"},
    {"fe80::", 64, "two", "fe80::1", "two"},
    {"fe80::", 10, NULL, "fe80::1", "two"},
    {"fe80::", 64, "lo", NULL, NULL},
    {"fe80::", 9, NULL, NULL, NULL},

    {"::1", 128, NULL, "::1", "lo"},
    {"::", 127, NULL, NULL, NULL},

    {"::ffff:0:0", 96, NULL, "::ffff:127.0.0.1", "lo"},
    {"::ffff:192.0.2.0", 120, NULL, "::ffff:192.0.2.1", "lo"},
    {"::ffff:192.0.2.2", 128, NULL, "::ffff:192.0.2.2", "lo"},
    {"::ffff:192.0.2.3", 128, NULL, NULL, NULL},
    {"::ffff:198.51.100.1", 128, NULL, "::ffff:198.51.100.1", "lo"},
    {"::ffff:198.51.100.2", 128, NULL, NULL, NULL},
};

static void finds_the_best_of_the_hosts_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(finds); i++) {
        struct network network = network_of(finds[i].network, finds[i].len);
        unsigned int interface = finds[i].interface != NULL ? if_nametoindex(finds[i].interface) : 0;
        struct host_address found;
        char string[INET6_ADDRSTRLEN];
        int error = host_address_find(&network, interface, -1, &found);
        const char *what = in_words("%s/%u on %s", finds[i].network, finds[i].len,
                                    finds[i].interface != NULL ? finds[i].interface : "any");

        check_number(what, (unsigned long)error, finds[i].found != NULL ? 0 : EADDRNOTAVAIL);
        if (error != 0)
            continue;
        check_string(what, inet_ntop(AF_INET6, &found.address, string, sizeof(string)), finds[i].found);
        check_number(what, found.interface, if_nametoindex(finds[i].on));
    }
}

static void tells_the_flags(void **state)
{
    static const struct {
        const char *address;
        uint32_t flags;
    } table[] = {{"2001:db8:1::11", 0}, {"2001:db8:2::1", IFA_F_DEPRECATED}, {"::ffff:192.0.2.2", 0}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        struct network network = network_of(table[i].address, 128);
        struct host_address found;

        assert_int_equal(host_address_find(&network, 0, -1, &found), 0);
        check_number(table[i].address, found.flags & (IFA_F_DEPRECATED | IFA_F_TEMPORARY), table[i].flags);
    }
}

/* Too long for one netlink message. */
static void looks_through_a_long_list(void **state)
{
    enum { ADDRESSES = 2000, LINE_ROOM = 64 };
    static char text[ADDRESSES][LINE_ROOM];
    static const char *lines[ADDRESSES];
    struct network last = network_of("2001:db8:8::7cf", 128); /* number 1999 */
    struct network all = network_of("2001:db8:8::", 64);
    struct in6_addr lowest = address_of("2001:db8:8::");
    struct host_address found;

    (void)state;
    for (unsigned int i = 0; i < ADDRESSES; i++) {
        (void)snprintf(text[i], LINE_ROOM, "address add 2001:db8:8::%x/128 dev lo nodad", ADDRESSES - 1 - i);
        lines[i] = text[i];
    }
    assert_int_equal(run_commands(lines, ADDRESSES), 0);
    assert_int_equal(host_address_find(&last, 0, -1, &found), 0);
    assert_int_equal(host_address_find(&all, 0, -1, &found), 0);
    assert_memory_equal(&found.address, &lowest, sizeof(lowest));
}

static void an_address_that_went_away_is_not_found(void **state)
{
    struct network network = network_of("2001:db8:6::1", 128);
    struct host_address found;

    (void)state;
    assert_int_equal(host_address_find(&network, 0, -1, &found), EADDRNOTAVAIL);
    run_command("address add 2001:db8:6::1/64 dev lo nodad");
    assert_int_equal(host_address_find(&network, 0, -1, &found), 0);
    run_command("address delete 2001:db8:6::1/64 dev lo");
    assert_int_equal(host_address_find(&network, 0, -1, &found), EADDRNOTAVAIL);
}

static void a_mishap_does_not_hide_an_address(void **state)
{
    static const enum mishap mishaps[] = {INTERRUPTED_CALL, FOREIGN_SENDER, INTERRUPTED_LIST};
    struct network network = network_of("2001:db8:1::", 64);
    struct in6_addr wanted = address_of("2001:db8:1::11");

    (void)state;
    for (size_t i = 0; i < COUNT(mishaps); i++) {
        struct host_address found;

        mishap = mishaps[i];
        check_number("error", (unsigned long)host_address_find(&network, 0, -1, &found), 0);
        assert_memory_equal(&found.address, &wanted, sizeof(wanted));
        assert_int_equal(mishap, NOTHING);
    }
}

/* The missing one may be the best. */
static void no_address_is_taken_from_lists_that_are_all_interrupted(void **state)
{
    struct network network = network_of("2001:db8:1::", 64);
    struct host_address found;

    (void)state;
    mishap = INTERRUPTED_LISTS;
    check_number("error", (unsigned long)host_address_find(&network, 0, -1, &found), EAGAIN);
    mishap = NOTHING;
}

static void a_refusal_of_the_kernel_is_reported(void **state)
{
    struct network network = network_of("::1", 128);
    struct host_address found;

    (void)state;
    mishap = REFUSAL;
    assert_int_equal(host_address_find(&network, 0, -1, &found), EPERM);
}

static void leaves_no_descriptor_and_no_memory(void **state)
{
    struct network network = network_of("::1", 128);
    struct host_address found;
    unsigned long before = mapped_pages();
    int error;

    (void)state;
    begin_without_stdin();
    error = host_address_find(&network, 0, -1, &found);
    end_without_stdin();
    assert_int_equal(error, 0);
    assert_int_equal(mapped_pages(), before);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_fits_inside_its_network_if_it_can_be_a_source),
        cmocka_unit_test(one_that_is_not_deprecated_is_better_then_the_lower_one),
        cmocka_unit_test(finds_the_best_of_the_hosts_addresses),
        cmocka_unit_test(tells_the_flags),
        cmocka_unit_test(an_address_that_went_away_is_not_found),
        cmocka_unit_test(looks_through_a_long_list),
        cmocka_unit_test(a_mishap_does_not_hide_an_address),
        cmocka_unit_test(no_address_is_taken_from_lists_that_are_all_interrupted),
        cmocka_unit_test(a_refusal_of_the_kernel_is_reported),
        cmocka_unit_test(leaves_no_descriptor_and_no_memory),
    };

    return cmocka_run_group_tests(tests, add_addresses, NULL);
}
