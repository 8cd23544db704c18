/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/meter.h"

#include <stdatomic.h>

#include "api/inbox.h"
#include "api/routes.h"
#include "api/workers.h"
#include "core/day.h"

/* Upper bounds in microseconds; the last bucket is +Inf. */
static const int64_t bounds_us[] = {500,   1000,   2500,   5000,    10000,   25000,
                                    50000, 100000, 250000, 1000000, 2500000, 10000000};
enum { BOUNDS = G_N_ELEMENTS(bounds_us), ROUTES_MAX = 128 };

static const int statuses[] = {200, 201, 204, 304, 400, 401, 403, 404, 405, 409, 410,
                               413, 414, 415, 422, 429, 431, 500, 503, 504, 505, 0};
enum { STATUSES = G_N_ELEMENTS(statuses) };

struct meter {
    atomic_uint_least64_t requests[ROUTES_MAX + 1][STATUSES];
    atomic_uint_least64_t buckets[ROUTES_MAX + 1][BOUNDS + 1];
    atomic_uint_least64_t sum_us[ROUTES_MAX + 1];
};

struct meter *meter_new(void)
{
    if (routes_count > ROUTES_MAX)
        BUG("more routes than the meter has room for");
    return g_new0(struct meter, 1);
}

void meter_free(struct meter *meter)
{
    g_free(meter);
}

void meter_count(struct meter *meter, int route, int status, int64_t took_us)
{
    size_t r = route < 0 ? ROUTES_MAX : (size_t)route, s = 0, b = 0;
    while (statuses[s] != status && statuses[s] != 0)
        s++;
    while (b < BOUNDS && took_us > bounds_us[b])
        b++;
    atomic_fetch_add_explicit(&meter->requests[r][s], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&meter->buckets[r][b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&meter->sum_us[r], (uint64_t)took_us, memory_order_relaxed);
}

static const char *route_name(size_t r)
{
    return r == ROUTES_MAX ? "none" : routes[r].name;
}

static void family(GString *out, const char *name, const char *type, const char *help)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_requests(struct meter *meter, GString *out)
{
    family(out, "kenko_api_requests_total", "counter", "Answered requests.");
    for (size_t r = 0; r <= ROUTES_MAX; r++) {
        for (size_t s = 0; s < STATUSES; s++) {
            uint64_t n = atomic_load(&meter->requests[r][s]);
            g_autofree char *code =
                statuses[s] ? g_strdup_printf("%d", statuses[s]) : g_strdup("other");
            if (n > 0)
                g_string_append_printf(
                    out,
                    "kenko_api_requests_total{route=\"%s\",code=\"%s\"} %" G_GUINT64_FORMAT "\n",
                    route_name(r), code, n);
        }
    }
}

static void put_duration(struct meter *meter, size_t r, GString *out)
{
    uint64_t total = 0;
    const char *name = "kenko_api_request_duration_seconds";
    char bound[G_ASCII_DTOSTR_BUF_SIZE], sum[G_ASCII_DTOSTR_BUF_SIZE];
    for (size_t b = 0; b <= BOUNDS; b++) {
        total += atomic_load(&meter->buckets[r][b]);
        if (b < BOUNDS)
            g_ascii_formatd(bound, sizeof bound, "%g", (double)bounds_us[b] / 1e6);
        else
            g_strlcpy(bound, "+Inf", sizeof bound);
        g_string_append_printf(out, "%s_bucket{route=\"%s\",le=\"%s\"} %" G_GUINT64_FORMAT "\n",
                               name, route_name(r), bound, total);
    }
    g_ascii_formatd(sum, sizeof sum, "%.6f", (double)atomic_load(&meter->sum_us[r]) / 1e6);
    g_string_append_printf(
        out, "%s_sum{route=\"%s\"} %s\n%s_count{route=\"%s\"} %" G_GUINT64_FORMAT "\n", name,
        route_name(r), sum, name, route_name(r), total);
}

static void put_durations(struct meter *meter, GString *out)
{
    family(out, "kenko_api_request_duration_seconds", "histogram",
           "Time from the request line to the end of the answer.");
    for (size_t r = 0; r <= ROUTES_MAX; r++) {
        uint64_t any = 0;
        for (size_t b = 0; b <= BOUNDS; b++)
            any += atomic_load(&meter->buckets[r][b]);
        if (any > 0)
            put_duration(meter, r, out);
    }
}

static void put_number(GString *out, const char *name, const char *type, const char *help,
                       int64_t value)
{
    family(out, name, type, help);
    g_string_append_printf(out, "%s %" G_GINT64_FORMAT "\n", name, value);
}

/* A label's value: backslash, quote and line end are escaped. */
static void put_label(GString *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '\\' || *p == '"')
            g_string_append_printf(out, "\\%c", *p);
        else if (*p == '\n')
            g_string_append(out, "\\n");
        else
            g_string_append_c(out, *p);
    }
}

