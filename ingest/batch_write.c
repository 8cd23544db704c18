/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a batch's facts become rows. */
#include <sodium.h>

#include "core/fault.h"
#include "ingest/batch_internal.h"
#include "ingest/load.h"
#include "sql/ingest.h"

/* Statements of an entity stream; the COPY takes load_id, ordinal, hash, [party_id], [source], then
 * the stream's fields. The other takes the versions that say nothing new back, by ordinal. */
struct writer {
    const char *name;
    struct db_copy *(*begin)(struct db *db, GError **err);
    bool (*unchanged)(struct arena *arena, struct db *db, int64_t load_id, struct db_bigints *out,
                      GError **err);
};

/* clang-format off */
#define ENTITIES(X) \
    X(ACCOUNT, account) \
    X(SUBSCRIPTION, subscription) \
    X(CONTACT, contact) \
    X(JOB, job) \
    X(INCIDENT, incident) \
    X(INCIDENT_ACCOUNT, incident_account) \
    X(TICKET, ticket) \
    X(TOUCHPOINT, touchpoint) \
    X(SURVEY_RESPONSE, survey_response) \
    X(SENTIMENT, sentiment) \
    X(MILESTONE, milestone) \
    X(FX_RATE, fx_rate)
/* clang-format on */

#define X(kind, noun)                                                                              \
    static bool noun##_unchanged(struct arena *arena, struct db *db, int64_t load_id,              \
                                 struct db_bigints *out, GError **err)                             \
    {                                                                                              \
        struct q_##noun##_unchanged_row row;                                                       \
        if (!q_##noun##_unchanged(arena, db, load_id, &row, err))                                  \
            return false;                                                                          \
        *out = row.ordinals;                                                                       \
        return true;                                                                               \
    }
ENTITIES(X)
#undef X

static const struct writer writers[STREAM_COUNT] = {
#define X(kind, noun)                                                                              \
    [STREAM_##kind] = {"ingest." #noun "_copy", q_##noun##_copy_begin, noun##_unchanged},
    ENTITIES(X)
#undef X
};

static void set_cell(struct arena *arena, enum stream_type type, const struct stream_cell *cell,
                     struct db_value *out)
{
    out->is_null = cell->is_null;
    if (cell->is_null)
        return;
    if (type == STREAM_TEXT)
        out->as.text = arena_strndup(arena, cell->as.text.p, cell->as.text.n);
    else if (type == STREAM_DAY)
        out->as.i = cell->as.day;
    else if (type == STREAM_BOOL)
        out->as.b = cell->as.n != 0;
    else
        out->as.n = cell->as.n;
}

static void hash_record(const struct batch *batch, const struct stream *stream,
                        const struct batch_record *record, uint8_t out[16])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, batch->key, sizeof batch->key, 16);
    for (size_t f = 0; f < stream_field_count(stream); f++) {
        const struct stream_cell *cell = &record->cell[f];
        uint8_t tag[9] = {cell->is_null};
        if (!cell->is_null) {
            int64_t n = stream->field[f].type == STREAM_TEXT  ? (int64_t)cell->as.text.n
                        : stream->field[f].type == STREAM_DAY ? cell->as.day
                                                              : cell->as.n;
            memcpy(tag + 1, &n, sizeof n);
        }
        crypto_generichash_update(&state, tag, sizeof tag);
        if (!cell->is_null && stream->field[f].type == STREAM_TEXT)
            crypto_generichash_update(&state, (const unsigned char *)cell->as.text.p,
                                      cell->as.text.n);
    }
    for (size_t i = 0; i < record->n_tallies; i++) {
        /* Its day and subject are fields; its number may be of a source field that is not. */
        const int64_t value[2] = {batch->metric_id[record->tally[i].index], record->tally[i].v};
        crypto_generichash_update(&state, (const unsigned char *)value, sizeof value);
    }
    crypto_generichash_final(&state, out, 16);
}

static bool put_record(struct batch *batch, struct db_copy *copy, const struct stream *stream,
                       const struct batch_record *record, int64_t load_id, GError **err)
{
    uint8_t hash[16];
    struct db_value row[STREAM_FIELDS_MAX + 5] = {0};
    size_t n = 0;
    hash_record(batch, stream, record, hash);
    row[n++].as.n = load_id;
    row[n++].as.n = record->ordinal;
    row[n++].as.bytes = (struct slice){(const char *)hash, sizeof hash};
    if (stream->has_party)
        row[n++].as.n = directory_id(batch->parties, record->party);
    if (stream->has_source)
        row[n++].as.text = batch->source;
    for (size_t f = 0; f < stream_field_count(stream); f++) {
        if (strcmp(stream->field[f].name, "party") == 0)
            continue;
        set_cell(batch->arena, stream->field[f].type, &record->cell[f], &row[n]);
        if (strcmp(stream->field[f].name, "deleted") == 0)
            row[n].is_null = false; /* not said is not deleted; the value is false then */
        if (strcmp(stream->field[f].name, "currency") == 0 && row[n].is_null) {
            row[n].is_null = false;
            row[n].as.text = mapping_currency(batch->mapping);
        }
        n++;
    }
    return db_copy_row(copy, row, err);
}

