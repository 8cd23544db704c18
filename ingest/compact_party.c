/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/compact_party.h"

#include <string.h>

/* Where a span is, until its group is packed. */
struct place {
    int32_t metric;
    guint row;
    int64_t subject, load_id;
    size_t span;
};

/* The k-th spans of all groups become rows under the smallest of their loads: a group's k-th load
 * is above its one before, so that no two layers have the same. */
struct layer {
    struct usage_packer *packer;
    int n_spans;
    int64_t load_id;
    GArray *loads; /* int64_t, as they come */
    GArray *parts; /* struct slice: packed already */
};

struct compact_party {
    const struct compact_rules *rules;
    struct arena *arena; /* of the rows taken */
    GArray *rows;        /* struct compact_row */
    GArray *places;
    GArray *group, *packed; /* struct usage_span */
    GArray *layers;
};

static void free_layer(gpointer data)
{
    struct layer *layer = data;
    usage_pack_free(layer->packer);
    g_array_free(layer->loads, TRUE);
    g_array_free(layer->parts, TRUE);
}

struct compact_party *compact_party_new(const struct compact_rules *rules)
{
    struct compact_party *party = g_new0(struct compact_party, 1);
    party->rules = rules;
    party->arena = arena_new();
    party->rows = g_array_new(FALSE, FALSE, sizeof(struct compact_row));
    party->places = g_array_new(FALSE, FALSE, sizeof(struct place));
    party->group = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    party->packed = g_array_new(FALSE, FALSE, sizeof(struct usage_span));
    party->layers = g_array_new(FALSE, FALSE, sizeof(struct layer));
    g_array_set_clear_func(party->layers, free_layer);
    return party;
}

void compact_party_free(struct compact_party *party)
{
    arena_free(party->arena);
    g_array_free(party->rows, TRUE);
    g_array_free(party->places, TRUE);
    g_array_free(party->group, TRUE);
    g_array_free(party->packed, TRUE);
    g_array_free(party->layers, TRUE);
    g_free(party);
}

bool compact_party_add(struct compact_party *party, int64_t load_id, int32_t part,
                       struct slice spans, GError **err)
{
    struct compact_row row = {.load_id = load_id, .part = part};
    row.spans = (struct slice){arena_strndup(party->arena, spans.p, spans.n), spans.n};
    struct usage_pack pack;
    if (!usage_pack_open(row.spans, &pack, err))
        return false;
    for (size_t i = 0; i < pack.n_spans; i++) {
        struct usage_span span;
        if (!usage_pack_get(&pack, i, &span, err))
            return false;
        const struct place place = {span.metric_id, party->rows->len, span.subject_id, span.load_id,
                                    i};
        g_array_append_val(party->places, place);
    }
    g_array_append_val(party->rows, row);
    return true;
}

static int compare_places(gconstpointer a, gconstpointer b)
{
    const struct place *x = a, *y = b;
    if (x->metric != y->metric)
        return x->metric < y->metric ? -1 : 1;
    if (x->subject != y->subject)
        return x->subject < y->subject ? -1 : 1;
    return (x->load_id > y->load_id) - (x->load_id < y->load_id);
}

/* Unpack a span with all that packing looks at. */
static bool add_to_group(struct compact_party *party, const struct place *place, GError **err)
{
    struct usage_span span = {0};
    struct usage_pack pack;
    if (!usage_pack_open(g_array_index(party->rows, struct compact_row, place->row).spans, &pack,
                         err) ||
        !usage_pack_get(&pack, place->span, &span, err))
        return false;
    for (int d = 0; d < SPAN_DAYS; d++) {
        if (!span.is_latest && !span.is_counted)
            span.at[d] = 1;
        if (!span.is_mixed)
            span.load[d] = span.load_id;
    }
    g_array_append_val(party->group, span);
    return true;
}

static struct layer *layer_at(struct compact_party *party, guint k)
{
    if (k == party->layers->len) {
        const struct layer layer = {.packer = usage_pack_new(),
                                    .load_id = INT64_MAX,
                                    .loads = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                                    .parts = g_array_new(FALSE, FALSE, sizeof(struct slice))};
        g_array_append_val(party->layers, layer);
    }
    return &g_array_index(party->layers, struct layer, k);
}

static void end_part(struct layer *layer, struct arena *arena)
{
    if (layer->n_spans == 0)
        return;
    struct slice packed = usage_pack_end(layer->packer);
    packed.p = arena_strndup(arena, packed.p, packed.n);
    g_array_append_val(layer->parts, packed);
    layer->n_spans = 0;
}

