/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alerts.yaml becomes rules; what it names elsewhere is looked up. */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "reports/alert.h"
#include "reports/alert_file.h"
#include "reports/alert_text.h"

#define ALERT_FILE "alerts.yaml"

enum {
    BAND_DAYS = 7,
    STORM = 10,
    STORM_MAX = 1000,
    DAYS_MAX = 365, /* within ALERT_FOREVER_DAYS, so that looking back has an end */
    COOL_DAYS = 14
};

struct reading {
    struct arena *arena;
    const struct report_config *reports;
    const struct alert_declared *declared;
    struct alert_set *set;
};

static struct alert_names names_of(const char **name, uint32_t n)
{
    return (struct alert_names){name, n};
}

int alert_names_find(const struct alert_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->name[i], name) == 0)
            return (int)i;
    }
    return -1;
}

/* The place of a name in a list that grows by it. */
static bool take(struct alert_names *names, const char *name, int *out, GError **err)
{
    *out = alert_names_find(names, name);
    if (*out >= 0)
        return true;
    if (names->n == ALERT_NAMES_MAX)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "conditions read more than %d different things of a kind", ALERT_NAMES_MAX);
    *out = (int)names->n;
    names->name[names->n++] = name;
    return true;
}

static bool days_of(const int *given, int fallback, int least, const char *key, int *out,
                    GError **err)
{
    *out = given ? *given : fallback;
    return (*out >= least && *out <= DAYS_MAX) ||
           err_set(err, KENKO_ERROR_CONFIG, "%s is %d, want %d to %d days", key, *out, least,
                   DAYS_MAX);
}

static bool knows(const char *const *names, const char *name, const char *what, GError **err)
{
    if (g_strv_contains(names, name))
        return true;
    g_autofree char *hint = text_hint(name, names);
    return err_set(err, KENKO_ERROR_CONFIG, "there is no %s '%s'%s", what, name, hint);
}

static bool knows_channel(const struct reading *r, const char *name, GError **err)
{
    const char *names[REPORT_CHANNELS_MAX + 1] = {0};
    for (size_t i = 0; i < r->reports->n_channels; i++)
        names[i] = r->reports->channel[i].name;
    return !name || knows(names, name, "channel in kenko.yaml's reports", err);
}

static bool knows_severity(const char *name, GError **err)
{
    static const char *const names[] = {"info", "warning", "critical", NULL};
    return g_strv_contains(names, name) ||
           err_set(err, KENKO_ERROR_CONFIG, "severity is '%s', want info, warning or critical",
                   name);
}

static bool fill_health(const struct alert_when_yaml *c, struct alert_when *out, GError **err)
{
    const struct alert_band_yaml *b = c->band;
    const struct alert_drop_yaml *d = c->health_drop;
    if (b) {
        out->band_to = names_of(b->to, b->to_count);
        out->band_from = names_of(b->from, b->from_count);
        if (b->within && !b->from)
            return err_set(err, KENKO_ERROR_CONFIG, "band has within, but no from");
        if (!days_of(b->within, BAND_DAYS, 1, "band.within", &out->band_days, err))
            return false;
    }
    if (!d)
        return true;
    double clear = d->clear ? *d->clear : *d->points / 2;
    if (!(*d->points > 0 && *d->points <= 100 && clear >= 0 && clear < *d->points))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "health_drop: points is %g and clear %g, want points of 0 to 100 and clear "
                       "below",
                       *d->points, clear);
    out->drop_bp = (int)lround(*d->points * 100);
    out->drop_clear_bp = (int)lround(clear * 100);
    return days_of(d->days, 0, 1, "health_drop.days", &out->drop_days, err);
}

static bool fill_risk(const struct alert_risk_yaml *c, struct alert_when *out, GError **err)
{
    if (!c)
        return true;
    double clear = c->clear ? *c->clear : *c->above;
    if (!(*c->above >= 0 && *c->above < 1 && clear >= 0 && clear <= *c->above))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "risk: above is %g and clear %g, want shares of 0 to 1 and clear not above",
                       *c->above, clear);
    out->has_risk = true;
    out->risk_1e9 = llround(*c->above * 1e9);
    out->risk_clear_1e9 = llround(clear * 1e9);
    return true;
}

static bool fill_limit(const struct reading *r, const struct alert_limit_yaml *c,
                       struct alert_limit *out, GError **err)
{
    out->metric = c->metric;
    if (!limit_of(c->above, c->at_least, c->below, c->at_most, &out->limit))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "metric %s: want one of above, at_least, below, at_most", c->metric);
    out->clear = c->clear ? *c->clear : out->limit.at;
    if (limit_is_beyond(&(struct limit){out->limit.at, out->limit.is_upper, false}, out->clear))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "metric %s: clear is %g, beyond the limit of %g, want it on the good side",
                       c->metric, out->clear, out->limit.at);
    return take(&r->set->metrics, c->metric, &out->wanted, err);
}

static bool fill_limits(const struct reading *r, const struct alert_when_yaml *c,
                        struct alert_when *out, GError **err)
{
    out->limit = arena_many(r->arena, c->metrics_count, struct alert_limit);
    for (uint32_t i = 0; i < c->metrics_count; i++) {
        if (!fill_limit(r, &c->metrics[i], &out->limit[i], err))
            return false;
        out->n_limits++;
    }
    return true;
}

