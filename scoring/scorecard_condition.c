/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_condition.h"

#include <string.h>

#include "scoring/scorecard_input.h"

static bool load_edge(const struct scorecard_loading *l, const char *below,
                      const char *const key[2], const char *const text[2], bool *has,
                      bool *inclusive, struct rational *out, GError **err)
{
    if (text[0] && text[1])
        return scorecard_loading_refuse(l, err, below, "want %s or %s, not both", key[0], key[1]);
    g_autofree char *place = g_strdup_printf("%s.%s", below, text[0] ? key[0] : key[1]);
    *inclusive = text[0] != NULL;
    return scorecard_loading_optional(l, place, text[0] ? text[0] : text[1], has, out, err);
}

static bool load_texts(const struct scorecard_loading *l, const char *below, char *const *text,
                       size_t n, enum scorecard_type type, struct scorecard_range *out,
                       GError **err)
{
    const char **all = arena_many(l->arena, n + 1, const char *);
    for (size_t i = 0; i < n; i++) {
        all[i] = arena_strdup(l->arena, text[i]);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(all[j], all[i]) == 0)
                return scorecard_loading_refuse(l, err, below, "'%s' stands twice", all[i]);
        }
    }
    out->n_texts = n;
    out->text = all;
    return type != TYPE_NUMBER || scorecard_loading_numbers(l, below, text, n, &out->number, err);
}

static bool is_empty(const struct scorecard_loading *l, const struct scorecard_range *r)
{
    if (!r->has_low || !r->has_high)
        return false;
    int order = rational_compare(l->pool, r->low, r->high);
    return order > 0 || (order == 0 && !(r->low_inclusive && r->high_inclusive));
}

bool scorecard_condition_range(const struct scorecard_loading *l, const char *below,
                               const struct scorecard_text_range *text, enum scorecard_type type,
                               struct scorecard_range *out, GError **err)
{
    static const char *const low[2] = {"from", "above"}, *const high[2] = {"up_to", "below"};
    *out = (struct scorecard_range){0};
    if (!load_edge(l, below, low, (const char *const[2]){text->from, text->above}, &out->has_low,
                   &out->low_inclusive, &out->low, err) ||
        !load_edge(l, below, high, (const char *const[2]){text->up_to, text->below}, &out->has_high,
                   &out->high_inclusive, &out->high, err))
        return false;
    if (is_empty(l, out))
        return scorecard_loading_refuse(l, err, below, "no value lies in it");
    bool bounded = out->has_low || out->has_high;
    if (bounded && (type != TYPE_NUMBER || text->is_count + text->has_count > 0))
        return scorecard_loading_refuse(l, err, below,
                                        type == TYPE_NUMBER ? "want a range or is, not both"
                                                            : "its input is a text, want is");
    if (text->is_count > 0 && text->has_count > 0)
        return scorecard_loading_refuse(l, err, below, "want is or has, not both");
    out->is_states = text->has_count > 0;
    if (out->is_states && type != TYPE_TEXT)
        return scorecard_loading_refuse(l, err, below, "has wants an input of type: text");
    size_t n = out->is_states ? text->has_count : text->is_count;
    g_autofree char *place = g_strdup_printf("%s.%s", below, out->is_states ? "has" : "is");
    return n == 0 || load_texts(l, place, out->is_states ? text->has : text->is, n, type, out, err);
}

static bool load_one(struct scorecard_loading *l, const char *below,
                     const struct scorecard_text_condition *text, struct scorecard_condition *out,
                     GError **err)
{
    g_autofree char *metric = g_strconcat(below, ".metric", NULL);
    g_autofree char *known = g_strconcat(below, ".known", NULL);
    *out = (struct scorecard_condition){0};
    if (!scorecard_input_find(l, metric, text->metric, &out->input, err) ||
        !scorecard_loading_flag(l, known, text->known, true, &out->known, err) ||
        !scorecard_condition_range(l, below, &text->range, l->card->input[out->input].type,
                                   &out->range, err))
        return false;
    out->asks_known = text->known != NULL;
    bool asks_range = out->range.has_low || out->range.has_high || out->range.n_texts > 0;
    if (asks_range && !out->known)
        return scorecard_loading_refuse(l, err, known, "what is not known lies in no range");
    return asks_range || out->asks_known ||
           scorecard_loading_refuse(l, err, below,
                                    "it asks nothing, want from, above, below, up_to, is, has or "
                                    "known");
}

