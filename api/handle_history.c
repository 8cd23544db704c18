/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/account_json.h"
#include "api/handle.h"
#include "api/pool.h"
#include "api/wall.h"
#include "core/day.h"
#include "sql/api.h"

enum { DEFAULT_DAYS = 730, MAX_ROWS = 4000 };

enum step { STEP_DAY, STEP_WEEK, STEP_MONTH };

struct range {
    int32_t from, to; /* both included */
    enum step step;
};

static const char *const steps[] = {"1d", "1w", "1m", NULL};

/* False: from is after to. */
static bool read_range(const struct request *request, int32_t as_of, struct range *range)
{
    const struct field_value *from = field_get(&request->asked, "from");
    const struct field_value *to = field_get(&request->asked, "to");
    range->to = to->given ? (int32_t)to->number : as_of;
    range->from = from->given ? (int32_t)from->number : range->to - DEFAULT_DAYS;
    range->step = (enum step)field_get(&request->asked, "step")->number;
    return range->from <= range->to;
}

/* The same number for days of one step. */
static int32_t bucket(int32_t day, enum step step)
{
    if (step == STEP_WEEK)
        return day - day_weekday(day);
    if (step == STEP_MONTH)
        return day_month_start(day, 0);
    return day;
}

static void write_bp(struct writer *writer, const char *name, bool is_null, int32_t bp)
{
    if (is_null)
        writer_null(writer, name);
    else
        writer_fixed(writer, name, bp, 2);
}

static void write_row(struct writer *writer, const struct snapshot *snapshot,
                      const struct q_history_scores_row *row)
{
    writer_object(writer, NULL);
    writer_day(writer, "as_of", row->as_of, false);
    writer_integer(writer, "run_id", row->run_id);
    write_bp(writer, "health", row->effective_bp_is_null, row->effective_bp);
    write_bp(writer, "health_computed", row->health_bp_is_null, row->health_bp);
    write_bp(writer, "health_lower", false, row->lower_bp);
    write_bp(writer, "health_upper", false, row->upper_bp);
    writer_text(writer, "band", row->band);
    writer_fixed(writer, "coverage", row->coverage_bp, 4);
    if (row->p_churn_1e9_is_null)
        writer_null(writer, "churn_risk");
    else
        writer_fixed(writer, "churn_risk", row->p_churn_1e9, 9);
    account_json_money(writer, snapshot, "arr", row->arr_minor);
    writer_object_end(writer);
}

/* Rows come newest first; they are written oldest first, the last one of each step. */
static void write_rows(struct writer *writer, const struct snapshot *snapshot,
                       const struct q_history_scores_rows *rows, enum step step)
{
    for (size_t i = rows->n; i-- > 0;) {
        bool last =
            i == 0 || bucket(rows->row[i].as_of, step) != bucket(rows->row[i - 1].as_of, step);
        if (last)
            write_row(writer, snapshot, &rows->row[i]);
    }
}

static void answer_account(const struct site *site, struct request *request,
                           const struct snapshot *snapshot, const struct snapshot_account *account,
                           struct response *response)
{
    struct range range;
    struct q_history_scores_rows rows;
    g_autoptr(GError) err = NULL;
    static const struct field_fault order = {.name = "from", .detail = "want a day not after to"};
    if (!read_range(request, snapshot->as_of, &range)) {
        response_faults(response, request, PROBLEM_BAD_PARAMETER, &order);
        return;
    }
    struct db *db = pool_take(site->pool, &err);
    bool in = db && wall_enter(db, &request->principal, &err);
    bool ok = in && q_history_scores(request->arena, db, account->account_id, range.from, range.to,
                                     MAX_ROWS, &rows, &err);
    if (in)
        wall_leave(db);
    if (db)
        pool_give(site->pool, db);
    if (!ok) {
        response_failure(response, request, err,
                         "the history could not be read from the warehouse");
        return;
    }
    const struct response_meta meta = handle_meta(site, request, snapshot);
    struct writer writer = handle_list(request, response);
    write_rows(&writer, snapshot, &rows, range.step);
    handle_list_end(response, &writer, &meta);
    response_tag(response, request, snapshot->run_id);
}

static void answer(const struct site *site, struct request *request, struct response *response)
{
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    const struct snapshot_account *account = handle_find(snapshot, request, response);
    if (account)
        answer_account(site, request, snapshot, account, response);
    snapshot_unref(snapshot);
}

static const struct shape_member members[] = {
    {"as_of", SHAPE_DAY, .what = "The day."},
    {"run_id", SHAPE_INTEGER, .what = "The run that speaks for it."},
    {"health", SHAPE_NUMBER, true, .what = "0 to 100 after caps and overrides."},
    {"health_computed", SHAPE_NUMBER, true, .what = "Before them."},
    {"health_lower", SHAPE_NUMBER, .what = "Were every missing measure at its worst."},
    {"health_upper", SHAPE_NUMBER, .what = "Were every missing measure at its best."},
    {"band", SHAPE_TEXT, .what = "Band with hysteresis."},
    {"coverage", SHAPE_NUMBER, .what = "Share of the measures' weight that is usable."},
    {"churn_risk", SHAPE_NUMBER, true, .what = "Probability of churn within 90 days."},
    {"arr", SHAPE_NUMBER, .what = "Annual recurring revenue in meta.currency."},
    {0}};
static const struct shape shape = {"ScoreOfDay", members, NULL};
static const struct field params[] = {
    HANDLE_KEY,
    {.name = "from", .kind = FIELD_DAY, .what = "First day; two years before to by default."},
    {.name = "to", .kind = FIELD_DAY, .what = "Last day; that of the newest run by default."},
    {.name = "step",
     .kind = FIELD_CHOICE,
     .choices = steps,
     .fallback = "1d",
     .what = "The last day of each day, week or month."},
    HANDLE_LIST,
    {0}};
const struct endpoint handle_history = {
    .handler = answer, .params = params, .answer = ROUTE_LIST, .shape = &shape, .warehouse = true};
