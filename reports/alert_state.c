/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/alert_state.h"

#include <string.h>

const char *const alert_kind_names[ALERT_KINDS] = {
    "opened", "escalated", "resolved", "acknowledged", "muted", "no_data", "told"};

void alert_state_clear(struct alert_state *s)
{
    *s = (struct alert_state){.since = ALERT_NEVER,
                              .seen_on = ALERT_NEVER,
                              .clear_since = ALERT_NEVER,
                              .opened_on = ALERT_NEVER,
                              .told_on = ALERT_NEVER,
                              .cool_until = ALERT_NEVER,
                              .escalated_on = ALERT_NEVER,
                              .no_data_since = ALERT_NEVER,
                              .opened_at = INT64_MAX};
}

bool alert_state_is_ok(const struct alert_state *s, int32_t day)
{
    return s->opened_on == ALERT_NEVER && s->since == ALERT_NEVER &&
           s->no_data_since == ALERT_NEVER && s->cool_until <= day;
}

/* `silence`: why no message tells of it, "" where none ever would; NULL: one does. */
static void happen(struct alert_step *step, enum alert_kind kind, const struct alert_state *s,
                   const char *silence)
{
    if (step->n == ALERT_HAPPENINGS_MAX)
        BUG("more happened on a day than can");
    step->happening[step->n++] = (struct alert_happening){
        kind, !silence, silence ? silence : "", s->alert_id, s->opened_on, s->severity};
}

/* An acknowledgement without a day is of the alert that was open when it was said. */
static bool is_acknowledged(const struct alert_state *s, const struct alert_step *step)
{
    const struct alert_silence *said = step->silence;
    return said && said->acknowledgement_id &&
           (said->is_dated || said->acknowledged_at >= s->opened_at);
}

/* Why nothing is to be said of an open alert; NULL: it is. */
static const char *silence_of(const struct alert_state *s, const struct alert_step *step)
{
    if (!step->is_loud)
        return "late";
    if (step->silence && step->silence->mute_id)
        return "muted";
    if (is_acknowledged(s, step))
        return "acknowledged";
    return s->cool_until > step->day ? "cool_down" : NULL;
}

static void open_alert(const struct alert_rule *rule, struct alert_state *s,
                       struct alert_step *step)
{
    s->opened_on = step->day;
    s->clear_since = s->told_on = s->escalated_on = ALERT_NEVER;
    s->severity = rule->severity;
    s->alert_id = -++*step->opened;
    s->opened_at = INT64_MAX;
    const char *silence = silence_of(s, step);
    if (!silence)
        s->told_on = step->day;
    happen(step, ALERT_OPENED, s, silence);
}

static void resolve(const struct alert_rule *rule, struct alert_state *s, struct alert_step *step)
{
    const char *silence = !step->is_loud                            ? "late"
                          : s->told_on == ALERT_NEVER               ? "untold"
                          : !rule->tell_resolved                    ? "quiet"
                          : step->silence && step->silence->mute_id ? "muted"
                                                                    : NULL;
    int32_t cool = s->told_on == ALERT_NEVER ? s->cool_until : s->told_on + rule->cool_days;
    happen(step, ALERT_RESOLVED, s, silence);
    alert_state_clear(s);
    s->severity = rule->severity;
    s->cool_until = cool;
}

static void note_people(struct alert_state *s, struct alert_step *step)
{
    const struct alert_silence *said = step->silence;
    if (!said || !step->is_loud)
        return;
    if (said->mute_id && said->mute_id != s->mute_id) {
        s->mute_id = said->mute_id;
        happen(step, ALERT_MUTED, s, "");
    }
    if (is_acknowledged(s, step) && said->acknowledgement_id != s->acknowledgement_id) {
        s->acknowledgement_id = said->acknowledgement_id;
        happen(step, ALERT_ACKNOWLEDGED, s, "");
    }
}

/* What was silent is told when nothing keeps it silent any more, and what nobody took up is said
 * again with more weight. */
static void tell_open(const struct alert_rule *rule, struct alert_state *s, struct alert_step *step)
{
    bool is_new = s->opened_on == step->day;
    if (!is_new && s->told_on == ALERT_NEVER && !silence_of(s, step)) {
        s->told_on = step->day;
        happen(step, ALERT_TOLD, s, NULL);
    }
    if (rule->escalate_days == 0 || s->escalated_on != ALERT_NEVER || !step->is_loud ||
        step->day - s->opened_on < rule->escalate_days ||
        (step->silence && step->silence->mute_id) || is_acknowledged(s, step))
        return;
    s->escalated_on = step->day;
    s->severity = rule->escalate_severity;
    happen(step, ALERT_ESCALATED, s, NULL);
}

static void step_met(const struct alert_rule *rule, struct alert_state *s, struct alert_step *step)
{
    s->clear_since = ALERT_NEVER;
    if (s->since == ALERT_NEVER || step->day - s->seen_on > ALERT_GAP_DAYS)
        s->since = step->day;
    s->seen_on = step->day;
    if (s->opened_on == ALERT_NEVER && step->may_open && step->day - s->since + 1 >= rule->for_days)
        open_alert(rule, s, step);
}

static void step_clear(const struct alert_rule *rule, struct alert_state *s,
                       struct alert_step *step)
{
    s->since = s->seen_on = ALERT_NEVER;
    if (s->opened_on == ALERT_NEVER)
        return;
    if (s->clear_since == ALERT_NEVER)
        s->clear_since = step->day;
    if (step->day - s->clear_since + 1 >= rule->clear_days)
        resolve(rule, s, step);
}

void alert_state_step(const struct alert_rule *rule, enum alert_verdict verdict,
                      struct alert_state *s, struct alert_step *step)
{
    if (!s->severity)
        s->severity = rule->severity;
    if (verdict == ALERT_NO_DATA) {
        if (s->no_data_since == ALERT_NEVER) {
            s->no_data_since = step->day;
            happen(step, ALERT_NO_DATA_CAME, s, "");
        }
    } else {
        s->no_data_since = ALERT_NEVER;
    }
    if (verdict == ALERT_MET)
        step_met(rule, s, step);
    else if (verdict == ALERT_CLEAR)
        step_clear(rule, s, step);
    else if (verdict == ALERT_BETWEEN)
        s->since = s->seen_on = s->clear_since = ALERT_NEVER;
    if (s->opened_on != ALERT_NEVER) {
        note_people(s, step);
        tell_open(rule, s, step);
    }
}

void alert_state_end(struct alert_state *s, const char *why, struct alert_step *step)
{
    if (s->opened_on != ALERT_NEVER)
        happen(step, ALERT_RESOLVED, s, why);
    alert_state_clear(s);
}
