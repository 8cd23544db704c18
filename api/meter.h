/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counters of the service in Prometheus' text format. Labels come from fixed lists: no account, key
 * or path of a client ever becomes one. */
#pragma once

#include "api/reaper.h"
#include "api/store.h"
#include "api/watch.h"

struct meter;
struct site;

struct meter *meter_new(void);
void meter_free(struct meter *meter);

/* One answered request. `route` is an index into routes, or -1. */
void meter_count(struct meter *meter, int route, int status, int64_t took_us);

/* Append everything. */
void meter_format(struct meter *meter, const struct site *site, const struct watch *watch,
                  const struct reaper *reaper, int64_t now_us, GString *out);
