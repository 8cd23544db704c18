/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/slo_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/zone.h"
#include "scoring/exposure.h"
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

struct fault_copy {
    const struct metric_frame *frame;
    struct db_copy *copy;
    GError *failure;
};

static void put_fault(void *context, const struct fault *fault)
{
    struct fault_copy *c = context;
    const struct facts *facts = c->frame->facts;
    size_t n;
    const struct facts_run *run = &facts_runs(facts, &n)[fault->run];
    bool ours = fault->is_burst || fault->incident;
    struct q_fault_copy_row row = {.account_id = c->frame->account_id[run->account],
                                   .external_id = run->external_id,
                                   .finished_at = run->finished,
                                   .connector = facts_word(facts, run->connector),
                                   .ran = fault->n,
                                   .failed = fault->k,
                                   .tail = fault->tail,
                                   .tail_is_null = isnan(fault->tail),
                                   .is_burst = fault->is_burst,
                                   .incident = fault->incident ? fault->incident->key : NULL,
                                   .incident_is_null = !fault->incident,
                                   .fault =
                                       fault_verdict_name(ours ? FAULT_PLATFORM : FAULT_CUSTOMER),
                                   .as_of = c->frame->as_of};
    if (!c->failure)
        (void)!q_fault_copy_put(c->copy, &row, &c->failure);
}

static bool write_faults(struct db *db, const struct metric_frame *f, GError **err)
{
    int64_t from = zone_day_start(f->slo->zone, f->as_of - FAULT_DAYS);
    struct fault_copy c = {.frame = f};
    if (!q_fault_remove(db, from, NULL, err) || !(c.copy = q_fault_copy_begin(db, err)))
        return false;
    slo_lens_faults(f->slo, from, put_fault, &c);
    if (c.failure) {
        db_copy_abort(c.copy);
        g_propagate_error(err, c.failure);
        return false;
    }
    return db_copy_end(c.copy, NULL, err);
}

static bool put_exposures(struct db *db, const struct metric_frame *f, const struct exposure *e,
                          size_t n, GError **err)
{
    struct db_copy *copy = q_exposure_copy_begin(db, err);
    for (size_t i = 0; copy && i < n; i++) {
        const struct facts_incident *incident = e[i].incident;
        struct q_exposure_copy_row row = {.account_id = f->account_id[e[i].account],
                                          .incident = incident->key,
                                          .title = incident->title,
                                          .severity = incident->severity,
                                          .cause = incident->cause,
                                          .component = incident->component,
                                          .started_at = incident->from,
                                          .resolved_at = incident->to,
                                          .resolved_at_is_null = incident->to == INT64_MAX,
                                          .started_on = zone_day(f->slo->zone, incident->from),
                                          .minutes = e[i].minutes,
                                          .arr_minor = e[i].arr_minor,
                                          .failed_runs = e[i].failed_runs,
                                          .as_of = f->as_of};
        if (!q_exposure_copy_put(copy, &row, err)) {
            db_copy_abort(copy);
            return false;
        }
    }
    return copy && db_copy_end(copy, NULL, err);
}

static bool write_exposures(struct db *db, const struct metric_frame *f, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    int64_t from = zone_day_start(f->slo->zone, f->as_of - EXPOSURE_DAYS);
    struct exposure *e;
    size_t n;
    return exposure_make(arena, f->slo, f->as_of, from, &e, &n, err) &&
           q_exposure_remove(db, from, NULL, err) && put_exposures(db, f, e, n, err);
}

bool slo_store_write(struct db *db, const struct metric_frame *f, bool is_newest, GError **err)
{
    if (!f->slo)
        return true;
    return write_results(db, f, err) &&
           (!is_newest || (write_faults(db, f, err) && write_exposures(db, f, err)));
}
