/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/peer.h"

#include <math.h>

static double *unknown(struct arena *arena, size_t n)
{
    double *v = arena_many(arena, n + 1, double);
    for (size_t i = 0; i < n; i++)
        v[i] = NAN;
    return v;
}

bool peer_load(struct arena *arena, struct db *db, const char *key,
               const struct change_account_day *day, struct peer *out, GError **err)
{
    struct q_change_peers_rows rows;
    if (!q_change_peers(arena, db, key, day->row.as_of, day->row.scorecard_id, &rows, err))
        return false;
    size_t n_measures = day->row.metric_value.n, n_features = 0;
    if (!day->row.risk_contribution_is_null)
        n_features = day->row.risk_contribution.n;
    double *measure = unknown(arena, n_measures), *feature = unknown(arena, n_features);
    *out = (struct peer){
        .n_measures = n_measures, .n_features = n_features, .measure = measure, .feature = feature};
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_change_peers_row *r = &rows.row[i];
        size_t at = (size_t)r->ordinal - 1;
        out->segment = r->segment_is_null ? NULL : r->segment;
        out->n = r->n_peers;
        if (at < (r->is_feature ? n_features : n_measures))
            (r->is_feature ? feature : measure)[at] = r->median;
    }
    return true;
}