bool scorecard_condition_load(struct scorecard_loading *l, const char *key,
                              const struct scorecard_text_condition *text, size_t n,
                              struct scorecard_conditions *out, GError **err)
{
    struct scorecard_condition *all = arena_many(l->arena, n + 1, struct scorecard_condition);
    for (size_t i = 0; i < n; i++) {
        g_autofree char *below = g_strdup_printf("%s[%zu]", key, i);
        if (!load_one(l, below, &text[i], &all[i], err))
            return false;
    }
    *out = (struct scorecard_conditions){n, all};
    return true;
}

static bool is_one_of(const struct scorecard_range *range, struct slice state)
{
    for (size_t i = 0; i < range->n_texts; i++) {
        if (slice_is(state, range->text[i]))
            return true;
    }
    return false;
}

/* "Early Warning|At Risk": is one of them named? */
static bool has_state(const struct scorecard_range *range, const char *text)
{
    for (;;) {
        size_t n = strcspn(text, "|");
        if (is_one_of(range, (struct slice){text, n}))
            return true;
        if (text[n] == '\0')
            return false;
        text += n + 1;
    }
}

static bool fits_texts(const struct scorecard_range *range, struct rational_pool *pool,
                       const struct scorecard_value *value)
{
    if (range->is_states)
        return has_state(range, value->text);
    if (!range->number)
        return is_one_of(range, slice_of(value->text));
    for (size_t i = 0; i < range->n_texts; i++) {
        if (rational_compare(pool, range->number[i], value->number) == 0)
            return true;
    }
    return false;
}

bool scorecard_condition_fits(const struct scorecard_range *range, struct rational_pool *pool,
                              const struct scorecard_value *value)
{
    if (range->n_texts > 0)
        return fits_texts(range, pool, value);
    if (range->has_low) {
        int order = rational_compare(pool, value->number, range->low);
        if (order < 0 || (order == 0 && !range->low_inclusive))
            return false;
    }
    if (range->has_high) {
        int order = rational_compare(pool, value->number, range->high);
        if (order > 0 || (order == 0 && !range->high_inclusive))
            return false;
    }
    return true;
}

bool scorecard_condition_hold(const struct scorecard_conditions *conditions,
                              struct rational_pool *pool, const struct scorecard_value *value)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const struct scorecard_condition *c = &conditions->all[i];
        const struct scorecard_value *v = &value[c->input];
        if (c->known != scorecard_value_known(v) ||
            (c->known && !scorecard_condition_fits(&c->range, pool, v)))
            return false;
    }
    return true;
}

/* ── what follows from what ─────────────────────────────────────────────────────────────────────
 */

/* Is every value of `inner`'s list one that `outer` takes? */
static bool list_lies_in(struct rational_pool *pool, const struct scorecard_range *inner,
                         const struct scorecard_range *outer)
{
    if (inner->is_states != outer->is_states && outer->n_texts > 0)
        return false;
    for (size_t i = 0; i < inner->n_texts; i++) {
        struct scorecard_value value = {METRIC_OK, rational_int(0), inner->text[i]};
        if (inner->number)
            value.number = inner->number[i];
        bool taken = outer->is_states ? is_one_of(outer, slice_of(inner->text[i]))
                                      : scorecard_condition_fits(outer, pool, &value);
        if (!taken)
            return false;
    }
    return true;
}

static bool range_lies_in(struct rational_pool *pool, const struct scorecard_range *inner,
                          const struct scorecard_range *outer)
{
    if (inner->n_texts > 0)
        return list_lies_in(pool, inner, outer);
    if (outer->n_texts > 0)
        return false;
    if (outer->has_low) {
        int order = inner->has_low ? rational_compare(pool, inner->low, outer->low) : -1;
        if (order < 0 || (order == 0 && inner->low_inclusive && !outer->low_inclusive))
            return false;
    }
    if (outer->has_high) {
        int order = inner->has_high ? rational_compare(pool, inner->high, outer->high) : 1;
        if (order > 0 || (order == 0 && inner->high_inclusive && !outer->high_inclusive))
            return false;
    }
    return true;
}

bool scorecard_condition_follows(struct rational_pool *pool,
                                 const struct scorecard_conditions *strict,
                                 const struct scorecard_conditions *loose)
{
    for (size_t i = 0; i < loose->n; i++) {
        const struct scorecard_condition *want = &loose->all[i];
        bool found = false;
        for (size_t j = 0; j < strict->n && !found; j++) {
            const struct scorecard_condition *has = &strict->all[j];
            found = has->input == want->input && has->known == want->known &&
                    (!want->known || range_lies_in(pool, &has->range, &want->range));
        }
        if (!found)
            return false;
    }
    return true;
}
