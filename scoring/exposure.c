/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/exposure.h"

#include <stdlib.h>

#include "core/zone.h"
#include "scoring/ledger.h"
#include "scoring/slo_internal.h"

#define MINUTE_US INT64_C(60000000)

struct collecting {
    const struct slo_lens *lens;
    int64_t from;
    GArray *piece; /* struct piece */
};

/* A touch, or a failed run (to = from). */
struct piece {
    const struct facts_incident *incident;
    uint32_t account;
    int64_t from, to;
    bool is_failure;
};

static void on_fault(void *context, const struct fault *fault)
{
    struct collecting *c = context;
    size_t n;
    const struct facts_run *run = &facts_runs(c->lens->facts, &n)[fault->run];
    if (!fault->incident || fault->incident->from < c->from)
        return;
    struct piece piece = {fault->incident, run->account, run->finished, run->finished, true};
    g_array_append_val(c->piece, piece);
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    if (x->incident != y->incident) /* one array of theirs, by start */
        return x->incident < y->incident ? -1 : 1;
    if (x->account != y->account)
        return x->account < y->account ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

/* Pieces of one incident and account become one row. */
static size_t fold(const struct piece *piece, size_t n, int64_t t, struct exposure *out)
{
    size_t used = 0;
    int64_t covered = INT64_MIN, down = 0;
    for (size_t i = 0; i < n; i++) {
        const struct piece *p = &piece[i];
        if (i == 0 || p->incident != p[-1].incident || p->account != p[-1].account) {
            out[used++] = (struct exposure){.account = p->account, .incident = p->incident};
            covered = INT64_MIN;
            down = 0;
        }
        struct exposure *e = &out[used - 1];
        int64_t to = MIN(p->to, t), from = MAX(p->from, covered);
        down += MAX(to - from, 0);
        covered = MAX(covered, to);
        e->minutes = down / MINUTE_US;
        e->failed_runs += p->is_failure;
    }
    return used;
}

bool exposure_make(struct arena *arena, struct slo_lens *lens, int32_t as_of, int64_t from,
                   struct exposure **out, size_t *n, GError **err)
{
    g_autoptr(GArray) pieces = g_array_new(FALSE, FALSE, sizeof(struct piece));
    struct collecting c = {lens, from, pieces};
    struct ledger *ledger;
    slo_lens_faults(lens, from, on_fault, &c);
    for (size_t i = 0; i < lens->n_touches; i++) {
        const struct slo_touch *touch = &lens->touch[i];
        struct piece piece = {touch->incident, touch->account, touch->from, touch->to, false};
        if (touch->incident && touch->incident->from >= from)
            g_array_append_val(pieces, piece);
    }
    struct piece *piece = (struct piece *)(void *)pieces->data;
    if (pieces->len > 0)
        qsort(piece, pieces->len, sizeof *piece, compare_pieces);
    *out = arena_many(arena, pieces->len + 1, struct exposure);
    *n = fold(piece, pieces->len, lens->t, *out);
    if (!ledger_make(arena, lens->facts, as_of, NULL, &ledger, err))
        return false;
    for (size_t i = 0; i < *n; i++) {
        struct exposure *e = &(*out)[i];
        int32_t day = zone_day(lens->zone, e->incident->from);
        if (!ledger_arr(ledger, e->account, day, day, &e->arr_minor, err))
            return false;
    }
    return true;
}