static bool fill_slo(const struct reading *r, const struct alert_slo_yaml *c,
                     struct alert_when *out, GError **err)
{
    static const char *const states[] = {"OK", "WARNING", "BREACHED", NULL};
    if (!c)
        return true;
    if (!c->burn && c->states_count == 0)
        return err_set(err, KENKO_ERROR_CONFIG, "slo %s: want burn: true, states, or both",
                       c->name);
    for (uint32_t i = 0; i < c->states_count; i++) {
        if (!knows(states, c->states[i], "state", err))
            return false;
    }
    out->slo = c->name;
    out->slo_burn = c->burn;
    out->slo_states = names_of(c->states, c->states_count);
    return knows(r->declared->slos, c->name, "service level in slo.yaml", err) &&
           take(&r->set->slos, c->name, &out->slo_wanted, err);
}

static bool fill_when(const struct reading *r, const struct alert_when_yaml *c,
                      struct alert_when *out, GError **err)
{
    const struct alert_renewal_yaml *n = c->renewal;
    if (!c->band && !c->health_drop && !c->risk && !c->metrics && !c->slo && !c->indicator && !n)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "when is empty, want band, health_drop, risk, metrics, slo, indicator or "
                       "renewal");
    if (!fill_health(c, out, err) || !fill_risk(c->risk, out, err) ||
        !fill_limits(r, c, out, err) || !fill_slo(r, c->slo, out, err))
        return false;
    if (c->indicator) {
        out->indicator = c->indicator;
        if (!knows(r->declared->indicators, c->indicator, "indicator in indicators.yaml", err) ||
            !take(&r->set->indicators, c->indicator, &out->indicator_wanted, err))
            return false;
    }
    if (!n)
        return true;
    out->renewal_bands = names_of(n->bands, n->bands_count);
    return days_of(n->within, 0, 1, "renewal.within", &out->renewal_days, err);
}

static bool fill_escalation(const struct reading *r, const struct alert_escalate_yaml *c,
                            struct alert_rule *out, GError **err)
{
    if (!c)
        return true;
    out->escalate_severity = c->severity ? c->severity : "critical";
    out->escalate_channel = c->channel ? c->channel : out->channel;
    return days_of(c->after, 0, 1, "escalate.after", &out->escalate_days, err) &&
           knows_severity(out->escalate_severity, err) && knows_channel(r, c->channel, err);
}

static bool fill(const struct reading *r, const struct alert_yaml *c, struct alert_rule *out,
                 GError **err)
{
    const char *label = c->label ? c->label : c->name;
    *out = (struct alert_rule){
        .name = c->name,
        .label = {label, c->label_ja ? c->label_ja : label},
        .sentence = {c->sentence, c->sentence_ja ? c->sentence_ja : c->sentence},
        .severity = c->severity ? c->severity : "warning",
        .channel = c->channel,
        .group = c->group,
        .tell_resolved = !c->tell_resolved || *c->tell_resolved};
    if (c->scope) {
        out->segments = names_of(c->scope->segments, c->scope->segments_count);
        out->owners = names_of(c->scope->owners, c->scope->owners_count);
    }
    return knows_severity(out->severity, err) && knows_channel(r, out->channel, err) &&
           days_of(c->for_days, 1, 1, "for", &out->for_days, err) &&
           days_of(c->clear_for, 1, 1, "clear_for", &out->clear_days, err) &&
           days_of(c->cool_down, COOL_DAYS, 0, "cool_down", &out->cool_days, err) &&
           alert_text_check(out->sentence[LANGUAGE_EN], err) &&
           alert_text_check(out->sentence[LANGUAGE_JA], err) &&
           fill_when(r, c->when, &out->when, err) && fill_escalation(r, c->escalate, out, err);
}

static bool fill_all(const struct reading *r, struct config *config, const struct alert_file *file,
                     GError **err)
{
    struct alert_set *set = r->set;
    for (uint32_t i = 0; i < file->alerts_count; i++) {
        const struct alert_yaml *c = &file->alerts[i];
        if (alert_find(set, c->name) ? !err_set(err, KENKO_ERROR_CONFIG, "the name stands twice")
                                     : !fill(r, c, &set->rule[i], err)) {
            g_autofree char *place = config_place(config, ALERT_FILE, "alerts[%u]", i);
            return err_context(err, "%s: alert %s", place, c->name);
        }
        set->n++;
    }
    set->storm = file->storm ? *file->storm : STORM;
    if (set->storm >= 1 && set->storm <= STORM_MAX)
        return true;
    g_autofree char *place = config_place(config, ALERT_FILE, "storm");
    return err_set(err, KENKO_ERROR_CONFIG, "%s: storm is %d, want 1 to %d", place, set->storm,
                   STORM_MAX);
}

bool alert_load(struct arena *arena, struct config *config, const struct report_config *reports,
                const struct alert_declared *declared, struct alert_set *out, GError **err)
{
    g_autofree char *path = g_build_filename(config_directory(config), ALERT_FILE, NULL);
    const struct reading reading = {arena, reports, declared, out};
    void *data = NULL;
    *out = (struct alert_set){.storm = STORM};
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    if (!config_file(config, ALERT_FILE, &alert_file_schema, &data, NULL, err))
        return false;
    const struct alert_file *file = data;
    out->rule = arena_many(arena, file->alerts_count, struct alert_rule);
    out->metrics.name = arena_many(arena, ALERT_NAMES_MAX, const char *);
    out->slos.name = arena_many(arena, ALERT_NAMES_MAX, const char *);
    out->indicators.name = arena_many(arena, ALERT_NAMES_MAX, const char *);
    return fill_all(&reading, config, file, err);
}

const struct alert_rule *alert_find(const struct alert_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++) {
        if (strcmp(set->rule[i].name, name) == 0)
            return &set->rule[i];
    }
    return NULL;
}
