/*
 * connect(2), from top to bottom: is it ours, which rule, which source, bind or move, call. If nothing is to be done,
 * or an argument is wrong, the real connect deals with it.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "base/libc.h"
#include "base/ratelimit.h"
#include "live/process.h"
#include "live/published.h"
#include "live/reload.h"
#include "rules/rules.h"
#include "socket/bindsource.h"
#include "socket/mark.h"
#include "socket/socket.h"

/* What is known about a connect. */
struct dial {
    int fd;
    struct sockaddr_in6 peer;
    struct socket_state state;
    const struct ruleset *ruleset; /* NULL until the process has loaded one */
    const struct rule *rule;       /* NULL if there is none for the peer */
};

/* The kernel accepts an address without sin6_scope_id too (SIN6_LEN_RFC2133), but none longer than sockaddr_storage. */
static bool is_ipv6(const struct sockaddr *address, socklen_t len)
{
    return address != NULL && len >= offsetof(struct sockaddr_in6, sin6_scope_id) &&
           len <= sizeof(struct sockaddr_storage) && address->sa_family == AF_INET6;
}

static bool has_learned(void)
{
    return __atomic_load_n(&mark_has_learned, __ATOMIC_RELAXED);
}

static const struct source *source_of(const struct dial *dial)
{
    return &dial->ruleset->sources[dial->rule->source];
}

static bool is_left_to_kernel(const struct ruleset *ruleset, const struct rule *rule)
{
    return rule == NULL || ruleset->sources[rule->source].kind == SOURCE_NONE;
}

static void log_outcome(const struct dial *dial, enum log_level level, const char *outcome)
{
    const struct log *log = &dial->ruleset->log;
    char rule_data[192];
    struct text rule;

    if (level > log->level)
        return;
    rule = TEXT_IN(rule_data);
    if (dial->rule == NULL) {
        log_write(log, level, "peer %A: no rule: %s", &dial->peer.sin6_addr, outcome);
        return;
    }
    text_rule(&rule, dial->rule, source_of(dial));
    log_write(log, level, "peer %A: %s:%u: rule %s: %s", &dial->peer.sin6_addr, dial->ruleset->file, dial->rule->line,
              rule.data, outcome);
}

/* Programs retry a peer that can't be reached, GlusterFS every three seconds. */
static bool may_warn(const struct in6_addr *peer)
{
    int64_t seconds = reload_coarse_clock() / 1000000000;

    return ratelimit_allows(peer, (uint32_t)seconds + 1);
}

/* True if the socket keeps the source of an earlier connect because it can't be unbound. */
static bool is_stuck(struct dial *dial)
{
    struct socket_state *state = &dial->state;

    if (!state->idle)
        (void)socket_inspect(dial->fd, state); /* again, because the state may have been unreadable */
    return socket_has_address(state) && (!state->idle || unbind_source(dial->fd, state, false) != 0);
}

/* The source can't be used: error in step. Returns the error for connect to fail with, or 0 if it is to go on. */
static int unavailable(struct dial *dial, const char *step, int error)
{
    bool refused = dial->ruleset->refuse || is_stuck(dial);
    char data[160];
    struct text outcome = TEXT_IN(data);

    text_format(&outcome, "source can't be used: %s: %E; %s", step, error,
                refused ? "not connected" : "connecting from the kernel's choice");
    if (may_warn(&dial->peer.sin6_addr))
        log_outcome(dial, LEVEL_WARNING, outcome.data);
    return refused ? error : 0;
}

/* Binds dial's socket, which is governed, to its rule's source. Returns the error for connect to fail with, or 0. */
static int apply_source(struct dial *dial)
{
    const char *step = "";
    int error;

    if (!dial->state.idle) {
        log_outcome(dial, LEVEL_DEBUG, "left alone: already connecting, connected or listening");
        return 0;
    }
    error = bind_to_source(dial->fd, &dial->state, source_of(dial), &step);
    if (error != 0)
        return unavailable(dial, step, error);
    log_outcome(dial, LEVEL_DEBUG, step);
    return 0;
}

/* Without a ruleset nobody knows whether the kernel's choice would be right. */
static int not_loaded(const struct dial *dial, int error)
{
    struct log log = {.file = CONFIG_LOG_FILE, .level = LEVEL_WARNING, .process = process_program()};

    if (may_warn(&dial->peer.sin6_addr))
        log_write(&log, LEVEL_WARNING, "peer %A: cannot read the configuration: %E; not connected",
                  &dial->peer.sin6_addr, error);
    return error;
}

