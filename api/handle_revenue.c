/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Revenue: renewals, movements, cohorts, forecasts, who left and why. */
#include "api/ask.h"
#include "api/handle.h"
#include "sql/api.h"

static const char *const kinds[] = {"month", "quarter", "year", NULL};
static const char *const movements[] = {"new",         "resurrection", "expansion",
                                        "contraction", "churn",        NULL};

#define FROM                                                                                       \
    {                                                                                              \
        .name = "from", .kind = FIELD_DAY, .what = "From this day on."                             \
    }
#define SCOPE                                                                                      \
    {                                                                                              \
        .name = "scope", .kind = FIELD_TEXT, .least = 1, .fallback = "total",                      \
        .what = "total, or one of revenue.scopes."                                                 \
    }

static bool ask_renewals(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_renewal_list_rows rows;
    return q_renewal_list(a->arena, a->db, a->accounts, ask_int(a, ask_param(a, "from")),
                          ask_int(a, ask_param(a, "before")), a->after_number, a->after_id, a->rows,
                          &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_periods(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_movement_list_rows rows;
    return q_movement_list(a->arena, a->db, ask_param(a, "scope")->text,
                           ask_param(a, "period")->text, ask_int(a, ask_param(a, "from")), &rows,
                           err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_moved(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_movement_accounts_rows rows;
    return q_movement_accounts(
               a->arena, a->db, ask_param(a, "scope")->text, (int32_t)ask_param(a, "month")->number,
               ask_param(a, "movement")->text, a->after_number, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_cohorts(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_cohort_list_rows rows;
    return q_cohort_list(a->arena, a->db, ask_int(a, ask_param(a, "from")), &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_forecast(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_forecast_list_rows rows;
    return q_forecast_list(a->arena, a->db, &rows, err) && ask_give(out, rows.n, rows.row);
}

static bool ask_reasons(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_churn_reasons_rows rows;
    return q_churn_reasons(a->arena, a->db, ask_int(a, ask_param(a, "from")), &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_churned(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_churn_list_rows rows;
    return q_churn_list(a->arena, a->db, ask_int(a, ask_param(a, "from")), a->after_number,
                        a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static const struct field renewal_params[] = {
    FROM, {.name = "before", .kind = FIELD_DAY, .what = "Before this day."}, HANDLE_PAGE, {0}};
static const struct field period_params[] = {SCOPE,
                                             {.name = "period",
                                              .kind = FIELD_CHOICE,
                                              .choices = kinds,
                                              .fallback = "month",
                                              .what = "How long a period is."},
                                             FROM,
                                             HANDLE_LIST,
                                             {0}};
static const struct field moved_params[] = {
    SCOPE,
    {.name = "month", .kind = FIELD_DAY, .required = true, .what = "First day of the month."},
    {.name = "movement", .kind = FIELD_CHOICE, .choices = movements, .what = "This movement only."},
    HANDLE_PAGE,
    {0}};
static const struct field from_params[] = {FROM, HANDLE_LIST, {0}};
static const struct field churned_params[] = {FROM, HANDLE_PAGE, {0}};
static const struct field list_params[] = {HANDLE_LIST, {0}};

ASK_SHAPE(renewal, "Renewal", renewal_list);
ASK_SHAPE(period, "RevenuePeriod", movement_list);
ASK_SHAPE(moved, "RevenueMovement", movement_accounts);
ASK_SHAPE(cohort, "CohortCell", cohort_list);
ASK_SHAPE(forecast, "RenewalForecast", forecast_list);
ASK_SHAPE(reason, "ChurnReason", churn_reasons);
ASK_SHAPE(churned, "ChurnedAccount", churn_list);

const struct endpoint handle_renewals = ASK_LIST(ask_renewals, renewal, renewal_params, true);
const struct endpoint handle_movements = ASK_LIST(ask_periods, period, period_params, false);
const struct endpoint handle_moved = ASK_LIST(ask_moved, moved, moved_params, true);
const struct endpoint handle_cohorts = ASK_LIST(ask_cohorts, cohort, from_params, false);
const struct endpoint handle_forecast = ASK_LIST(ask_forecast, forecast, list_params, false);
const struct endpoint handle_churn_reasons = ASK_LIST(ask_reasons, reason, from_params, false);
const struct endpoint handle_churned = ASK_LIST(ask_churned, churned, churned_params, true);
