/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage events that are kept, beside what they add up to. */
#include "ingest/batch_internal.h"
#include "sql/ingest.h"

void batch_event_keep(struct batch *batch, const struct rollup_cell *base, uint32_t subject,
                      const struct stream_value *value, size_t n_values, int64_t ordinal,
                      const struct seen_key *id)
{
    if (!mapping_keeps(batch->mapping))
        return;
    struct batch_event event = {.ordinal = ordinal,
                                .at = base->at,
                                .party = base->party,
                                .subject = subject,
                                .day = base->day,
                                .metric = BATCH_NO_METRIC};
    for (size_t i = 0; i < MAX(n_values, 1); i++) {
        if (n_values > 0) {
            event.metric = value[i].index;
            event.v = value[i].v;
        }
        g_array_append_val(batch->events, event);
        if (mapping_has_id(batch->mapping))
            g_array_append_val(batch->event_ids, *id);
    }
}

static bool put_event(struct batch *batch, struct db_copy *copy, int64_t load_id, guint i,
                      GError **err)
{
    const struct batch_event *event = &g_array_index(batch->events, struct batch_event, i);
    const bool has_id = batch->event_ids->len > 0, has_value = event->metric != BATCH_NO_METRIC;
    struct q_event_copy_row row = {.party_id = directory_id(batch->parties, event->party),
                                   .subject_id = directory_id(batch->subjects, event->subject),
                                   .load_id = load_id,
                                   .ordinal = event->ordinal,
                                   .at = event->at,
                                   .v = event->v,
                                   .v_is_null = !has_value,
                                   .metric_id = has_value ? batch->metric_id[event->metric] : 0,
                                   .metric_id_is_null = !has_value,
                                   .day = event->day,
                                   .id_hash_is_null = !has_id};
    if (has_id)
        row.id_hash =
            (struct slice){(const char *)&g_array_index(batch->event_ids, struct seen_key, i),
                           sizeof(struct seen_key)};
    return q_event_copy_put(copy, &row, err);
}

bool batch_event_write(struct batch *batch, int64_t load_id, GError **err)
{
    if (batch->events->len == 0)
        return true;
    struct db_copy *copy = q_event_copy_begin(batch->db, err);
    if (!copy)
        return false;
    for (guint i = 0; i < batch->events->len; i++) {
        if (!put_event(batch, copy, load_id, i, err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return db_copy_end(copy, NULL, err);
}
