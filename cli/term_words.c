/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/term_words.h"

#include <math.h>
#include <stdio.h>

#include "core/text.h"

char *term_words_name(const struct additive_term *term)
{
    GString *name = g_string_new(NULL);
    for (size_t a = 0; a < term->n; a++)
        g_string_append_printf(name, "%s%s", a ? " × " : "", term->covariate[a]->bins->name);
    return g_string_free(name, FALSE);
}

char *term_words_p(double log_p)
{
    if (log_p > log(1e-4))
        return g_strdup_printf("%.4f", exp(log_p));
    return log_p > log(1e-300) ? g_strdup_printf("%.0e", exp(log_p)) : g_strdup("<1e-300");
}

void term_words_print(const struct additive_summary *s)
{
    bool any = false;
    printf("%-44s %10s %6s %9s %6s\n", "term", "importance", "edf", "p", "paths");
    for (size_t t = 0; t < MIN(s->n_terms, TERM_WORDS_SHOWN); t++) {
        g_autofree char *name = term_words_name(&s->term[t]);
        g_autofree char *p = term_words_p(s->term[t].log_p);
        printf("%-44s %10.3f %6.1f %9s %5.0f%%%s\n", name, s->term[t].importance, s->term[t].edf, p,
               100 * s->term[t].paths, s->term[t].separates ? " *" : "");
        any |= s->term[t].separates;
    }
    if (s->n_terms > TERM_WORDS_SHOWN)
        printf("… and %zu more (--json lists all)\n", s->n_terms - TERM_WORDS_SHOWN);
    if (any)
        printf("* nearly separates the outcomes: its p-value is too large\n");
}

void term_words_json(const struct additive_summary *s)
{
    printf("[");
    for (size_t t = 0; t < s->n_terms; t++) {
        g_autofree char *name = term_words_name(&s->term[t]);
        g_autoptr(GString) escaped = g_string_new(NULL);
        text_json(escaped, name);
        g_autoptr(GString) figures = g_string_new(NULL);
        text_json_number(figures, "importance", s->term[t].importance);
        text_json_number(figures, "edf", s->term[t].edf);
        text_json_number(figures, "chi2", s->term[t].chi2);
        text_json_number(figures, "df", s->term[t].df);
        text_json_number(figures, "log_p", s->term[t].log_p);
        printf("%s{\"term\": \"%s\"%s, \"paths\": %.2f, \"separates\": %s}", t ? ",\n  " : "\n  ",
               escaped->str, figures->str, s->term[t].paths,
               s->term[t].separates ? "true" : "false");
    }
    printf("]");
}
