/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/retention.h"

bool retention_compute(const struct ledger *l, const struct period *p, struct retention *out,
                       GError **err)
{
    struct retention r = {0};
    for (size_t a = 0; a < l->n_accounts; a++) {
        int64_t from, to;
        if (!ledger_arr(l, a, p->from, p->from, &from, err))
            return false;
        if (from == 0)
            continue;
        if (!ledger_arr(l, a, p->to, p->from, &to, err) || !ledger_add(&r.from, from, err) ||
            !ledger_add(&r.to, to, err) || !ledger_add(&r.kept, MIN(from, to), err))
            return false;
        r.n_base++;
        r.n_retained += to > 0;
    }
    r.nrr = (struct ratio){r.to, r.from};
    r.grr = (struct ratio){r.kept, r.from};
    r.churned = (struct ratio){(__int128)r.n_base - r.n_retained, r.n_base};
    r.churned_annual = ratio_annual(ratio_value(r.churned), p->to - p->from);
    r.arr_churned_annual = ratio_annual(1 - ratio_value(r.grr), p->to - p->from);
    *out = r;
    return true;
}
