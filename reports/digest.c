/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The digest for a channel: at most ten accounts, each with why. */
#include <string.h>

#include "core/day.h"
#include "reports/report.h"

enum { LINES_MAX = 10 };

bool digest_make(const struct report *r, struct document *d, GError **err)
{
    static const struct document_column columns[] = {
        {"Account", false}, {"State", false}, {"Why", false}};
    struct q_report_accounts_rows falls, top;
    char day[DAY_TEXT_SIZE];
    if (!report_accounts(r, "fall", "", LINES_MAX, &falls, err) ||
        !report_accounts(r, "loss", "", LINES_MAX, &top, err))
        return false;
    const struct q_report_accounts_rows *rows = falls.n > 0 ? &falls : &top;
    document_heading(d, 1,
                     arena_printf(r->arena, "Customers on %s", day_format(r->run.as_of, day)));
    if (r->has_before && falls.n == 0)
        document_text(d,
                      "No account fell by more than 3 points since last week. The largest expected "
                      "losses are:");
    else
        document_text(d,
                      falls.n > 0 ? "%zu accounts fell most since last week:"
                                  : "%zu accounts have the largest expected loss:",
                      rows->n);
    document_table(d, "", columns, G_N_ELEMENTS(columns));
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_report_accounts_row *a = &rows->row[i];
        document_cell(d, a->name, report_link(r, a->key), TONE_PLAIN);
        document_cell(d,
                      arena_printf(r->arena, "%s %s %s, %s, churn %s", a->band,
                                   report_health(r, a->effective_bp_is_null, a->effective_bp),
                                   report_delta(r, a), report_money(r, (double)a->arr_minor),
                                   report_risk(r, a)),
                      NULL, document_band_tone(a->band));
        document_cell(d, report_reasons(r, a, 2), NULL, TONE_PLAIN);
    }
    document_note(d, "%s · run %" G_GINT64_FORMAT " · %s", r->config->organisation, r->run.run_id,
                  r->run.scorecard);
    return true;
}
