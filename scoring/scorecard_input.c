/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/scorecard_input.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "scoring/facts_attribute.h"

enum { INPUTS_MAX = 600, VALUES_MAX = 4096 };

static int known_name(const struct scorecard *card, const char *name)
{
    for (size_t i = 0; i < card->n_inputs; i++) {
        if (strcmp(card->input[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

static bool add(struct scorecard_loading *l, const char *below, const struct scorecard_input *input,
                int *out, GError **err)
{
    if (l->card->n_inputs == INPUTS_MAX)
        return scorecard_loading_refuse(l, err, below, "more than %d inputs", INPUTS_MAX);
    *out = (int)l->card->n_inputs;
    l->card->input[l->card->n_inputs++] = *input;
    return true;
}

/* @plan and plan are both columns of the attribute plan. */
static bool is_column(const struct scorecard_loading *l, const char *name)
{
    for (const char *const *c = l->columns; c && *c; c++) {
        if (strcmp(**c == '@' ? *c + 1 : *c, name) == 0)
            return true;
    }
    return false;
}

static char *nearest(const struct scorecard_loading *l, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (const char *const *c = l->columns; c && *c; c++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)*c);
    for (size_t i = 0; l->metrics && i < metric_count(l->metrics); i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)metric_info(l->metrics, i)->name);
    for (int i = 0; l->metrics && i < FACTS_ATTRIBUTES; i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)facts_attribute_name((enum facts_attribute)i));
    for (size_t i = 0; i < l->card->n_inputs; i++)
        g_ptr_array_add(names, (gpointer)(uintptr_t)l->card->input[i].name);
    g_ptr_array_add(names, NULL);
    return text_hint(name, (const char *const *)names->pdata);
}

/* In the warehouse a metric is a number, and texts are what account records say. */
static bool find_known(struct scorecard_loading *l, const char *below,
                       struct scorecard_input *input, GError **err)
{
    int attribute = facts_attribute_find(input->name),
        metric = metric_index(l->metrics, input->name);
    if (input->type == TYPE_TEXT && attribute >= 0) {
        metric_want_attributes(l->metrics);
        input->attribute = attribute;
        return true;
    }
    if (input->type == TYPE_NUMBER && metric >= 0) {
        input->metric = metric;
        return true;
    }
    if (metric >= 0)
        return scorecard_loading_refuse(l, err, below, "the metric '%s' is a number", input->name);
    if (attribute >= 0)
        return scorecard_loading_refuse(
            l, err, below, "'%s' is a text: say so under inputs: {name: %s, type: text}",
            input->name, input->name);
    g_autofree char *hint = nearest(l, input->name);
    return scorecard_loading_refuse(l, err, below,
                                    "metrics.yaml has no metric '%s', and `inputs` no such input%s",
                                    input->name, hint);
}

static bool find_column(const struct scorecard_loading *l, const char *below, const char *name,
                        GError **err)
{
    if (is_column(l, name))
        return true;
    g_autofree char *hint = nearest(l, name);
    return scorecard_loading_refuse(
        l, err, below, "the table has no column '%s', and `inputs` no such input%s", name, hint);
}

/* What the warehouse or the table has under that name. */
static bool add_read(struct scorecard_loading *l, const char *below, const char *name,
                     const struct scorecard_input *like, int *out, GError **err)
{
    struct scorecard_input input = *like;
    input.name = arena_strdup(l->arena, name);
    input.metric = input.attribute = -1;
    return (l->metrics ? find_known(l, below, &input, err) : find_column(l, below, name, err)) &&
           add(l, below, &input, out, err);
}

bool scorecard_input_find(struct scorecard_loading *l, const char *below, const char *name,
                          int *out, GError **err)
{
    const struct scorecard_input plain = {.type = TYPE_NUMBER};
    *out = known_name(l->card, name);
    return *out >= 0 || add_read(l, below, name, &plain, out, err);
}

static bool load_operands(struct scorecard_loading *l, const struct scorecard_text_input *text,
                          struct scorecard_input *out, GError **err)
{
    struct scorecard_operand *all =
        arena_many(l->arena, text->of_count + 1, struct scorecard_operand);
    for (uint32_t i = 0; i < text->of_count; i++) {
        g_autofree char *below = g_strdup_printf(".of[%u]", i);
        if (rational_parse(l->pool, slice_of(text->of[i]), &all[i].constant)) {
            all[i].input = -1;
            if (!scorecard_loading_number(l, below, text->of[i], &all[i].constant, err))
                return false;
            continue;
        }
        if (!scorecard_input_find(l, below, text->of[i], &all[i].input, err))
            return false;
        enum scorecard_type type = l->card->input[all[i].input].type;
        bool takes_lists = out->derive >= DERIVE_MEAN && out->derive <= DERIVE_GREATEST;
        if (type == TYPE_TEXT || (type == TYPE_LIST && !takes_lists))
            return scorecard_loading_refuse(l, err, below, "'%s' is no number", text->of[i]);
    }
    out->operand = all;
    out->n_operands = text->of_count;
    if (text->times_count > 0 && (out->derive != DERIVE_SUM || text->times_count != text->of_count))
        return scorecard_loading_refuse(l, err, ".times",
                                        "want one number for each operand of a sum");
    return text->times_count == 0 ||
           scorecard_loading_numbers(l, ".times", text->times, text->times_count, &out->times, err);
}

static bool load_derived(struct scorecard_loading *l, const struct scorecard_text_input *text,
                         struct scorecard_input *out, GError **err)
{
    static const char *const words[] = {
        "",       "ratio", "sum",      "difference",       "mean",
        "median", "least", "greatest", "count_above_zero", "first_known",
        NULL};
    int derive;
    if (!scorecard_loading_choice(l, ".as", text->as, words, &derive, err))
        return false;
    out->derive = (enum scorecard_derive)derive;
    if (text->of_count == 0 || derive == DERIVE_NONE)
        return scorecard_loading_refuse(l, err, derive == DERIVE_NONE ? ".of" : ".as",
                                        "want both as and of, or neither");
    if (derive == DERIVE_RATIO && text->of_count < 2)
        return scorecard_loading_refuse(l, err, ".of", "a ratio wants two operands or more");
    if (text->when_zero && derive != DERIVE_RATIO)
        return scorecard_loading_refuse(l, err, ".when_zero", "only a ratio divides");
    return load_operands(l, text, out, err);
}

static bool load_one(struct scorecard_loading *l, const struct scorecard_text_input *text,
                     GError **err)
{
    static const char *const types[] = {"number", "text", "list", NULL};
    struct scorecard_input input = {
        .name = arena_strdup(l->arena, text->name), .metric = -1, .attribute = -1};
    int type, index;
    struct rational constant;
    if (known_name(l->card, text->name) >= 0)
        return scorecard_loading_refuse(
            l, err, ".name", "'%s' stands twice, or is read before it is declared", text->name);
    if (rational_parse(l->pool, slice_of(text->name), &constant))
        return scorecard_loading_refuse(l, err, ".name", "a name is no number");
    if (!scorecard_loading_choice(l, ".type", text->type, types, &type, err) ||
        !scorecard_loading_optional(l, ".empty", text->empty, &input.has_empty, &input.empty,
                                    err) ||
        !scorecard_loading_optional(l, ".when_zero", text->when_zero, &input.has_when_zero,
                                    &input.when_zero, err) ||
        !scorecard_loading_optional(l, ".at_least", text->at_least, &input.has_least, &input.least,
                                    err) ||
        !scorecard_loading_optional(l, ".at_most", text->at_most, &input.has_most, &input.most,
                                    err) ||
        !scorecard_loading_flag(l, ".active_only", text->active_only, false, &input.active_only,
                                err))
        return false;
    input.type = (enum scorecard_type)type;
    bool limited = input.has_empty || input.has_least || input.has_most || text->as;
    if (input.type != TYPE_NUMBER && limited)
        return scorecard_loading_refuse(l, err, ".type", "only a number is derived or limited");
    if (!text->as && text->of_count == 0)
        return add_read(l, ".name", text->name, &input, &index, err);
    return load_derived(l, text, &input, err) && add(l, ".name", &input, &index, err);
}

bool scorecard_input_load(struct scorecard_loading *l, GError **err)
{
    l->card->input = arena_many(l->arena, INPUTS_MAX, struct scorecard_input);
    for (uint32_t i = 0; i < l->text->inputs_count; i++) {
        g_autofree char *path = g_strdup_printf("inputs[%u]", i);
        g_autofree char *what = g_strdup_printf("input %s", l->text->inputs[i].name);
        l->path = path;
        l->what = what;
        if (!load_one(l, &l->text->inputs[i], err))
            return false;
    }
    return true;
}

/* ── deriving ───────────────────────────────────────────────────────────────────────────────────
 */

/* The known numbers of an input's operands, lists unfolded. */
struct numbers {
    size_t n, unknown;
    bool not_applicable;
    struct rational v[VALUES_MAX];
};

static void take(struct numbers *all, struct rational number)
{
    if (all->n < VALUES_MAX)
        all->v[all->n++] = number;
}

static bool next_entry(const char **text, struct slice *entry)
{
    *text += strspn(*text, " \t");
    entry->p = *text;
    entry->n = strcspn(*text, " \t");
    *text += entry->n;
    return entry->n > 0;
}

static void take_list(struct rational_pool *pool, const char *text, struct numbers *all)
{
    struct slice entry;
    while (next_entry(&text, &entry)) {
        struct rational number;
        if (rational_parse(pool, entry, &number))
            take(all, number);
    }
}

bool scorecard_input_is_list(struct rational_pool *pool, const char *text)
{
    struct slice entry;
    struct rational number;
    size_t n = 0;
    for (; next_entry(&text, &entry); n++) {
        if (!slice_is(entry, "-") && !slice_is(entry, "none") &&
            !rational_parse(pool, entry, &number))
            return false;
    }
    return n < VALUES_MAX;
}

static void gather(const struct scorecard *card, const struct scorecard_input *input,
                   struct rational_pool *pool, const struct scorecard_value *value,
                   struct numbers *all)
{
    for (size_t i = 0; i < input->n_operands; i++) {
        const struct scorecard_operand *o = &input->operand[i];
        const struct scorecard_value *v = o->input < 0 ? NULL : &value[o->input];
        struct rational number = v ? v->number : o->constant;
        if (v && !scorecard_value_known(v)) {
            all->unknown++;
            all->not_applicable = all->not_applicable || v->quality == METRIC_NOT_APPLICABLE;
        } else if (v && card->input[o->input].type == TYPE_LIST)
            take_list(pool, v->text, all);
        else
            take(all, input->times ? rational_multiply(pool, number, input->times[i]) : number);
    }
    if (!input->active_only)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < all->n; i++) {
        if (rational_sign(all->v[i]) != 0)
            all->v[kept++] = all->v[i];
    }
    all->n = kept;
}

static struct rational total(struct rational_pool *pool, const struct numbers *all)
{
    struct rational sum = rational_int(0);
    for (size_t i = 0; i < all->n; i++)
        sum = rational_add(pool, sum, all->v[i]);
    return sum;
}

/* Straight insertion: what is sorted here is a handful. */
static struct rational median(struct rational_pool *pool, struct numbers *all)
{
    for (size_t i = 1; i < all->n; i++) {
        struct rational moving = all->v[i];
        size_t at = i;
        for (; at > 0 && rational_compare(pool, all->v[at - 1], moving) > 0; at--)
            all->v[at] = all->v[at - 1];
        all->v[at] = moving;
    }
    struct rational low = all->v[(all->n - 1) / 2], high = all->v[all->n / 2];
    return rational_divide(pool, rational_add(pool, low, high), rational_int(2));
}

static struct rational extreme(struct rational_pool *pool, const struct numbers *all, int sign)
{
    struct rational best = all->v[0];
    for (size_t i = 1; i < all->n; i++) {
        if (rational_compare(pool, all->v[i], best) * sign > 0)
            best = all->v[i];
    }
    return best;
}

static bool quotient(const struct scorecard_input *input, struct rational_pool *pool,
                     const struct numbers *all, struct rational *out)
{
    *out = all->v[0];
    for (size_t i = 1; i < all->n; i++) {
        if (rational_sign(all->v[i]) == 0) {
            *out = input->when_zero;
            return input->has_when_zero;
        }
        *out = rational_divide(pool, *out, all->v[i]);
    }
    return true;
}

static int64_t count_above_zero(const struct numbers *all)
{
    int64_t count = 0;
    for (size_t i = 0; i < all->n; i++)
        count += rational_sign(all->v[i]) > 0;
    return count;
}

/* False when nothing comes of it. */
static bool reduce(const struct scorecard_input *input, struct rational_pool *pool,
                   struct numbers *all, struct rational *out)
{
    bool needs_all = input->derive <= DERIVE_DIFFERENCE;
    if (input->derive == DERIVE_COUNT_ABOVE_ZERO) {
        *out = rational_int(count_above_zero(all));
        return true;
    }
    if (all->n == 0 || (needs_all && all->unknown > 0))
        return false;
    switch (input->derive) {
    case DERIVE_RATIO:
        return quotient(input, pool, all, out);
    case DERIVE_SUM:
        *out = total(pool, all);
        return true;
    case DERIVE_DIFFERENCE:
        *out = all->v[0];
        for (size_t i = 1; i < all->n; i++)
            *out = rational_subtract(pool, *out, all->v[i]);
        return true;
    case DERIVE_MEAN:
        *out = rational_divide(pool, total(pool, all), rational_int((int64_t)all->n));
        return true;
    case DERIVE_MEDIAN:
        *out = median(pool, all);
        return true;
    case DERIVE_LEAST:
    case DERIVE_GREATEST:
        *out = extreme(pool, all, input->derive == DERIVE_LEAST ? -1 : 1);
        return true;
    default: /* DERIVE_FIRST_KNOWN */
        *out = all->v[0];
        return true;
    }
}

static void limit(const struct scorecard_input *input, struct rational_pool *pool,
                  struct scorecard_value *value)
{
    bool known = scorecard_value_known(value);
    if (known && input->has_least && rational_compare(pool, value->number, input->least) < 0)
        value->number = input->least;
    if (known && input->has_most && rational_compare(pool, value->number, input->most) > 0)
        value->number = input->most;
    if (!known && value->quality != METRIC_NOT_APPLICABLE && input->has_empty)
        *value = (struct scorecard_value){METRIC_OK, input->empty, NULL};
}

void scorecard_input_derive(const struct scorecard *card, struct rational_pool *pool,
                            struct scorecard_value *value)
{
    for (size_t i = 0; i < card->n_inputs; i++) {
        const struct scorecard_input *input = &card->input[i];
        if (input->derive != DERIVE_NONE) {
            struct numbers all;
            all.n = all.unknown = 0;
            all.not_applicable = false;
            gather(card, input, pool, value, &all);
            struct rational number = rational_int(0);
            bool known = reduce(input, pool, &all, &number);
            value[i] = (struct scorecard_value){known                ? METRIC_OK
                                                : all.not_applicable ? METRIC_NOT_APPLICABLE
                                                                     : METRIC_NO_DATA,
                                                number, NULL};
        }
        limit(input, pool, &value[i]);
    }
}
