/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people say and do about customers: notes, tasks, acknowledgements, mutes, and the feed in
 * which all of it stands. */
#include "api/ask.h"
#include "api/handle.h"
#include "sql/api.h"

enum { TEXT_MAX = 8000, TITLE_MAX = 200 };

static const char *const task_states[] = {"open", "done", "dropped", NULL};

static const char *key_id(const struct ask *a)
{
    return a->request->principal.key_id;
}

static bool ask_timeline(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_account_timeline_rows rows;
    return q_account_timeline(a->arena, a->db, a->account->account_id, a->after_number, a->after_id,
                              a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool ask_notes(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_note_page_rows rows;
    return q_note_page(a->arena, a->db, a->account->account_id, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool add_note(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_note_add_row *row = arena_one(a->arena, struct q_note_add_row);
    bool found;
    return q_note_add(a->arena, a->db, a->account->account_id, ask_member(a, "body")->text,
                      key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool drop_note(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_note_drop_row *row = arena_one(a->arena, struct q_note_drop_row);
    bool found;
    return q_note_drop(a->arena, a->db, a->account->account_id, ask_param(a, "note_id")->number,
                       key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool ask_tasks(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_task_page_rows rows;
    const int64_t *account = a->account ? &a->account->account_id : NULL;
    return q_task_page(a->arena, a->db, a->accounts, ask_param(a, "state")->text,
                       ask_param(a, "assignee")->text, account, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool add_task(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_task_add_row *row = arena_one(a->arena, struct q_task_add_row);
    bool found;
    return q_task_add(a->arena, a->db, a->account->account_id, ask_member(a, "title")->text,
                      ask_member(a, "detail")->text, ask_int(a, ask_member(a, "due_on")),
                      ask_member(a, "assignee")->text, key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool change_task(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_task_change_row *row = arena_one(a->arena, struct q_task_change_row);
    struct q_task_get_row now;
    int64_t task_id = ask_param(a, "task_id")->number;
    const struct field_value *revision = ask_member(a, "revision");
    bool found;
    if (!q_task_get(a->arena, a->db, a->accounts, task_id, &now, &found, err))
        return false;
    if (!found)
        return ask_give(out, 0, NULL);
    if (revision->given && revision->number != now.revision)
        return err_set(err, KENKO_ERROR_CONFLICT,
                       "the task is at revision %d by now, not at %" G_GINT64_FORMAT, now.revision,
                       revision->number);
    return q_task_change(a->arena, a->db, task_id, ask_member(a, "title")->text,
                         ask_member(a, "detail")->text, ask_member(a, "state")->text,
                         ask_int(a, ask_member(a, "due_on")), ask_member(a, "assignee")->text,
                         ask_member(a, "outcome")->text, key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool ask_acknowledgements(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_acknowledgement_page_rows rows;
    return q_acknowledgement_page(a->arena, a->db, a->account->account_id, a->after_id, a->rows,
                                  &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool add_acknowledgement(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_acknowledgement_add_row *row = arena_one(a->arena, struct q_acknowledgement_add_row);
    bool found;
    return q_acknowledgement_add(a->arena, a->db, a->account->account_id,
                                 ask_member(a, "what")->text, ask_member(a, "note")->text,
                                 ask_int(a, ask_member(a, "until_on")), key_id(a), row, &found,
                                 err) &&
           ask_give(out, found, row);
}

static bool ask_mutes(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_mute_page_rows rows;
    return q_mute_page(a->arena, a->db, a->accounts, a->after_id, a->rows, &rows, err) &&
           ask_give(out, rows.n, rows.row);
}

static bool add_mute(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_mute_add_row *row = arena_one(a->arena, struct q_mute_add_row);
    bool found;
    return q_mute_add(a->arena, a->db, a->account->account_id, ask_member(a, "what")->text,
                      ask_member(a, "reason")->text, (int32_t)ask_member(a, "until_on")->number,
                      key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool end_mute(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_mute_end_row *row = arena_one(a->arena, struct q_mute_end_row);
    bool found;
    return q_mute_end(a->arena, a->db, a->accounts, ask_param(a, "mute_id")->number, key_id(a), row,
                      &found, err) &&
           ask_give(out, found, row);
}

#define MEMBER(of, max, sentence)                                                                  \
    {                                                                                              \
        .name = of, .kind = FIELD_TEXT, .most = (max), .what = sentence                            \
    }
#define NEEDED(of, max, sentence)                                                                  \
    {                                                                                              \
        .name = of, .kind = FIELD_TEXT, .required = true, .least = 1, .most = (max),               \
        .what = sentence                                                                           \
    }
#define DAY(of, sentence)                                                                          \
    {                                                                                              \
        .name = of, .kind = FIELD_DAY, .what = sentence                                            \
    }
#define STATE                                                                                      \
    {                                                                                              \
        .name = "state", .kind = FIELD_CHOICE, .choices = task_states,                             \
        .what = "open, done or dropped."                                                           \
    }
#define ASSIGNEE                                                                                   \
    {                                                                                              \
        .name = "assignee", .kind = FIELD_TEXT, .least = 1, .what = "Who does it."                 \
    }

static const struct field account_params[] = {HANDLE_KEY, {0}};
static const struct field page_params[] = {HANDLE_PAGE, {0}};
static const struct field account_page_params[] = {HANDLE_KEY, HANDLE_PAGE, {0}};
static const struct field note_params[] = {HANDLE_KEY, HANDLE_ID("note_id", "The note."), {0}};
static const struct field note_body[] = {NEEDED("body", TEXT_MAX, "The text."), {0}};
static const struct field tasks_params[] = {STATE, ASSIGNEE, HANDLE_PAGE, {0}};
static const struct field account_tasks_params[] = {HANDLE_KEY, STATE, ASSIGNEE, HANDLE_PAGE, {0}};
static const struct field task_params[] = {HANDLE_ID("task_id", "The task."), {0}};
static const struct field task_body[] = {NEEDED("title", TITLE_MAX, "What to do."),
                                         MEMBER("detail", TEXT_MAX, "More about it."),
                                         DAY("due_on", "Day it should be done by."),
                                         ASSIGNEE,
                                         {0}};
static const struct field task_change[] = {
    {.name = "title", .kind = FIELD_TEXT, .least = 1, .most = TITLE_MAX, .what = "What to do."},
    MEMBER("detail", TEXT_MAX, "More about it."),
    STATE,
    DAY("due_on", "Day it should be done by."),
    ASSIGNEE,
    MEMBER("outcome", TEXT_MAX, "What came of it."),
    {.name = "revision",
     .kind = FIELD_INTEGER,
     .least = 1,
     .most = INT32_MAX,
     .what = "The one that was seen: a task that changed since stays as it is (409)."},
    {0}};
static const struct field acknowledgement_body[] = {
    NEEDED("what", TITLE_MAX, "What was seen: risk, or the name of an alert or an indicator."),
    MEMBER("note", TEXT_MAX, "What is to be said to it."),
    DAY("until_on", "Day from which it counts as unseen again."),
    {0}};
static const struct field mute_body[] = {
    MEMBER("what", TITLE_MAX, "The alert to be silent about; all by default."),
    NEEDED("reason", TITLE_MAX, "Why."),
    {.name = "until_on",
     .kind = FIELD_DAY,
     .required = true,
     .what = "First day on which it is loud again."},
    {0}};
static const struct field mute_params[] = {HANDLE_ID("mute_id", "The mute."), {0}};

ASK_SHAPE(event, "TimelineEvent", account_timeline);
ASK_SHAPE(note, "Note", note_page);
ASK_SHAPE(note_made, "Note", note_add);
ASK_SHAPE(task, "Task", task_page);
ASK_SHAPE(task_made, "Task", task_add);
ASK_SHAPE(task_changed, "Task", task_change);
ASK_SHAPE(acknowledgement, "Acknowledgement", acknowledgement_page);
ASK_SHAPE(acknowledgement_made, "Acknowledgement", acknowledgement_add);
ASK_SHAPE(mute, "Mute", mute_page);
ASK_SHAPE(mute_made, "Mute", mute_add);

const struct endpoint handle_timeline = ASK_LIST(ask_timeline, event, account_page_params, false);
const struct endpoint handle_notes = ASK_LIST(ask_notes, note, account_page_params, false);
const struct endpoint handle_note_add = ASK_MAKE(add_note, note_made, account_params, note_body);
const struct endpoint handle_note_drop = ASK_END(drop_note, note_params);
const struct endpoint handle_tasks = ASK_LIST(ask_tasks, task, tasks_params, false);
const struct endpoint handle_account_tasks = ASK_LIST(ask_tasks, task, account_tasks_params, false);
const struct endpoint handle_task_add = ASK_MAKE(add_task, task_made, account_params, task_body);
const struct endpoint handle_task_change =
    ASK_CHANGE(change_task, task_changed, task_params, task_change);
const struct endpoint handle_acknowledgements =
    ASK_LIST(ask_acknowledgements, acknowledgement, account_page_params, false);
const struct endpoint handle_acknowledgement_add =
    ASK_MAKE(add_acknowledgement, acknowledgement_made, account_params, acknowledgement_body);
const struct endpoint handle_mutes = ASK_LIST(ask_mutes, mute, page_params, false);
const struct endpoint handle_mute_add = ASK_MAKE(add_mute, mute_made, account_params, mute_body);
const struct endpoint handle_mute_end = ASK_END(end_mute, mute_params);
