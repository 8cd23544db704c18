/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/slo_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "scoring/exposure_store.h"
#include "scoring/fault_store.h"
#include "scoring/slo_internal.h"
#include "sql/scoring.h"

enum { FAULT_DAYS = 35, EXPOSURE_DAYS = 92 };

struct storing {
    struct arena *arena;
    struct q_slo_result_copy_row *row; /* by account_id, then SLO */
    size_t n;
    bool *stands;
    GArray *ids; /* of what stands and is wrong */
    GPtrArray *slos;
};

static int compare_rows(const void *a, const void *b)
{
    const struct q_slo_result_copy_row *x = a, *y = b;
    if (x->account_id != y->account_id)
        return x->account_id < y->account_id ? -1 : 1;
    return strcmp(x->slo, y->slo);
}

static void fill_row(const struct metric_frame *f, struct arena *arena, size_t slo, size_t a,
                     const struct slo_result *r, struct q_slo_result_copy_row *row)
{
    const struct slo_info *info = slo_set_info(f->slo->set, slo);
    g_autoptr(GString) firing = g_string_new(NULL);
    for (size_t i = 0; i < info->n_burns; i++) {
        if (r->burn[i].state == SLO_FIRING)
            g_string_append_printf(firing, "%s%s", firing->len ? "," : "", info->burn_name[i]);
    }
    *row = (struct q_slo_result_copy_row){.account_id = f->account_id[a],
                                          .as_of = f->as_of,
                                          .slo = info->name,
                                          .label = info->label,
                                          .service = info->service,
                                          .unit = info->unit,
                                          .objective_1e9 = r->objective_1e9,
                                          .total = r->count.total,
                                          .bad = r->count.bad,
                                          .platform = r->count.platform,
                                          .platform_is_null = !info->is_attributed,
                                          .excluded = r->count.excluded,
                                          .spent = r->count.spent,
                                          .wilson_low = r->wilson_low,
                                          .wilson_low_is_null = isnan(r->wilson_low),
                                          .wilson_high = r->wilson_high,
                                          .wilson_high_is_null = isnan(r->wilson_high),
                                          .state = slo_state_name(r->state),
                                          .verdict = slo_verdict_name(r->verdict),
                                          .firing = arena_strdup(arena, firing->str)};
}

static void evaluate(const struct metric_frame *f, struct storing *s)
{
    size_t slos = slo_set_count(f->slo->set);
    s->row = arena_many(s->arena, slos * f->n_accounts + 1, struct q_slo_result_copy_row);
    for (size_t a = 0; a < f->n_accounts; a++) {
        for (size_t slo = 0; slo < slos && f->is_customer[a]; slo++) {
            struct slo_result r;
            slo_evaluate(f->slo, slo, a, &r);
            if (r.count.total + r.count.excluded > 0)
                fill_row(f, s->arena, slo, a, &r, &s->row[s->n++]);
        }
    }
    if (s->n > 0)
        qsort(s->row, s->n, sizeof *s->row, compare_rows);
    s->stands = arena_many(s->arena, s->n + 1, bool);
}

static bool is_same(const struct q_slo_result_copy_row *x, const struct q_slo_result_read_row *y)
{
    return x->objective_1e9 == y->objective_1e9 && x->total == y->total && x->bad == y->bad &&
           x->platform_is_null == y->platform_is_null &&
           (x->platform_is_null || x->platform == y->platform) && x->excluded == y->excluded &&
           x->spent == y->spent && strcmp(x->state, y->state) == 0 &&
           strcmp(x->verdict, y->verdict) == 0 && strcmp(x->firing, y->firing) == 0 &&
           strcmp(x->label, y->label) == 0 && strcmp(x->service, y->service) == 0 &&
           strcmp(x->unit, y->unit) == 0;
}

static bool on_stored(void *context, const struct q_slo_result_read_row *row, GError **err)
{
    (void)err;
    struct storing *s = context;
    const struct q_slo_result_copy_row key = {.account_id = row->account_id, .slo = row->slo};
    struct q_slo_result_copy_row *found =
        s->n ? bsearch(&key, s->row, s->n, sizeof *s->row, compare_rows) : NULL;
    if (found && is_same(found, row)) {
        s->stands[found - s->row] = true;
        return true;
    }
    g_array_append_val(s->ids, row->account_id);
    g_ptr_array_add(s->slos, arena_strdup(s->arena, row->slo));
    return true;
}

static bool write_results(struct db *db, const struct metric_frame *f, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GPtrArray) slos = g_ptr_array_new();
    struct storing s = {.arena = arena, .ids = ids, .slos = slos};
    evaluate(f, &s);
    if (!q_slo_result_read(db, f->as_of, on_stored, &s, err))
        return false;
    struct db_bigints wrong = {ids->len, (const int64_t *)(void *)ids->data, NULL};
    struct db_texts names = {slos->len, (const char *const *)slos->pdata, NULL};
    if (ids->len > 0 && !q_slo_result_remove(db, f->as_of, &wrong, &names, NULL, err))
        return false;
    struct db_copy *copy = q_slo_result_copy_begin(db, err);
    for (size_t i = 0; copy && i < s.n; i++) {
        if (!s.stands[i] && !q_slo_result_copy_put(copy, &s.row[i], err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}

bool slo_store_write(struct db *db, const struct metric_frame *f, bool is_newest, GError **err)
{
    if (!f->slo)
        return true;
    const struct zone *zone = f->slo->zone;
    return write_results(db, f, err) &&
           (!is_newest ||
            (fault_store_write(db, f, zone_day_start(zone, f->as_of - FAULT_DAYS), err) &&
             exposure_store_write(db, f, zone_day_start(zone, f->as_of - EXPOSURE_DAYS), err)));
}
