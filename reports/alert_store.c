/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_store.h"

#include <string.h>

#include "core/day.h"
#include "core/text.h"
#include "reports/alert_rows.h"

enum { BATCH_ROWS = 2000 };

/* ── loading ─────────────────────────────────────────────────────────────────────────────────────
 */

static int32_t day_or_never(bool is_null, int32_t day)
{
    return is_null ? ALERT_NEVER : day;
}

static struct alert_kept kept_of(const struct q_alert_states_row *r)
{
    return (struct alert_kept){
        .account_id = r->account_id,
        .account = r->account,
        .rule = r->rule,
        .state = {.since = day_or_never(r->since_is_null, r->since),
                  .seen_on = day_or_never(r->seen_on_is_null, r->seen_on),
                  .clear_since = day_or_never(r->clear_since_is_null, r->clear_since),
                  .opened_on = day_or_never(r->opened_on_is_null, r->opened_on),
                  .told_on = day_or_never(r->told_on_is_null, r->told_on),
                  .cool_until = day_or_never(r->cool_until_is_null, r->cool_until),
                  .escalated_on = day_or_never(r->escalated_on_is_null, r->escalated_on),
                  .no_data_since = day_or_never(r->no_data_since_is_null, r->no_data_since),
                  .severity = r->severity,
                  .alert_id = r->alert_id_is_null ? 0 : r->alert_id,
                  .acknowledgement_id = r->acknowledgement_id_is_null ? 0 : r->acknowledgement_id,
                  .mute_id = r->mute_id_is_null ? 0 : r->mute_id,
                  .opened_at = r->opened_at_is_null ? INT64_MAX : r->opened_at}};
}

static struct alert_said said_of(const struct q_alert_silences_row *r)
{
    struct alert_said said = {.account_id = r->account_id, .rule = r->what};
    if (r->is_mute)
        said.silence = (struct alert_silence){
            .mute_id = r->said_id, .mute_author = r->author, .mute_reason = r->note};
    else
        said.silence = (struct alert_silence){.acknowledgement_id = r->said_id,
                                              .acknowledged_at = r->said_at,
                                              .is_dated = r->is_dated,
                                              .author = r->author,
                                              .note = r->note};
    return said;
}

bool alert_store_load(struct arena *arena, struct db *db, const struct db_texts *rules,
                      int32_t as_of, struct alert_store *out, GError **err)
{
    struct q_alert_states_rows states;
    struct q_alert_silences_rows said;
    if (!q_alert_states(arena, db, rules, &states, err) ||
        !q_alert_silences(arena, db, as_of, &said, err))
        return false;
    *out = (struct alert_store){.kept = arena_many(arena, states.n, struct alert_kept),
                                .n_kept = states.n,
                                .said = arena_many(arena, said.n, struct alert_said),
                                .n_said = said.n};
    for (size_t i = 0; i < states.n; i++)
        out->kept[i] = kept_of(&states.row[i]);
    for (size_t i = 0; i < said.n; i++)
        out->said[i] = said_of(&said.row[i]);
    return true;
}

struct alert_kept *alert_store_find(const struct alert_store *store, int64_t account_id,
                                    const char *rule)
{
    size_t low = alert_rows_from(store->kept, store->n_kept, sizeof *store->kept, account_id);
    for (; low < store->n_kept && store->kept[low].account_id == account_id; low++) {
        if (strcmp(store->kept[low].rule, rule) == 0)
            return &store->kept[low];
    }
    return NULL;
}

bool alert_store_said(const struct alert_store *store, int64_t account_id, const char *rule,
                      struct alert_silence *out)
{
    bool found = false;
    size_t low = alert_rows_from(store->said, store->n_said, sizeof *store->said, account_id);
    *out = (struct alert_silence){0};
    for (; low < store->n_said && store->said[low].account_id == account_id; low++) {
        const struct alert_silence *said = &store->said[low].silence;
        bool is_own = strcmp(store->said[low].rule, rule) == 0;
        if (said->mute_id && (is_own || *store->said[low].rule == '\0')) {
            out->mute_id = said->mute_id;
            out->mute_author = said->mute_author;
            out->mute_reason = said->mute_reason;
            found = true;
        } else if (said->acknowledgement_id && is_own) {
            out->acknowledgement_id = said->acknowledgement_id;
            out->acknowledged_at = said->acknowledged_at;
            out->is_dated = said->is_dated;
            out->author = said->author;
            out->note = said->note;
            found = true;
        }
    }
    return found;
}

/* ── saving ──────────────────────────────────────────────────────────────────────────────────────
 */

static void put_day(GString *out, const char *key, int32_t day)
{
    char text[DAY_TEXT_SIZE];
    text_json_member(out, key, day == ALERT_NEVER ? NULL : day_format(day, text));
}