static void put_bands(const struct snapshot *snapshot, GString *out)
{
    g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) bands = g_ptr_array_new();
    for (size_t i = 0; i < snapshot->n; i++) {
        gpointer band = (gpointer)(uintptr_t)snapshot->accounts[i].kind->band;
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, band));
        if (n == 0)
            g_ptr_array_add(bands, band);
        g_hash_table_insert(counts, band, GUINT_TO_POINTER(n + 1));
    }
    family(out, "kenko_accounts", "gauge", "Accounts of the published run by band.");
    for (guint i = 0; i < bands->len; i++) {
        g_string_append(out, "kenko_accounts{band=\"");
        put_label(out, bands->pdata[i]);
        g_string_append_printf(out, "\"} %u\n",
                               GPOINTER_TO_UINT(g_hash_table_lookup(counts, bands->pdata[i])));
    }
}

static void put_run(struct store *store, GString *out)
{
    const struct snapshot *snapshot = store_current(store);
    if (!snapshot)
        return;
    put_number(out, "kenko_snapshot_run_id", "gauge", "Scoring run that is served.",
               snapshot->run_id);
    put_number(out, "kenko_snapshot_as_of_timestamp_seconds", "gauge",
               "Business day of the run, at 00:00 UTC.", snapshot->as_of * INT64_C(86400));
    put_number(out, "kenko_snapshot_published_timestamp_seconds", "gauge",
               "When the run was published.", snapshot->published_at / 1000000);
    put_bands(snapshot, out);
    snapshot_unref(snapshot);
}

static void put_inbox(struct inbox *inbox, GString *out)
{
    struct inbox_numbers n;
    inbox_count(inbox, &n);
    const struct {
        const char *result;
        int64_t events;
    } parts[] = {{"committed", n.events}, {"shed", n.shed}, {"failed", n.failed}};
    family(out, "kenko_inbox_events_total", "counter", "Events that were complete, by their end.");
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
        g_string_append_printf(out,
                               "kenko_inbox_events_total{result=\"%s\"} %" G_GINT64_FORMAT "\n",
                               parts[i].result, parts[i].events);
    put_number(out, "kenko_inbox_commits_total", "counter", "Transactions of the inbox.",
               n.commits);
    put_number(out, "kenko_inbox_queued_bytes", "gauge", "Bytes of events that wait for a COMMIT.",
               (int64_t)n.queued);
}

/* Nothing before the first time, so that an alert on age does not fire on a new installation. */
static void put_recompute(const struct watch *watch, GString *out)
{
    struct watch_recompute again = watch_recompute(watch);
    if (again.at_us == 0)
        return;
    put_number(out, "kenko_recompute_timestamp_seconds", "gauge",
               "When published scores were computed again last.", again.at_us / 1000000);
    put_number(out, "kenko_recompute_accounts", "gauge",
               "Published scores that were computed again then.", again.accounts);
    put_number(out, "kenko_recompute_different", "gauge",
               "Of them other than published: 0 is well.", again.different);
}

void meter_format(struct meter *meter, const struct site *site, const struct watch *watch,
                  const struct reaper *reaper, int64_t now_us, GString *out)
{
    family(out, "kenko_build_info", "gauge", "Always 1; the version is a label.");
    g_string_append(out, "kenko_build_info{version=\"" KENKO_VERSION "\"} 1\n");
    put_run(site->store, out);
    put_number(out, "kenko_snapshot_stale", "gauge",
               "1 while the warehouse cannot be asked for news.",
               store_is_stale(site->store, now_us));
    put_number(out, "kenko_snapshot_loads_total", "counter", "Snapshots loaded.",
               watch_loads(watch));
    put_number(out, "kenko_warehouse_failures_total", "counter", "Failed looks at the warehouse.",
               watch_failures(watch));
    put_number(out, "kenko_api_connections", "gauge", "Open connections.", reaper_watched(reaper));
    put_number(out, "kenko_api_deadline_closes_total", "counter",
               "Connections closed because their total time was over.", reaper_reaped(reaper));
    put_number(out, "kenko_api_queue_waiting", "gauge",
               "Requests that wait for a thread that asks the warehouse.",
               workers_waiting(site->workers));
    put_number(out, "kenko_api_queue_shed_total", "counter",
               "Requests refused because that queue was full or slow.",
               workers_shed(site->workers));
    put_recompute(watch, out);
    put_inbox(site->inbox, out);
    put_requests(meter, out);
    put_durations(meter, out);
}
