/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the other stages compute for the API: why a health changed, what it would be, whether a
 * scorecard is right; and words that become facts. */
#include "api/account_json.h"
#include "api/ask.h"
#include "api/handle.h"
#include "api/pool.h"
#include "api/wall.h"
#include "core/engine.h"
#include "sql/api.h"

enum { VALUES_MAX = 64, CARD_MAX = 60000, REASON_MAX = 1000, CHANGE_DAYS = 7 };

static bool has_engine(const struct site *site, const struct request *request,
                       struct response *response)
{
    if (!site->engine)
        response_problem(response, request, PROBLEM_UNAVAILABLE, "this server computes nothing");
    return site->engine != NULL;
}

static void refuse(const struct request *request, struct response *response, const GError *err)
{
    bool ours = err_is(err, KENKO_ERROR_BUSY) || err_is(err, KENKO_ERROR_NOT_FOUND) ||
                err_is(err, KENKO_ERROR_CONFLICT);
    if (err_is(err, KENKO_ERROR_USAGE))
        response_problem(response, request, PROBLEM_INVALID, "%s", err->message);
    else
        response_failure(response, request, err, ours ? err->message : "it could not be computed");
}

static void write_known(struct writer *writer, const char *name, bool is_known, int bp)
{
    account_json_points(writer, name, is_known ? bp : SNAPSHOT_NULL_BP);
}

static void write_parts(struct writer *writer, const struct engine_change *c)
{
    writer_array(writer, "measures");
    for (size_t i = 0; i < c->n; i++) {
        const struct engine_part *part = &c->part[i];
        writer_object(writer, NULL);
        writer_text(writer, "measure", part->measure);
        writer_text(writer, "label", part->label);
        writer_fixed(writer, "behaviour", part->behaviour_bp, 2);
        writer_text(writer, "data", part->lost ? "lost" : part->gained ? "gained" : NULL);
        writer_object_end(writer);
    }
    writer_array_end(writer);
}

static void write_change(struct writer *writer, const struct engine_change *c)
{
    const struct {
        const char *name;
        int bp;
    } parts[] = {{"behaviour", c->behaviour_bp},
                 {"availability", c->availability_bp},
                 {"configuration", c->configuration_bp},
                 {"override", c->override_bp}};
    writer_object(writer, "data");
    writer_day(writer, "from", c->from, false);
    writer_day(writer, "to", c->to, false);
    write_known(writer, "before", c->before_known, c->before_bp);
    write_known(writer, "after", c->after_known, c->after_bp);
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (c->is_split)
            writer_fixed(writer, parts[i].name, parts[i].bp, 2);
        else
            writer_null(writer, parts[i].name);
    }
    writer_bool(writer, "computed", c->is_computed);
    writer_text(writer, "why_not", c->is_split ? NULL : c->why_not);
    write_parts(writer, c);
    writer_object_end(writer);
}

static bool find_change(const struct site *site, const struct request *request,
                        const struct snapshot *snapshot, struct engine_change *out, GError **err)
{
    const struct field_value *from = field_get(&request->asked, "from");
    const struct field_value *to = field_get(&request->asked, "to");
    int32_t last = to->given ? (int32_t)to->number : snapshot->as_of;
    int32_t first = from->given ? (int32_t)from->number : last - CHANGE_DAYS;
    struct db *db = pool_take(site->slow_pool, err);
    bool ok = db && site->engine->change(site->engine->context, request->arena, db,
                                         field_text(&request->asked, "key"), first, last, out, err);
    if (db)
        pool_give(site->slow_pool, db);
    return ok;
}

static void answer_change(const struct site *site, struct request *request,
                          struct response *response)
{
    struct engine_change change = {0};
    g_autoptr(GError) err = NULL;
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    if (handle_find(snapshot, request, response) && has_engine(site, request, response)) {
        if (find_change(site, request, snapshot, &change, &err)) {
            const struct response_meta meta = handle_meta(site, request, snapshot);
            struct writer writer = response_json(response, request);
            write_change(&writer, &change);
            response_end(response, &writer, &meta);
            response_tag(response, request, snapshot->run_id);
        } else {
            refuse(request, response, err);
        }
    }
    snapshot_unref(snapshot);
}

