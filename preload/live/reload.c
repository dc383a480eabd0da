#include "live/reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/kernel.h"
#include "base/memory.h"
#include "base/signals.h"
#include "live/announce.h"
#include "live/published.h"

int64_t reload_next_look;

/* When files were looked at last, by monotonic_milliseconds(). */
static uint32_t last_look;

/* As file_version_is_settled() has it. */
static uint64_t config_seen;
static uint64_t volfile_seen;

/* looked is monotonic_milliseconds() from before origin was looked at. */
static bool is_settled(const struct origin *origin, uint32_t looked)
{
    bool config = file_version_is_settled(&origin->config, &config_seen, looked);
    bool volfile = !origin->has_volfile || file_version_is_settled(&origin->volfile, &volfile_seen, looked);

    __atomic_store_n(&last_look, looked, __ATOMIC_RELAXED);
    return config && volfile;
}

/* Fills in *now: what ruleset was made of, as it is now. Returns whether that is settled. */
static bool look(const struct ruleset *ruleset, struct origin *now)
{
    uint32_t looked = monotonic_milliseconds();

    *now = ruleset->origin;
    now->config = file_version_at(ruleset->file);
    if (now->has_volfile)
        now->volfile = file_version_at(ruleset->process->volfile);
    (void)listener_look(now->place, now->port, &now->listener);
    return is_settled(now, looked);
}

/* Until who has begun to write is done. A signal's handler leaves in the time what was left of it: nanosleep(2). */
static void wait_for_writer(void)
{
    struct timespec left = {.tv_nsec = SETTLED_AFTER * 1000000L};

    (void)kernel_patiently(nanosleep, &left, &left);
}

/* A process that is in a chroot by now, or has changed its directory, finds others under the same paths. */
static bool finds_the_same_files(const struct ruleset *ruleset)
{
    struct file_version root = file_version_at("/");

    return ruleset->file[0] == '/' && file_version_same_file(&root, &ruleset->origin.root);
}

/* Before it listens, glusterd dials no peer: what only it can tell must not keep it from getting that far. */
static int find_bind_address(struct load *load)
{
    enum listener_place place = listener_place(&load->process);
    int error;

    if (!load->wants_bind_address)
        return 0;
    error = listener_look(place, load->volume.port, &load->listener);
    if (error != 0)
        return error;
    if (place == LISTENER_OWN && load->volume.bind_address.kind == SOURCE_UNKNOWN)
        load->volume.bind_address.kind = SOURCE_NONE;
    load_bind_address(load);
    return 0;
}

/* Reads all that before was read from, or for the first time, into *made, which nobody else has. */
static int read_all(struct load *load, const struct ruleset *before, struct ruleset **made)
{
    int error = 0;

    if (before != NULL) {
        /* its arguments can be overwritten by now, and /proc gone */
        memcpy(&load->process, before->process, process_size(before->process));
        load->listener = before->origin.listener;
    } else {
        error = process_read(&load->process);
    }
    if (error == 0)
        error =
            load_config(load, before != NULL ? before->file : secure_getenv(CONFIG_VARIABLE), (uid_t)kernel(geteuid));
    if (error == 0 && before == NULL && is_passing(load->unusable))
        error = load->unusable;
    if (error == 0)
        error = load_section(load);
    if (error == 0)
        error = find_bind_address(load);
    if (error != 0)
        return error;
    *made = ruleset_make(load, before);
    return *made != NULL ? 0 : ENOMEM;
}

static int load_first(struct load *load)
{
    struct ruleset *made;
    uint32_t looked = monotonic_milliseconds();
    int error = read_all(load, NULL, &made);

    if (error == 0 && !is_settled(&made->origin, looked)) {
        ruleset_free(made);
        load_free(load);
        memset(load, 0, sizeof(*load));
        wait_for_writer();
        looked = monotonic_milliseconds();
        error = read_all(load, NULL, &made);
        if (error == 0 && !is_settled(&made->origin, looked))
            made->is_provisional = true;
    }
    if (error != 0)
        return error;
    if (ruleset_publish(made, NULL))
        announce(load, NULL);
    else
        ruleset_free(made);
    return 0;
}

static bool is_news(const struct ruleset *made, const struct ruleset *before)
{
    if (made->has_error)
        return strcmp(made->diagnostic, before->diagnostic) != 0 || !origin_same(&made->origin, &before->origin);
    return before->has_error || !ruleset_same(made, before);
}

static int load_again(struct load *load, const struct ruleset *before)
{
    struct ruleset *made;
    struct origin now;
    bool whole;
    bool news;
    int error = read_all(load, before, &made);

    if (error != 0)
        return error;
    whole = look(made, &now) && origin_same(&now, &made->origin); /* or somebody has written to it meanwhile */
    news = is_news(made, before);
    if (!whole || (!news && made->is_provisional) || !ruleset_publish(made, before))
        ruleset_free(made);
    else if (news)
        announce(load, before);
    return 0;
}

/* *ruleset is then what is in force, entered; before has been left. After an error the next call tries again. */
static int load_in_place_of(const struct ruleset *before, const struct ruleset **ruleset)
{
    struct load *load = memory_map(sizeof(*load));
    int error;

    if (load == NULL)
        return ENOMEM;
    error = before == NULL ? load_first(load) : load_again(load, before);
    load_free(load);
    memory_unmap(load, sizeof(*load));
    if (error != 0)
        return error;
    *ruleset = ruleset_acquire();
    if (before != NULL)
        ruleset_release(before);
    return 0;
}

int reload_first(const struct ruleset **ruleset)
{
    struct signals signals;
    int error;

    signals_block(&signals);
    __atomic_store_n(&reload_next_look, reload_coarse_clock() + LOOK_INTERVAL, __ATOMIC_RELAXED);
    error = load_in_place_of(NULL, ruleset);
    signals_restore(&signals);
    return error;
}

/*
 * Whether there is something to be read, and nobody is likely to be writing it. One who looks often can leave that for
 * later; after a long time what is in force may be out of date for as long.
 */
static bool is_to_be_read(const struct ruleset *before)
{
    uint32_t unseen = monotonic_milliseconds() - __atomic_load_n(&last_look, __ATOMIC_RELAXED);
    struct origin now;
    bool settled = look(before, &now);

    if ((!before->is_provisional && origin_same(&now, &before->origin)) || !finds_the_same_files(before))
        return false;
    if (!settled && unseen > SETTLED_AFTER) {
        wait_for_writer();
        settled = look(before, &now);
    }
    return settled;
}

void reload_if_changed(const struct ruleset **ruleset)
{
    struct signals signals;

    signals_block(&signals);
    if (is_to_be_read(*ruleset))
        (void)load_in_place_of(*ruleset, ruleset);
    signals_restore(&signals);
}
