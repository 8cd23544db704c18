/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What kenko did: scoring runs, runs of jobs, loads, what it could not take. */
#include "api/ask.h"
#include "api/handle.h"
#include "core/day.h"
#include "sql/api.h"

static const char *const job_states[] = {"running", "done", "failed", "interrupted", "lost", NULL};

static int64_t id_of(const struct ask *a, const char *name)
{
    return ask_param(a, name)->number;
}

static bool ask_runs(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_run_list_rows rows;
    return q_run_list(a->arena, a->db, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_run(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_run_get_row *row = arena_one(a->arena, struct q_run_get_row);
    bool found;
    return q_run_get(a->arena, a->db, id_of(a, "run_id"), row, &found, err) &&
           ask_give(out, found, row);
}

static bool ask_jobs(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_job_page_rows rows;
    return q_job_page(a->arena, a->db, ask_param(a, "job")->text, ask_param(a, "state")->text,
                      a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_loads(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_load_page_rows rows;
    return q_load_page(a->arena, a->db, ask_param(a, "source")->text, ask_param(a, "stream")->text,
                       ask_param(a, "rejected")->number != 0, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_load(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_load_one_row *row = arena_one(a->arena, struct q_load_one_row);
    bool found;
    return q_load_one(a->arena, a->db, id_of(a, "load_id"), row, &found, err) &&
           ask_give(out, found, row);
}

static bool ask_rejects(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_reject_page_rows rows;
    return q_reject_page(a->arena, a->db, id_of(a, "load_id"), ask_param(a, "reason")->text,
                         a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_reasons(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_reject_reasons_rows rows;
    const struct field_value *from = ask_param(a, "from");
    const int64_t from_us = from->number * DAY_US;
    return q_reject_reasons(a->arena, a->db, ask_param(a, "source")->text,
                            from->given ? &from_us : NULL, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_unresolved(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_unresolved_page_rows rows;
    return q_unresolved_page(a->arena, a->db, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_freshness(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_freshness_list_rows rows;
    return q_freshness_list(a->arena, a->db, &rows, err) && ask_give(out, rows.n, rows.row);
}

static bool ask_quality(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_quality_page_rows rows;
    return q_quality_page(a->arena, a->db, ask_param(a, "failed")->number != 0,
                          ask_int(a, ask_param(a, "from")), &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

#define TEXT(of, sentence)                                                                         \
    {                                                                                              \
        .name = of, .kind = FIELD_TEXT, .least = 1, .what = sentence                               \
    }
#define ONLY(of, sentence)                                                                         \
    {                                                                                              \
        .name = of, .kind = FIELD_BOOL, .fallback = "false", .what = sentence                      \
    }
#define FROM                                                                                       \
    {                                                                                              \
        .name = "from", .kind = FIELD_DAY, .what = "From this day on."                             \
    }

static const struct field page_params[] = {HANDLE_PAGE, {0}};
static const struct field list_params[] = {HANDLE_LIST, {0}};
static const struct field run_params[] = {HANDLE_ID("run_id", "The run."), {0}};
static const struct field load_params[] = {HANDLE_ID("load_id", "The load."), {0}};
static const struct field job_params[] = {
    TEXT("job", "Runs of this job."),
    {.name = "state", .kind = FIELD_CHOICE, .choices = job_states, .what = "In this state."},
    HANDLE_PAGE,
    {0}};
static const struct field loads_params[] = {TEXT("source", "Of this source."),
                                            TEXT("stream", "Of this stream."),
                                            ONLY("rejected", "Those with rejected records only."),
                                            HANDLE_PAGE,
                                            {0}};
static const struct field rejects_params[] = {
    HANDLE_ID("load_id", "The load."), TEXT("reason", "With this code."), HANDLE_PAGE, {0}};
static const struct field reasons_params[] = {
    TEXT("source", "Of this source."), FROM, HANDLE_LIST, {0}};
static const struct field quality_params[] = {
    ONLY("failed", "Checks that failed only."), FROM, HANDLE_LIST, {0}};

ASK_SHAPE(run, "Run", run_list);
ASK_SHAPE(run_one, "Run", run_get);
ASK_SHAPE(job, "JobRun", job_page);
ASK_SHAPE(load, "Load", load_page);
ASK_SHAPE(load_one, "Load", load_one);
ASK_SHAPE(rejected, "Reject", reject_page);
ASK_SHAPE(reason, "RejectReason", reject_reasons);
ASK_SHAPE(party, "UnresolvedParty", unresolved_page);
ASK_SHAPE(stream, "StreamFreshness", freshness_list);
ASK_SHAPE(quality, "QualityCheck", quality_page);

const struct endpoint handle_runs = ASK_LIST(ask_runs, run, page_params, false);
const struct endpoint handle_run_one = ASK_ONE(ask_run, run_one, run_params);
const struct endpoint handle_jobs = ASK_LIST(ask_jobs, job, job_params, false);
const struct endpoint handle_loads = ASK_LIST(ask_loads, load, loads_params, false);
const struct endpoint handle_load = ASK_ONE(ask_load, load_one, load_params);
const struct endpoint handle_rejects = ASK_LIST(ask_rejects, rejected, rejects_params, false);
const struct endpoint handle_reject_reasons = ASK_LIST(ask_reasons, reason, reasons_params, false);
const struct endpoint handle_unresolved = ASK_LIST(ask_unresolved, party, page_params, false);
const struct endpoint handle_freshness = ASK_LIST(ask_freshness, stream, list_params, false);
const struct endpoint handle_quality = ASK_LIST(ask_quality, quality, quality_params, false);
