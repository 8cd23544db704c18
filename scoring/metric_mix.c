/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Metrics made of others: service levels, and how deep a customer is in. */
#include <math.h>

#include "scoring/metric_internal.h"

struct metric_answer metric_slo_compute(const struct metric_computing *c, const struct metric *m,
                                        size_t a)
{
    struct slo_result r;
    slo_evaluate(c->frame->slo, (size_t)m->slo, a, &r);
    if (r.state == SLO_INSUFFICIENT_DATA)
        return metric_no_data;
    if (m->slo_of == METRIC_SLO_SLI)
        return metric_ok(slo_fraction_value(r.sli));
    if (m->slo_of == METRIC_SLO_BUDGET_LEFT)
        return metric_ok(slo_fraction_value(r.budget_left));
    return metric_ok(1 - slo_fraction_value(r.budget_left));
}

/* min(Σ w [x > 0] (1 + min(x / saturation, 1)) / cap, 1). What was never used is not used: it says
 * nothing only where no part has data. */
struct metric_answer metric_stickiness_compute(const struct metric_computing *c,
                                               const struct metric *m, size_t a)
{
    const struct metric_frame *f = c->frame;
    double sum = 0;
    bool any = false;
    for (size_t i = 0; i < m->n_parts; i++) {
        size_t at = (size_t)m->part[i].metric * f->n_accounts + a;
        if (f->quality[at] != METRIC_OK && f->quality[at] != METRIC_NO_DATA)
            return (struct metric_answer){NAN, f->quality[at]};
        if (f->quality[at] != METRIC_OK)
            continue;
        any = true;
        double x = f->value[at];
        if (x > 0)
            sum += m->part[i].weight * (1 + fmin(x / m->part[i].saturation, 1));
    }
    return any ? metric_ok(fmin(sum / m->cap, 1)) : metric_no_data;
}
