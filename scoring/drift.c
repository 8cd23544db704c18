/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/drift.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "scoring/numbers.h"
#include "scoring/order.h"

static const double moved_at = 0.25, silent_at = 0.5, floor_share = 1e-4, likely = 0.99;
enum { NAMED_MAX = 3 };

/* Tenths of what was there, then what was missing. Equal values are never parted, so that there may
 * be fewer than ten. */
struct tenths {
    size_t n;                     /* borders */
    double border[DRIFT_BINS];    /* upper, inclusive; what is above the last is the last bin */
    double share[DRIFT_BINS + 2]; /* n + 1 bins, then missing */
};

struct drift {
    size_t n_features;
    double rows; /* of one day, on average: rows of one customer are nearly one */
    struct tenths risk, *feature;
};

static size_t bin_of(const struct tenths *t, double v)
{
    size_t b = 0;
    while (b < t->n && v > t->border[b])
        b++;
    return b;
}

static void count(const struct tenths *t, const double *v, size_t n, double *share)
{
    for (size_t b = 0; b < t->n + 2; b++)
        share[b] = 0;
    for (size_t i = 0; i < n; i++)
        share[isnan(v[i]) ? t->n + 1 : bin_of(t, v[i])] += 1 / (double)n;
}

static void cut(const double *v, size_t n, struct tenths *out)
{
    g_autofree double *sorted = g_new(double, n + 1);
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isnan(v[i]))
            sorted[m++] = v[i];
    }
    order_ascending(sorted, m);
    out->n = 0;
    for (size_t k = 1; m > 0 && k < DRIFT_BINS; k++) {
        double at = sorted[k * m / DRIFT_BINS];
        if (at < sorted[m - 1] && (out->n == 0 || at > out->border[out->n - 1]))
            out->border[out->n++] = at;
    }
    count(out, v, n, out->share);
}

static void column(const double *value, size_t n, size_t n_metrics, size_t metric, double *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = value[i * n_metrics + metric];
}

struct drift *drift_learn(struct arena *arena, const struct hazard_model *model,
                          const struct metric_set *metrics, const double *value, size_t n,
                          size_t n_days)
{
    g_autoptr(arena_t) scratch = arena_new();
    struct drift *d = arena_one(arena, struct drift);
    double *v = arena_many(scratch, n + 1, double);
    d->n_features = hazard_features(model);
    d->rows = (double)n / (double)MAX(n_days, 1);
    d->feature = arena_many(arena, d->n_features + 1, struct tenths);
    cut(hazard_probabilities(scratch, model, value, n), n, &d->risk);
    for (size_t f = 0; f < d->n_features; f++) {
        column(value, n, metric_count(metrics), hazard_feature_metric(model, f), v);
        cut(v, n, &d->feature[f]);
    }
    return d;
}

double drift_index(const double *was, const double *is, size_t n)
{
    double sum = 0;
    for (size_t b = 0; b < n; b++) {
        double before = fmax(was[b], floor_share), now = fmax(is[b], floor_share);
        sum += (now - before) * log(now / before);
    }
    return sum;
}

static struct drift_shift shift_of(const struct drift *d, const struct tenths *t, const double *v,
                                   size_t n)
{
    double share[DRIFT_BINS + 2];
    struct drift_shift out = {0, 0};
    size_t bins = 0;
    count(t, v, n, share);
    out.psi = drift_index(t->share, share, t->n + 2);
    for (size_t b = 0; b < t->n + 2; b++)
        bins += t->share[b] > 0 || share[b] > 0;
    out.limit = bins > 1
                    ? gsl_cdf_chisq_Pinv(likely, (double)(bins - 1)) * (1 / (double)n + 1 / d->rows)
                    : 0;
    return out;
}

/* The largest distance of the two distributions, at the borders. */
static double distance(const struct tenths *t, const double *p, size_t n)
{
    double share[DRIFT_BINS + 2], was = 0, is = 0, most = 0;
    count(t, p, n, share);
    for (size_t b = 0; b < t->n; b++) {
        was += t->share[b];
        is += share[b];
        most = fmax(most, fabs(is - was));
    }
    return most;
}

static bool has_moved(const struct drift_shift *s, double at)
{
    return s->psi > at && s->psi > s->limit;
}

