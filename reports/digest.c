/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest for a channel: at most ten accounts, each with why. */
#include <string.h>

#include "core/day.h"
#include "reports/report.h"

enum { LINES_MAX = 10 };

static void add_foot(const struct report *r, struct document *d)
{
    document_note(d, "%s · run %" G_GINT64_FORMAT " · %s", r->config->organisation, r->run.run_id,
                  r->run.scorecard);
}

/* One line, so that silence is never taken for a broken digest. */
static void add_nothing(const struct report *r, struct document *d)
{
    char day[DAY_TEXT_SIZE];
    if (r->has_before)
        document_text(d,
                      "No change since %s: nobody lost more than 3 points of health, fell to a "
                      "worse band or gained 5 points of churn risk.",
                      day_format(r->before.as_of, day));
    else
        document_text(d, "No customer has been scored.");
    add_foot(r, d);
}

/* "2.1 % → 57.5 %" when it moved by a point or more, else as it is. */
static const char *risk_text(const struct report *r, const struct q_report_accounts_row *a)
{
    if (a->p_churn_1e9_is_null)
        return "no churn risk known";
    double now = (double)a->p_churn_1e9 / 1e7, before = (double)a->before_p_1e9 / 1e7;
    if (!a->before_p_1e9_is_null && (now - before >= 1 || before - now >= 1))
        return arena_printf(r->arena, "churn in 90 days %.0f %% → %.0f %%", before, now);
    return arena_printf(r->arena, "churn in 90 days %.0f %%", now);
}

bool digest_make(const struct report *r, struct document *d, GError **err)
{
    static const struct document_column columns[] = {
        {"Account", COLUMN_WORDS}, {"State", COLUMN_WORDS}, {"Why", COLUMN_UNDER}};
    struct q_report_accounts_rows list, *rows = &list;
    char day[DAY_TEXT_SIZE];
    if (!report_accounts(r, r->has_before ? "change" : "loss", "", LINES_MAX, rows, err))
        return false;
    document_heading(d, 1,
                     arena_printf(r->arena, "Customers on %s", day_format(r->run.as_of, day)));
    if (rows->n == 0) {
        add_nothing(r, d);
        return true;
    }
    if (r->has_before)
        document_text(d, "%zu %s worse since %s, by change of expected loss:", rows->n,
                      rows->n == 1 ? "customer is" : "customers are",
                      day_format(r->before.as_of, day));
    else
        document_text(d, "%zu customers have the largest expected loss:", rows->n);
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_report_accounts_row *a = &rows->row[i];
        document_cell(d, a->name, report_link(r, a->key), TONE_PLAIN);
        document_cell(d,
                      arena_printf(r->arena, "%s %s %s, %s, %s", a->band,
                                   report_health(r, a->effective_bp_is_null, a->effective_bp),
                                   report_delta(r, a), report_money(r, (double)a->arr_minor),
                                   risk_text(r, a)),
                      NULL, document_band_tone(a->band));
        document_cell(d, report_reasons(r, a, 2), NULL, TONE_PLAIN);
    }
    add_foot(r, d);
    return true;
}
