/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules judged on what was published since: states, events and messages of one transaction. */
#include <string.h>

#include "core/fault.h"
#include "reports/alert_message.h"
#include "reports/alert_store.h"
#include "reports/alert_walk.h"

/* LOOK_DAYS: a check that was left out for longer begins no earlier. */
enum { LOOK_DAYS = 35 };

struct check {
    struct arena *arena;
    struct report report;
    const struct alert_set *set;
    struct alert_walk walk;
    struct alert_store store;
    struct alert_silence silence;
    GArray *event;  /* struct alert_event */
    GArray *change; /* struct alert_kept: states that are not what they were */
    GArray *tell;   /* struct alert_tell */
    GArray *late;   /* int64_t: alerts that were opened before and are told now */
    alert_item_fn each;
    void *each_context;
    struct alert_counts *out;
};

/* ── what is judged ──────────────────────────────────────────────────────────────────────────────
 */

/* False: the rule was judged on the run already. */
static bool begin_rule(const struct check *c, const struct alert_rule *rule,
                       const struct q_alert_rules_rows *done, struct alert_walk_rule *out)
{
    int32_t day = c->report.run.as_of;
    *out = (struct alert_walk_rule){rule, day - rule->for_days - ALERT_GAP_DAYS, day};
    for (size_t i = 0; i < done->n; i++) {
        const struct q_alert_rules_row *d = &done->row[i];
        if (strcmp(d->rule, rule->name) != 0)
            continue;
        if (d->checked_on > day || (d->checked_on == day && d->run_id == c->report.run.run_id))
            return false;
        out->first = d->checked_on == day ? day : MAX(d->checked_on + 1, day - LOOK_DAYS);
        out->opens = out->first;
    }
    return true;
}

static bool is_dropped(const struct check *c, const char *rule)
{
    return alert_find(c->set, rule) == NULL;
}

/* Rules that are judged, and those that are no more, whose states end. */
static bool begin(struct check *c, struct q_alert_rules_rows *done, GError **err)
{
    if (!q_alert_rules(c->arena, c->report.db, done, err))
        return false;
    struct alert_walk_rule *rules = arena_many(c->arena, c->set->n, struct alert_walk_rule);
    const char **names = arena_many(c->arena, c->set->n + done->n, const char *);
    size_t n = 0, n_names = 0;
    for (size_t i = 0; i < c->set->n; i++) {
        if (begin_rule(c, &c->set->rule[i], done, &rules[n]))
            names[n_names++] = rules[n++].rule->name;
    }
    for (size_t i = 0; i < done->n; i++) {
        if (is_dropped(c, done->row[i].rule))
            names[n_names++] = done->row[i].rule;
    }
    c->walk.rule = rules;
    c->walk.n_rules = n;
    const struct db_texts texts = {n_names, names, NULL};
    return alert_store_load(c->arena, c->report.db, &texts, c->report.run.as_of, &c->store, err);
}

/* ── what happens ────────────────────────────────────────────────────────────────────────────────
 */

static struct alert_state *on_state(void *context, int64_t account_id, size_t n)
{
    const struct check *c = context;
    struct alert_kept *kept = alert_store_find(&c->store, account_id, c->walk.rule[n].rule->name);
    if (!kept)
        return NULL;
    kept->is_seen = true;
    return &kept->state;
}

static const struct alert_silence *on_silence(void *context, int64_t account_id, size_t n)
{
    struct check *c = context;
    return alert_store_said(&c->store, account_id, c->walk.rule[n].rule->name, &c->silence)
               ? &c->silence
               : NULL;
}

static void say(const struct check *c, const struct alert_walk_rule *rule,
                const struct alert_facts *facts, const char *sentence[LANGUAGE_COUNT])
{
    for (int i = 0; i < LANGUAGE_COUNT; i++)
        sentence[i] = alert_text_say(c->arena, (enum language)i, rule->rule, facts);
}

static void add_event(struct check *c, const struct alert_event *event)
{
    g_array_append_vals(c->event, event, 1);
}

static void list(const struct check *c, const struct q_alert_accounts_row *a,
                 const struct alert_rule *rule, const struct alert_event *e, bool is_told)
{
    enum language language = c->report.config->language;
    const struct alert_item item = {
        rule->name, rule->label[language], a->key,         a->name, a->owner, e->kind, e->severity,
        e->silence, e->sentence[language], e->fingerprint, is_told, e->as_of};
    if (c->each && e->as_of >= c->walk.loud_from)
        c->each(c->each_context, &item);
}