/* The features that moved most, by name. */
static void name_moved(const struct drift_report *r, const struct hazard_model *model,
                       const struct metric_set *metrics, GString *out)
{
    double below = INFINITY;
    for (int named = 0; named < NAMED_MAX; named++) {
        size_t best = r->n_features;
        for (size_t f = 0; f < r->n_features; f++) {
            if (has_moved(&r->feature[f], moved_at) && r->feature[f].psi < below &&
                (best == r->n_features || r->feature[f].psi > r->feature[best].psi))
                best = f;
        }
        if (best == r->n_features)
            return;
        below = r->feature[best].psi;
        g_string_append_printf(out, "%s%s %.2f", named ? ", " : "",
                               metric_info(metrics, hazard_feature_metric(model, best))->name,
                               below);
    }
}

static void say(struct drift_report *r, const struct hazard_model *model,
                const struct metric_set *metrics)
{
    g_autoptr(GString) word = g_string_new(NULL);
    if (r->state == DRIFT_SILENT)
        g_string_append_printf(
            word,
            "the churn model is silent: today's risks are not spread like those "
            "it was judged on (stability index %.2f, distance %.2f); train again "
            "(kenko train)",
            r->risk.psi, r->ks);
    if (r->n_moved > 0) {
        g_string_append_printf(word,
                               "%s%zu of %zu features have moved since the model was judged "
                               "(stability index ",
                               word->len ? "; " : "", r->n_moved, r->n_features);
        name_moved(r, model, metrics, word);
        g_string_append_c(word, ')');
    }
    g_strlcpy(r->word, word->str, sizeof r->word);
}

void drift_look(struct arena *arena, const struct drift *d, const struct hazard_model *model,
                const struct metric_set *metrics, const double *value, size_t n,
                struct drift_report *out)
{
    struct drift_shift *feature = arena_many(arena, d->n_features + 1, struct drift_shift);
    double *v = arena_many(arena, n + 1, double);
    *out = (struct drift_report){.n_features = d->n_features, .feature = feature};
    if (n == 0)
        return;
    const double *p = hazard_probabilities(arena, model, value, n);
    out->risk = shift_of(d, &d->risk, p, n);
    out->ks = distance(&d->risk, p, n);
    out->ks_limit = 1.63 * sqrt(1 / (double)n + 1 / d->rows);
    for (size_t f = 0; f < d->n_features; f++) {
        column(value, n, metric_count(metrics), hazard_feature_metric(model, f), v);
        feature[f] = shift_of(d, &d->feature[f], v, n);
        out->n_moved += has_moved(&feature[f], moved_at);
    }
    if (has_moved(&out->risk, silent_at) && out->ks > out->ks_limit)
        out->state = DRIFT_SILENT;
    else if (out->n_moved > 0 || has_moved(&out->risk, moved_at))
        out->state = DRIFT_WATCH;
    say(out, model, metrics);
}

static json_t *save_tenths(const struct tenths *t)
{
    return json_pack("{s:o, s:o}", "borders", numbers_save(t->border, t->n), "shares",
                     numbers_save(t->share, t->n + 2));
}

json_t *drift_save(const struct drift *d)
{
    json_t *features = json_array();
    for (size_t f = 0; f < d->n_features; f++)
        json_array_append_new(features, save_tenths(&d->feature[f]));
    return json_pack("{s:f, s:o, s:o}", "rows", d->rows, "risk", save_tenths(&d->risk), "features",
                     features);
}

static bool load_tenths(const json_t *row, struct tenths *out)
{
    const json_t *borders = json_object_get(row, "borders");
    out->n = json_array_size(borders);
    return json_is_array(borders) && out->n < DRIFT_BINS &&
           numbers_load(borders, out->border, out->n) &&
           numbers_load(json_object_get(row, "shares"), out->share, out->n + 2);
}

struct drift *drift_load(struct arena *arena, const struct hazard_model *model, const json_t *root)
{
    const json_t *features = json_object_get(root, "features");
    struct drift *d = arena_one(arena, struct drift);
    d->n_features = hazard_features(model);
    d->rows = json_number_value(json_object_get(root, "rows"));
    d->feature = arena_many(arena, d->n_features + 1, struct tenths);
    if (!(d->rows > 0) || json_array_size(features) != d->n_features ||
        !load_tenths(json_object_get(root, "risk"), &d->risk))
        return NULL;
    for (size_t f = 0; f < d->n_features; f++) {
        if (!load_tenths(json_array_get(features, f), &d->feature[f]))
            return NULL;
    }
    return d;
}
