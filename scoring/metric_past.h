/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The last values of metrics whose past is wanted, while a pass goes from day to day. They follow
 * from the facts known at the commit alone: the days before each day asked are computed as well. */
#pragma once

#include "scoring/metric_internal.h"

struct metric_past;

/* NULL when nobody wants any. In the arena. */
struct metric_past *metric_past_new(struct arena *arena, const struct metric_set *set,
                                    size_t n_accounts);

/* The metrics to compute on a day that nobody asked for: those wanted and what they are made of. */
const bool *metric_past_only(const struct metric_past *past);

/* Give the frame what there is of the days before it, not older than is wanted; then keep its own.
 */
void metric_past_give(struct metric_past *past, struct metric_frame *frame);
void metric_past_keep(struct metric_past *past, const struct metric_frame *frame);