static void on_happened(void *context, const struct q_alert_accounts_row *a, size_t n,
                        const struct alert_facts *facts, const struct alert_happening *what)
{
    struct check *c = context;
    const struct alert_walk_rule *rule = &c->walk.rule[n];
    struct alert_event e = {.alert_id = what->alert_id,
                            .account_id = a->account_id,
                            .rule = rule->rule->name,
                            .kind = alert_kind_names[what->kind],
                            .severity = what->severity,
                            .silence = what->silence,
                            .sentence = {"", ""},
                            .actor = "",
                            .note = "",
                            .as_of = facts->days[facts->day].as_of,
                            .told_on = ALERT_NEVER};
    e.fingerprint = alert_text_fingerprint(c->arena, e.rule, a->key);
    memcpy(e.label, rule->rule->label, sizeof e.label);
    if (alert_walk_says(what->kind))
        say(c, rule, facts, e.sentence);
    if (what->kind == ALERT_ACKNOWLEDGED || what->kind == ALERT_MUTED) {
        bool is_mute = what->kind == ALERT_MUTED;
        e.actor = is_mute ? c->silence.mute_author : c->silence.author;
        e.note = is_mute ? c->silence.mute_reason : c->silence.note;
    }
    if (what->is_told) {
        e.told_on = e.as_of;
        struct alert_tell tell = {.rule = rule->rule,
                                  .kind = what->kind,
                                  .account = a,
                                  .severity = what->severity,
                                  .opened_on = what->opened_on,
                                  .arr_minor = facts->days[facts->day].arr_minor};
        memcpy(tell.sentence, e.sentence, sizeof tell.sentence);
        g_array_append_val(c->tell, tell);
    }
    alert_walk_count(c->out, what);
    list(c, a, rule->rule, &e, what->is_told);
    if (what->kind == ALERT_TOLD)
        g_array_append_val(c->late, what->alert_id);
    else
        add_event(c, &e);
}

static bool is_same(const struct alert_state *a, const struct alert_state *b)
{
    return a->since == b->since && a->seen_on == b->seen_on && a->clear_since == b->clear_since &&
           a->opened_on == b->opened_on && a->told_on == b->told_on &&
           a->cool_until == b->cool_until && a->escalated_on == b->escalated_on &&
           a->no_data_since == b->no_data_since && a->alert_id == b->alert_id &&
           a->acknowledgement_id == b->acknowledgement_id && a->mute_id == b->mute_id &&
           g_strcmp0(a->severity, b->severity) == 0;
}

/* What is OK and was never kept is not kept now; what cooled down goes though nothing changed. */
static void on_done(void *context, int64_t account_id, size_t n, const struct alert_state *before,
                    const struct alert_state *after)
{
    struct check *c = context;
    struct alert_kept now = {
        .account_id = account_id, .rule = c->walk.rule[n].rule->name, .state = *after};
    bool is_ok = alert_state_is_ok(after, c->walk.last);
    bool was_kept = alert_store_find(&c->store, account_id, now.rule) != NULL;
    if (is_ok ? was_kept : !was_kept || !is_same(before, after))
        g_array_append_val(c->change, now);
}

/* Accounts that are gone, and rules: their states end. */
static void end_rest(struct check *c)
{
    for (size_t i = 0; i < c->store.n_kept; i++) {
        struct alert_kept *kept = &c->store.kept[i];
        struct alert_step step = {.day = c->walk.last};
        if (kept->is_seen)
            continue;
        alert_state_end(&kept->state, is_dropped(c, kept->rule) ? "dropped" : "gone", &step);
        g_array_append_vals(c->change, kept, 1);
        for (size_t k = 0; k < step.n; k++) {
            const struct alert_event e = {
                .alert_id = step.happening[k].alert_id,
                .account_id = kept->account_id,
                .rule = kept->rule,
                .kind = alert_kind_names[step.happening[k].kind],
                .severity = step.happening[k].severity,
                .fingerprint = alert_text_fingerprint(c->arena, kept->rule, kept->account),
                .silence = step.happening[k].silence,
                .label = {"", ""},
                .sentence = {"", ""},
                .actor = "",
                .note = "",
                .as_of = c->walk.last,
                .told_on = ALERT_NEVER};
            alert_walk_count(c->out, &step.happening[k]);
            add_event(c, &e);
        }
    }
}

/* ── what is written ─────────────────────────────────────────────────────────────────────────────
 */

