/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/batch.h"

#include <sodium.h>

#include "core/keyed_hash.h"
#include "ingest/batch_internal.h"
#include "sql/ingest.h"

static bool make_metrics(struct batch *batch, GError **err)
{
    static const char *const combine_names[] = {"sum", "max", "min", "latest"};
    int usage;
    for (size_t i = 0; (usage = mapping_value_usage(batch->mapping, i)) >= 0; i++) {
        const struct mapping_usage *u = &batch->set->usage[usage];
        const char *combine = combine_names[u->combine];
        g_autoptr(arena_t) arena = arena_new();
        struct q_metric_find_row row;
        if (!q_metric_put(batch->db, u->name, u->decimals, combine, u->unit, u->by, NULL, err) ||
            !q_metric_find(arena, batch->db, u->name, u->decimals, combine, &row, err))
            return false;
        batch->metric_id[i] = row.metric_id;
        batch->usage[i] = u;
        batch->cell_of[i] = 0;
        while (batch->usage[batch->cell_of[i]] != u)
            batch->cell_of[i]++;
        if (*u->by)
            batch->by = u->by;
    }
    return true;
}

static bool read_usage_from(struct batch *batch, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_retention_usage_row row;
    bool found;
    if (!q_retention_usage(arena, batch->db, &row, &found, err))
        return false;
    batch->usage_from = found ? row.kept_from : INT64_MIN;
    return true;
}

void batch_derive_key(const struct batch *batch, const char *purpose, uint8_t *out, size_t n)
{
    crypto_generichash(out, n, (const unsigned char *)purpose, strlen(purpose), batch->key,
                       sizeof batch->key);
}

/* What was large is given back: many streams take turns at being it. */
static void empty(GArray **array, guint size)
{
    if (*array && (*array)->len <= 1024) {
        g_array_set_size(*array, 0);
        return;
    }
    if (*array)
        g_array_free(*array, TRUE);
    *array = g_array_new(FALSE, FALSE, size);
}

void batch_clear(struct batch *batch)
{
    arena_reset(batch->arena);
    rollup_clear(batch->rollup);
    batch->n_waiting = 0;
    g_hash_table_remove_all(batch->tally_months);
    g_array_set_size(batch->records, 0);
    g_array_set_size(batch->rejects, 0);
    memset(batch->ignored, 0, sizeof batch->ignored);
    batch->own_ignored = 0;
    batch->count = (struct batch_counters){0};
    batch->raw_bytes = batch->n_values = 0;
    g_array_set_size(batch->large, 0);
    empty(&batch->events, sizeof(struct batch_event));
    empty(&batch->event_ids, sizeof(struct seen_key));
    batch->file = "";
    batch->from = batch->to = 0;
    batch->first_day = INT32_MAX;
    batch->last_day = INT32_MIN;
}

struct batch *batch_new(struct db *db, const struct job *job, const struct mapping_set *set,
                        const struct mapping *mapping, const char *source, const struct zone *zone,
                        GError **err)
{
    struct batch *batch = g_new0(struct batch, 1);
    batch->db = db;
    batch->job = job;
    batch->set = set;
    batch->mapping = mapping;
    batch->source = source;
    batch->zone = zone;
    batch->arena = arena_new();
    batch->parties = directory_new();
    batch->subjects = directory_new();
    batch->rollup = rollup_new();
    batch->tally_months = g_hash_table_new(NULL, NULL);
    batch->records = g_array_new(FALSE, FALSE, sizeof(struct batch_record));
    batch->rejects = g_array_new(FALSE, FALSE, sizeof(struct reject));
    batch->large = g_array_new(FALSE, FALSE, sizeof(struct batch_large));
    batch_clear(batch);
    if (keyed_hash_load(db, batch->key, err) && read_usage_from(batch, err) &&
        make_metrics(batch, err))
        return batch;
    batch_free(batch);
    return NULL;
}

void batch_free(struct batch *batch)
{
    if (!batch)
        return;
    arena_free(batch->arena);
    directory_free(batch->parties);
    directory_free(batch->subjects);
    rollup_free(batch->rollup);
    g_hash_table_destroy(batch->tally_months);
    g_array_free(batch->records, TRUE);
    g_array_free(batch->rejects, TRUE);
    g_array_free(batch->large, TRUE);
    g_array_free(batch->events, TRUE);
    g_array_free(batch->event_ids, TRUE);
    g_free(batch);
}

void batch_set_seen(struct batch *batch, struct seen *seen)
{
    batch_usage_look_up(batch);
    batch->seen = seen;
}

void batch_set_place(struct batch *batch, const char *file, int64_t from, int64_t to)
{
    batch->file = arena_strdup(batch->arena, file);
    batch->from = from;
    batch->to = to;
}

const struct batch_counters *batch_count(const struct batch *batch)
{
    return &batch->count;
}

size_t batch_bytes(const struct batch *batch)
{
    if (batch->n_values + STREAM_VALUES_MAX > ROLLUP_VALUES_MAX)
        return BATCH_FULL;
    size_t held = arena_used(batch->arena) + batch->records->len * sizeof(struct batch_record) +
                  batch->rejects->len * sizeof(struct reject) +
                  batch->large->len * sizeof(struct batch_large) + rollup_bytes(batch->rollup) +
                  (batch->events->len * sizeof(struct batch_event) +
                   batch->event_ids->len * sizeof(struct seen_key) +
                   (batch->seen ? seen_bytes(batch->seen) : 0)) /
                      BATCH_LIGHT_SHARE;
    return MAX(held, batch->raw_bytes / BATCH_RAW_SHARE);
}

