/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "api/handle.h"
#include "api/pool.h"
#include "core/day.h"
#include "sql/api.h"

enum { DEFAULT_DAYS = 730, MAX_ROWS = 4000 };

enum step { STEP_DAY, STEP_WEEK, STEP_MONTH };

struct range {
    int32_t from, to; /* both included */
    enum step step;
};

static const char *const names[] = {"from", "to", "step", NULL};

static const char *parse_range(const struct request *request, int32_t as_of, struct range *range)
{
    const char *from = request_param(request, "from"), *to = request_param(request, "to");
    const char *step = request_param(request, "step");
    range->to = as_of;
    if (to && !day_parse(slice_of(to), &range->to, NULL))
        return "to: want a day as YYYY-MM-DD";
    range->from = range->to - DEFAULT_DAYS;
    if (from && !day_parse(slice_of(from), &range->from, NULL))
        return "from: want a day as YYYY-MM-DD";
    if (range->from > range->to)
        return "from: want a day that is not after to";
    range->step = STEP_DAY;
    if (step && strcmp(step, "1w") == 0)
        range->step = STEP_WEEK;
    else if (step && strcmp(step, "1m") == 0)
        range->step = STEP_MONTH;
    else if (step && strcmp(step, "1d") != 0)
        return "step: want 1d, 1w or 1m";
    return NULL;
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
    handle_write_money(writer, snapshot, "arr", row->arr_minor);
    writer_object_end(writer);
}

/* Rows come newest first; they are written oldest first, the last one of each step. */
static void write_rows(struct writer *writer, const struct snapshot *snapshot,
                       const struct q_history_scores_rows *rows, enum step step)
{
    writer_array(writer, "data");
    for (size_t i = rows->n; i-- > 0;) {
        bool last =
            i == 0 || bucket(rows->row[i].as_of, step) != bucket(rows->row[i - 1].as_of, step);
        if (last)
            write_row(writer, snapshot, &rows->row[i]);
    }
    writer_array_end(writer);
}

static void answer(const struct site *site, struct request *request,
                   const struct snapshot *snapshot, const struct snapshot_account *account,
                   struct response *response)
{
    struct range range;
    struct q_history_scores_rows rows;
    g_autoptr(GError) err = NULL;
    const char *wrong = parse_range(request, snapshot->as_of, &range);
    if (wrong) {
        response_problem(response, request, PROBLEM_BAD_PARAMETER, "%s", wrong);
        return;
    }
    struct db *db = pool_take(site->pool, &err);
    bool ok = db && q_history_scores(request->arena, db, account->account_id, range.from, range.to,
                                     MAX_ROWS, &rows, &err);
    if (db)
        pool_give(site->pool, db);
    if (!ok) {
        response_problem(response, request, problem_of(err),
                         "the history could not be read from the warehouse");
        return;
    }
    struct writer writer = response_json(response);
    write_rows(&writer, snapshot, &rows, range.step);
    response_end(response, &writer, snapshot, store_is_stale(site->store, request->now_us), NULL);
    response_tag(response, request, snapshot->run_id);
}

void handle_history(const struct site *site, struct request *request, struct response *response)
{
    if (!handle_params(request, names, response))
        return;
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    const struct snapshot_account *account = handle_find(snapshot, request, response);
    if (account)
        answer(site, request, snapshot, account, response);
    snapshot_unref(snapshot);
}
