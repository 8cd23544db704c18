/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of a stream without a mapping: its values into cells, its cells into a row. */
#include <sodium.h>

#include "core/text.h"
#include "ingest/raw_internal.h"
#include "ingest/raw_value.h"

/* What a tuple may hold beside what goes out of line; PostgreSQL's page has 8,160 bytes. */
enum { INLINE_MAX = 7600, POINTER_BYTES = 24, SHORT_MAX = 126 };

/* A record under way. What it says of the stream is believed when it is taken. */
struct taking {
    struct raw_stream *stream;
    struct arena *scratch;
    struct raw_cell *cell; /* by column */
    bool deleted;
    GString *extra, *changes; /* inside of an object, of an array; NULL: nothing yet */
    int64_t replaced, rounded, nulled;
    enum raw_outcome outcome;
    struct mapping_reject *reject;
    GError **err;
};

/* Set the outcome; returns false: the record goes no further. */
static bool refuse(struct taking *t, const char *field, const char *reason, const char *message)
{
    t->outcome = RAW_REJECTED;
    *t->reject = (struct mapping_reject){0, arena_strdup(t->scratch, field), reason, message};
    return false;
}

/* A field without a column of its own is kept as JSON beside the columns. */
static void put_extra(struct taking *t, const char *field, const struct scan_json_member *m)
{
    struct raw_value value;
    if (raw_value_encode(t->scratch, RAW_JSONB, m, &value) != RAW_FITS)
        return;
    if (!t->extra)
        t->extra = g_string_new(NULL);
    g_string_append(t->extra, t->extra->len ? ",\"" : "\"");
    text_json(t->extra, field);
    g_string_append(t->extra, "\":");
    g_string_append_len(t->extra, value.same.p, (gssize)value.same.n);
    t->replaced += (int64_t)value.replaced;
}

/* A value that is left out, and said so in Airbyte's words. */
static void put_change(struct taking *t, const char *field)
{
    if (!t->changes)
        t->changes = g_string_new(NULL);
    g_string_append(t->changes, t->changes->len ? ",{\"field\":\"" : "{\"field\":\"");
    text_json(t->changes, field);
    g_string_append(t->changes,
                    "\",\"change\":\"NULLED\",\"reason\":\"DESTINATION_TYPECAST_ERROR\"}");
    t->nulled++;
}

/* The shape would have to change for this value; true when the contract lets it. */
static bool may_evolve(struct taking *t, const char *field, const char *what)
{
    const struct raw_stream *s = t->stream;
    switch (s->contract) {
    case RAW_FREEZE:
        return err_set(t->err, KENKO_ERROR_CHECK, "stream %s: '%s' %s, and the contract is freeze",
                       s->label, field, what);
    case RAW_DISCARD_ROW:
        return refuse(t, field, "contract", what);
    case RAW_DISCARD_VALUE:
        put_change(t, field);
        return false;
    default:
        return true;
    }
}

/* Does the record go on after may_evolve said no? */
static bool goes_on(const struct taking *t)
{
    return t->stream->contract == RAW_DISCARD_VALUE;
}

static struct raw_column *column_at(struct taking *t, int place)
{
    return raw_column_at(t->stream, place);
}

/* Cells are as many as the columns: a record may have brought one. */
static void grow_cells(struct taking *t)
{
    g_array_set_size(t->stream->raw->cells, t->stream->columns->len);
    t->cell = (struct raw_cell *)(void *)t->stream->raw->cells->data;
}

static void put_cell(struct taking *t, int place, int first, const struct raw_value *value,
                     struct slice written)
{
    t->cell[place].bytes = value->bytes;
    t->cell[place].same = value->same;
    t->cell[place].written = written;
    t->cell[first].same = value->same;
    t->replaced += (int64_t)value->replaced;
    t->rounded += (int64_t)value->rounded;
}

/* A value of another kind than its column stands in a column beside it. */
static bool put_variant(struct taking *t, int first, const struct scan_json_member *m)
{
    const struct raw_column *c = column_at(t, first);
    const char *field = c->field;
    enum raw_type type = raw_value_type(c->type, m);
    struct raw_value value;
    if (!may_evolve(t, field, "holds a value of another type than its column"))
        return goes_on(t);
    if (raw_value_encode(t->scratch, type, m, &value) != RAW_FITS)
        return refuse(t, field, "out_of_range", "holds a number that cannot be stored");
    int place = raw_column_variant(t->stream, field, raw_type_name(type));
    if (place == RAW_NOWHERE)
        place = raw_column_add(t->stream, field, raw_type_name(type), type);
    if (place == RAW_NOWHERE) {
        put_extra(t, field, m);
        return true;
    }
    grow_cells(t);
    put_cell(t, place, first, &value, m->raw);
    return true;
}

