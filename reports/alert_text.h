/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an alert says: the rule's sentence with its {places} filled. */
#pragma once

#include "reports/alert_state.h"

/* What the places are filled from. */
struct alert_facts {
    const char *name;             /* of the account */
    const struct alert_day *days; /* as read, the day among them */
    size_t day;
    const char *const *units; /* of the set's metrics */
    const char *currency;
};

/* Errors  KENKO_ERROR_CONFIG  a {place} that nothing fills; says which there are */
MUST_USE bool alert_text_check(const char *sentence, GError **err);

/* The sentence of a language. */
const char *alert_text_say(struct arena *arena, enum language language,
                           const struct alert_rule *rule, const struct alert_facts *facts);

/* The same for all alerts of a rule about an account: 32 hexadecimal digits. In the arena. */
const char *alert_text_fingerprint(struct arena *arena, const char *rule, const char *account);