static void write_state(struct writer *writer, const char *name, const struct engine_health *health)
{
    writer_object(writer, name);
    write_known(writer, "health", health->is_known, health->effective_bp);
    write_known(writer, "health_computed", health->is_known, health->health_bp);
    writer_text(writer, "band", health->band);
    writer_object_end(writer);
}

static void write_what_if(struct writer *writer, const struct engine_what_if *w)
{
    writer_object(writer, "data");
    writer_day(writer, "as_of", w->as_of, false);
    write_state(writer, "now", &w->now);
    write_state(writer, "then", &w->then);
    writer_array(writer, "lifts");
    for (size_t i = 0; i < w->n_lifts; i++) {
        writer_object(writer, NULL);
        writer_text(writer, "metric", w->lift[i].metric);
        writer_double(writer, "now", w->lift[i].now);
        writer_double(writer, "value", w->lift[i].value);
        writer_text(writer, "band", w->lift[i].band);
        writer_fixed(writer, "health", w->lift[i].effective_bp, 2);
        writer_object_end(writer);
    }
    writer_array_end(writer);
    writer_object_end(writer);
}

static size_t read_values(const struct request *request, struct engine_value *out)
{
    const char *name;
    json_t *value;
    size_t n = 0;
    const json_t *given = field_get(&request->told, "values")->json;
    json_object_foreach((json_t *)(uintptr_t)given, name, value) out[n++] =
        (struct engine_value){name, json_number_value(value)};
    return n;
}

static void answer_what_if(const struct site *site, struct request *request,
                           struct response *response)
{
    struct engine_value values[VALUES_MAX];
    struct engine_what_if w = {0};
    g_autoptr(GError) err = NULL;
    const struct snapshot *snapshot = handle_run(site, request, response);
    if (!snapshot)
        return;
    if (handle_find(snapshot, request, response) && has_engine(site, request, response)) {
        size_t n = read_values(request, values);
        if (site->engine->what_if(site->engine->context, request->arena,
                                  field_text(&request->asked, "key"), values, n, &w, &err)) {
            const struct response_meta meta = handle_meta(site, request, snapshot);
            struct writer writer = response_json(response, request);
            write_what_if(&writer, &w);
            response_end(response, &writer, &meta);
        } else {
            refuse(request, response, err);
        }
    }
    snapshot_unref(snapshot);
}

static bool is_file_name(const char *name)
{
    for (const char *p = name; *p; p++) {
        if (!g_ascii_isalnum(*p) && *p != '_' && *p != '-')
            return false;
    }
    return true;
}

static void answer_validate(const struct site *site, struct request *request,
                            struct response *response)
{
    static const struct field_fault unnamed = {.pointer = "/name",
                                               .detail = "want letters, digits, - and _"};
    const char *name = field_text(&request->told, "name"), *fault = NULL;
    g_autoptr(GError) err = NULL;
    if (!has_engine(site, request, response))
        return;
    if (!is_file_name(name)) {
        response_faults(response, request, PROBLEM_INVALID, &unnamed);
        return;
    }
    if (!site->engine->check_scorecard(site->engine->context, request->arena, name,
                                       field_text(&request->told, "text"), &fault, &err)) {
        refuse(request, response, err);
        return;
    }
    const struct snapshot *snapshot = store_current(site->store);
    const struct response_meta meta = handle_meta(site, request, snapshot);
    struct writer writer = response_json(response, request);
    writer_object(&writer, "data");
    writer_bool(&writer, "is_valid", !fault);
    writer_text(&writer, "fault", fault);
    writer_object_end(&writer);
    response_end(response, &writer, &meta);
    snapshot_unref(snapshot);
}

/* ── words that become facts ────────────────────────────────────────────────────────────────────
 */

static bool actor_of(const struct ask *a, const char **actor, GError **err)
{
    struct q_actor_get_row row;
    bool found;
    if (!q_actor_get(a->arena, a->db, a->request->principal.key_id, &row, &found, err))
        return false;
    if (!found)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "the key is gone");
    *actor = row.actor;
    return true;
}

