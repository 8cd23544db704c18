/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is a result what stands already? Every column counts, so that what readers see is exact. */
#include <string.h>

#include "scoring/score_internal.h"

static bool same_elements(size_t n, const void *a, const bool *a_null, const void *b,
                          const bool *b_null, size_t size)
{
    for (size_t i = 0; i < n; i++) {
        bool none = a_null && a_null[i];
        if (none != (b_null && b_null[i]))
            return false;
        if (!none && memcmp((const char *)a + i * size, (const char *)b + i * size, size) != 0)
            return false;
    }
    return true;
}

static bool same_doubles(const struct db_doubles *a, const struct db_doubles *b)
{
    return a->n == b->n && same_elements(a->n, a->v, a->is_null, b->v, b->is_null, sizeof *a->v);
}

static bool same_ints(const struct db_ints *a, const struct db_ints *b)
{
    return a->n == b->n && same_elements(a->n, a->v, a->is_null, b->v, b->is_null, sizeof *a->v);
}

/* No element is NULL: the column has names of qualities. */
static bool same_texts(const struct db_texts *a, const struct db_texts *b)
{
    if (a->n != b->n || b->is_null)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->v[i], b->v[i]) != 0)
            return false;
    }
    return true;
}

/* A nullable number of both rows. */
#define SAME(name)                                                                                 \
    (a->name##_is_null == b->name##_is_null && (a->name##_is_null || a->name == b->name))

static bool same_health(const struct q_score_copy_row *a, const struct q_score_open_row *b)
{
    return a->scorecard_id == b->scorecard_id && strcmp(a->rule, b->rule) == 0 && SAME(health_bp) &&
           a->lower_bp == b->lower_bp && a->upper_bp == b->upper_bp &&
           strcmp(a->raw_band, b->raw_band) == 0 && strcmp(a->band, b->band) == 0 &&
           a->coverage_bp == b->coverage_bp && SAME(effective_bp) &&
           a->override_note_is_null == b->override_note_is_null &&
           (a->override_note_is_null || strcmp(a->override_note, b->override_note) == 0);
}

bool score_row_equal(const struct q_score_copy_row *a, const struct q_score_open_row *b)
{
    return a->account_id == b->account_id && same_health(a, b) && SAME(p_churn_1e9) &&
           SAME(p_lower_1e9) && SAME(p_upper_1e9) && SAME(risk_percentile_bp) &&
           strcmp(a->stage, b->stage) == 0 && a->arr_minor == b->arr_minor && SAME(renewal_on) &&
           same_doubles(&a->metric_value, &b->metric_value) &&
           same_texts(&a->metric_quality, &b->metric_quality) &&
           same_ints(&a->measure_bp, &b->measure_bp) &&
           same_ints(&a->contribution_bp, &b->contribution_bp) &&
           same_ints(&a->lost_bp, &b->lost_bp) &&
           a->risk_contribution_is_null == b->risk_contribution_is_null &&
           (a->risk_contribution_is_null ||
            same_doubles(&a->risk_contribution, &b->risk_contribution)) &&
           a->risk_value_is_null == b->risk_value_is_null &&
           (a->risk_value_is_null || same_doubles(&a->risk_value, &b->risk_value)) &&
           a->risk_1e9_is_null == b->risk_1e9_is_null &&
           (a->risk_1e9_is_null || same_ints(&a->risk_1e9, &b->risk_1e9));
}
