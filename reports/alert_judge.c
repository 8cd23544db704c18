/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "reports/alert_state.h"

static bool holds(const struct alert_names *names, const char *name)
{
    return alert_names_find(names, name) >= 0;
}

static bool is_unknown(const struct alert_names *names, const char *band)
{
    return strcmp(band, "Unknown") == 0 && !holds(names, band);
}

/* The newest day within `days` before on which the band was one of those. */
static const struct alert_day *band_before(const struct alert_when *w, const struct alert_day *days,
                                           size_t day)
{
    for (size_t i = day; i-- > 0 && days[day].as_of - days[i].as_of <= w->band_days;) {
        if (days[i].is_there && holds(&w->band_from, days[i].band))
            return &days[i];
    }
    return NULL;
}

/* One that stays where it went is no change any more, nor is it well again. */
static enum alert_verdict judge_band(const struct alert_when *w, const struct alert_day *days,
                                     size_t day)
{
    const char *band = days[day].band;
    if (w->band_to.n == 0)
        return ALERT_MET;
    if (is_unknown(&w->band_to, band))
        return ALERT_NO_DATA;
    if (!holds(&w->band_to, band))
        return ALERT_CLEAR;
    return w->band_from.n == 0 || band_before(w, days, day) ? ALERT_MET : ALERT_BETWEEN;
}

/* The newest day that is so many days before, or up to a week more. */
static const struct alert_day *drop_before(const struct alert_when *w, const struct alert_day *days,
                                           size_t day)
{
    for (size_t i = day; i-- > 0;) {
        int32_t ago = days[day].as_of - days[i].as_of;
        if (ago > w->drop_days + ALERT_GAP_DAYS)
            return NULL;
        if (ago >= w->drop_days)
            return days[i].is_there ? &days[i] : NULL;
    }
    return NULL;
}

/* Healths of two scorecards are not compared. */
static enum alert_verdict judge_drop(const struct alert_when *w, const struct alert_day *days,
                                     size_t day)
{
    const struct alert_day *now = &days[day], *then;
    if (w->drop_days == 0)
        return ALERT_MET;
    then = drop_before(w, days, day);
    if (!then || !then->has_health || !now->has_health || then->scorecard_id != now->scorecard_id ||
        strcmp(now->band, "Unknown") == 0 || strcmp(then->band, "Unknown") == 0)
        return ALERT_NO_DATA;
    int32_t drop = then->effective_bp - now->effective_bp;
    return drop >= w->drop_bp ? ALERT_MET : drop > w->drop_clear_bp ? ALERT_BETWEEN : ALERT_CLEAR;
}

static enum alert_verdict judge_risk(const struct alert_when *w, const struct alert_day *d)
{
    if (!w->has_risk)
        return ALERT_MET;
    if (!d->has_risk)
        return ALERT_NO_DATA;
    return d->p_1e9 > w->risk_1e9         ? ALERT_MET
           : d->p_1e9 > w->risk_clear_1e9 ? ALERT_BETWEEN
                                          : ALERT_CLEAR;
}

/* A metric that does not apply to the account says that all is well. */
static enum alert_verdict judge_limit(const struct alert_limit *l, const struct alert_day *d)
{
    double value = d->metric[l->wanted];
    if (!d->does_apply[l->wanted])
        return ALERT_CLEAR;
    if (isnan(value))
        return ALERT_NO_DATA;
    if (limit_is_beyond(&l->limit, value))
        return ALERT_MET;
    const struct limit clear = {l->clear, l->limit.is_upper, false};
    return limit_is_beyond(&clear, value) ? ALERT_BETWEEN : ALERT_CLEAR;
}

static enum alert_verdict judge_slo(const struct alert_when *w, const struct alert_day *d)
{
    if (!w->slo)
        return ALERT_MET;
    const char *state = d->slo[w->slo_wanted];
    if (!state)
        return ALERT_NO_DATA;
    if ((w->slo_burn && d->is_burning[w->slo_wanted]) || holds(&w->slo_states, state))
        return ALERT_MET;
    if (strcmp(state, "INSUFFICIENT_DATA") == 0)
        return ALERT_NO_DATA;
    return w->slo_states.n > 0 && strcmp(state, "OK") != 0 ? ALERT_BETWEEN : ALERT_CLEAR;
}

static enum alert_verdict judge_indicator(const struct alert_when *w, const struct alert_day *d)
{
    if (!w->indicator)
        return ALERT_MET;
    char is = d->indicator[w->indicator_wanted];
    return is == ALERT_SET ? ALERT_MET : is == ALERT_UNKNOWN ? ALERT_NO_DATA : ALERT_CLEAR;
}

static enum alert_verdict judge_renewal(const struct alert_when *w, const struct alert_day *d)
{
    if (w->renewal_days == 0)
        return ALERT_MET;
    if (!d->has_renewal || d->renewal_on < d->as_of || d->renewal_on - d->as_of > w->renewal_days)
        return ALERT_CLEAR;
    if (w->renewal_bands.n == 0)
        return ALERT_MET;
    if (is_unknown(&w->renewal_bands, d->band))
        return ALERT_NO_DATA;
    return holds(&w->renewal_bands, d->band) ? ALERT_MET : ALERT_CLEAR;
}

/* One that is well settles it, whatever is not known of the others. */
static enum alert_verdict both(enum alert_verdict a, enum alert_verdict b)
{
    if (a == ALERT_CLEAR || b == ALERT_CLEAR)
        return ALERT_CLEAR;
    if (a == ALERT_NO_DATA || b == ALERT_NO_DATA)
        return ALERT_NO_DATA;
    return a == ALERT_BETWEEN || b == ALERT_BETWEEN ? ALERT_BETWEEN : ALERT_MET;
}

enum alert_verdict alert_judge(const struct alert_rule *rule, const struct alert_day *days,
                               size_t day)
{
    const struct alert_when *w = &rule->when;
    const struct alert_day *d = &days[day];
    enum alert_verdict verdict = both(judge_band(w, days, day), judge_drop(w, days, day));
    verdict = both(verdict, both(judge_risk(w, d), judge_slo(w, d)));
    verdict = both(verdict, both(judge_indicator(w, d), judge_renewal(w, d)));
    for (size_t i = 0; i < w->n_limits; i++)
        verdict = both(verdict, judge_limit(&w->limit[i], d));
    return verdict;
}

bool alert_judge_before(const struct alert_rule *rule, const struct alert_day *days, size_t day,
                        int32_t *bp, const char **band)
{
    const struct alert_when *w = &rule->when;
    const struct alert_day *then = w->drop_days     ? drop_before(w, days, day)
                                   : w->band_from.n ? band_before(w, days, day)
                                                    : NULL;
    if (!then || !then->has_health)
        return false;
    *bp = then->effective_bp;
    *band = then->band;
    return true;
}
