/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What account records say in words, by account and day. */
#pragma once

#include "scoring/facts.h"

/* What account records say in words. */
enum facts_attribute { FACTS_PLAN, FACTS_SEGMENT, FACTS_INDUSTRY, FACTS_REGION, FACTS_ATTRIBUTES };

struct facts_attributes {
    const char *text[FACTS_ATTRIBUTES]; /* NULL: nothing is said */
};

/*
 * Attributes by account as they stood at the start of day `as_of`: newest versions as for
 * facts_records, members as of the day before; of several records the one whose external id is the
 * account's key speaks, else that of the first source. In the arena. None, when the wish had none.
 */
const struct facts_attributes *facts_attributes(const struct facts *facts, struct arena *arena,
                                                int32_t as_of);
const char *facts_attribute_name(enum facts_attribute attribute);
int facts_attribute_find(const char *name); /* -1: there is none */
