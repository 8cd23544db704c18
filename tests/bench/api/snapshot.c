/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a published run costs in memory: how long it takes from the warehouse, how many bytes an
 * account is by what the resident memory grew and by what the snapshot counts, and how long the
 * readers of the store are kept out while a newer one takes its place.
 *
 *     snapshot DSN
 *
 * Prints accounts, wall s, own CPU s, RSS bytes an account, counted bytes an account, wall s of the
 * next load, µs of the swap and RSS bytes an account once only that one is left. */
#include <malloc.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/store.h"

static double resident(void)
{
    long pages = 0, all;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%ld %ld", &all, &pages) != 2)
        g_error("no /proc/self/statm");
    fclose(file);
    return (double)(pages * sysconf(_SC_PAGESIZE));
}

static double cpu_s(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static const struct snapshot *load(struct db *db, double *wall_s)
{
    g_autoptr(GError) err = NULL;
    const struct snapshot *snapshot = NULL;
    int64_t began = g_get_monotonic_time();
    if (!snapshot_load(db, &snapshot, &err) || !snapshot)
        g_error("%s", err ? err->message : "no run is published");
    *wall_s = (double)(g_get_monotonic_time() - began) / 1e6;
    return snapshot;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    double first_s, next_s;
    struct db *db = argc == 2 ? db_open(argv[1], "bench", 300000, &err) : NULL;
    if (!db)
        g_error("%s", err ? err->message : "usage: snapshot DSN");
    struct store *store = store_new(1, INT64_MAX);
    malloc_trim(0);
    double before = resident(), cpu = cpu_s();
    const struct snapshot *snapshot = load(db, &first_s);
    cpu = cpu_s() - cpu;
    double n = (double)snapshot->n, rss = (resident() - before) / n;
    double counted = (double)snapshot->bytes / n;
    store_put_run(store, snapshot);
    const struct snapshot *next = load(db, &next_s);
    int64_t began = g_get_monotonic_time();
    snapshot_ref(snapshot);
    store_put_run(store, next);
    int64_t swap_us = g_get_monotonic_time() - began;
    snapshot_unref(snapshot);
    printf("%zu %.2f %.2f %.0f %.0f %.2f %" G_GINT64_FORMAT " %.0f\n", next->n, first_s, cpu, rss,
           counted, next_s, swap_us, (resident() - before) / n);
    store_free(store);
    db_close(db);
    return 0;
}