static void put_id(GString *out, const char *key, int64_t id)
{
    if (id != 0)
        g_string_append_printf(out, ", \"%s\": %" G_GINT64_FORMAT, key, id);
}

static void put_event(GString *out, const struct alert_event *e)
{
    g_string_append_printf(out, "{\"account_id\": %" G_GINT64_FORMAT, e->account_id);
    put_id(out, "alert_id", e->alert_id);
    text_json_member(out, "rule", e->rule);
    text_json_member(out, "kind", e->kind);
    put_day(out, "as_of", e->as_of);
    text_json_member(out, "severity", e->severity);
    text_json_member(out, "fingerprint", e->fingerprint);
    put_day(out, "told_on", e->told_on);
    text_json_member(out, "silence", e->silence);
    text_json_member(out, "label", e->label[LANGUAGE_EN]);
    text_json_member(out, "label_ja", e->label[LANGUAGE_JA]);
    text_json_member(out, "sentence", e->sentence[LANGUAGE_EN]);
    text_json_member(out, "sentence_ja", e->sentence[LANGUAGE_JA]);
    text_json_member(out, "actor", e->actor);
    text_json_member(out, "note", e->note);
    g_string_append_c(out, '}');
}

bool alert_store_events(struct db *db, int64_t run_id, const struct alert_event *event, size_t n,
                        GError **err)
{
    for (size_t from = 0; from < n; from += BATCH_ROWS) {
        g_autoptr(GString) rows = g_string_new("[");
        for (size_t i = from; i < MIN(n, from + BATCH_ROWS); i++) {
            g_string_append(rows, i > from ? ",\n" : "");
            put_event(rows, &event[i]);
        }
        g_string_append_c(rows, ']');
        if (!q_alert_event_put(db, run_id, rows->str, NULL, err))
            return false;
    }
    return true;
}

static void put_state(GString *out, const struct alert_kept *k)
{
    const struct alert_state *s = &k->state;
    g_string_append_printf(out, "{\"account_id\": %" G_GINT64_FORMAT, k->account_id);
    text_json_member(out, "rule", k->rule);
    put_day(out, "since", s->since);
    put_day(out, "seen_on", s->seen_on);
    put_day(out, "clear_since", s->clear_since);
    put_day(out, "opened_on", s->opened_on);
    put_day(out, "told_on", s->told_on);
    put_day(out, "cool_until", s->cool_until);
    put_day(out, "escalated_on", s->escalated_on);
    put_day(out, "no_data_since", s->no_data_since);
    text_json_member(out, "severity", s->severity);
    put_id(out, "alert_id", s->alert_id);
    put_id(out, "acknowledgement_id", s->acknowledgement_id);
    put_id(out, "mute_id", s->mute_id);
    g_string_append_c(out, '}');
}

static bool put_states(struct db *db, int32_t as_of, const struct alert_kept *kept, size_t n,
                       GError **err)
{
    g_autoptr(GString) rows = g_string_new("[");
    for (size_t i = 0; i < n; i++) {
        if (alert_state_is_ok(&kept[i].state, as_of))
            continue;
        g_string_append(rows, rows->len > 1 ? ",\n" : "");
        put_state(rows, &kept[i]);
    }
    g_string_append_c(rows, ']');
    return rows->len == 2 || q_alert_state_put(db, as_of, rows->str, NULL, err);
}

static bool drop_states(struct db *db, int32_t as_of, const struct alert_kept *kept, size_t n,
                        GError **err)
{
    g_autofree int64_t *accounts = g_new(int64_t, n);
    g_autofree const char **rules = g_new(const char *, n);
    size_t gone = 0;
    for (size_t i = 0; i < n; i++) {
        if (!alert_state_is_ok(&kept[i].state, as_of))
            continue;
        accounts[gone] = kept[i].account_id;
        rules[gone++] = kept[i].rule;
    }
    const struct db_bigints ids = {gone, accounts, NULL};
    const struct db_texts names = {gone, rules, NULL};
    return gone == 0 || q_alert_state_drop(db, &ids, &names, NULL, err);
}

bool alert_store_states(struct db *db, int32_t as_of, const struct alert_kept *kept, size_t n,
                        GError **err)
{
    for (size_t from = 0; from < n; from += BATCH_ROWS) {
        size_t rows = MIN(n - from, BATCH_ROWS);
        if (!drop_states(db, as_of, kept + from, rows, err) ||
            !put_states(db, as_of, kept + from, rows, err))
            return false;
    }
    return true;
}

bool alert_store_ids(struct arena *arena, struct db *db, int64_t n, int64_t **out, GError **err)
{
    struct q_alert_ids_rows rows;
    if (!q_alert_ids(arena, db, n, &rows, err))
        return false;
    *out = arena_many(arena, rows.n, int64_t);
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = rows.row[i].alert_id;
    return true;
}
