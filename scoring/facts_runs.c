/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Customers' runs and incidents: of each record the newest version that counts. */
#include <stdlib.h>
#include <string.h>

#include "scoring/facts_internal.h"
#include "sql/scoring.h"

/* A version, and which of the rows read says what it says. */
struct version {
    struct facts_stamp stamp;
    size_t row;
};

struct reading {
    struct facts *f;
    GArray *version, *row;
};

uint32_t facts_word_add(struct facts *f, const char *text)
{
    gpointer found;
    if (g_hash_table_lookup_extended(f->word_index, text, NULL, &found))
        return GPOINTER_TO_UINT(found);
    char *own = arena_strdup(f->arena, text);
    g_hash_table_insert(f->word_index, own, GUINT_TO_POINTER(f->words->len));
    g_ptr_array_add(f->words, own);
    return f->words->len - 1;
}

static int64_t time_or(bool is_null, int64_t at, int64_t otherwise)
{
    return is_null ? otherwise : at;
}

static bool on_run(void *context, const struct q_runs_read_row *r, GError **err)
{
    (void)err;
    struct reading *reading = context;
    struct facts *f = reading->f;
    size_t party = facts_party(f, r->party_id);
    if (party == FACTS_NO_PARTY || !facts_visible(f, r->load_id))
        return true;
    struct facts_run run = {
        .definition = facts_word_add(f, r->definition_is_null ? "" : r->definition),
        .connector = facts_word_add(f, r->connector_is_null ? "" : r->connector),
        .executor = facts_word_add(f, r->executor_is_null ? "" : r->executor),
        .status = facts_word_add(f, r->status),
        .started = time_or(r->started_at_is_null, r->started_at, INT64_MAX),
        .finished = time_or(r->finished_at_is_null, r->finished_at, INT64_MAX),
        .rows = r->row_count_is_null ? -1 : r->row_count,
        .bytes = r->byte_count_is_null ? -1 : r->byte_count,
        .skipped = r->skipped_count_is_null ? -1 : r->skipped_count,
        .external_id = arena_strdup(f->arena, r->external_id)};
    run.at = time_or(r->created_at_is_null, r->created_at, MIN(run.started, run.finished));
    struct version version = {{party, run.external_id,
                               time_or(r->changed_at_is_null, r->changed_at, INT64_MIN),
                               f->commit_no[r->load_id], r->ordinal, r->deleted},
                              reading->row->len};
    g_array_append_val(reading->row, run);
    g_array_append_val(reading->version, version);
    return true;
}

static bool on_incident(void *context, const struct q_incidents_read_row *r, GError **err)
{
    (void)err;
    struct reading *reading = context;
    struct facts *f = reading->f;
    if (!facts_visible(f, r->load_id))
        return true;
    struct facts_incident incident = {
        .key = arena_printf(f->arena, "%s/%s", r->source, r->external_id),
        .title = arena_strdup(f->arena, r->title_is_null ? "" : r->title),
        .severity = arena_strdup(f->arena, r->severity_is_null ? "" : r->severity),
        .cause = arena_strdup(f->arena, r->cause_is_null ? "" : r->cause),
        .component = arena_strdup(f->arena, r->component_is_null ? "" : r->component),
        .from = r->started_at,
        .to = time_or(r->resolved_at_is_null, r->resolved_at, INT64_MAX)};
    struct version version = {{0, incident.key,
                               time_or(r->changed_at_is_null, r->changed_at, INT64_MIN),
                               f->commit_no[r->load_id], r->ordinal, r->deleted},
                              reading->row->len};
    g_array_append_val(reading->row, incident);
    g_array_append_val(reading->version, version);
    return true;
}

static int compare_versions(const void *a, const void *b)
{
    const struct version *x = a, *y = b;
    return facts_stamp_compare(&x->stamp, &y->stamp);
}

/* Keep each record's newest version, unless it says that the record is gone. */
static size_t keep_newest(GArray *versions)
{
    struct version *v = (struct version *)(void *)versions->data;
    size_t kept = 0, n = versions->len;
    if (n > 0)
        qsort(v, n, sizeof *v, compare_versions);
    for (size_t i = 0; i < n; i++) {
        bool is_newest = i + 1 == n || !facts_stamp_same_record(&v[i].stamp, &v[i + 1].stamp);
        if (is_newest && !v[i].stamp.deleted)
            v[kept++] = v[i];
    }
    return kept;
}

static int compare_runs(const void *a, const void *b)
{
    const struct facts_run *x = a, *y = b;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    return strcmp(x->external_id, y->external_id);
}

