/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn model against a simulated company whose true hazard is on record: nobody can rank or
 * calibrate better than the truth, and the model has to come near it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_sort.h>

#include "core/zone.h"
#include "scoring/evaluate.h"
#include "scoring/score.h"
#include "scoring/train.h"
#include "support/sources.h"
#include "support/warehouse.h"

/* Scored on the first of August over 90 days, all known by the end of the files in November. The
 * turns of contract inside are those of August, September and October. */
static const char *const as_of_text = "2026-08-01";
static const char *const months[] = {"2026-08-01", "2026-09-01", "2026-10-01"};

static void run(const char *const *argv)
{
    int status = 0;
    g_autoptr(GError) err = NULL;
    if (!g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                      &status, &err) ||
        !g_spawn_check_wait_status(status, &err))
        fail_msg("%s: %s", argv[0], err->message);
}

static char *make_world(void)
{
    char *dir = g_build_filename(warehouse_scratch(), "world", NULL);
    g_autofree char *from = g_build_filename(g_getenv("KENKO_SOURCE"), "examples", "world", NULL);
    g_autofree char *data = g_build_filename(dir, "data", NULL);
    run((const char *const[]){"cp", "-r", from, dir, NULL});
    run((const char *const[]){g_getenv("KENKO_WORLD"), "--out", data, "--accounts", "1500", NULL});
    return dir;
}

static void train_and_score(struct db *db, struct config *config, struct train_summary *trained)
{
    g_autoptr(GError) err = NULL;
    int32_t as_of;
    assert_true(day_parse(slice_of(as_of_text), &as_of, NULL));
    struct train_options train = {.as_of = as_of, .known_no = -1};
    struct score_options score = {&as_of, 1, -1, NULL, true};
    struct score_summary scored;
    if (!train_run(db, warehouse_dsn(), config, &train, trained, &err) ||
        !score_run(db, warehouse_dsn(), config, &score, &scored, &err))
        fail_msg("%s", err->message);
}

/* Lines of a truth file after its header. */
static char **read_truth(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, "data", "truth", name, NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        fail_msg("no %s", path);
    return g_strsplit(strchr(text, '\n') + 1, "\n", -1);
}

/* Account key → true probability of staying through the months. */
static GHashTable *true_stay(const char *dir)
{
    GHashTable *stay = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) line = read_truth(dir, "hazard.csv");
    for (size_t i = 0; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", 4);
        if (!g_strv_contains((const char *const[]){months[0], months[1], months[2], NULL}, cell[1]))
            continue;
        double *p = g_hash_table_lookup(stay, cell[0]);
        if (!p) {
            p = g_new(double, 1);
            *p = 1;
            g_hash_table_insert(stay, g_strdup(cell[0]), p);
        }
        *p *= 1 - g_ascii_strtod(cell[2], NULL);
    }
    return stay;
}

/* Account key → true risk of the 90 days, given what had been said by their first. */
static GHashTable *true_risk(const char *dir)
{
    GHashTable *risk = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) line = read_truth(dir, "risk.csv");
    for (size_t i = 0; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", 3);
        if (strcmp(cell[1], as_of_text) != 0)
            continue;
        double *p = g_new(double, 1);
        *p = g_ascii_strtod(cell[2], NULL);
        g_hash_table_insert(risk, g_strdup(cell[0]), p);
    }
    return risk;
}

/* Account key → day after its last contract. */
static GHashTable *true_ends(const char *dir)
{
    GHashTable *ends = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_auto(GStrv) line = read_truth(dir, "churn.csv");
    for (size_t i = 0; line[i] && *line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], ",", 3);
        g_hash_table_insert(ends, g_strdup(cell[0]), g_strdup(cell[1]));
    }
    return ends;
}

/* `truth` follows from the recorded hazards alone, `known` from them and from the notices given. */
struct sample {
    size_t n;
    double model[2000], truth[2000], known[2000], y[2000];
};

static void collect(struct db *db, const char *dir, struct sample *out)
{
    g_autoptr(GHashTable) stay = true_stay(dir), risk = true_risk(dir), ends = true_ends(dir);
    g_autofree char *rows = warehouse_value(
        db, "SELECT string_agg(a.key || ' ' || s.p_churn_1e9::text, E'\\n' ORDER BY a.key) FROM "
            "score.account_score AS s JOIN identity.account AS a USING (account_id)");
    g_auto(GStrv) line = g_strsplit(rows, "\n", -1);
    for (size_t i = 0; line[i]; i++) {
        g_auto(GStrv) cell = g_strsplit(line[i], " ", 2);
        const double *p = g_hash_table_lookup(stay, cell[0]);
        const double *known = g_hash_table_lookup(risk, cell[0]);
        const char *end = g_hash_table_lookup(ends, cell[0]);
        if (!p)
            continue; /* one side of a merger */
        out->model[out->n] = g_ascii_strtod(cell[1], NULL) / 1e9;
        out->truth[out->n] = 1 - *p;
        out->known[out->n] = known ? *known : NAN;
        /* ISO days compare as text. */
        out->y[out->n++] = end && strcmp(end, as_of_text) > 0 && strcmp(end, "2026-10-30") <= 0;
    }
}

