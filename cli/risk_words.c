/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/risk_words.h"

#include <math.h>
#include <stdio.h>

#include "core/currency.h"
#include "core/day.h"
#include "core/text.h"
#include "reports/format.h"
#include "scoring/score.h"

/* The k-th of a risk's three numbers; NaN where there is none. */
static double number(const struct q_change_account_row *a, enum score_risk risk, size_t k)
{
    size_t at = (size_t)risk * 3 + k;
    if (a->risk_1e9_is_null || at >= a->risk_1e9.n ||
        (a->risk_1e9.is_null && a->risk_1e9.is_null[at]))
        return NAN;
    return a->risk_1e9.v[at] / 1e9;
}

static void print_risk(const char *when, const struct q_change_account_row *a, enum score_risk risk)
{
    printf("%s %.1f %% (%.1f to %.1f)", when, 100 * number(a, risk, 0), 100 * number(a, risk, 1),
           100 * number(a, risk, 2));
}

void risk_words_print(struct arena *arena, const char *currency,
                      const struct q_change_account_row *a)
{
    char day[DAY_TEXT_SIZE];
    if (a->risk_1e9_is_null)
        return;
    print_risk("  within 30 days", a, SCORE_RISK_30);
    print_risk("; within 180 days", a, SCORE_RISK_180);
    if (!isnan(number(a, SCORE_RISK_RENEWAL, 0))) {
        g_autofree char *when =
            g_strdup_printf("; by the renewal on %s", day_format(a->renewal_on, day));
        print_risk(when, a, SCORE_RISK_RENEWAL);
    }
    const char *arr[3];
    for (size_t k = 0; k < 3; k++)
        arr[k] = format_money(arena, LANGUAGE_EN, currency,
                              (double)a->arr_minor * number(a, SCORE_STAY, k));
    printf("\n  of %s ARR, %s is expected to be earned within 365 days (%s to %s)\n",
           format_money(arena, LANGUAGE_EN, currency, (double)a->arr_minor), arr[0], arr[1],
           arr[2]);
}

static void json_list(GString *out, const char *name, const struct q_change_account_row *a,
                      enum score_risk risk, double scale)
{
    g_string_append_printf(out, "\"%s\": ", name);
    if (isnan(number(a, risk, 0))) {
        g_string_append(out, "null");
        return;
    }
    for (size_t k = 0; k < 3; k++) {
        char text[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(text, sizeof text, "%.9g", scale * number(a, risk, k));
        g_string_append_printf(out, "%s%s", k ? ", " : "[", text);
    }
    g_string_append_c(out, ']');
}

void risk_words_json(GString *out, const char *currency, const struct q_change_account_row *a)
{
    g_string_append(out, ", \"risk\": ");
    if (a->risk_1e9_is_null) {
        g_string_append(out, "null, \"remaining_arr_365d\": null");
        return;
    }
    g_string_append_c(out, '{');
    json_list(out, "30", a, SCORE_RISK_30, 1);
    char p[G_ASCII_DTOSTR_BUF_SIZE], low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append_printf(
        out, ", \"90\": [%s, %s, %s], ",
        g_ascii_formatd(p, sizeof p, "%.9g", (double)a->p_churn_1e9 / 1e9),
        g_ascii_formatd(low, sizeof low, "%.9g", (double)a->p_lower_1e9 / 1e9),
        g_ascii_formatd(high, sizeof high, "%.9g", (double)a->p_upper_1e9 / 1e9));
    json_list(out, "180", a, SCORE_RISK_180, 1);
    g_string_append(out, ", ");
    json_list(out, "renewal", a, SCORE_RISK_RENEWAL, 1);
    g_string_append(out, "}, ");
    json_list(out, "remaining_arr_365d", a, SCORE_STAY,
              (double)a->arr_minor / currency_minor(slice_of(currency)));
}
