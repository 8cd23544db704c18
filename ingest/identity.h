/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identity: which account a party belongs to. Statements are appended, never changed; see
 * docs/data-model.md "identity.member". */
#pragma once

#include "core/job.h"
#include "ingest/mapping.h"

/*
 * Match parties without an account: alias of the configuration, exact id, Salesforce 15/18
 * characters, mail domain (subdomains roll up), normalised legal name. Two candidates are no match:
 * nothing is guessed. Writes one identity load when there is something to say.
 *
 * matched, unresolved  parties stated now, and left without account
 */
MUST_USE bool identity_match(struct db *db, const struct job *job, const struct mapping_set *set,
                             int64_t *matched, int64_t *unresolved, GError **err);

/* A party's account, and how sure it is (10000: certain). */
struct identity_link {
    const char *source, *external_id, *account_key;
    int confidence_bp;
};

/* State by hand which parties belong to which accounts: all, as one load, or none. */
MUST_USE bool identity_link(struct db *db, const struct identity_link *link, size_t n,
                            GError **err);

/* All parties of `from` belong to `into` from now on (for facts of any day). */
MUST_USE bool identity_merge(struct db *db, const char *from_key, const char *into_key,
                             GError **err);

/* A party leaves its account for another (made when it does not exist). */
MUST_USE bool identity_split(struct db *db, const char *source, const char *external_id,
                             const char *account_key, GError **err);
