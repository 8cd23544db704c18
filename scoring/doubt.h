/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days on which usage is in doubt, as quality checks had said it by a commit number. */
#pragma once

#include "core/db.h"
#include "scoring/facts.h"

enum { DOUBT_DAYS = 7 }; /* a day in doubt keeps metrics over it out for so long */

struct doubt;
struct facts_source;

/* What counts at the commit number `facts` were read at, of the usage metrics named (n of them). In
 * the arena. */
MUST_USE bool doubt_load(struct arena *arena, const struct facts_source *source,
                         const struct facts *facts, const char *const *usage, size_t n,
                         struct doubt **out, GError **err);

/* Is a day of the window [as_of - days, as_of) in doubt, and not older than DOUBT_DAYS? `usage` is
 * an index into the names; -1 never is. */
bool doubt_within(const struct doubt *doubt, int usage, int32_t as_of, int days);
