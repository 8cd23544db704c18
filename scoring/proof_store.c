/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/proof_store.h"

#include <math.h>

#include "scoring/wilson.h"
#include "sql/scoring.h"

static bool put_head(struct db *db, const struct proof *p, int32_t as_of, int64_t *id, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    const struct scorecard *card = p->card;
    g_autofree char *sha = g_compute_checksum_for_string(G_CHECKSUM_SHA256, card->text, -1);
    double rho = p->n_sizes > 0 ? p->size[0].rho : (double)NAN;
    const double worst_days = ratio_value(p->red.last_median),
                 worst_early = ratio_value(p->red.last_early),
                 best_days = ratio_value(p->amber.last_median),
                 best_early = ratio_value(p->amber.last_early),
                 precision = ratio_value(p->red.red_precision);
    const struct q_proof_put_params params = {.scorecard = card->name,
                                              .label = card->label,
                                              .author = card->author,
                                              .note = card->note,
                                              .sha256 = sha,
                                              .as_of = as_of,
                                              .known_no = p->known_no,
                                              .churn = p->churn,
                                              .first_on = p->first,
                                              .last_on = p->last,
                                              .leavers = (int64_t)p->leavers,
                                              .had_worst = (int64_t)p->red.n_last,
                                              .worst_median_days = worst_days,
                                              .worst_median_days_is_null = isnan(worst_days),
                                              .worst_early = worst_early,
                                              .worst_early_is_null = isnan(worst_early),
                                              .had_not_best = (int64_t)p->amber.n_last,
                                              .not_best_median_days = best_days,
                                              .not_best_median_days_is_null = isnan(best_days),
                                              .not_best_early = best_early,
                                              .not_best_early_is_null = isnan(best_early),
                                              .renewed = (int64_t)p->red.n_stayed,
                                              .false_alarms = (int64_t)p->red.red_stayed,
                                              .worst_precision = precision,
                                              .worst_precision_is_null = isnan(precision),
                                              .size_rho = rho,
                                              .size_rho_is_null = isnan(rho)};
    struct q_proof_put_row row;
    if (!q_proof_put(arena, db, &params, &row, err))
        return false;
    *id = row.proof_id;
    return true;
}

static bool put_band(struct db_copy *copy, const struct proof *p, const struct proof_span *s,
                     size_t b, int64_t id, GError **err)
{
    static const struct proof_count none;
    /* Those who were no customer are in no band; of them only where leavers stood is known. */
    const struct proof_count *c = b <= p->card->n_bands ? &s->band[b] : &none;
    const __int128 amounts[] = {c->minor, c->minor_left, s->stood_minor[b]};
    double low, high;
    for (size_t i = 0; i < G_N_ELEMENTS(amounts); i++) {
        if ((int64_t)amounts[i] != amounts[i])
            return err_set(err, KENKO_ERROR_INPUT, "the ARR of band %s does not fit 64 bits",
                           p->band[b]);
    }
    wilson_interval((int64_t)c->left, (int64_t)c->n, &low, &high);
    const struct q_proof_band_copy_row row = {.proof_id = id,
                                              .days = s->days,
                                              .ordinal = (int32_t)b + 1,
                                              .band = p->band[b],
                                              .n = (int64_t)c->n,
                                              .n_left = (int64_t)c->left,
                                              .rate_low = low,
                                              .rate_low_is_null = isnan(low),
                                              .rate_high = high,
                                              .rate_high_is_null = isnan(high),
                                              .arr_minor = (int64_t)c->minor,
                                              .arr_left_minor = (int64_t)c->minor_left,
                                              .stood = (int64_t)s->stood[b],
                                              .stood_minor = (int64_t)s->stood_minor[b]};
    return q_proof_band_copy_put(copy, &row, err);
}

static bool put_bands(struct db_copy *copy, const struct proof *p, int64_t id, GError **err)
{
    for (size_t s = 0; s < PROOF_SPANS; s++) {
        for (size_t b = 0; b < p->n_bands; b++) {
            if (!put_band(copy, p, &p->span[s], b, id, err))
                return false;
        }
    }
    return true;
}

