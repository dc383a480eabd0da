/*
 * Cancels a thread that connects.
 *
 *     cancel waiting PEER: while it waits for PEER, which never answers
 *     cancel pending PEER: before it connects, so that the first cancellation point in connect ends it
 *     cancel disabled PEER: before it connects, with cancellation disabled, so that nothing may end it
 *
 * Prints what became of the thread and its socket, which was bound to [::] and a port, and the cancellation state.
 */
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>

#include "testing.h"

static struct {
    struct endpoint peer;
    bool pending;
    bool disabled;
    int fd;
    int error; /* of connect(2), -1 if it did not return */
    int state; /* the cancellation state after connect(2) */
    pthread_barrier_t cancelled;
} test = {.error = -1, .state = -1};

static void set_state(int new, int *old)
{
    if (pthread_setcancelstate(new, old) != 0)
        die("pthread_setcancelstate");
}

static void *dial(void *argument)
{
    int ignored;

    if (test.pending || test.disabled) {
        set_state(PTHREAD_CANCEL_DISABLE, &ignored);
        (void)pthread_barrier_wait(&test.cancelled); /* is no cancellation point */
    }
    if (test.pending)
        set_state(PTHREAD_CANCEL_ENABLE, &ignored);
    test.error = connect(test.fd, &test.peer.address.any, test.peer.len) == 0 ? 0 : errno;
    set_state(PTHREAD_CANCEL_DISABLE, &test.state);
    return argument;
}

static int tcp_state(void)
{
    unsigned char state = 0;
    socklen_t len = sizeof(state);

    if (getsockopt(test.fd, IPPROTO_TCP, TCP_INFO, &state, &len) != 0)
        die("getsockopt");
    return state;
}

static void await_syn_sent(void)
{
    for (int waited = 0; tcp_state() != TCP_SYN_SENT; waited++)
        if (waited == PATIENCE_MS || poll(NULL, 0, 1) != 0)
            die("poll");
}

static void make_socket(void)
{
    struct endpoint any = parse_endpoint("[::]:0");

    test.fd = socket(AF_INET6, SOCK_STREAM | (test.disabled ? SOCK_NONBLOCK : 0), 0);
    if (test.fd < 0 || bind(test.fd, &any.address.any, any.len) != 0)
        die("socket");
}

int main(int argc, char **argv)
{
    struct endpoint local;
    pthread_t thread;
    void *result;
    int descriptors;

    if (argc < 3)
        return 2;
    test.pending = strcmp(argv[1], "pending") == 0;
    test.disabled = strcmp(argv[1], "disabled") == 0;
    test.peer = parse_endpoint(argv[2]);
    begin();
    make_socket();
    descriptors = count_descriptors();
    if (pthread_barrier_init(&test.cancelled, NULL, 2) != 0 || pthread_create(&thread, NULL, dial, NULL) != 0)
        die("pthread_create");
    if (!test.pending && !test.disabled)
        await_syn_sent();
    if (pthread_cancel(thread) != 0)
        die("pthread_cancel");
    if (test.pending || test.disabled)
        (void)pthread_barrier_wait(&test.cancelled);
    if (pthread_join(thread, &result) != 0)
        die("pthread_join");
    local = local_of(test.fd);
    printf("thread %s, ", result == PTHREAD_CANCELED ? "cancelled" : "not cancelled");
    printf("connect %s, ", test.error == -1 ? "did not return" : error_name(test.error));
    printf("cancellation %s, ", test.state == -1                      ? "unknown"
                                : test.state == PTHREAD_CANCEL_ENABLE ? "enabled"
                                                                      : "disabled");
    printf("local %s, descriptors leaked %d\n", address_text(&local), count_descriptors() - descriptors);
    return 0;
}
