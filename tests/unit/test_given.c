#include "unit.h"

#include "given.h"

static bool given(uint32_t peer, uint32_t source)
{
    struct in6_addr peer_address = address_of_number(peer);
    struct in6_addr source_address = address_of_number(source);

    return given_before(&peer_address, &source_address);
}

static void give(uint32_t peer, uint32_t source)
{
    struct in6_addr peer_address = address_of_number(peer);
    struct in6_addr source_address = address_of_number(source);

    given_note(&peer_address, &source_address);
}

static void a_source_is_known_for_its_peer_alone(void **state)
{
    (void)state;
    assert_false(given(1, 2));
    give(1, 2);
    assert_true(given(1, 2));
    assert_false(given(2, 1));
    assert_false(given(1, 1));
    assert_false(given(2, 2));
    assert_false(given(0, 2));
    give(1, 2);
    assert_true(given(1, 2));
}

static void a_peer_can_have_several(void **state)
{
    (void)state;
    for (uint32_t source = 10; source < 30; source++)
        give(7, source);
    for (uint32_t source = 10; source < 30; source++)
        assert_true(given(7, source));
    assert_false(given(7, 30));
}

static void each_byte_counts(void **state)
{
    struct in6_addr peer = address_of("2001:db8:5::1");
    struct in6_addr source = address_of("2001:db8:6::1");

    (void)state;
    given_note(&peer, &source);
    for (size_t i = 0; i < sizeof(peer.s6_addr); i++) {
        peer.s6_addr[i] ^= 1;
        assert_false(given_before(&peer, &source));
        peer.s6_addr[i] ^= 1;
        source.s6_addr[i] ^= 1;
        assert_false(given_before(&peer, &source));
        source.s6_addr[i] ^= 1;
    }
    assert_true(given_before(&peer, &source));
}

/* As many as a cluster has are remembered, the latest always, and of the rest none that was not given. */
static void some_are_forgotten_at_last(void **state)
{
    unsigned int known = 0;

    (void)state;
    for (uint32_t peer = 0; peer < 1000; peer++)
        give(1000 + peer, 1);
    for (uint32_t peer = 0; peer < 1000; peer++)
        known += given(1000 + peer, 1) ? 1 : 0;
    assert_true(known > 950);
    for (uint32_t peer = 0; peer < 100000; peer++) {
        give(10000 + peer, 1);
        assert_true(given(10000 + peer, 1));
    }
    for (uint32_t peer = 0; peer < 100000; peer++)
        assert_false(given(10000 + peer, 2));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_known_for_its_peer_alone),
        cmocka_unit_test(a_peer_can_have_several),
        cmocka_unit_test(each_byte_counts),
        cmocka_unit_test(some_are_forgotten_at_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
