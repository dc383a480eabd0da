#include "reload.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "announce.h"
#include "current.h"
#include "memory.h"

int64_t reload_next_look;

/* What active was made of, as it is now. A listener that can't be looked at stays as it was. */
static struct origin look(const struct active *active)
{
    struct origin origin = active->origin;

    origin.config = stamp_look(active->file);
    if (origin.has_volfile)
        origin.volfile = stamp_look(active->volfile);
    (void)listener_look(origin.place, origin.port, &origin.listener);
    return origin;
}

static bool is_settled(const struct active *active, const struct origin *origin)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
    return stamp_is_settled(active->file, &origin->config, &now) &&
           (!origin->has_volfile || stamp_is_settled(active->volfile, &origin->volfile, &now));
}

/* A process that is in a chroot by now, or has changed its directory, finds others under the same paths. */
static bool finds_the_same_files(const struct active *active)
{
    struct stamp root = stamp_look("/");

    return active->file[0] == '/' && stamp_same_file(&root, &active->origin.root);
}

static void set(char *to, size_t size, const char *from)
{
    struct text text = text_in(to, size);

    text_string(&text, from);
}

/* Its arguments can be overwritten by now, and /proc gone. */
static void remember_process(const struct active *active, struct process *process)
{
    set(process->role, sizeof(process->role), active->role);
    set(process->program, sizeof(process->program), active->program);
    set(process->volfile, sizeof(process->volfile), active->volfile);
    set(process->listener, sizeof(process->listener), active->listener);
}

/* Before it listens, glusterd dials no peer: what only it can tell does not keep it from what it needs to get that far.
 */
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

/* Reads all that before was read from, or for the first time. *made is NULL where there is an error. */
static int read_all(struct load *load, const struct active *before, struct active **made)
{
    int error = 0;

    if (before != NULL) {
        remember_process(before, &load->process);
        load->listener = before->origin.listener;
    } else {
        error = process_read(&load->process);
    }
    if (error == 0)
        error = load_config(load, before != NULL ? before->file : secure_getenv(CONFIG_VARIABLE), geteuid());
    if (error == 0)
        error = load_section(load);
    if (error == 0)
        error = find_bind_address(load);
    *made = error == 0 ? active_make(load, before) : NULL;
    return error == 0 && *made == NULL ? ENOMEM : error;
}

/* Nobody else has it. */
static void drop(struct active *made)
{
    memory_give(made, made->size);
}

static int load_first(struct load *load)
{
    struct active *made;
    int error = read_all(load, NULL, &made);

    if (error != 0)
        return error;
    if (!is_settled(made, &made->origin))
        made->is_provisional = true;
    if (current_publish(made, NULL))
        announce(load, NULL);
    else
        drop(made);
    return 0;
}

/* Whether made, read from the same place as before, is a whole version: nobody has written to it meanwhile. */
static bool is_whole(const struct active *made)
{
    struct origin now = look(made);

    return origin_same(&now, &made->origin) && is_settled(made, &made->origin);
}

static bool is_news(const struct active *made, const struct active *before)
{
    if (made->has_mistake)
        return strcmp(made->mistake, before->mistake) != 0 || !origin_same(&made->origin, &before->origin);
    return before->has_mistake || !active_same(made, before);
}

static void load_again(struct load *load, const struct active *before)
{
    struct active *made;
    bool news;

    if (read_all(load, before, &made) != 0)
        return; /* too few descriptors, or too little memory: the next look tries again */
    news = is_news(made, before);
    if (!is_whole(made) || (!news && made->is_provisional) || !current_publish(made, before))
        drop(made);
    else if (news)
        announce(load, before);
}

int reload_first(const struct active **active)
{
    struct load *load = memory_take(sizeof(*load));
    int error;

    if (load == NULL)
        return ENOMEM;
    __atomic_store_n(&reload_next_look, reload_coarse_clock() + LOOK_INTERVAL, __ATOMIC_RELAXED);
    error = load_first(load);
    load_free(load);
    memory_give(load, sizeof(*load));
    if (error == 0)
        *active = current_enter();
    return error;
}

void reload_if_changed(const struct active **active)
{
    const struct active *before = *active;
    struct origin now = look(before);
    struct load *load;

    if (!before->is_provisional && origin_same(&now, &before->origin))
        return;
    if (!is_settled(before, &now) || !finds_the_same_files(before))
        return;
    load = memory_take(sizeof(*load));
    if (load == NULL)
        return;
    load_again(load, before);
    load_free(load);
    memory_give(load, sizeof(*load));
    *active = current_enter();
    current_leave(before);
}