static bool ask_overrides(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_overrides_rows rows;
    return q_account_overrides(a->arena, a->db, a->account->account_id, NULL, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool add_override(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_overrides_rows rows;
    const struct field_value *from = ask_member(a, "valid_from");
    struct engine_override word = {.account_key = snapshot_key(a->account),
                                   .kind = ask_member(a, "kind")->text,
                                   .value_bp = (int)ask_member(a, "value")->number,
                                   .reason = ask_member(a, "reason")->text,
                                   .valid_from =
                                       from->given ? (int32_t)from->number : a->snapshot->as_of,
                                   .expires_on = (int32_t)ask_member(a, "expires_on")->number};
    int64_t load_id;
    if (!a->engine)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "this server keeps nothing");
    return actor_of(a, &word.author, err) && wall_cross(a->db, "kenko_ingest", err) &&
           a->engine->override(a->engine->context, a->db, &word, &load_id, err) &&
           wall_raise(a->db, &a->request->principal, err) &&
           q_account_overrides(a->arena, a->db, a->account->account_id, &load_id, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_sentiment(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_sentiment_rows rows;
    return q_account_sentiment(a->arena, a->db, a->account->account_id, NULL, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool add_sentiment(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_sentiment_rows rows;
    struct engine_sentiment word = {.account_id = a->account->account_id,
                                    .value = ask_member(a, "value")->number,
                                    .reason = ask_member(a, "reason")->text,
                                    .expires_on = ask_int(a, ask_member(a, "expires_on"))};
    int64_t load_id;
    if (!a->engine)
        return err_set(err, KENKO_ERROR_UNAVAILABLE, "this server keeps nothing");
    return actor_of(a, &word.author, err) && wall_cross(a->db, "kenko_ingest", err) &&
           a->engine->sentiment(a->engine->context, a->db, &word, &load_id, err) &&
           wall_raise(a->db, &a->request->principal, err) &&
           q_account_sentiment(a->arena, a->db, a->account->account_id, &load_id, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static const struct shape_member part_members[] = {
    {"measure", SHAPE_TEXT, .what = "Name in the scorecard, or rest."},
    {"label", SHAPE_TEXT, .what = "Shown name."},
    {"behaviour", SHAPE_NUMBER, .what = "Its part of behaviour; all add up to it."},
    {"data", SHAPE_TEXT, true, .what = "lost or gained between the days."},
    {0}};
static const struct shape part = {"ChangePart", part_members, NULL};
static const struct shape_member change_members[] = {
    {"from", SHAPE_DAY, .what = "The published day that was compared."},
    {"to", SHAPE_DAY, .what = "With this one."},
    {"before", SHAPE_NUMBER, true, .what = "Health on the first."},
    {"after", SHAPE_NUMBER, true, .what = "Health on the second."},
    {"behaviour", SHAPE_NUMBER, true, .what = "Points by what the customer did."},
    {"availability", SHAPE_NUMBER, true, .what = "By data that came or went."},
    {"configuration", SHAPE_NUMBER, true, .what = "By another scorecard or other metrics."},
    {"override", SHAPE_NUMBER, true, .what = "By caps and overrides."},
    {"computed", SHAPE_BOOL, .what = "The second day was computed again under the first's card."},
    {"why_not", SHAPE_TEXT, true, .what = "Why there are no parts, where there are none."},
    {"measures", SHAPE_OBJECTS, .of = &part, .what = "Behaviour by measure."},
    {0}};
static const struct shape change_shape = {"Change", change_members, NULL};

static const struct shape_member state_members[] = {
    {"health", SHAPE_NUMBER, true, .what = "After caps."},
    {"health_computed", SHAPE_NUMBER, true, .what = "Before them."},
    {"band", SHAPE_TEXT, .what = "Band of the day alone."},
    {0}};
static const struct shape state = {"WhatIfHealth", state_members, NULL};
static const struct shape_member lift_members[] = {
    {"metric", SHAPE_TEXT, .what = "The one metric to change."},
    {"now", SHAPE_NUMBER, .what = "Its value."},
    {"value", SHAPE_NUMBER, .what = "Just enough for a better band."},
    {"band", SHAPE_TEXT, .what = "That band."},
    {"health", SHAPE_NUMBER, .what = "The health with it."},
    {0}};
static const struct shape lift = {"WhatIfLift", lift_members, NULL};
static const struct shape_member what_if_members[] = {
    {"as_of", SHAPE_DAY, .what = "The day whose facts it stands on."},
    {"now", SHAPE_OBJECT, .of = &state, .what = "With the values as they are."},
    {"then", SHAPE_OBJECT, .of = &state, .what = "With those that were given."},
    {"lifts", SHAPE_OBJECTS, .of = &lift, .what = "Smallest changes from there to a better band."},
    {0}};
static const struct shape what_if_shape = {"WhatIf", what_if_members, NULL};

static const struct shape_member verdict_members[] = {
    {"is_valid", SHAPE_BOOL, .what = "kenko would take it."},
    {"fault", SHAPE_TEXT, true, .what = "Where it is wrong and what was wanted."},
    {0}};
static const struct shape verdict = {"ScorecardVerdict", verdict_members, NULL};

static const char *const override_kinds[] = {"cap", "floor", "set", NULL};
static const struct field account_params[] = {HANDLE_KEY, {0}};
static const struct field list_params[] = {HANDLE_KEY, HANDLE_LIST, {0}};
static const struct field change_params[] = {
    HANDLE_KEY,
    {.name = "from",
     .kind = FIELD_DAY,
     .what = "The newest published day up to this one; a week before to by default."},
    {.name = "to", .kind = FIELD_DAY, .what = "The same; that of the newest run by default."},
    {0}};
static const struct field what_if_body[] = {{.name = "values",
                                             .kind = FIELD_NUMBERS,
                                             .required = true,
                                             .least = 0,
                                             .most = VALUES_MAX,
                                             .what = "Metrics by name with the values to take."},
                                            {0}};
static const struct field validate_body[] = {{.name = "name",
                                              .kind = FIELD_TEXT,
                                              .required = true,
                                              .least = 1,
                                              .most = 60,
                                              .what = "Name of its file, without .yaml."},
                                             {.name = "text",
                                              .kind = FIELD_TEXT,
                                              .required = true,
                                              .least = 1,
                                              .most = CARD_MAX,
                                              .what = "The YAML."},
                                             {0}};
static const struct field override_body[] = {
    {.name = "kind",
     .kind = FIELD_CHOICE,
     .choices = override_kinds,
     .required = true,
     .what = "cap (at most), floor (at least) or set."},
    {.name = "value", .kind = FIELD_POINTS, .required = true, .what = "The health."},
    {.name = "reason",
     .kind = FIELD_TEXT,
     .required = true,
     .least = 1,
     .most = REASON_MAX,
     .what = "Why."},
    {.name = "valid_from",
     .kind = FIELD_DAY,
     .what = "First day it holds for; that of the newest run by default."},
    {.name = "expires_on", .kind = FIELD_DAY, .required = true, .what = "Day after the last."},
    {0}};
static const struct field sentiment_body[] = {
    {.name = "value",
     .kind = FIELD_INTEGER,
     .required = true,
     .least = 1,
     .most = 5,
     .what = "1 (bad) to 5 (good)."},
    {.name = "reason", .kind = FIELD_TEXT, .most = REASON_MAX, .what = "Why."},
    {.name = "expires_on", .kind = FIELD_DAY, .what = "Day from which it says nothing any more."},
    {0}};

ASK_SHAPE(override_shape, "Override", account_overrides);
ASK_SHAPE(sentiment_shape, "Sentiment", account_sentiment);

const struct endpoint handle_change = {
    .handler = answer_change, .params = change_params, .shape = &change_shape, .warehouse = true};
const struct endpoint handle_what_if = {.handler = answer_what_if,
                                        .params = account_params,
                                        .body = what_if_body,
                                        .shape = &what_if_shape,
                                        .warehouse = true};
const struct endpoint handle_scorecard_validate = {
    .handler = answer_validate, .body = validate_body, .shape = &verdict, .warehouse = true};
const struct endpoint handle_overrides =
    ASK_LIST(ask_overrides, override_shape, list_params, false);
const struct endpoint handle_override_add =
    ASK_MAKE(add_override, override_shape, account_params, override_body);
const struct endpoint handle_sentiment =
    ASK_LIST(ask_sentiment, sentiment_shape, list_params, false);
const struct endpoint handle_sentiment_add =
    ASK_MAKE(add_sentiment, sentiment_shape, account_params, sentiment_body);
