/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a measure is, as one line. */
#include "scoring/metric_internal.h"
#include "scoring/scorecard.h"

static void say_number(GString *out, const char *word, struct rational x)
{
    g_string_append_printf(out, " %s ", word);
    rational_append(out, x);
}

static void say_range(GString *out, const struct scorecard_range *r)
{
    if (r->has_low)
        say_number(out, r->low_inclusive ? "from" : "above", r->low);
    if (r->has_high)
        say_number(out, r->high_inclusive ? "up_to" : "below", r->high);
    for (size_t i = 0; i < r->n_texts; i++)
        g_string_append_printf(out, " %s '%s'", r->is_states ? "has" : "is", r->text[i]);
}

static void say_conditions(GString *out, const struct scorecard *card, const char *word,
                           const struct scorecard_conditions *conditions)
{
    for (size_t i = 0; i < conditions->n; i++) {
        const struct scorecard_condition *c = &conditions->all[i];
        g_string_append_printf(out, "; %s %s%s", word, card->input[c->input].name,
                               c->asks_known ? c->known ? " known" : " unknown" : "");
        say_range(out, &c->range);
    }
}

static void say_rule(GString *out, const struct scorecard *card, const struct scorecard_rule *rule)
{
    static const char *const kinds[] = {"bands", "points", "percentile"};
    say_conditions(out, card, "when", &rule->when);
    g_string_append_printf(out, "; %s%s:", rule->applies ? kinds[rule->kind] : "not applicable",
                           rule->falls ? " down" : "");
    for (size_t i = 0; i < rule->n_pieces; i++) {
        const struct scorecard_piece *p = &rule->piece[i];
        say_range(out, &p->range);
        say_number(out, p->is_none ? "none" : "gives", p->score);
        if (!p->is_line && p->n_steps == 0)
            continue;
        say_number(out, p->is_line ? "to" : "steps to", p->score_to);
        say_number(out, "over", p->from);
        say_number(out, "..", p->to);
        for (size_t k = 0; k < p->n_steps; k++)
            say_number(out, "step", p->step[k]);
    }
    for (size_t i = 0; i < rule->n_reference; i++)
        say_number(out, "reference", rule->reference[i]);
}

static void say_input(GString *out, struct arena *arena, const struct scorecard *card,
                      const struct metric_set *metrics, int index)
{
    const struct scorecard_input *input = &card->input[index];
    if (input->metric >= 0) {
        g_string_append_printf(out, "%s stale_days=%d",
                               metric_definition(arena, metrics, (size_t)input->metric),
                               metrics->metric[input->metric].stale_days);
    } else
        g_string_append_printf(out, "%s (%d)", input->name, (int)input->derive);
    for (size_t i = 0; i < input->n_operands; i++) {
        if (input->operand[i].input < 0)
            say_number(out, "of", input->operand[i].constant);
        else {
            g_string_append(out, " of [");
            say_input(out, arena, card, metrics, input->operand[i].input);
            g_string_append(out, "]");
        }
        if (input->times)
            say_number(out, "times", input->times[i]);
    }
    if (input->active_only)
        g_string_append(out, " active");
    if (input->has_empty)
        say_number(out, "empty", input->empty);
    if (input->has_when_zero)
        say_number(out, "when_zero", input->when_zero);
    if (input->has_least)
        say_number(out, "at_least", input->least);
    if (input->has_most)
        say_number(out, "at_most", input->most);
}

const char *scorecard_definition(struct arena *arena, const struct scorecard *card,
                                 const struct metric_set *metrics, size_t measure)
{
    static const char *const policies[] = {"renormalise", "neutral", "worst", "best",
                                           "block",       "carry",   "score"};
    const struct scorecard_measure *m = &card->measure[measure];
    g_autoptr(GString) out = g_string_new(NULL);
    say_input(out, arena, card, metrics, m->input);
    g_string_append_printf(out, "; missing: %s", policies[m->missing]);
    if (m->missing == MISSING_SCORE)
        say_number(out, "of", m->missing_score);
    if (m->missing == MISSING_CARRY)
        g_string_append_printf(out, " days=%d", m->carry_days);
    say_conditions(out, card, "group only if", &card->group[m->group].only_if);
    say_conditions(out, card, "only if", &m->only_if);
    say_conditions(out, card, "no data if", &m->no_data_if);
    for (size_t i = 0; i < m->n_rules; i++)
        say_rule(out, card, &m->rule[i]);
    return arena_strdup(arena, out->str);
}