/* A time's first value says whether the column's times have an offset, where the source does not.
 */
static bool settle_offset(struct taking *t, int place, const struct scan_json_member *m)
{
    struct raw_column *c = column_at(t, place);
    if (!c->any_offset || c->filled || (c->type != RAW_TIMESTAMP && c->type != RAW_TIMESTAMPTZ))
        return false;
    enum raw_type type = raw_value_type(c->type, m);
    if (type == c->type || (type != RAW_TIMESTAMP && type != RAW_TIMESTAMPTZ))
        return false;
    c->type = type;
    c->retyped = !c->fresh;
    raw_activate(t->stream);
    return true;
}

static bool widen(struct taking *t, int place, const struct scan_json_member *m)
{
    struct raw_column *c = column_at(t, place);
    struct raw_value value;
    if (!may_evolve(t, c->field, "holds a number that its column does not"))
        return goes_on(t);
    if (t->stream->first) {
        t->outcome = RAW_LATER; /* rows that wait have the narrow form */
        return false;
    }
    c->type = RAW_NUMERIC;
    c->retyped = !c->fresh;
    raw_activate(t->stream);
    if (raw_value_encode(t->scratch, RAW_NUMERIC, m, &value) != RAW_FITS)
        return refuse(t, c->field, "out_of_range", "holds a number that cannot be stored");
    put_cell(t, place, place, &value, m->raw);
    return true;
}

static bool put_value(struct taking *t, int place, const struct scan_json_member *m)
{
    struct raw_value value;
    if (t->cell[place].met)
        return refuse(t, column_at(t, place)->field, "duplicate_key", "stands twice in the record");
    t->cell[place].met = true;
    switch (raw_value_encode(t->scratch, column_at(t, place)->type, m, &value)) {
    case RAW_FITS:
        put_cell(t, place, place, &value, m->raw);
        return true;
    case RAW_EMPTY:
        return true;
    case RAW_WIDER:
        return widen(t, place, m);
    default:
        break;
    }
    if (!settle_offset(t, place, m))
        return put_variant(t, place, m);
    if (raw_value_encode(t->scratch, column_at(t, place)->type, m, &value) != RAW_FITS)
        BUG("a time does not fit its own type");
    put_cell(t, place, place, &value, m->raw);
    return true;
}

/* A field without a column: one that the shape names, or any where it names none. */
static bool put_homeless(struct taking *t, const struct scan_json_member *m)
{
    struct raw_stream *s = t->stream;
    char *field = arena_strndup(t->scratch, m->key.p, m->key.n);
    if (s->has_fields && !g_hash_table_contains(s->homeless, field))
        return true; /* not selected */
    if (m->value.type == SCAN_JSON_NULL)
        return true;
    if (s->is_known && !may_evolve(t, field, "has no column"))
        return goes_on(t);
    int place = s->has_fields ? RAW_NOWHERE
                              : raw_column_add(s, field, "", raw_value_type(RAW_TYPE_COUNT, m));
    if (place == RAW_NOWHERE) {
        put_extra(t, field, m);
        return true;
    }
    grow_cells(t);
    return put_value(t, place, m);
}

static void note_deleted(struct taking *t, const struct scan_json_member *m)
{
    const struct raw_stream *s = t->stream;
    if (s->deleted_field
            ? !slice_is(m->key, s->deleted_field)
            : !slice_is(m->key, "_sdc_deleted_at") && !slice_is(m->key, "_ab_cdc_deleted_at"))
        return;
    struct slice text = m->value.text;
    if (s->deleted_value)
        t->deleted = m->value.type != SCAN_JSON_NULL && slice_is(text, s->deleted_value);
    else
        t->deleted = m->value.type != SCAN_JSON_NULL && text.n > 0 && !slice_is(text, "false") &&
                     !slice_is(text, "0");
}

/* Records of a stream have their members in one order nearly always. */
static int find_place(struct raw_stream *s, guint n, struct slice key)
{
    if (n >= s->hints->len)
        g_array_set_size(s->hints, n + 1);
    int *hint = &g_array_index(s->hints, int, n);
    if (*hint > 0 && slice_is(key, raw_column_at(s, *hint - 1)->field))
        return *hint - 1;
    g_autofree char *field = g_strndup(key.p, key.n);
    *hint = GPOINTER_TO_INT(g_hash_table_lookup(s->by_field, field));
    return *hint - 1;
}