static bool copy_records(struct batch *batch, const struct stream *stream,
                         const struct writer *writer, int64_t load_id, GError **err)
{
    struct db_copy *copy = writer->begin(batch->db, err);
    if (!copy)
        return false;
    for (guint i = 0; i < batch->records->len; i++) {
        const struct batch_record *record = &g_array_index(batch->records, struct batch_record, i);
        if (!put_record(batch, copy, stream, record, load_id, err)) {
            db_copy_abort(copy);
            return false;
        }
        if (i > batch->records->len / 2 && fault_hit("mid_copy")) {
            db_copy_abort(copy);
            return err_set(err, KENKO_ERROR_BUG, "injected mid_copy");
        }
    }
    return db_copy_end(copy, NULL, err);
}

static bool make_accounts(struct batch *batch, int64_t load_id, GError **err)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    g_autoptr(GHashTable) once = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < batch->records->len; i++) {
        uint32_t party = g_array_index(batch->records, struct batch_record, i).party;
        if (g_hash_table_add(once, GUINT_TO_POINTER(party)))
            g_ptr_array_add(keys, (gpointer)(uintptr_t)directory_name(batch->parties, party));
    }
    struct db_texts names = {keys->len, (const char *const *)keys->pdata, NULL};
    return q_account_make(batch->db, mapping_party_source(batch->mapping), &names, load_id, NULL,
                          err) &&
           q_staff_make(batch->db, load_id, NULL, err);
}

/* COPY record versions, take the unchanged back and count them as duplicates; accounts make
 * accounts. */
static bool write_records(struct batch *batch, int64_t load_id, GError **err)
{
    enum stream_kind kind = mapping_kind(batch->mapping);
    const struct writer *writer = &writers[kind];
    struct db_bigints unchanged;
    if (!copy_records(batch, stream_get(kind), writer, load_id, err) ||
        !writer->unchanged(batch->arena, batch->db, load_id, &unchanged, err))
        return false;
    batch->count.loaded -= (int64_t)unchanged.n;
    batch->count.duplicate += (int64_t)unchanged.n;
    if (batch_has_tallies(batch) && !batch_tally_write(batch, load_id, &unchanged, err))
        return false;
    return kind != STREAM_ACCOUNT || make_accounts(batch, load_id, err);
}

static bool write_ignored(struct batch *batch, int64_t load_id, GError **err)
{
    for (size_t i = 0; i < MAPPING_RULES_MAX; i++) {
        if (batch->ignored[i] > 0 &&
            !q_ignored_put(batch->db, load_id, mapping_rule(batch->mapping, i), batch->ignored[i],
                           NULL, err))
            return false;
    }
    return batch->own_ignored == 0 ||
           q_ignored_put(batch->db, load_id, batch->own_rule, batch->own_ignored, NULL, err);
}

static bool write_facts(struct batch *batch, int64_t load_id, GError **err)
{
    if (fault_hit("before_copy"))
        return err_set(err, KENKO_ERROR_BUG, "injected before_copy");
    if (!directory_resolve_parties(batch->parties, batch->db, mapping_party_source(batch->mapping),
                                   load_id, err))
        return false;
    if (batch->by && !directory_resolve_subjects(batch->subjects, batch->db, batch->by, err))
        return false;
    if (rollup_count(batch->rollup) > 0 && !batch_write_spans(batch, load_id, err))
        return false;
    if (!batch_event_write(batch, load_id, err))
        return false;
    if (batch->records->len > 0 && !write_records(batch, load_id, err))
        return false;
    if (fault_hit("after_copy"))
        return err_set(err, KENKO_ERROR_BUG, "injected after_copy");
    return !batch->seen || seen_save(batch->seen, batch->db, load_id, err);
}

bool batch_write_load(struct batch *batch, int64_t *load_id, GError **err)
{
    return load_open(batch->db, batch->job, "ingest", batch->source,
                     mapping_stream(batch->mapping)->name, batch->file, batch->from, load_id,
                     err) &&
           write_facts(batch, *load_id, err) &&
           reject_write(batch->db, *load_id, batch->rejects, err) &&
           write_ignored(batch, *load_id, err) &&
           load_finish(batch->db, *load_id, &batch->count, batch->to, batch->first_day,
                       batch->last_day, err);
}

void batch_keep(struct batch *batch, struct batch_counters *total)
{
    directory_keep(batch->parties);
    directory_keep(batch->subjects);
    batch_count_add(total, &batch->count);
    batch->written = batch->count;
    batch_clear(batch);
}
