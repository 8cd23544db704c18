/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/renewal_risk.h"

#include <math.h>

#include "scoring/model.h"
#include "sql/scoring.h"

/* A run's features by account. */
static bool read_features(struct arena *arena, struct db *db, const struct ledger *l,
                          const struct q_renewal_run_row *run, const struct renewal *renewal,
                          size_t n, GHashTable *by_id, GError **err)
{
    struct q_renewal_features_rows rows;
    const int64_t *account_id = facts_account_ids(l->facts);
    int64_t *id = arena_many(arena, n + 1, int64_t);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || renewal[i].account != renewal[i - 1].account)
            id[used++] = account_id[renewal[i].account];
    }
    const struct db_bigints ids = {used, id, NULL};
    if (!q_renewal_features(arena, db, run->run_id, run->as_of, &ids, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        g_hash_table_insert(by_id, &rows.row[i].account_id, &rows.row[i]);
    return true;
}

/* Renewals whose accounts the run scored, side by side, as the model is asked for them. */
struct asked {
    size_t n, n_metrics;
    size_t *of;    /* which renewal */
    int *days;     /* until its end */
    double *value; /* n × metrics */
};

static void ask(struct asked *asked, const struct hazard_model *model,
                const struct db_doubles *feature, size_t which, int days)
{
    double *value = asked->value + asked->n * asked->n_metrics;
    if (feature->n != hazard_features(model))
        return;
    for (size_t m = 0; m < asked->n_metrics; m++)
        value[m] = NAN;
    for (size_t f = 0; f < feature->n; f++) {
        if (!feature->is_null || !feature->is_null[f])
            value[hazard_feature_metric(model, f)] = feature->v[f];
    }
    asked->of[asked->n] = which;
    asked->days[asked->n++] = days;
}

static void answer(struct arena *arena, const struct asked *asked, const struct hazard_model *model,
                   struct renewal *renewal)
{
    struct hazard_risk *risk = arena_many(arena, asked->n + 1, struct hazard_risk);
    hazard_predict_each(model, asked->value, asked->n, asked->days, risk);
    for (size_t i = 0; i < asked->n; i++) {
        if (!isnan(risk[i].p))
            renewal[asked->of[i]].p_1e9 = llround(risk[i].p * 1e9);
    }
}

bool renewal_risk(struct arena *arena, struct db *db, const struct metric_set *set,
                  const struct ledger *l, int32_t oldest, int32_t newest, struct renewal *renewal,
                  size_t n, int32_t *as_of, GError **err)
{
    struct q_renewal_run_row run;
    struct model model;
    bool found;
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_int64_hash, g_int64_equal);
    *as_of = INT32_MIN;
    if (!q_renewal_run(arena, db, oldest, newest, &run, &found, err))
        return false;
    if (!found || run.model_id_is_null)
        return true;
    if (!model_load(arena, db, set, run.model_id, &model, err) ||
        (model.hazard && !read_features(arena, db, l, &run, renewal, n, by_id, err)))
        return false;
    if (!model.hazard)
        return true;
    const int64_t *account_id = facts_account_ids(l->facts);
    struct asked asked = {.n_metrics = metric_count(set),
                          .of = arena_many(arena, n + 1, size_t),
                          .days = arena_many(arena, n + 1, int),
                          .value = arena_many(arena, n * metric_count(set) + 1, double)};
    for (size_t i = 0; i < n; i++) {
        /* By the end of the day: a contract that ends on the run's day ends within one. */
        int days = renewal[i].row->to - run.as_of + 1;
        const struct q_renewal_features_row *row =
            g_hash_table_lookup(by_id, &account_id[renewal[i].account]);
        if (row && days >= 1 && days <= HAZARD_DAYS_MAX)
            ask(&asked, model.hazard, &row->risk_value, i, days);
    }
    answer(arena, &asked, model.hazard, renewal);
    *as_of = run.as_of;
    return true;
}