static bool take_members(struct taking *t, struct slice text)
{
    struct scan_json_members members;
    struct scan_json_member m;
    scan_json_open(&members, t->scratch, text);
    for (guint n = 0; scan_json_next(&members, &m); n++) {
        note_deleted(t, &m);
        int place = find_place(t->stream, n, m.key);
        bool has_place = place != RAW_NOWHERE && column_at(t, place)->declared;
        if (has_place ? !put_value(t, place, &m) : !put_homeless(t, &m))
            return false;
    }
    t->replaced += (int64_t)members.replaced;
    if (!members.broken)
        return true;
    refuse(t, "", members.error.reason, members.error.message);
    t->reject->column = members.error.column;
    return false;
}

/* A column once found stays where it is; `known` remembers it as place + 1. */
static int place_of(const struct raw_stream *s, const char *field, int *known)
{
    if (*known == 0)
        *known = GPOINTER_TO_INT(g_hash_table_lookup(s->by_field, field));
    return *known - 1;
}

/* Is every field there that must be, and has the key a value in each? */
static bool check_needed(struct taking *t)
{
    const struct raw_stream *s = t->stream;
    for (size_t i = 0; i < s->n_key; i++) {
        int place = place_of(s, s->key[i], &s->key_place[i]);
        if (place == RAW_NOWHERE || !t->cell[place].met)
            return refuse(t, s->key[i], "missing_key", "is not there, want the record's key");
        if (!t->cell[place].same.p)
            return refuse(t, s->key[i], "null_key", "is null, want the record's key");
    }
    for (size_t i = 0; i < s->n_required; i++) {
        int place = place_of(s, s->required[i], &s->required_place[i]);
        if (place != RAW_NOWHERE && !t->cell[place].met)
            return refuse(t, s->required[i], "missing_field", "is not there, and it is required");
    }
    return true;
}

/* The bytes a value takes in its tuple at worst. */
static size_t inline_size(const struct raw_cell *cell)
{
    return cell->bytes.n <= SHORT_MAX ? cell->bytes.n + 1
                                      : MIN(cell->bytes.n + 8, (size_t)POINTER_BYTES);
}

/* Cells that a tuple has no room for go beside the columns, the last ones first. */
static void make_room(struct taking *t)
{
    size_t size = 0, n = t->stream->columns->len;
    for (size_t i = 0; i < n; i++)
        size += t->cell[i].bytes.p ? inline_size(&t->cell[i]) : 0;
    for (size_t i = n; i-- > 0 && size > INLINE_MAX;) {
        if (!t->cell[i].bytes.p)
            continue;
        size -= inline_size(&t->cell[i]);
        struct scan_json_member m = {.raw = t->cell[i].written};
        put_extra(t, column_at(t, (int)i)->field, &m);
        t->cell[i].bytes = (struct slice){NULL, 0};
    }
}

static void mix(struct raw *raw, uint32_t tag, struct slice text)
{
    uint32_t head[2] = {tag, (uint32_t)text.n};
    g_byte_array_append(raw->mix, (const guint8 *)head, sizeof head);
    g_byte_array_append(raw->mix, (const guint8 *)text.p, (guint)text.n);
}

static void digest_mix(struct raw *raw, uint8_t out[16])
{
    crypto_shorthash_siphashx24(out, raw->mix->data, raw->mix->len, raw->secret);
    g_byte_array_set_size(raw->mix, 0);
}

static void hash_row(struct taking *t, struct raw_row *row)
{
    struct raw_stream *s = t->stream;
    for (guint i = 0; i < s->columns->len; i++) {
        if (t->cell[i].bytes.p)
            mix(s->raw, i, t->cell[i].same);
    }
    mix(s->raw, UINT32_MAX, row->deleted ? SLICE("deleted") : SLICE(""));
    mix(s->raw, UINT32_MAX, row->extra);
    digest_mix(s->raw, row->hash);
    memcpy(row->key, row->hash, sizeof row->key);
    row->has_key = s->keyed;
    if (s->n_key == 0)
        return;
    for (size_t i = 0; i < s->n_key; i++)
        mix(s->raw, (uint32_t)i, t->cell[s->key_place[i] - 1].same);
    digest_mix(s->raw, row->key);
}