static void put_span(struct layer *layer, const struct usage_span *span, struct arena *arena)
{
    usage_pack_put(layer->packer, span);
    layer->load_id = MIN(layer->load_id, span->load_id);
    for (uint32_t days = span->taken; days; days &= days - 1) {
        int64_t load = span->load[__builtin_ctz(days)];
        if (layer->loads->len == 0 ||
            g_array_index(layer->loads, int64_t, layer->loads->len - 1) != load)
            g_array_append_val(layer->loads, load);
    }
    if (++layer->n_spans == USAGE_PACK_SPANS)
        end_part(layer, arena);
}

/* Spans [first, last) in the order of places are one metric and subject. */
static bool pack_group(struct compact_party *party, guint first, guint last, struct arena *arena,
                       GError **err)
{
    const struct compact_rules *rules = party->rules;
    const struct place *place = &g_array_index(party->places, struct place, first);
    if (place->metric < 0 || (size_t)place->metric >= rules->n)
        return err_set(err, KENKO_ERROR_BUG, "usage of an unknown metric %d", place->metric);
    g_array_set_size(party->group, 0);
    for (guint i = first; i < last; i++) {
        if (!add_to_group(party, &g_array_index(party->places, struct place, i), err))
            return false;
    }
    span_pack(party->group, rules->combine[place->metric], rules->fate, rules->context,
              party->packed);
    for (guint k = 0; k < party->packed->len; k++) {
        struct usage_span *span = &g_array_index(party->packed, struct usage_span, k);
        span->metric_id = place->metric;
        span->subject_id = place->subject;
        span->is_mixed = !span_is_plain(span);
        put_span(layer_at(party, k), span, arena);
    }
    return true;
}

static int compare_loads(gconstpointer a, gconstpointer b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void list_loads(struct layer *layer, struct arena *arena, struct compact_row *row)
{
    g_array_sort(layer->loads, compare_loads);
    int64_t *loads = arena_many(arena, layer->loads->len, int64_t);
    size_t n = 0;
    for (guint i = 0; i < layer->loads->len; i++) {
        int64_t load = g_array_index(layer->loads, int64_t, i);
        if (n == 0 || loads[n - 1] != load)
            loads[n++] = load;
    }
    row->n_loads = n > 1 ? n : 0;
    row->loads = loads;
}

/* The rows of all layers, ascending by load_id, then part. */
static GArray *rows_of_layers(struct compact_party *party, int64_t party_id, struct arena *arena)
{
    GArray *rows = g_array_new(FALSE, FALSE, sizeof(struct compact_row));
    for (guint k = 0; k < party->layers->len; k++) {
        struct layer *layer = &g_array_index(party->layers, struct layer, k);
        struct compact_row row = {.party = party_id, .load_id = layer->load_id};
        end_part(layer, arena);
        list_loads(layer, arena, &row);
        for (guint i = 0; i < layer->parts->len; i++) {
            row.part = (int32_t)i;
            row.spans = g_array_index(layer->parts, struct slice, i);
            g_array_append_val(rows, row);
        }
    }
    return rows;
}

static int compare_rows(const struct compact_row *a, const struct compact_row *b)
{
    if (!a || !b)
        return a ? -1 : 1;
    if (a->load_id != b->load_id)
        return a->load_id < b->load_id ? -1 : 1;
    return (a->part > b->part) - (a->part < b->part);
}

static void note_changes(const GArray *before, const GArray *after, int64_t party_id,
                         GArray *removed, GArray *added)
{
    guint i = 0, k = 0;
    while (i < before->len || k < after->len) {
        const struct compact_row *old =
            i < before->len ? &g_array_index(before, struct compact_row, i) : NULL;
        const struct compact_row *new =
            k < after->len ? &g_array_index(after, struct compact_row, k) : NULL;
        int order = compare_rows(old, new);
        bool same = order == 0 && slice_equals(old->spans, new->spans);
        if (order <= 0 && !same) {
            const struct compact_row gone = {
                .party = party_id, .load_id = old->load_id, .part = old->part};
            g_array_append_val(removed, gone);
        }
        if (order >= 0 && !same)
            g_array_append_vals(added, new, 1);
        i += order <= 0;
        k += order >= 0;
    }
}

bool compact_party_close(struct compact_party *party, int64_t party_id, struct arena *arena,
                         GArray *removed, GArray *added, GError **err)
{
    bool ok = true;
    g_array_sort(party->places, compare_places);
    for (guint first = 0, last; ok && first < party->places->len; first = last) {
        const struct place *place = &g_array_index(party->places, struct place, 0);
        for (last = first + 1; last < party->places->len &&
                               place[last].metric == place[first].metric &&
                               place[last].subject == place[first].subject;)
            last++;
        ok = pack_group(party, first, last, arena, err);
    }
    if (ok) {
        g_autoptr(GArray) after = rows_of_layers(party, party_id, arena);
        note_changes(party->rows, after, party_id, removed, added);
    }
    g_array_set_size(party->rows, 0);
    g_array_set_size(party->places, 0);
    g_array_set_size(party->layers, 0);
    arena_reset(party->arena);
    return ok;
}