const struct batch_counters *batch_written(const struct batch *batch)
{
    return &batch->written;
}

bool batch_is_empty(const struct batch *batch)
{
    return batch->count.read == 0 && batch->n_waiting == 0 && batch->large->len == 0;
}

void batch_duplicate(struct batch *batch)
{
    batch->count.read++;
    batch->count.duplicate++;
}

void batch_ignore(struct batch *batch, size_t rule)
{
    batch->count.read++;
    batch->count.ignored++;
    batch->ignored[rule]++;
}

void batch_ignore_as(struct batch *batch, const char *rule)
{
    batch->count.read++;
    batch->count.ignored++;
    batch->own_rule = rule;
    batch->own_ignored++;
}

void batch_reject(struct batch *batch, int64_t line, int64_t ordinal, struct slice raw,
                  const struct mapping_reject *reject)
{
    reject_add(batch->arena, batch->rejects, line, ordinal, raw, reject);
    batch->count.read++;
    batch->count.rejected++;
}

/* False when what it counts for does not fit. */
static bool keep_record(struct batch *batch, const struct stream_record *record,
                        struct mapping_reject *reject)
{
    const struct stream *stream = mapping_stream(batch->mapping);
    size_t n = stream_field_count(stream);
    struct batch_record kept = {.ordinal = record->ordinal,
                                .cell = arena_many(batch->arena, n, struct stream_cell)};
    memcpy(kept.cell, record->cell, n * sizeof *kept.cell);
    for (size_t f = 0; f < n; f++) {
        if (stream->field[f].type == STREAM_TEXT && !kept.cell[f].is_null)
            kept.cell[f].as.text.p =
                arena_strndup(batch->arena, record->cell[f].as.text.p, record->cell[f].as.text.n);
    }
    if (stream->has_party)
        kept.party = directory_index(batch->parties, record->cell[0].as.text);
    if (batch_has_tallies(batch) && !batch_tally_take(batch, record, &kept, reject))
        return false;
    g_array_append_val(batch->records, kept);
    return true;
}

/* Is the event of a time of which usage, or the ids that would tell whether it is known, were
 * dropped? */
static bool is_too_old(struct batch *batch, const struct stream_record *record,
                       struct mapping_reject *reject)
{
    bool by_id = batch->seen && record->id.p;
    int64_t kept_from = MAX(batch->usage_from, by_id ? seen_kept_from(batch->seen) : INT64_MIN);
    if (!mapping_stream(batch->mapping)->is_usage || record->cell[1].as.n >= kept_from)
        return false;
    char day[DAY_TEXT_SIZE];
    day_format(zone_day(batch->zone, kept_from), day);
    *reject = (struct mapping_reject){
        0, "", "too_old",
        arena_printf(batch->arena,
                     "it is from before %s, and what is older was dropped by retention", day)};
    return true;
}

void batch_add(struct batch *batch, const struct stream_record *record)
{
    struct mapping_reject reject;
    struct seen_key id = {0};
    if (is_too_old(batch, record, &reject)) {
        batch_reject(batch, record->line, record->ordinal, record->raw, &reject);
        return;
    }
    bool is_usage = mapping_stream(batch->mapping)->is_usage;
    batch->raw_bytes += record->raw.n;
    if (is_usage && batch_usage_defer(batch, record))
        return;
    batch_usage_look_up(batch); /* whose id came first counts */
    if (batch->seen && record->id.p) {
        id = seen_hash(batch->key, record->id);
        if (!seen_add(batch->seen, id)) {
            batch_duplicate(batch);
            return;
        }
    }
    if (is_usage) {
        if (!batch_usage_add(batch, record, &id))
            return;
    } else if (!keep_record(batch, record, &reject)) {
        batch_reject(batch, record->line, record->ordinal, record->raw, &reject);
        if (batch->seen && record->id.p)
            seen_remove(batch->seen, id);
        return;
    }
    batch->count.read++;
    batch->count.loaded++;
    batch->count.rounded += (int64_t)record->rounded;
    batch->count.replaced += (int64_t)record->replaced;
}

void batch_map(struct batch *batch, struct mapping_reader *reader, struct arena *scratch,
               const struct input_record *raw)
{
    struct stream_record record;
    struct mapping_reject reject;
    size_t rule;
    arena_reset(scratch);
    switch (mapping_apply_input(reader, scratch, raw, &record, &rule, &reject)) {
    case MAPPED:
        record.line = raw->line;
        record.ordinal = raw->offset;
        batch_add(batch, &record);
        break;
    case MAPPING_IGNORED:
        batch_ignore(batch, rule);
        break;
    default:
        batch_reject(batch, raw->line, raw->offset, raw->text, &reject);
    }
}

void batch_count_add(struct batch_counters *total, const struct batch_counters *c)
{
    total->read += c->read;
    total->loaded += c->loaded;
    total->duplicate += c->duplicate;
    total->ignored += c->ignored;
    total->rejected += c->rejected;
    total->rounded += c->rounded;
    total->replaced += c->replaced;
}
