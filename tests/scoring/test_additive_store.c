/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <gsl/gsl_rng.h>

#include "scoring/additive_store.h"
#include "scoring/blas.h"
#include "scoring/numbers.h"
#include "support/warehouse.h"

enum { ROWS = 3000, COLUMNS = 5 };

static double x[COLUMNS][ROWS], y[ROWS];
static const char *const plans[] = {"basic", "gold \"plus\"", "pro"};
static struct dataset_column column[COLUMNS];
static const struct dataset data = {ROWS, COLUMNS, column};

/* A sum, a product and gates of two columns, so that derived covariates, pairs and trees are there;
 * missing values, a factor of texts and one of numbers. */
static int simulate(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "plan", "seats"};
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, 7);
    for (int i = 0; i < ROWS; i++) {
        for (int c = 0; c < 3; c++)
            x[c][i] = gsl_rng_uniform(rng) * 2 - 1;
        x[3][i] = (double)gsl_rng_uniform_int(rng, 3);
        x[4][i] = (double)gsl_rng_uniform_int(rng, 4);
        double eta = -1 + sin(3 * x[0][i]) + (x[3][i] == 1 ? 1.5 : 0) + 3 * x[0][i] * x[2][i] +
                     (x[1][i] > 0.3 && x[2][i] > 0.2 ? 2 : 0) + x[4][i] / 3;
        y[i] = gsl_rng_uniform(rng) < 1 / (1 + exp(-eta));
        if (i % 10 == 0)
            x[1][i] = NAN;
    }
    gsl_rng_free(rng);
    for (int c = 0; c < COLUMNS; c++)
        column[c] = (struct dataset_column){.name = names[c], .unit = "", .x = x[c]};
    column[3].level = plans;
    column[3].n_levels = 3;
    blas_prepare(stderr);
    return 0;
}

static struct additive *fitted(struct arena *arena, enum additive_mode mode)
{
    g_autoptr(GError) err = NULL;
    const struct additive_options options = {mode, 1, 2};
    struct additive *model = additive_fit(arena, &data, y, &options, &err);
    if (!model)
        fail_msg("%s", err->message);
    return model;
}

static char *text_of(const struct additive *model)
{
    json_t *root = additive_store_save(model);
    char *text = json_dumps(root, NUMBERS_FORMAT);
    json_decref(root);
    return text;
}

static struct additive *loaded(struct arena *arena, const char *text, GError **err)
{
    json_t *root = json_loads(text, NUMBERS_READ, NULL);
    struct additive *model = additive_store_load(arena, root, err);
    json_decref(root);
    return model;
}

/* Values and levels the model has not seen are scored too. */
static void make_strange(struct dataset_column *strange, double (*values)[ROWS])
{
    static const char *const levels[] = {"pro", "new", "basic", "gold \"plus\""};
    for (int c = 0; c < COLUMNS; c++) {
        strange[c] = column[c];
        strange[c].x = values[c];
        for (int i = 0; i < ROWS; i++)
            values[c][i] = i % 7 == c ? NAN : x[c][i] * 3;
    }
    strange[3].level = levels;
    strange[3].n_levels = 4;
    for (int i = 0; i < ROWS; i++)
        values[3][i] = i % 4;
}

static void expect_same(const struct additive *a, const struct additive *b)
{
    static double values[COLUMNS][ROWS], eta[ROWS], again[ROWS];
    struct dataset_column strange[COLUMNS];
    const struct dataset other = {ROWS, COLUMNS, strange};
    make_strange(strange, values);
    const struct dataset *const tables[] = {&data, &other};
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        additive_predict(a, tables[i], eta);
        additive_predict(b, tables[i], again);
        assert_memory_equal(eta, again, sizeof eta);
        additive_interval(a, tables[i], eta);
        additive_interval(b, tables[i], again);
        assert_memory_equal(eta, again, sizeof eta);
    }
}

/* As the warehouse gives it back: jsonb keeps numbers but not how they were written. */
static void a_stored_model_predicts_to_the_same_bit(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(db_t) db = warehouse_open();
    g_autoptr(GError) err = NULL;
    const enum additive_mode modes[] = {ADDITIVE_COMPACT, ADDITIVE_FULL};
    for (size_t i = 0; i < G_N_ELEMENTS(modes); i++) {
        const struct additive *model = fitted(arena, modes[i]);
        g_autofree char *text = text_of(model);
        g_autofree char *query = g_strdup_printf("SELECT ($t$%s$t$::jsonb)::text", text);
        g_autofree char *stored = warehouse_value(db, query);
        const struct additive *again = loaded(arena, stored, &err);
        if (!again)
            fail_msg("%s", err->message);
        expect_same(model, again);
        g_autofree char *text_again = text_of(again);
        assert_string_equal(text_again, text);
        assert_int_equal(additive_store_columns(again), COLUMNS);
    }
}

static void the_simulated_table_asks_for_every_kind_of_part(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct additive_summary *s = additive_summary(fitted(arena, ADDITIVE_FULL));
    bool pair = false, derived = false;
    for (size_t t = 0; t < s->n_terms; t++) {
        pair |= s->term[t].n > 1;
        derived |= s->term[t].covariate[0]->is_derived;
    }
    assert_true(pair || derived);
    assert_true(s->trees > 0 && s->weight[1] + s->weight[2] > 0);
}