static int decide(struct dial *dial)
{
    int inspect_error = socket_inspect(dial->fd, &dial->state);

    if (inspect_error == EBADF || inspect_error == ENOTSOCK)
        return inspect_error; /* as the real connect would */
    if (inspect_error == 0 && !dial->state.governed)
        return 0;
    if (dial->ruleset == NULL) {
        int load_error = reload_first(&dial->ruleset);

        if (load_error != 0)
            return not_loaded(dial, load_error);
        dial->rule = rules_find(&dial->ruleset->rules, &dial->peer.sin6_addr);
    }
    if (is_left_to_kernel(dial->ruleset, dial->rule)) {
        /* A learned address may be one that we bound to for another peer. */
        if (inspect_error == 0 && dial->state.idle)
            (void)unbind_source(dial->fd, &dial->state, true);
        log_outcome(dial, LEVEL_DEBUG, "left to the kernel");
        return 0;
    }
    return inspect_error != 0 ? unavailable(dial, "inspect the socket", inspect_error) : apply_source(dial);
}

/*
 * The whole work. ruleset is acquired, and released here; rule is its rule for the peer. Both are NULL before the first
 * load. Returns the error for connect to fail with, or 0. Like check_for_changes() not inlined, so that connects that
 * need neither don't pay for their stack frames.
 */
__attribute__((noinline)) static int govern(const struct ruleset *ruleset, const struct rule *rule, int fd,
                                            const struct sockaddr *address, socklen_t len)
{
    struct dial dial = {.fd = fd, .ruleset = ruleset, .rule = rule};
    int saved = errno;
    int error;

    memcpy(&dial.peer, address, len < sizeof(dial.peer) ? len : sizeof(dial.peer));
    error = decide(&dial);
    if (dial.ruleset != NULL)
        ruleset_release(dial.ruleset);
    errno = saved;
    return error;
}

__attribute__((noinline)) static const struct ruleset *check_for_changes(const struct ruleset *ruleset)
{
    int saved = errno;

    reload_if_changed(&ruleset);
    errno = saved;
    return ruleset;
}

/* Returns the error for connect to fail with, or 0. Most connects need no more than this, so it is short. */
static int before_connect(int fd, const struct sockaddr *address, socklen_t len)
{
    const struct ruleset *ruleset = ruleset_acquire();
    const struct rule *rule;

    if (ruleset == NULL)
        return govern(NULL, NULL, fd, address, len);
    if (reload_is_due())
        ruleset = check_for_changes(ruleset);
    rule = rules_find(&ruleset->rules, (const char *)address + offsetof(struct sockaddr_in6, sin6_addr));
    if (ruleset->log.level >= LEVEL_DEBUG || has_learned() || !is_left_to_kernel(ruleset, rule))
        return govern(ruleset, rule, fd, address, len);
    ruleset_release(ruleset);
    return 0;
}

/* Not inlined, so that a connect of another family costs next to nothing. */
__attribute__((noinline)) static int connect_governed(int fd, const struct sockaddr *address, socklen_t len)
{
    int error = before_connect(fd, address, len);

    if (error != 0) {
        errno = error;
        return -1;
    }
    return libc_connect(fd, address, len);
}

/* Without rules the address is not read, because it may be a bad one (EFAULT). */
__attribute__((noinline)) static int connect_idle(int fd, const struct sockaddr *address, socklen_t len)
{
    const struct ruleset *ruleset = ruleset_acquire();
    bool is_idle;

    if (reload_is_due())
        ruleset = check_for_changes(ruleset);
    is_idle = ruleset->rules.count == 0 && !has_learned();
    ruleset_release(ruleset);
    return is_idle || !is_ipv6(address, len) ? libc_connect(fd, address, len) : connect_governed(fd, address, len);
}

EXPORT int connect(int fd, const struct sockaddr *address, socklen_t len)
{
    if (__atomic_load_n(&published_is_idle, __ATOMIC_RELAXED))
        return connect_idle(fd, address, len);
    return is_ipv6(address, len) ? connect_governed(fd, address, len) : libc_connect(fd, address, len);
}
