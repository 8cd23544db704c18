/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How records that change count in usage. The sums are rolled up by the warehouse, which knows the
 * versions before; values of rule latest are spans of their own. */
#include <sodium.h>

#include "ingest/batch_internal.h"
#include "sql/ingest.h"

/* Nine thousand of the largest fit a day's sum. */
#define VALUE_MAX INT64_C(1000000000000000)

bool batch_has_tallies(const struct batch *batch)
{
    return !mapping_stream(batch->mapping)->is_usage && mapping_value_usage(batch->mapping, 0) >= 0;
}

static bool refuse(struct mapping_reject *out, const char *field, const char *reason,
                   const char *message)
{
    *out = (struct mapping_reject){0, field, reason, message};
    return false;
}

/* A record that is deleted, whose day is not known yet, or whose month retention dropped counts for
 * nothing. */
static bool has_day(const struct batch *batch, const struct stream *stream,
                    const struct stream_record *record, uint32_t index, int32_t *day)
{
    int at = mapping_value_at(batch->mapping, index);
    int deleted = stream_field_index(stream, "deleted");
    if (record->cell[at].is_null ||
        (deleted >= 0 && !record->cell[deleted].is_null && record->cell[deleted].as.n != 0))
        return false;
    *day = stream->field[at].type == STREAM_DAY ? record->cell[at].as.day
                                                : zone_day(batch->zone, record->cell[at].as.n);
    return batch->usage_from == INT64_MIN || *day >= zone_day(batch->zone, batch->usage_from);
}

static bool check(struct batch *batch, const struct stream *stream,
                  const struct stream_record *record, const struct batch_tally *tally,
                  struct mapping_reject *reject)
{
    const struct mapping *m = batch->mapping;
    const struct mapping_usage *usage = batch->usage[tally->index];
    const char *outside = mapping_day_reason(m, tally->day);
    int changed_at = stream_field_index(stream, "changed_at");
    if (outside)
        return refuse(reject, mapping_field_source(m, mapping_value_at(m, tally->index)), outside,
                      "lies outside earliest and latest of the mapping");
    if (usage->combine == COMBINE_LATEST && record->cell[changed_at].is_null)
        return refuse(reject, mapping_field_source(m, changed_at), "missing_field",
                      "is empty, want a time");
    if (usage->combine == COMBINE_SUM && (tally->v > VALUE_MAX || tally->v < -VALUE_MAX))
        return refuse(reject, mapping_value_source(m, tally->index), "out_of_range",
                      arena_printf(batch->arena, "the value of %s is beyond 10^15 in its scale",
                                   usage->name));
    return true;
}

static uint32_t subject_of(struct batch *batch, const struct stream_record *record, uint32_t index)
{
    int field = mapping_value_subject(batch->mapping, index);
    if (field < 0 || record->cell[field].is_null)
        return 0;
    return directory_index(batch->subjects, record->cell[field].as.text);
}

bool batch_tally_take(struct batch *batch, const struct stream_record *record,
                      struct batch_record *kept, struct mapping_reject *reject)
{
    const struct stream *stream = mapping_stream(batch->mapping);
    kept->tally = arena_many(batch->arena, record->n_values + 1, struct batch_tally);
    for (size_t i = 0; i < record->n_values; i++) {
        struct batch_tally tally = {.index = record->value[i].index, .v = record->value[i].v};
        if (!has_day(batch, stream, record, tally.index, &tally.day))
            continue;
        if (!check(batch, stream, record, &tally, reject))
            return false;
        tally.subject = subject_of(batch, record, tally.index);
        kept->tally[kept->n_tallies++] = tally;
    }
    for (size_t i = 0; i < kept->n_tallies; i++) {
        int32_t day = kept->tally[i].day;
        g_hash_table_add(batch->tally_months, GINT_TO_POINTER(day_month_start(day, 0)));
        batch->first_day = MIN(batch->first_day, day);
        batch->last_day = MAX(batch->last_day, day);
    }
    crypto_shorthash((unsigned char *)&kept->tie, (const unsigned char *)record->raw.p,
                     record->raw.n, batch->key);
    return true;
}

