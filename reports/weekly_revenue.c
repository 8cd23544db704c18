/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/weekly_revenue.h"

#include <string.h>

#include "core/day.h"
#include "reports/format.h"

enum { PERIODS_MAX = 2, REASONS_MAX = 5 };

/* "2026-10", "2026 Q3": the same in every language. */
static const char *period_name(const struct report *r, const struct q_report_revenue_row *p)
{
    int year, month, unused;
    day_to_civil(p->period, &year, &month, &unused);
    return strcmp(p->kind, "quarter") == 0 ? arena_printf(r->arena, "%d Q%d", year, (month + 2) / 3)
                                           : arena_printf(r->arena, "%d-%02d", year, month);
}

static const char *share(const struct report *r, double part, double whole)
{
    return whole > 0 ? format_percent(r->arena, r->language, 100 * part / whole, 1) : "–";
}

static void add_amounts(const struct report *r, struct document *d,
                        const struct q_report_revenue_rows *rows, enum message label,
                        int64_t (*amount)(const struct q_report_revenue_row *))
{
    document_cell(d, report_say(r, label, NULL), NULL, TONE_PLAIN);
    for (size_t i = 0; i < rows->n; i++) {
        int64_t minor = amount(&rows->row[i]);
        document_cell(d, report_money(r, (double)minor), NULL, minor < 0 ? TONE_BAD : TONE_PLAIN);
    }
}

static int64_t start_of(const struct q_report_revenue_row *p)
{
    return p->start_minor;
}

static int64_t new_of(const struct q_report_revenue_row *p)
{
    return p->new_minor;
}

static int64_t back_of(const struct q_report_revenue_row *p)
{
    return p->resurrection_minor;
}

static int64_t expansion_of(const struct q_report_revenue_row *p)
{
    return p->expansion_minor;
}

static int64_t contraction_of(const struct q_report_revenue_row *p)
{
    return p->contraction_minor;
}

static int64_t churn_of(const struct q_report_revenue_row *p)
{
    return p->churn_minor;
}

static int64_t end_of(const struct q_report_revenue_row *p)
{
    return p->start_minor + p->new_minor + p->resurrection_minor + p->expansion_minor +
           p->contraction_minor + p->churn_minor;
}

static void add_shares(const struct report *r, struct document *d,
                       const struct q_report_revenue_rows *rows)
{
    document_cell(d, report_say(r, MESSAGE_REVENUE_NRR, NULL), NULL, TONE_PLAIN);
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_report_revenue_row *p = &rows->row[i];
        double stays = (double)(p->start_minor + p->contraction_minor + p->churn_minor);
        document_cell(d, share(r, stays + (double)p->expansion_minor, (double)p->start_minor), NULL,
                      TONE_PLAIN);
    }
    document_cell(d, report_say(r, MESSAGE_REVENUE_GRR, NULL), NULL, TONE_PLAIN);
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_report_revenue_row *p = &rows->row[i];
        double stays = (double)(p->start_minor + p->contraction_minor + p->churn_minor);
        document_cell(d, share(r, stays, (double)p->start_minor), NULL, TONE_PLAIN);
    }
    document_cell(d, report_say(r, MESSAGE_REVENUE_LOST, NULL), NULL, TONE_PLAIN);
    for (size_t i = 0; i < rows->n; i++) {
        const struct q_report_revenue_row *p = &rows->row[i];
        document_cell(d,
                      report_say(r, MESSAGE_REVENUE_LOST_OF, "n", report_number(r, p->n_churn),
                                 "base", report_number(r, p->n_start), "share",
                                 share(r, (double)p->n_churn, (double)p->n_start), NULL),
                      NULL, TONE_PLAIN);
    }
}

/* Why they left in the longest of the periods, as contracts record it. */
static bool add_reasons(const struct report *r, struct document *d,
                        const struct q_report_revenue_row *p, GError **err)
{
    struct q_report_reasons_rows rows;
    g_autoptr(GString) list = g_string_new(NULL);
    if (!q_report_reasons(r->arena, r->db, p->period, p->ends, REASONS_MAX, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_report_reasons_row *w = &rows.row[i];
        const char *reason = *w->reason ? w->reason : report_say(r, MESSAGE_REVENUE_UNSAID, NULL);
        const char *who =
            *w->competitor ? arena_printf(r->arena, "%s → %s", reason, w->competitor) : reason;
        g_string_append(list, i ? report_say(r, MESSAGE_LIST_COMMA, NULL) : "");
        g_string_append(list, report_say(r, MESSAGE_REVENUE_REASON, "reason", who, "n",
                                         report_number(r, w->accounts), "arr",
                                         report_money(r, (double)w->arr_minor), NULL));
    }
    if (rows.n > 0)
        document_text(d, "%s",
                      report_say(r, MESSAGE_REVENUE_REASONS, "period", period_name(r, p), "list",
                                 list->str, NULL));
    return true;
}

bool weekly_revenue_add(const struct report *r, struct document *d, GError **err)
{
    struct q_report_revenue_rows rows;
    if (!r->run.has_money || !q_report_revenue(r->arena, r->db, r->run.as_of, &rows, err))
        return !r->run.has_money;
    if (rows.n == 0)
        return true;
    struct document_column *column = arena_many(r->arena, PERIODS_MAX + 1, struct document_column);
    column[0] = (struct document_column){"", COLUMN_WORDS};
    for (size_t i = 0; i < rows.n; i++)
        column[i + 1] = (struct document_column){period_name(r, &rows.row[i]), COLUMN_NUMBER};
    document_heading(d, 2, report_say(r, MESSAGE_REVENUE_HEADING, NULL));
    document_table(d, "", column, rows.n + 1);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_START, start_of);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_NEW, new_of);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_BACK, back_of);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_EXPANSION, expansion_of);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_CONTRACTION, contraction_of);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_CHURN, churn_of);
    add_amounts(r, d, &rows, MESSAGE_REVENUE_END, end_of);
    add_shares(r, d, &rows);
    return add_reasons(r, d, &rows.row[rows.n - 1], err);
}
