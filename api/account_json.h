/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An account of the published run as it is shown. */
#pragma once

#include "api/shape.h"
#include "api/snapshot.h"

extern const struct shape account_json_row; /* of lists */
extern const struct shape account_json_one; /* with contributions */
extern const struct shape account_json_why; /* with raw values, sentences and the risk's parts */

/* Members that the list and the single account have in common. */
void account_json_write(struct writer *writer, const struct snapshot *snapshot,
                        const struct snapshot_account *account);

/* "contributions": every measure, adding up to health. With raw values and sentences for explain.
 */
void account_json_contributions(struct writer *writer, const struct snapshot *snapshot,
                                const struct snapshot_account *account, bool explain);

/* "risk_contributions": log-odds per feature, intercept last; null without a model. */
void account_json_risk(struct writer *writer, const struct snapshot *snapshot,
                       const struct snapshot_account *account);

/* An amount of minor units of the reporting currency, in units. */
void account_json_money(struct writer *writer, const struct snapshot *snapshot, const char *name,
                        int64_t minor);

/* Hundredths of a point; SNAPSHOT_NULL_BP and INT32_MIN: null. */
void account_json_points(struct writer *writer, const char *name, int32_t bp);

/* What the account may cost: ARR times its probability of churn, in minor units. */
int64_t account_json_loss(const struct snapshot_account *account);