static const char *finding_of(const struct proof_measure *m)
{
    return m->is_flat    ? "always the same"
           : m->is_leak  ? "knows the outcome"
           : m->is_wrong ? "wrong sign"
           : m->is_idle  ? "tells nothing"
                         : "";
}

static bool put_measures(struct db_copy *copy, const struct proof *p, int64_t id, GError **err)
{
    for (size_t j = 0; j < p->card->n_measures; j++) {
        const struct proof_measure *m = &p->measure[j];
        const struct q_proof_measure_copy_row row = {.proof_id = id,
                                                     .ordinal = (int32_t)j + 1,
                                                     .measure = p->card->measure[j].name,
                                                     .label = p->card->measure[j].label,
                                                     .scored = (int64_t)m->scored,
                                                     .n_left = (int64_t)m->left,
                                                     .auc = m->auc,
                                                     .auc_is_null = isnan(m->auc),
                                                     .auc_low = m->auc_low,
                                                     .auc_low_is_null = isnan(m->auc_low),
                                                     .auc_high = m->auc_high,
                                                     .auc_high_is_null = isnan(m->auc_high),
                                                     .size_rho = m->size,
                                                     .size_rho_is_null = isnan(m->size),
                                                     .finding = finding_of(m)};
        if (!q_proof_measure_copy_put(copy, &row, err))
            return false;
    }
    return true;
}

static bool put_bin(struct db_copy *copy, const struct proof_bin *b, int64_t id, size_t measure,
                    size_t bin, GError **err)
{
    static const char *const kinds[] = {"values", "missing", "not_applicable"};
    bool has_values = b->kind == PROOF_BIN_VALUES;
    double low, high;
    wilson_interval((int64_t)b->left, (int64_t)b->n, &low, &high);
    const struct q_proof_bin_copy_row row = {.proof_id = id,
                                             .ordinal = (int32_t)measure + 1,
                                             .bin = (int32_t)bin + 1,
                                             .kind = kinds[b->kind],
                                             .low = b->low,
                                             .low_is_null = !has_values,
                                             .high = b->high,
                                             .high_is_null = !has_values,
                                             .n = (int64_t)b->n,
                                             .n_left = (int64_t)b->left,
                                             .rate_low = low,
                                             .rate_low_is_null = isnan(low),
                                             .rate_high = high,
                                             .rate_high_is_null = isnan(high)};
    return q_proof_bin_copy_put(copy, &row, err);
}

static bool put_bins(struct db_copy *copy, const struct proof *p, int64_t id, GError **err)
{
    for (size_t j = 0; j < p->card->n_measures; j++) {
        for (size_t i = 0; i < p->measure[j].n_bins; i++) {
            if (!put_bin(copy, &p->measure[j].bin[i], id, j, i, err))
                return false;
        }
    }
    return true;
}

typedef bool (*put_fn)(struct db_copy *copy, const struct proof *p, int64_t id, GError **err);

static bool put_all(struct db_copy *copy, put_fn put, const struct proof *p, int64_t id,
                    GError **err)
{
    if (!copy)
        return false;
    if (put(copy, p, id, err))
        return db_copy_end(copy, NULL, err);
    db_copy_abort(copy);
    return false;
}

bool proof_store(struct db *db, const struct proof *p, int32_t as_of, int64_t *proof_id,
                 GError **err)
{
    int64_t id = 0;
    bool ok = db_begin(db, err) && put_head(db, p, as_of, &id, err) &&
              put_all(q_proof_band_copy_begin(db, err), put_bands, p, id, err) &&
              put_all(q_proof_measure_copy_begin(db, err), put_measures, p, id, err) &&
              put_all(q_proof_bin_copy_begin(db, err), put_bins, p, id, err) &&
              q_proof_publish(db, p->card->name, id, NULL, err) && db_commit(db, err);
    if (!ok) {
        db_rollback(db);
        return false;
    }
    *proof_id = id;
    return true;
}
