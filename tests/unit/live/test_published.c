#include "../unit.h"

#include <pthread.h>

#include "base/memory.h"
#include "live/published.h"

enum {
    SIZE = 3 * 4096,     /* bytes of one struct ruleset */
    THREADS = 8,         /* readers */
    PUBLICATIONS = 2000, /* by each of two publishers */
};

/* Its number is the number of rules, and fills the rest of its memory. */
static struct ruleset *make(uint32_t number)
{
    struct ruleset *made = memory_map(SIZE);

    assert_non_null(made);
    made->size = SIZE;
    made->rules.count = number;
    for (uint32_t *at = (uint32_t *)(made + 1); at < (uint32_t *)((char *)made + SIZE); at++)
        *at = number;
    return made;
}

/* Something is always in force once the first one is published. */
static const struct ruleset *enter(void)
{
    const struct ruleset *ruleset = ruleset_acquire();

    if (ruleset == NULL)
        abort();
    return ruleset;
}

static void publish(uint32_t number)
{
    const struct ruleset *before = ruleset_acquire();

    assert_true(ruleset_publish(make(number), before));
    if (before != NULL)
        ruleset_release(before);
}

static uint32_t number_in_force(void)
{
    const struct ruleset *ruleset = enter();
    uint32_t number = ruleset->rules.count;

    ruleset_release(ruleset);
    return number;
}

/* Each test continues in the state that the one before left. */
static void nothing_is_in_force_at_first(void **state)
{
    (void)state;
    assert_null(ruleset_acquire());
    publish(1);
    assert_int_equal(number_in_force(), 1);
}

static void the_next_one_takes_its_place_and_the_old_one_is_given_back(void **state)
{
    unsigned long before = mapped_pages();

    (void)state;
    for (uint32_t number = 2; number < 3 * PUBLISHED_SLOTS; number++) {
        publish(number);
        assert_int_equal(number_in_force(), number);
    }
    assert_int_equal(mapped_pages(), before);
}

static void who_looks_at_the_old_one_keeps_it(void **state)
{
    unsigned long before = mapped_pages();
    const struct ruleset *first;
    const struct ruleset *again;
    const struct ruleset *next;

    (void)state;
    publish(7);
    first = enter();
    again = enter();
    assert_ptr_equal(first, again);
    publish(8);
    next = enter();
    assert_int_equal(first->rules.count, 7);
    assert_int_equal(next->rules.count, 8);
    ruleset_release(first);
    assert_int_equal(again->rules.count, 7);
    assert_int_equal(mapped_pages(), before + SIZE / 4096);
    ruleset_release(again);
    assert_int_equal(mapped_pages(), before);
    ruleset_release(next);
}

static void only_the_first_of_two_takes_the_place(void **state)
{
    const struct ruleset *before = enter();
    struct ruleset *late = make(10);

    (void)state;
    publish(9);
    assert_false(ruleset_publish(late, before));
    assert_false(ruleset_publish(late, NULL));
    assert_int_equal(number_in_force(), 9);
    ruleset_release(before);
    assert_int_equal(number_in_force(), 9);
    memory_unmap(late, SIZE);
}

static void without_room_nothing_changes(void **state)
{
    unsigned long pages = mapped_pages();
    const struct ruleset *held[PUBLISHED_SLOTS - 2];
    const struct ruleset *last;
    struct ruleset *made;

    (void)state;
    for (uint32_t i = 0; i < COUNT(held); i++) {
        held[i] = enter();
        publish(100 + i);
    }
    last = enter();
    made = make(200);
    assert_false(ruleset_publish(made, last));
    assert_int_equal(last->rules.count, number_in_force());
    ruleset_release(held[0]);
    assert_true(ruleset_publish(made, last));
    ruleset_release(last);
    assert_int_equal(number_in_force(), 200);
    for (uint32_t i = 1; i < COUNT(held); i++) {
        assert_int_equal(held[i]->rules.count, 100 + i - 1);
        ruleset_release(held[i]);
    }
    assert_int_equal(mapped_pages(), pages);
}

static int stop;
static unsigned int broken; /* seen by a thread; one that was freed would crash it */

static void look_at(const struct ruleset *ruleset)
{
    const char *end = (const char *)ruleset + SIZE;

    for (const uint32_t *at = (const uint32_t *)(ruleset + 1); (const char *)at < end; at += 512)
        if (*at != ruleset->rules.count)
            __atomic_add_fetch(&broken, 1, __ATOMIC_RELAXED);
}

static void *look(void *argument)
{
    while (__atomic_load_n(&stop, __ATOMIC_RELAXED) == 0) {
        const struct ruleset *ruleset = enter();

        look_at(ruleset);
        ruleset_release(ruleset);
    }
    return argument;
}

static void *publish_often(void *argument)
{
    for (uint32_t i = 0; i < PUBLICATIONS; i++) {
        const struct ruleset *before = enter();
        struct ruleset *made = make(i);

        if (!ruleset_publish(made, before))
            memory_unmap(made, SIZE);
        ruleset_release(before);
    }
    return argument;
}

static void threads_see_whole_ones_and_nothing_is_left(void **state)
{
    unsigned long before;
    pthread_t threads[THREADS];
    pthread_t publisher;

    (void)state;
    publish(0);
    /* The second round reuses thread stacks, which the C library caches. */
    for (int round = 0; round < 2; round++) {
        before = mapped_pages();
        __atomic_store_n(&stop, 0, __ATOMIC_RELAXED);
        for (size_t i = 0; i < COUNT(threads); i++)
            assert_int_equal(pthread_create(&threads[i], NULL, look, NULL), 0);
        assert_int_equal(pthread_create(&publisher, NULL, publish_often, NULL), 0);
        publish_often(NULL);
        assert_int_equal(pthread_join(publisher, NULL), 0);
        __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
        for (size_t i = 0; i < COUNT(threads); i++)
            assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(broken, 0);
    assert_int_equal(mapped_pages(), before);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_in_force_at_first),
        cmocka_unit_test(the_next_one_takes_its_place_and_the_old_one_is_given_back),
        cmocka_unit_test(who_looks_at_the_old_one_keeps_it),
        cmocka_unit_test(only_the_first_of_two_takes_the_place),
        cmocka_unit_test(without_room_nothing_changes),
        cmocka_unit_test(threads_see_whole_ones_and_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