static void pack_cells(struct taking *t, struct raw_row *row)
{
    size_t size = 0, n = t->stream->columns->len;
    for (size_t i = 0; i < n; i++)
        size += 4 + t->cell[i].bytes.n;
    char *bytes = arena_alloc(t->stream->raw->arena, size), *to = bytes;
    for (size_t i = 0; i < n; i++) {
        const struct slice *cell = &t->cell[i].bytes;
        uint32_t length = cell->p ? GUINT32_TO_BE((uint32_t)cell->n) : UINT32_MAX;
        memcpy(to, &length, 4);
        if (cell->n > 0)
            memcpy(to + 4, cell->p, cell->n);
        to += 4 + cell->n;
    }
    row->cells = (struct slice){bytes, size};
    row->n_cells = n;
}

/* jsonb as COPY sends it: its version, then the text; p NULL for nothing. */
static struct slice pack_json(struct raw *raw, const char *open, const GString *inside,
                              struct slice more, const char *close)
{
    if (!inside && more.n == 0)
        return (struct slice){NULL, 0};
    size_t n = inside ? inside->len : 0;
    char *text = arena_printf(raw->arena, "\1%s%.*s%s%.*s%s", open, (int)n, n ? inside->str : "",
                              n > 0 && more.n > 0 ? "," : "", SLICE_ARGS(more), close);
    return slice_of(text);
}

/* The inside of the changes that a record came with; anything but a list of objects is left out. */
static struct slice changes_inside(struct taking *t, struct slice changes)
{
    struct raw_value value;
    struct scan_json_member m = {.raw = changes};
    struct scan_error error;
    if (changes.n < 2 || changes.p[0] != '[' || !scan_json_validate(changes, &error) ||
        raw_value_encode(t->scratch, RAW_JSONB, &m, &value) != RAW_FITS)
        return (struct slice){"", 0};
    return (struct slice){value.same.p + 1, value.same.n - 2};
}

static void note_absent(struct taking *t, struct raw_row *row)
{
    const struct raw_stream *s = t->stream;
    if (!s->rule || !s->rule->partial)
        return;
    int32_t *places = arena_many(s->raw->arena, s->columns->len + 1, int32_t);
    size_t n = 0;
    for (guint i = 0; i < s->columns->len; i++) {
        if (!*column_at(t, (int)i)->variant && !t->cell[i].met)
            places[n++] = (int32_t)i;
    }
    row->absent = (struct db_ints){n, places, NULL};
}

static void keep_row(struct taking *t, const struct raw_record *record)
{
    struct raw_stream *s = t->stream;
    struct raw *raw = s->raw;
    struct raw_row *row = arena_one(raw->arena, struct raw_row);
    make_room(t);
    row->from = *record;
    row->from.text = row->from.changes = (struct slice){NULL, 0};
    if (!record->has_generation && s->floor != INT64_MIN) {
        row->from.has_generation = true; /* it came after the floor was set */
        row->from.generation = s->floor;
    }
    row->deleted = t->deleted;
    row->extra = pack_json(raw, "{", t->extra, (struct slice){"", 0}, "}");
    row->meta =
        pack_json(raw, "{\"changes\":[", t->changes, changes_inside(t, record->changes), "]}");
    note_absent(t, row);
    hash_row(t, row);
    pack_cells(t, row);
    for (guint i = 0; i < s->columns->len; i++) {
        struct raw_column *c = column_at(t, (int)i);
        if (t->cell[i].bytes.p && !c->filled)
            c->filled = c->newly_filled = true;
    }
    *s->last = row;
    s->last = &row->next;
    s->count.read++;
    s->count.loaded++;
    s->count.replaced += t->replaced;
    s->count.rounded += t->rounded;
    s->nulled += t->nulled;
    raw_activate(s);
}

bool raw_take(struct raw_stream *stream, const struct raw_record *record, enum raw_outcome *outcome,
              struct mapping_reject *reject, GError **err)
{
    struct raw *raw = stream->raw;
    GError *failure = NULL;
    struct taking t = {
        .stream = stream, .scratch = raw->scratch, .reject = reject, .err = &failure};
    arena_reset(raw->scratch);
    g_array_set_size(raw->cells, 0);
    grow_cells(&t);
    if (take_members(&t, record->text) && check_needed(&t))
        keep_row(&t, record);
    if (t.extra)
        g_string_free(t.extra, TRUE);
    if (t.changes)
        g_string_free(t.changes, TRUE);
    *outcome = t.outcome;
    if (failure)
        g_propagate_error(err, failure);
    return !failure;
}

void raw_reject(struct raw_stream *stream, const struct raw_record *record,
                const struct mapping_reject *reject)
{
    reject_add(stream->raw->arena, stream->rejects, record->line, record->ordinal, record->text,
               reject);
    stream->count.read++;
    stream->count.rejected++;
    raw_activate(stream);
}
