/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/weights.h"

#include <math.h>
#include <string.h>

#include "scoring/evaluate.h"
#include "scoring/order.h"
#include "scoring/weights_fit.h"

enum { FOLDS = 5, STRENGTHS = 10, DRAWS = 2000, EVENTS_MIN = 50, TEST_EVENTS_MIN = 10 };

/* Accounts fall into folds, and draws are made, by a fixed sequence: the same rows give the same
 * weights. splitmix64: Steele, Lea, Flood, OOPSLA 2014. */
static uint64_t mix(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static int fold_of(uint32_t account)
{
    uint64_t state = account;
    return (int)(mix(&state) % FOLDS);
}

/* Shrinkage in observations: from hardly any to more than there are, then the expert alone. */
static double strength_at(int k, size_t n)
{
    return k == STRENGTHS ? INFINITY : (double)n * pow(10, -4 + 0.5 * k);
}

/* Sum of the log losses that folds of `use` have under a strength when the others teach. */
static double held_out_loss(const struct weights_rows *r, const uint8_t *use, double strength)
{
    g_autoptr(arena_t) scratch = arena_new();
    double loss = 0;
    uint8_t *teach = arena_many(scratch, r->n + 1, uint8_t);
    for (int f = 0; f < FOLDS; f++) {
        for (size_t i = 0; i < r->n; i++)
            teach[i] = use[i] && fold_of(r->account[i]) != f;
        struct weights_fit fit = weights_fit_rows(scratch, r, teach, strength);
        for (size_t i = 0; i < r->n; i++) {
            if (use[i] && !teach[i])
                loss += evaluate_log_loss(weights_fit_p(&fit, r, i), r->y[i]);
        }
    }
    return loss;
}

/* The strength with the least held-out loss; the stronger of equals. */
static double choose_strength(const struct weights_rows *r, const uint8_t *use)
{
    size_t n = 0;
    double best = INFINITY, chosen = INFINITY;
    for (size_t i = 0; i < r->n; i++)
        n += use[i] != 0;
    for (int k = STRENGTHS; k >= 0; k--) {
        double loss = held_out_loss(r, use, strength_at(k, n));
        if (loss < best) {
            best = loss;
            chosen = strength_at(k, n);
        }
    }
    return chosen;
}

/* The mean of `gain` over rows with its interval when accounts are drawn again. */
static void draw_interval(struct arena *arena, const struct weights_rows *r, const double *gain,
                          struct weights *out)
{
    uint32_t last = 0;
    for (size_t i = 0; i < r->n; i++)
        last = MAX(last, r->account[i]);
    double *sum = arena_many(arena, (size_t)last + 1, double);
    size_t *count = arena_many(arena, (size_t)last + 1, size_t), n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (!r->test[i])
            continue;
        sum[r->account[i]] += gain[i];
        count[r->account[i]]++;
    }
    for (size_t a = 0; a <= last; a++) {
        if (count[a] == 0)
            continue;
        sum[n] = sum[a];
        count[n++] = count[a];
    }
    double *mean = arena_many(arena, DRAWS, double);
    uint64_t state = 1;
    for (int d = 0; d < DRAWS; d++) {
        double total = 0, rows = 0;
        for (size_t k = 0; k < n; k++) {
            size_t at = (size_t)(mix(&state) % n);
            total += sum[at];
            rows += (double)count[at];
        }
        mean[d] = total / rows;
    }
    order_ascending(mean, DRAWS);
    out->gain_low = mean[DRAWS / 40];
    out->gain_high = mean[DRAWS - 1 - DRAWS / 40];
}

/* Fit on `train`, judge on `test`. */
static void judge(struct arena *arena, const struct weights_rows *r, struct weights *out)
{
    double strength = choose_strength(r, r->train);
    struct weights_fit expert = weights_fit_rows(arena, r, r->train, INFINITY);
    struct weights_fit fit = weights_fit_rows(arena, r, r->train, strength);
    double *p = arena_many(arena, r->n + 1, double), *q = arena_many(arena, r->n + 1, double);
    double *y = arena_many(arena, r->n + 1, double), *gain = arena_many(arena, r->n + 1, double);
    size_t n = 0;
    for (size_t i = 0; i < r->n; i++) {
        if (!r->test[i])
            continue;
        p[n] = weights_fit_p(&expert, r, i);
        q[n] = weights_fit_p(&fit, r, i);
        y[n] = r->y[i];
        double before = evaluate_log_loss(p[n], y[n]), after = evaluate_log_loss(q[n], y[n]);
        gain[i] = before - after;
        out->loss_expert += before;
        out->loss += after;
        n++;
    }
    out->loss_expert /= (double)n;
    out->loss /= (double)n;
    out->gain = out->loss_expert - out->loss;
    out->auc_expert = evaluate_auc(arena, p, y, n);
    out->auc = evaluate_auc(arena, q, y, n);
    draw_interval(arena, r, gain, out);
}

static bool any_varies(const struct weights_rows *r)
{
    for (size_t j = 0; j < r->p; j++) {
        double first = NAN;
        for (size_t i = 0; i < r->n; i++) {
            double s = r->score[i * r->p + j];
            if (!isnan(s) && !isnan(first) && s != first)
                return true;
            first = isnan(first) ? s : first;
        }
    }
    return false;
}

static bool check(const struct weights_rows *r, struct weights *out, GError **err)
{
    size_t taught = 0;
    *out = (struct weights){0};
    for (size_t i = 0; i < r->n; i++) {
        out->events += r->y[i] > 0.5;
        taught += r->train[i] && r->y[i] > 0.5;
        out->test_rows += r->test[i] != 0;
        out->test_events += r->test[i] && r->y[i] > 0.5;
    }
    if (taught < EVENTS_MIN || out->test_events < TEST_EVENTS_MIN ||
        out->test_events == out->test_rows)
        return err_set(err, KENKO_ERROR_REFUSED,
                       "weights want %d churn events to learn from and %d on later days to judge "
                       "by, there are %zu and %zu: the expert's weights stand",
                       EVENTS_MIN, TEST_EVENTS_MIN, taught, out->test_events);
    if (any_varies(r))
        return true;
    return err_set(err, KENKO_ERROR_REFUSED,
                   "no measure's score varies: there is nothing to weigh");
}

bool weights_suggest(struct arena *arena, const struct weights_rows *rows, struct weights *out,
                     GError **err)
{
    if (!check(rows, out, err))
        return false;
    judge(arena, rows, out);
    uint8_t *all = arena_many(arena, rows->n + 1, uint8_t);
    memset(all, 1, rows->n);
    out->strength = choose_strength(rows, all);
    struct weights_fit fit = weights_fit_rows(arena, rows, all, out->strength);
    out->share = arena_many(arena, rows->p + 1, double);
    double total = 0;
    for (size_t j = 0; j < rows->p; j++)
        total += fit.beta[j];
    for (size_t j = 0; j < rows->p; j++)
        out->share[j] = total > 0 ? fit.beta[j] / total : rows->expert[j];
    return true;
}