/* With the key of the stream's table behind its party. */
static const char *external_id(const struct batch *batch, const struct stream *stream,
                               const struct batch_record *record)
{
    int field = stream_field_index(stream, "external_id");
    if (field < 0)
        return "";
    struct slice id = record->cell[field].as.text;
    return arena_printf(batch->arena, "%s%s%.*s", stream->has_source ? batch->source : "",
                        stream->has_source ? "/" : "", SLICE_ARGS(id));
}

static bool put_version(struct batch *batch, struct db_copy *copy,
                        const struct batch_record *record, int64_t load_id, GError **err)
{
    const struct stream *stream = mapping_stream(batch->mapping);
    const struct stream_cell *changed_at = &record->cell[stream_field_index(stream, "changed_at")];
    int32_t metric[STREAM_VALUES_MAX], day[STREAM_VALUES_MAX];
    int64_t subject[STREAM_VALUES_MAX], v[STREAM_VALUES_MAX];
    size_t n = 0;
    for (size_t i = 0; i < record->n_tallies; i++) {
        const struct batch_tally *tally = &record->tally[i];
        if (batch->usage[tally->index]->combine != COMBINE_SUM)
            continue;
        metric[n] = batch->metric_id[tally->index];
        subject[n] = directory_id(batch->subjects, tally->subject);
        day[n] = tally->day;
        v[n++] = tally->v;
    }
    struct q_tally_copy_row row = {.party_id = directory_id(batch->parties, record->party),
                                   .stream = stream->name,
                                   .external_id = external_id(batch, stream, record),
                                   .load_id = load_id,
                                   .ordinal = record->ordinal,
                                   .changed_at = changed_at->is_null ? 0 : changed_at->as.n,
                                   .changed_at_is_null = changed_at->is_null,
                                   .metric_ids = {n, metric, NULL},
                                   .subject_ids = {n, subject, NULL},
                                   .days = {n, day, NULL},
                                   .v = {n, v, NULL}};
    return q_tally_copy_put(copy, &row, err);
}

static void roll_latest(struct batch *batch, const struct batch_record *record)
{
    const struct stream *stream = mapping_stream(batch->mapping);
    const struct stream_cell *changed_at = &record->cell[stream_field_index(stream, "changed_at")];
    for (size_t i = 0; i < record->n_tallies; i++) {
        const struct batch_tally *tally = &record->tally[i];
        if (batch->usage[tally->index]->combine != COMBINE_LATEST)
            continue;
        const struct rollup_cell cell = {.party = record->party,
                                         .metric = batch->cell_of[tally->index],
                                         .subject = tally->subject,
                                         .day = tally->day,
                                         .v = tally->v,
                                         .at = changed_at->as.n,
                                         .tie = record->tie};
        rollup_add(batch->rollup, &cell, COMBINE_LATEST);
    }
}

static bool copy_versions(struct batch *batch, int64_t load_id, GHashTable *unchanged, GError **err)
{
    struct db_copy *copy = q_tally_copy_begin(batch->db, err);
    if (!copy)
        return false;
    for (guint i = 0; i < batch->records->len; i++) {
        const struct batch_record *record = &g_array_index(batch->records, struct batch_record, i);
        if (g_hash_table_contains(unchanged, &record->ordinal))
            continue;
        if (!put_version(batch, copy, record, load_id, err)) {
            db_copy_abort(copy);
            return false;
        }
        roll_latest(batch, record);
    }
    return db_copy_end(copy, NULL, err);
}

bool batch_tally_write(struct batch *batch, int64_t load_id, const struct db_bigints *unchanged,
                       GError **err)
{
    const struct db_bigints none = {0};
    g_autoptr(GHashTable) skip = g_hash_table_new(g_int64_hash, g_int64_equal);
    for (size_t i = 0; i < unchanged->n; i++)
        g_hash_table_add(skip, (gpointer)(uintptr_t)&unchanged->v[i]);
    if (!copy_versions(batch, load_id, skip, err) ||
        !q_tally_roll(batch->db, load_id, &none, NULL, err))
        return false;
    return rollup_count(batch->rollup) == 0 || batch_write_spans(batch, load_id, err);
}
