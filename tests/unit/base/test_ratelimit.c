#include "../unit.h"

#include <pthread.h>

#include "base/ratelimit.h"

enum {
    PEERS_MAX = 1024, /* warnings a minute, for all peers together */
    MINUTE = 60,
    THREADS = 4,
    ROUNDS = 300
};

/* The process has one table, so each test gets its own hour. */
static uint32_t next_hour(void)
{
    static uint32_t hour = 1;

    return 3600 * hour++;
}

static bool allows(uint32_t peer_number, uint32_t now)
{
    struct in6_addr peer = address_of_number(peer_number);

    return ratelimit_allows(&peer, now);
}

static void once_a_minute_for_one_peer(void **state)
{
    (void)state;
    assert_true(allows(1, 1)); /* the clock starts at 1 */
    for (uint32_t now = 1; now < 1 + MINUTE; now++)
        assert_false(allows(1, now));
    assert_true(allows(1, 1 + MINUTE));
    assert_false(allows(1, 2 * MINUTE));
    assert_true(allows(1, 1 + 2 * MINUTE));
    assert_true(allows(1, 1 + 30 * MINUTE));
}

static void one_peer_does_not_silence_another(void **state)
{
    uint32_t now = next_hour();

    (void)state;
    for (uint32_t peer = 0; peer < 500; peer++)
        assert_true(allows(peer, now));
    for (uint32_t peer = 0; peer < 500; peer++)
        assert_false(allows(peer, now + 1));
}

static void peers_that_differ_in_one_byte_are_different(void **state)
{
    uint32_t now = next_hour();

    (void)state;
    assert_true(allows(1, now));
    for (unsigned int i = 0; i < sizeof(struct in6_addr); i++) {
        struct in6_addr peer = address_of_number(1);

        peer.s6_addr[i] ^= 0x10;
        assert_true(ratelimit_allows(&peer, now));
    }
}

static uint32_t count_allowed(uint32_t first, uint32_t count, uint32_t now)
{
    uint32_t allowed = 0;

    for (uint32_t peer = first; peer < first + count; peer++)
        allowed += allows(peer, now) ? 1 : 0;
    return allowed;
}

static void a_full_table_allows_no_more_until_the_minute_is_over(void **state)
{
    uint32_t now = next_hour();

    (void)state;
    assert_int_equal(count_allowed(0, PEERS_MAX, now), PEERS_MAX);
    assert_int_equal(count_allowed(PEERS_MAX, 2 * PEERS_MAX, now + MINUTE - 1), 0);
    assert_int_equal(count_allowed(0, PEERS_MAX, now + MINUTE - 1), 0);
    assert_int_equal(count_allowed(PEERS_MAX, 2 * PEERS_MAX, now + MINUTE), PEERS_MAX);
}

/* Expired records do not end the search for the peer's own record behind them. */
static void a_peer_is_remembered_behind_records_that_are_over(void **state)
{
    uint32_t now = next_hour();

    (void)state;
    count_allowed(0, PEERS_MAX / 2, now);
    assert_int_equal(count_allowed(PEERS_MAX / 2, PEERS_MAX / 2, now + MINUTE / 2), PEERS_MAX / 2);
    assert_int_equal(count_allowed(PEERS_MAX / 2, PEERS_MAX / 2, now + MINUTE), 0);
}

/* Another thread may read the clock later and get here first. */
static void a_reading_of_the_clock_from_before_is_no_new_minute(void **state)
{
    uint32_t now = next_hour();

    (void)state;
    assert_true(allows(1, now));
    assert_false(allows(1, now - 1));
    assert_false(allows(1, now));
}

struct race {
    pthread_barrier_t start;
    uint32_t peer; /* in the first round */
    uint32_t step; /* from one round's peer to the next */
    uint32_t now;  /* in the first round */
    int allowed[ROUNDS];
};

static void *run(void *argument)
{
    struct race *race = argument;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        pthread_barrier_wait(&race->start);
        if (allows(race->peer + i * race->step, race->now + i * MINUTE))
            __atomic_add_fetch(&race->allowed[i], 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static void race_for(uint32_t step)
{
    struct race race = {.peer = 1, .step = step, .now = next_hour()};
    pthread_t threads[THREADS];

    assert_int_equal(pthread_barrier_init(&race.start, NULL, THREADS), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run, &race), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    pthread_barrier_destroy(&race.start);
    for (size_t i = 0; i < ROUNDS; i++)
        check_number("allowed in one round", (unsigned long)race.allowed[i], 1);
    for (int hour = 0; hour < ROUNDS / MINUTE; hour++) /* skips the hours that the rounds used */
        next_hour();
}

static void of_racing_threads_one_is_allowed(void **state)
{
    (void)state;
    race_for(0); /* for one peer's record, minute after minute */
    race_for(1); /* for a new record */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_a_minute_for_one_peer),
        cmocka_unit_test(one_peer_does_not_silence_another),
        cmocka_unit_test(peers_that_differ_in_one_byte_are_different),
        cmocka_unit_test(a_full_table_allows_no_more_until_the_minute_is_over),
        cmocka_unit_test(a_peer_is_remembered_behind_records_that_are_over),
        cmocka_unit_test(a_reading_of_the_clock_from_before_is_no_new_minute),
        cmocka_unit_test(of_racing_threads_one_is_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
