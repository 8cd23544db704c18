/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/proof_json.h"

#include "cli/rival_words.h"
#include "core/day.h"
#include "scoring/rival.h"
#include "scoring/wilson.h"

static json_t *day(int32_t day)
{
    char text[DAY_TEXT_SIZE];
    return json_string(day_format(day, text));
}

static json_t *whole(__int128 n)
{
    return json_integer((json_int_t)n);
}

/* n, left, their share with its interval. */
static void set_rate(json_t *out, size_t n, size_t left)
{
    double low, high;
    wilson_interval((int64_t)left, (int64_t)n, &low, &high);
    json_object_set_new(out, "n", whole(n));
    json_object_set_new(out, "left", whole(left));
    json_object_set_new(out, "low", rival_number(low));
    json_object_set_new(out, "high", rival_number(high));
}

static json_t *count_json(const char *band, const struct proof_count *c)
{
    json_t *out = json_object();
    json_object_set_new(out, "band", json_string(band));
    set_rate(out, c->n, c->left);
    json_object_set_new(out, "arr_minor", whole(c->minor));
    json_object_set_new(out, "arr_left_minor", whole(c->minor_left));
    return out;
}

static json_t *span_json(const struct proof *p, const struct proof_span *s)
{
    json_t *bands = json_array(), *stood = json_array();
    for (size_t b = 0; b <= p->card->n_bands; b++)
        json_array_append_new(bands, count_json(p->band[b], &s->band[b]));
    for (size_t b = 0; b < p->n_bands; b++)
        json_array_append_new(stood,
                              json_pack("{s:s, s:o, s:o}", "band", p->band[b], "n",
                                        whole(s->stood[b]), "arr_minor", whole(s->stood_minor[b])));
    return json_pack("{s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "days", s->days,
                     "as_of_days", whole(s->n_days), "all", count_json("", &s->all), "bands", bands,
                     "auc", rival_number(s->auc), "auc_low", rival_number(s->auc_low), "auc_high",
                     rival_number(s->auc_high), "leavers", whole(s->leavers), "leavers_arr_minor",
                     whole(s->leavers_minor), "stood", stood);
}

static json_t *lead_json(const struct lead_summary *s)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "leavers", whole(s->n_left), "had_it",
                     whole(s->n_last), "median_days", rival_number(ratio_value(s->last_median)),
                     "early_share", rival_number(ratio_value(s->last_early)));
}

static json_t *bins_json(const struct proof_measure *m)
{
    static const char *const kinds[] = {"values", "missing", "not_applicable"};
    json_t *out = json_array();
    for (size_t i = 0; i < m->n_bins; i++) {
        const struct proof_bin *b = &m->bin[i];
        json_t *bin = json_pack("{s:s}", "kind", kinds[b->kind]);
        if (b->kind == PROOF_BIN_VALUES) {
            json_object_set_new(bin, "from", rival_number(b->low));
            json_object_set_new(bin, "to", rival_number(b->high));
        }
        set_rate(bin, b->n, b->left);
        json_array_append_new(out, bin);
    }
    return out;
}

static json_t *measures_json(const struct proof *p)
{
    json_t *out = json_array();
    for (size_t j = 0; j < p->card->n_measures; j++) {
        const struct proof_measure *m = &p->measure[j];
        json_array_append_new(
            out,
            json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:o}", "measure",
                      p->card->measure[j].name, "scored", whole(m->scored), "left", whole(m->left),
                      "auc", rival_number(m->auc), "auc_low", rival_number(m->auc_low), "auc_high",
                      rival_number(m->auc_high), "rho_arr", rival_number(m->size), "wrong_sign",
                      m->is_wrong, "idle", m->is_idle, "flat", m->is_flat, "leak", m->is_leak,
                      "bins", bins_json(m)));
    }
    return out;
}

static void set_size(const struct proof *p, json_t *out)
{
    json_t *size = json_array(), *thirds = json_array(), *pairs = json_array();
    for (size_t i = 0; i < p->n_pairs; i++)
        json_array_append_new(
            pairs, json_pack("{s:s, s:s, s:f}", "a", p->card->measure[p->pair[i].a].name, "b",
                             p->card->measure[p->pair[i].b].name, "rho", p->pair[i].rho));
    for (size_t i = 0; i < p->n_sizes; i++)
        json_array_append_new(size, json_pack("{s:s, s:o}", "size", p->size[i].name, "rho",
                                              rival_number(p->size[i].rho)));
    for (int t = 0; t < PROOF_THIRDS && p->third[t].n > 0; t++)
        json_array_append_new(
            thirds, json_pack("{s:o, s:o, s:o, s:o, s:o}", "n", whole(p->third[t].n), "left",
                              whole(p->third[t].left), "auc", rival_number(p->third[t].auc),
                              "arr_from_minor", whole(p->third[t].low), "arr_to_minor",
                              whole(p->third[t].high)));
    json_object_set_new(out, "same", pairs);
    json_object_set_new(out, "size", size);
    json_object_set_new(out, "thirds_by_arr", thirds);
}

json_t *proof_json(const struct proof *p)
{
    json_t *spans = json_array();
    for (int s = 0; s < PROOF_SPANS; s++)
        json_array_append_new(spans, span_json(p, &p->span[s]));
    json_t *renewals = json_pack("{s:o, s:o, s:o}", "renewed", whole(p->red.n_stayed),
                                 "worst_90_days_before", whole(p->red.red_stayed), "precision",
                                 rival_number(ratio_value(p->red.red_precision)));
    json_t *out = json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "scorecard",
                            p->card->name, "churn", p->churn, "known_no", whole(p->known_no),
                            "first", day(p->first), "last", day(p->last), "spans", spans, "worst",
                            lead_json(&p->red), "not_best", lead_json(&p->amber), "renewals",
                            renewals, "rows", whole(p->rows), "measures", measures_json(p));
    set_size(p, out);
    return out;
}
