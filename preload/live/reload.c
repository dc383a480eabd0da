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

int64_t reload_next_check;

/* When the files were last checked, in monotonic_milliseconds(). */
static uint32_t last_check;

/* For file_version_is_settled(). */
static uint64_t config_seen;
static uint64_t volfile_seen;

/* checked_at is monotonic_milliseconds() from before origin was filled in. */
static bool is_settled(const struct origin *origin, uint32_t checked_at)
{
    bool config = file_version_is_settled(&origin->config, &config_seen, checked_at);
    bool volfile = !origin->has_volfile || file_version_is_settled(&origin->volfile, &volfile_seen, checked_at);

    __atomic_store_n(&last_check, checked_at, __ATOMIC_RELAXED);
    return config && volfile;
}

/* Fills in *now with the current state of ruleset's origin. Returns whether it is settled. */
static bool check_origin(const struct ruleset *ruleset, struct origin *now)
{
    uint32_t checked_at = monotonic_milliseconds();

    *now = ruleset->origin;
    now->config = file_version_at(ruleset->file);
    if (now->has_volfile)
        now->volfile = file_version_at(ruleset->process->volfile);
    (void)listener_look(now->place, now->port, &now->listener);
    return is_settled(now, checked_at);
}

/* Gives a writer time to finish. If a signal interrupts, nanosleep(2) stores the remaining time. */
static void wait_for_writer(void)
{
    struct timespec remaining = {.tv_nsec = SETTLED_AFTER * 1000000L};

    (void)kernel_patiently(nanosleep, &remaining, &remaining);
}

/* After chroot(2) or chdir(2) the same paths lead to other files. */
static bool finds_the_same_files(const struct ruleset *ruleset)
{
    struct file_version root = file_version_at("/");

    return ruleset->file[0] == '/' && file_version_same_file(&root, &ruleset->origin.root);
}

/* Until it listens, glusterd connects to no peer: what only it can resolve must not stop it from getting there. */
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

/* Reads again all that before was read from, or for the first time if that is NULL. Nobody else has *made yet. */
static int read_all(struct load *load, const struct ruleset *before, struct ruleset **made)
{
    int error = 0;

    if (before != NULL) {
        /* argv may have been overwritten since, and /proc unmounted: use what was read at start */
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
    uint32_t checked_at = monotonic_milliseconds();
    int error = read_all(load, NULL, &made);

    if (error == 0 && !is_settled(&made->origin, checked_at)) {
        ruleset_free(made);
        load_free(load);
        memset(load, 0, sizeof(*load));
        wait_for_writer();
        checked_at = monotonic_milliseconds();
        error = read_all(load, NULL, &made);
        if (error == 0 && !is_settled(&made->origin, checked_at))
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

static int reload(struct load *load, const struct ruleset *before)
{
    struct ruleset *made;
    struct origin now;
    bool whole;
    bool news;
    int error = read_all(load, before, &made);

    if (error != 0)
        return error;
    whole = check_origin(made, &now) && origin_same(&now, &made->origin); /* else somebody has written meanwhile */
    news = is_news(made, before);
    if (!whole || (!news && made->is_provisional) || !ruleset_publish(made, before))
        ruleset_free(made);
    else if (news)
        announce(load, before);
    return 0;
}

/* Acquires the ruleset then in force as *ruleset, and releases before. After an error the next call tries again. */
static int load_and_publish(const struct ruleset *before, const struct ruleset **ruleset)
{
    struct load *load = memory_map(sizeof(*load));
    int error;

    if (load == NULL)
        return ENOMEM;
    error = before == NULL ? load_first(load) : reload(load, before);
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
    __atomic_store_n(&reload_next_check, reload_coarse_clock() + CHECK_INTERVAL, __ATOMIC_RELAXED);
    error = load_and_publish(NULL, ruleset);
    signals_restore(&signals);
    return error;
}

/*
 * True if there is something to read and probably nobody is writing it. A process that checks often leaves an unsettled
 * file for later; one whose last check was long ago waits, because its ruleset may have been out of date since then.
 */
static bool needs_reload(const struct ruleset *before)
{
    uint32_t since_check = monotonic_milliseconds() - __atomic_load_n(&last_check, __ATOMIC_RELAXED);
    struct origin now;
    bool settled = check_origin(before, &now);

    if ((!before->is_provisional && origin_same(&now, &before->origin)) || !finds_the_same_files(before))
        return false;
    if (!settled && since_check > SETTLED_AFTER) {
        wait_for_writer();
        settled = check_origin(before, &now);
    }
    return settled;
}

void reload_if_changed(const struct ruleset **ruleset)
{
    struct signals signals;

    signals_block(&signals);
    if (needs_reload(*ruleset))
        (void)load_and_publish(*ruleset, ruleset);
    signals_restore(&signals);
}