static void settle_runs(struct facts *f, const struct reading *reading)
{
    size_t n = keep_newest(reading->version);
    int64_t end = zone_day_start(f->zone, f->wish.to_day);
    f->run = g_new(struct facts_run, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct version *version = &g_array_index(reading->version, struct version, i);
        struct facts_run run = g_array_index(reading->row, struct facts_run, version->row);
        if (run.at >= end)
            continue;
        run.account = facts_member_on(f, version->stamp.party, zone_day(f->zone, run.at));
        if (run.account != FACTS_NOBODY)
            f->run[f->n_runs++] = run;
    }
    if (f->n_runs > 0)
        qsort(f->run, f->n_runs, sizeof *f->run, compare_runs);
    f->first_run = g_new(size_t, f->n_accounts + 2);
    for (size_t a = 0, i = 0; a <= f->n_accounts; a++) {
        while (i < f->n_runs && f->run[i].account < a)
            i++;
        f->first_run[a] = i;
    }
}

static int compare_incidents(const void *a, const void *b)
{
    const struct facts_incident *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return strcmp(x->key, y->key);
}

static void settle_incidents(struct facts *f, const struct reading *reading)
{
    f->n_incidents = keep_newest(reading->version);
    f->incident = g_new(struct facts_incident, f->n_incidents + 1);
    for (size_t i = 0; i < f->n_incidents; i++) {
        const struct version *version = &g_array_index(reading->version, struct version, i);
        f->incident[i] = g_array_index(reading->row, struct facts_incident, version->row);
    }
    if (f->n_incidents > 0)
        qsort(f->incident, f->n_incidents, sizeof *f->incident, compare_incidents);
}

/* Days are those of the load's earliest run: a member from then on counts as having had one. */
static bool on_first(void *context, const struct q_runs_first_row *r, GError **err)
{
    (void)err;
    struct facts *f = context;
    size_t party = facts_party(f, r->party_id);
    if (party == FACTS_NO_PARTY || !facts_visible(f, r->load_id) || r->first_us_is_null)
        return true;
    int32_t day = zone_day(f->zone, r->first_us);
    uint32_t account = facts_member_on(f, party, day);
    if (account != FACTS_NOBODY)
        f->first_run_day[account] = MIN(f->first_run_day[account], day);
    return true;
}

static bool load_first_days(struct facts *f, GError **err)
{
    f->first_run_day = g_new(int32_t, f->n_accounts + 1);
    for (size_t a = 0; a < f->n_accounts; a++)
        f->first_run_day[a] = INT32_MAX;
    return facts_source_runs_first(f->source, on_first, f, err);
}

int32_t facts_first_run_day(const struct facts *f, size_t account)
{
    return f->first_run_day[account];
}

bool facts_load_runs(struct facts *f, GError **err)
{
    g_autoptr(GArray) run_versions = g_array_new(FALSE, FALSE, sizeof(struct version));
    g_autoptr(GArray) runs = g_array_new(FALSE, FALSE, sizeof(struct facts_run));
    g_autoptr(GArray) incident_versions = g_array_new(FALSE, FALSE, sizeof(struct version));
    g_autoptr(GArray) incidents = g_array_new(FALSE, FALSE, sizeof(struct facts_incident));
    struct reading by_run = {f, run_versions, runs},
                   by_incident = {f, incident_versions, incidents};
    facts_word_add(f, "");
    if (!facts_source_runs_read(f->source, f->wish.runs_from_day, f->wish.to_day, on_run, &by_run,
                                err) ||
        !facts_source_incidents_read(f->source, on_incident, &by_incident, err) ||
        !load_first_days(f, err))
        return false;
    settle_runs(f, &by_run);
    settle_incidents(f, &by_incident);
    return true;
}

const struct facts_run *facts_runs(const struct facts *f, size_t *n)
{
    *n = f->n_runs;
    return f->run;
}

const struct facts_run *facts_runs_of(const struct facts *f, size_t account, size_t *n)
{
    *n = f->first_run[account + 1] - f->first_run[account];
    return f->run + f->first_run[account];
}

const char *facts_word(const struct facts *f, uint32_t index)
{
    return f->words->pdata[index];
}

uint32_t facts_word_find(const struct facts *f, const char *text)
{
    gpointer found;
    return g_hash_table_lookup_extended(f->word_index, text, NULL, &found) ? GPOINTER_TO_UINT(found)
                                                                           : UINT32_MAX;
}

uint32_t facts_words(const struct facts *f)
{
    return f->words->len;
}

const struct facts_incident *facts_incidents(const struct facts *f, size_t *n)
{
    *n = f->n_incidents;
    return f->incident;
}