/* Tenths by the model's risk: how far its mean is from the truth's, on average. */
static double error_against(struct arena *arena, const struct sample *s, const double *truth)
{
    double *first = arena_many(arena, s->n, double), error = 0;
    size_t *order = arena_many(arena, s->n, size_t);
    memcpy(first, s->model, s->n * sizeof *first);
    for (size_t i = 0; i < s->n; i++)
        order[i] = i;
    gsl_sort_index(order, first, 1, s->n);
    for (size_t bin = 0; bin < 10; bin++) {
        double sum = 0;
        for (size_t i = s->n * bin / 10; i < s->n * (bin + 1) / 10; i++)
            sum += s->model[order[i]] - truth[order[i]];
        error += fabs(sum) / (double)s->n;
    }
    return error;
}

/* The 2.5 % and 97.5 % points of the truth's own AUC over samples of the accounts. */
static void truth_interval(struct arena *arena, const struct sample *s, double *low, double *high)
{
    enum { SAMPLES = 1000 };
    double auc[SAMPLES], *p = arena_many(arena, s->n, double), *y = arena_many(arena, s->n, double);
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    for (size_t b = 0; b < SAMPLES; b++) {
        g_autoptr(arena_t) scratch = arena_new();
        for (size_t i = 0; i < s->n; i++) {
            size_t k = (size_t)g_rand_int_range(rand, 0, (gint32)s->n);
            p[i] = s->truth[k];
            y[i] = s->y[k];
        }
        auc[b] = evaluate_auc(scratch, p, y, s->n);
    }
    gsl_sort(auc, 1, SAMPLES);
    *low = auc[SAMPLES / 40];
    *high = auc[SAMPLES - 1 - SAMPLES / 40];
}

static void the_truth_bounds_the_model_and_the_model_comes_near(void **state)
{
    (void)state;
    if (!g_getenv("KENKO_WORLD") || !g_getenv("KENKO_SOURCE")) {
        printf("skipped: KENKO_WORLD and KENKO_SOURCE are not set (run by ctest)\n");
        skip();
    }
    g_autofree char *dir = make_world();
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    g_autoptr(config_t) config = config_open(dir, &err);
    struct train_summary trained;
    static struct sample s;
    sources_ingest(db, dir, NULL);
    train_and_score(db, config, &trained);
    assert_false(trained.refused);
    collect(db, dir, &s);
    g_autoptr(arena_t) arena = arena_new();
    struct evaluation model, truth;
    double expected = 0;
    for (size_t i = 0; i < s.n; i++)
        expected += s.model[i];
    evaluate_probabilities(arena, s.model, s.y, s.n, &model);
    evaluate_probabilities(arena, s.truth, s.y, s.n, &truth);
    printf("%zu accounts, %zu churned, model expects %.1f; AUC %.3f (truth %.3f), log loss %.4f "
           "(truth %.4f, base %.4f), slope %.2f\n",
           s.n, model.events, expected, model.auc, truth.auc, model.log_loss, truth.log_loss,
           model.base_log_loss, model.slope);
    double low, high, error = error_against(arena, &s, s.known);
    truth_interval(arena, &s, &low, &high);
    printf(
        "truth's AUC by bootstrap %.3f to %.3f; calibration error against the truth %.4f, against "
        "a truth that knows of no notice %.4f\n",
        low, high, error, error_against(arena, &s, s.truth));
    assert_true(model.auc > low);
    /* The model knows of notices given before the day and the hazard does not. Probabilities are
     * right when they are right on average given at least what the model knows, so the risk that
     * counts notices is what they are held against. */
    assert_true(error <= 0.01);
    assert_true(s.n > 800 && model.events > 30);
    /* The model knows of notices given before the day, the hazard does not: a little is allowed. */
    assert_true(truth.log_loss < model.log_loss + 0.01);
    assert_true(model.log_loss < (truth.log_loss + model.base_log_loss) / 2);
    assert_true(model.slope > 0.6 && model.slope < 1.6);
    assert_true(model.auc_low > 0.65);
    /* Four standard deviations of the number that churn. */
    assert_true(fabs(expected - (double)model.events) < 4 * sqrt(expected));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_truth_bounds_the_model_and_the_model_comes_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