static void its_summary_comes_back(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    const struct additive *model = fitted(arena, ADDITIVE_COMPACT);
    g_autofree char *text = text_of(model);
    const struct additive_summary *a = additive_summary(model);
    const struct additive_summary *b = additive_summary(loaded(arena, text, NULL));
    assert_int_equal(a->n_rows, b->n_rows);
    assert_int_equal(a->n_events, b->n_events);
    assert_int_equal(a->n_terms, b->n_terms);
    assert_true(a->loss_terms == b->loss_terms && a->loss_all == b->loss_all);
    for (size_t t = 0; t < a->n_terms; t++) {
        assert_int_equal(a->term[t].n, b->term[t].n);
        assert_string_equal(a->term[t].covariate[0]->bins->name,
                            b->term[t].covariate[0]->bins->name);
        assert_true(a->term[t].edf == b->term[t].edf &&
                    a->term[t].importance == b->term[t].importance);
    }
}

/* A value of the tree: of an object by key, or of an array by index. */
struct place {
    json_t *at;
    const char *key;
    size_t index;
};

static void put(const struct place *place, json_t *value)
{
    if (place->key)
        json_object_set(place->at, place->key, value);
    else
        json_array_set(place->at, place->index, value);
}

static size_t damage(struct arena *arena, json_t *root, json_t *at, size_t *refused);

/* In turn it becomes another kind of value: the model is refused or still scores, and never reads
 * outside of what it has. */
static size_t damage_value(struct arena *arena, json_t *root, const struct place *place,
                           json_t *value, size_t *refused)
{
    static double eta[ROWS];
    const char *const other[] = {"null", "99999", "\"?\"", "[]", "{}"};
    json_incref(value);
    size_t tried = damage(arena, root, value, refused);
    for (size_t k = 0; k < G_N_ELEMENTS(other); k++, tried++) {
        json_t *wrong = json_loads(other[k], JSON_DECODE_ANY, NULL);
        put(place, wrong);
        struct additive *model = additive_store_load(arena, root, NULL);
        *refused += model == NULL;
        if (model && additive_store_columns(model) <= COLUMNS) {
            additive_predict(model, &(struct dataset){20, COLUMNS, column}, eta);
            additive_interval(model, &(struct dataset){20, COLUMNS, column}, eta);
        }
        json_decref(wrong);
        arena_reset(arena);
    }
    put(place, value);
    json_decref(value);
    return tried;
}

/* Everything below `at`; of long lists four elements. */
static size_t damage(struct arena *arena, json_t *root, json_t *at, size_t *refused)
{
    size_t tried = 0, n = json_is_array(at) ? json_array_size(at) : 0;
    const char *key;
    json_t *value;
    void *next;
    for (size_t i = 0; i < n; i += 1 + n / 3)
        tried +=
            damage_value(arena, root, &(struct place){at, NULL, i}, json_array_get(at, i), refused);
    json_object_foreach_safe(at, next, key, value)
    {
        g_autofree char *name = g_strdup(key);
        tried += damage_value(arena, root, &(struct place){at, name, 0}, value, refused);
    }
    return tried;
}

static void a_damaged_model_is_refused_or_scores(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new(), scratch = arena_new();
    json_t *root = additive_store_save(fitted(arena, ADDITIVE_COMPACT));
    size_t refused = 0, tried = damage(scratch, root, root, &refused);
    assert_true(tried > 500 && refused > tried / 2);
    assert_non_null(additive_store_load(scratch, root, NULL)); /* all was put back */
    json_decref(root);
}

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    g_autoptr(arena_t) arena = arena_new();
    static const struct {
        const char *find, *put, *says;
    } cases[] = {
        {"\"version\":4", "\"version\":5", "not a stored model of version 4"},
        {"\"intercept\":", "\"intercepts\":", "intercept"},
        {"\"rank\":", "\"rang\":", "interval 0: its rank"},
        {"\"scale\":", "\"scale\":-", "interval 0: its scale"},
        {"\"edges\":[-", "\"edges\":[7,-", "covariate 0"},
        {"\"axes\":[0]", "\"axes\":[99]", "its covariates"},
        {"\"parents\":[0]", "\"parents\":[0.5]", "what it is made of"},
    };
    g_autofree char *text = text_of(fitted(arena, ADDITIVE_COMPACT));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) err = NULL;
        g_auto(GStrv) part = g_strsplit(text, cases[i].find, 2);
        assert_non_null(part[1]);
        g_autofree char *damaged = g_strjoinv(cases[i].put, part);
        assert_null(loaded(arena, damaged, &err));
        assert_true(err_is(err, KENKO_ERROR_INPUT));
        if (!strstr(err->message, cases[i].says))
            fail_msg("%s", err->message);
    }
    g_autoptr(GError) err = NULL;
    text[strlen(text) / 2] = '\0';
    assert_null(loaded(arena, text, &err));
    assert_non_null(strstr(err->message, "not a stored model"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stored_model_predicts_to_the_same_bit),
        cmocka_unit_test(the_simulated_table_asks_for_every_kind_of_part),
        cmocka_unit_test(its_summary_comes_back),
        cmocka_unit_test(a_damaged_model_is_refused_or_scores),
        cmocka_unit_test(what_is_wrong_is_named),
    };
    return cmocka_run_group_tests(tests, simulate, NULL);
}
