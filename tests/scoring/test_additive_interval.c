/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "scoring/additive_internal.h"
#include "scoring/blas.h"
#include "scoring/reml_internal.h"
#include "support/surfaces.h"

enum { FITTED = 4000, JUDGED = 4000 };

static struct additive *fit(struct arena *arena, const struct dataset *data, const double *y,
                            enum additive_mode mode)
{
    g_autoptr(GError) err = NULL;
    const struct additive_options options = {mode, 1, 2};
    struct additive *model = additive_fit(arena, data, y, &options, &err);
    if (!model)
        fail_msg("%s", err->message);
    return model;
}

/* Share of fresh rows whose true log-odds lie within the nominal 95 %. */
static double coverage(enum surface_kind kind, unsigned long seed, enum additive_mode mode)
{
    g_autoptr(arena_t) arena = arena_new();
    struct surface s;
    surface_make(arena, kind, FITTED + JUDGED, seed, &s);
    struct dataset in = surface_rows(arena, &s, 0, FITTED);
    struct dataset out = surface_rows(arena, &s, FITTED, JUDGED);
    struct additive *model = fit(arena, &in, s.y, mode);
    double *eta = arena_many(arena, JUDGED, double), *se = arena_many(arena, JUDGED, double);
    additive_predict(model, &out, eta);
    additive_interval(model, &out, se);
    double within = 0;
    for (size_t i = 0; i < JUDGED; i++)
        within += fabs(eta[i] - s.eta[FITTED + i]) <= 1.96 * se[i];
    return within / JUDGED;
}

static void intervals_cover_as_often_as_they_say(void **state)
{
    (void)state;
    static const enum surface_kind kinds[] = {SURFACE_SMOOTH,    SURFACE_GATED, SURFACE_SUM,
                                              SURFACE_THRESHOLD, SURFACE_RARE,  SURFACE_THREEWAY};
    bool whole = g_getenv("KENKO_LONG") != NULL;
    double all = 0, n = 0;
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        double sum = 0, seeds = whole ? 24 : 1;
        for (unsigned long seed = 201; seed < 201 + (unsigned long)seeds; seed++)
            sum += coverage(kinds[k], seed, ADDITIVE_AUTO);
        print_message("%s: %.3f\n", surface_name[kinds[k]], sum / seeds);
        if (whole) /* one seed alone ranges widely */
            assert_true(sum / seeds > 0.92 && sum / seeds < 0.98);
        all += sum / seeds;
        n++;
    }
    assert_true(all / n > 0.92 && all / n < 0.99);
}

/* The same of each bin of a term's own table. */
static void expect_bins(struct arena *arena, const struct additive *model,
                        const struct reml *fitted)
{
    const double *v = reml_covariance(fitted);
    size_t all = reml_p(fitted);
    for (size_t t = 0; t < model->n_terms; t++) {
        const struct term *term = model->term[t];
        const double *se = additive_interval_bins(arena, model, term->key.axis[0]);
        assert_non_null(se);
        for (size_t b = 0; b < term->basis[0]->m; b++) {
            const double *x = term->basis[0]->c + b * term->p;
            double variance = 0;
            for (size_t j = 0; j < term->p; j++) {
                for (size_t k = 0; k < term->p; k++)
                    variance += x[j] * x[k] *
                                v[(reml_start(fitted, t) + j) * all + reml_start(fitted, t) + k];
            }
            if (fabs(se[b] - sqrt(variance)) > 0.01 * sqrt(variance))
                fail_msg("bin %zu of term %zu: %.6g, want %.6g", b, t, se[b], sqrt(variance));
        }
    }
}

/* x'Vx by the definition, from the whole covariance of the paths, against the root of few columns.
 */
static void the_root_of_few_columns_is_the_covariance(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    struct surface s;
    surface_make(arena, SURFACE_SMOOTH, FITTED, 3, &s);
    struct additive *model = fit(arena, &s.data, s.y, ADDITIVE_MAINS);
    struct reml_data data = {.n = FITTED, .y = s.y};
    g_autoptr(reml_t) again = reml_new(&data);
    for (size_t t = 0; t < model->n_terms; t++) {
        const uint16_t *code = model->set->row[model->term[t]->key.axis[0]].bins->code;
        reml_add(again, model->term[t], &code);
    }
    reml_run(again);
    double *lever = arena_many(arena, FITTED, double), *se = arena_many(arena, FITTED, double);
    reml_leverage(again, reml_covariance(again), lever);
    additive_interval(model, &s.data, se);
    assert_true(model->rank < model->p);
    for (size_t i = 0; i < FITTED; i++)
        assert_true(fabs(se[i] - sqrt(lever[i])) < 1e-3 * sqrt(lever[i]));
    expect_bins(arena, model, again);
}

static int prepare(void **state)
{
    (void)state;
    blas_prepare(stderr);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_cover_as_often_as_they_say),
        cmocka_unit_test(the_root_of_few_columns_is_the_covariance),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