/* Alerts that were opened have counted below 0 so far. */
static bool give_ids(struct check *c, GError **err)
{
    int64_t *ids;
    if (c->walk.opened == 0)
        return true;
    if (!alert_store_ids(c->arena, c->report.db, c->walk.opened, &ids, err))
        return false;
    for (guint i = 0; i < c->event->len; i++) {
        int64_t *id = &g_array_index(c->event, struct alert_event, i).alert_id;
        *id = *id < 0 ? ids[-*id - 1] : *id;
    }
    for (guint i = 0; i < c->change->len; i++) {
        int64_t *id = &g_array_index(c->change, struct alert_kept, i).state.alert_id;
        *id = *id < 0 ? ids[-*id - 1] : *id;
    }
    for (guint i = 0; i < c->late->len; i++) {
        int64_t *id = &g_array_index(c->late, int64_t, i);
        *id = *id < 0 ? ids[-*id - 1] : *id;
    }
    return true;
}

static bool save(struct check *c, GError **err)
{
    struct db *db = c->report.db;
    const struct db_bigints late = {c->late->len, (const int64_t *)(const void *)c->late->data,
                                    NULL};
    return give_ids(c, err) &&
           alert_store_events(db, c->report.run.run_id,
                              (const struct alert_event *)(const void *)c->event->data,
                              c->event->len, err) &&
           (late.n == 0 || q_alert_event_told(db, &late, c->walk.last, NULL, err)) &&
           alert_store_states(db, c->walk.last,
                              (const struct alert_kept *)(const void *)c->change->data,
                              c->change->len, err);
}

static bool save_rules(const struct check *c, const struct q_alert_rules_rows *done, GError **err)
{
    struct db *db = c->report.db;
    for (size_t i = 0; i < c->walk.n_rules; i++) {
        const struct alert_rule *rule = c->walk.rule[i].rule;
        if (!q_alert_rule_put(db, rule->name, rule->label[LANGUAGE_EN], rule->label[LANGUAGE_JA],
                              rule->severity, c->walk.last, c->report.run.run_id, NULL, err))
            return false;
    }
    for (size_t i = 0; i < done->n; i++) {
        if (is_dropped(c, done->row[i].rule) &&
            !q_alert_rule_drop(db, done->row[i].rule, NULL, err))
            return false;
    }
    return true;
}

static bool run(struct check *c, GError **err)
{
    struct q_alert_rules_rows done;
    if (!begin(c, &done, err))
        return false;
    if (c->walk.n_rules > 0 && !alert_walk(&c->walk, err))
        return false;
    end_rest(c);
    c->out->accounts = c->walk.judged;
    if (fault_hit("alert_before_events"))
        return err_set(err, KENKO_ERROR_BUG, "injected alert_before_events");
    if (!save(c, err))
        return false;
    if (fault_hit("alert_before_queue"))
        return err_set(err, KENKO_ERROR_BUG, "injected alert_before_queue");
    return alert_message_queue(&c->report, c->set,
                               (const struct alert_tell *)(const void *)c->tell->data, c->tell->len,
                               &c->out->queued, err) &&
           save_rules(c, &done, err);
}

bool alert_check(struct db *db, const struct report_config *reports, const struct alert_set *set,
                 alert_item_fn each, void *context, struct alert_counts *out, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct check c = {.arena = arena, .set = set, .each = each, .each_context = context};
    *out = (struct alert_counts){0};
    c.out = out;
    if (!report_open(&c.report, arena, db, reports, REPORT_NEWEST, err))
        return false;
    c.event = g_array_new(FALSE, FALSE, sizeof(struct alert_event));
    c.change = g_array_new(FALSE, FALSE, sizeof(struct alert_kept));
    c.tell = g_array_new(FALSE, FALSE, sizeof(struct alert_tell));
    c.late = g_array_new(FALSE, FALSE, sizeof(int64_t));
    c.walk = (struct alert_walk){.arena = arena,
                                 .db = db,
                                 .set = set,
                                 .currency = reports->currency,
                                 .last = c.report.run.as_of,
                                 .loud_from = c.report.run.as_of,
                                 .state = on_state,
                                 .silence = on_silence,
                                 .happened = on_happened,
                                 .done = on_done,
                                 .context = &c};
    bool ok = run(&c, err);
    g_array_free(c.event, TRUE);
    g_array_free(c.change, TRUE);
    g_array_free(c.tell, TRUE);
    g_array_free(c.late, TRUE);
    return ok;
}
