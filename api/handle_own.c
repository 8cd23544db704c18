/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What belongs to the caller: saved views and preferences. */
#include "api/ask.h"
#include "api/handle.h"
#include "sql/api.h"

enum { OBJECT_MAX = 16 << 10, VIEW_NAME_MAX = 100 };

static const char *key_id(const struct ask *a)
{
    return a->request->principal.key_id;
}

static const char *object_text(const struct ask *a, const char *name)
{
    g_autofree char *text = json_dumps(ask_member(a, name)->json, JSON_COMPACT);
    return arena_strdup(a->arena, text);
}

static bool ask_views(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_view_list_rows rows;
    return q_view_list(a->arena, a->db, key_id(a), &rows, err) && ask_give(out, rows.n, rows.row);
}

static bool put_view(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_view_put_row *row = arena_one(a->arena, struct q_view_put_row);
    bool found;
    return q_view_put(a->arena, a->db, ask_member(a, "name")->text, object_text(a, "query"),
                      ask_member(a, "is_shared")->number != 0, key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool drop_view(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_view_drop_row *row = arena_one(a->arena, struct q_view_drop_row);
    bool found;
    return q_view_drop(a->arena, a->db, ask_param(a, "view_id")->number, key_id(a), row, &found,
                       err) &&
           ask_give(out, found, row);
}

static bool ask_preferences(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_preference_get_row *row = arena_one(a->arena, struct q_preference_get_row);
    bool found;
    return q_preference_get(a->arena, a->db, key_id(a), row, &found, err) &&
           ask_give(out, found, row);
}

static bool put_preferences(struct ask *a, struct ask_rows *out, GError **err)
{
    struct q_preference_put_row *row = arena_one(a->arena, struct q_preference_put_row);
    bool found;
    return q_preference_put(a->arena, a->db, object_text(a, "settings"), key_id(a), row, &found,
                            err) &&
           ask_give(out, found, row);
}

static const struct field list_params[] = {HANDLE_LIST, {0}};
static const struct field view_params[] = {HANDLE_ID("view_id", "The view."), {0}};
static const struct field view_body[] = {
    {.name = "name",
     .kind = FIELD_TEXT,
     .required = true,
     .least = 1,
     .most = VIEW_NAME_MAX,
     .what = "Shown name; the same again replaces the view."},
    {.name = "query",
     .kind = FIELD_OBJECT,
     .required = true,
     .most = OBJECT_MAX,
     .what = "The filters, as whoever shows them writes them."},
    {.name = "is_shared", .kind = FIELD_BOOL, .fallback = "false", .what = "Others may use it."},
    {0}};
static const struct field preference_body[] = {
    {.name = "settings",
     .kind = FIELD_OBJECT,
     .required = true,
     .most = OBJECT_MAX,
     .what = "As whoever shows things writes them; replaces all."},
    {0}};

ASK_SHAPE(view, "SavedView", view_list);
ASK_SHAPE(view_kept, "SavedView", view_put);
ASK_SHAPE(preference, "Preferences", preference_get);
ASK_SHAPE(preference_kept, "Preferences", preference_put);

const struct endpoint handle_views = ASK_LIST(ask_views, view, list_params, false);
const struct endpoint handle_view_put = ASK_MAKE(put_view, view_kept, NULL, view_body);
const struct endpoint handle_view_drop = ASK_END(drop_view, view_params);
const struct endpoint handle_preferences = ASK_ONE(ask_preferences, preference, NULL);
const struct endpoint handle_preferences_put =
    ASK_CHANGE(put_preferences, preference_kept, NULL, preference_body);
