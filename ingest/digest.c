/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/digest.h"

#include <sodium.h>
#include <string.h>

#include "core/db.h"
#include "ingest/span.h"
#include "sql/ingest.h"

enum { DEADLINE_MS = 600000, DAYS_MAX = 31 };

/* Sums of line hashes modulo 2^64, so that the order of rows does not matter. */
struct digest {
    uint64_t sum[4];
    int64_t lines;
};

static bool add_line(struct digest *digest, const char *line)
{
    uint64_t hash[4];
    crypto_generichash((unsigned char *)hash, sizeof hash, (const unsigned char *)line,
                       strlen(line), NULL, 0);
    for (int i = 0; i < 4; i++)
        digest->sum[i] += hash[i];
    digest->lines++;
    return true;
}

/* One party, metric, subject and month under way: its rows are folded day by day. */
struct month {
    struct digest *digest;
    struct q_load_visible_rows loads;
    bool open;
    int64_t party, subject;
    int32_t metric, month;
    enum mapping_combine combine;
    GString *name;
    uint32_t taken;
    __int128 v[DAYS_MAX];
    int64_t at[DAYS_MAX], tie[DAYS_MAX];
    int64_t n[DAYS_MAX]; /* of a sum: records in it, 1 where nobody counts them */
};

static bool counts(const struct month *m, int64_t load_id)
{
    size_t low = 0, high = m->loads.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (m->loads.row[middle].load_id < load_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < m->loads.n && m->loads.row[low].load_id == load_id;
}

static void fold(struct month *m, size_t day, int64_t v, int64_t at, int64_t tie)
{
    bool first = !(m->taken >> day & 1);
    m->taken |= UINT32_C(1) << day;
    m->n[day] = (first ? 0 : m->n[day]) + at;
    if (m->combine == COMBINE_SUM && !first)
        m->v[day] += v;
    else if (first || (m->combine == COMBINE_MAX && v > m->v[day]) ||
             (m->combine == COMBINE_MIN && v < m->v[day]) ||
             (m->combine == COMBINE_LATEST &&
              (at > m->at[day] || (at == m->at[day] && tie > m->tie[day])))) {
        m->v[day] = v;
        m->at[day] = at;
        m->tie[day] = tie;
    }
}

static void close_month(struct month *m)
{
    for (int day = 0; day < DAYS_MAX && m->combine == COMBINE_SUM; day++) {
        if (m->taken >> day & 1 && m->n[day] <= 0)
            m->taken &= ~(UINT32_C(1) << day); /* records came and went again: no fact */
    }
    if (!m->open || m->taken == 0)
        return;
    g_string_append_printf(m->name, "|%d", m->month);
    for (int day = 0; day < DAYS_MAX; day++) {
        if (m->taken >> day & 1)
            g_string_append_printf(m->name, "|%d:%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT, day + 1,
                                   (int64_t)(m->v[day] >> 64), (int64_t)m->v[day]);
    }
    add_line(m->digest, m->name->str);
}

static void open_month(struct month *m, const struct q_digest_usage_row *row)
{
    close_month(m);
    m->open = true;
    m->party = row->party_id;
    m->metric = row->metric_id;
    m->subject = row->subject_id;
    m->month = row->month;
    m->taken = 0;
    g_string_assign(m->name, row->name);
    m->combine = span_combine(row->combine);
}

static bool on_usage(void *context, const struct q_digest_usage_row *row, GError **err)
{
    (void)err;
    struct month *m = context;
    if (!m->open || row->party_id != m->party || row->metric_id != m->metric ||
        row->subject_id != m->subject || row->month != m->month)
        open_month(m, row);
    for (size_t i = 0; i < row->v.n; i++) {
        size_t day = i + (size_t)row->first_day - 1;
        int64_t load_id = row->load_ids_is_null ? row->load_id : row->load_ids.v[i];
        if ((row->v.is_null && row->v.is_null[i]) || day >= DAYS_MAX || !counts(m, load_id))
            continue;
        fold(m, day, row->v.v[i], row->at_is_null ? 1 : row->at.v[i],
             row->tie_is_null ? 0 : row->tie.v[i]);
    }
    return true;
}

static bool add_usage(struct db *db, struct digest *digest, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct month m = {.digest = digest, .name = g_string_new(NULL)};
    bool ok = q_load_visible(arena, db, &m.loads, err) && q_digest_usage(db, on_usage, &m, err);
    if (ok)
        close_month(&m);
    g_string_free(m.name, TRUE);
    return ok;
}

static bool on_record(void *context, const struct q_digest_records_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_event(void *context, const struct q_digest_event_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_member(void *context, const struct q_digest_member_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_raw(void *context, const struct q_digest_raw_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

static bool on_ledger(void *context, const struct q_digest_ledger_row *row, GError **err)
{
    (void)err;
    return add_line(context, row->line);
}

bool digest_content(struct db *db, enum digest_scope scope, char **hex, GError **err)
{
    struct digest digest = {0};
    if (sodium_init() < 0)
        return err_set(err, KENKO_ERROR_BUG, "libsodium does not start");
    db_set_deadline(db, DEADLINE_MS);
    if (!db_begin_snapshot(db, err))
        return false;
    bool ok = add_usage(db, &digest, err) && q_digest_records(db, on_record, &digest, err) &&
              q_digest_event(db, on_event, &digest, err) &&
              q_digest_member(db, on_member, &digest, err) &&
              q_digest_raw(db, on_raw, &digest, err) &&
              (scope != DIGEST_ALL || q_digest_ledger(db, on_ledger, &digest, err));
    db_rollback(db);
    if (!ok)
        return false;
    *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)&digest, sizeof digest);
    return true;
}
