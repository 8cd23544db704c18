/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small warehouse whose published bands a test chooses, and alerts.yaml checked over it. */
#pragma once

#include "reports/alert.h"

/* One rule, "red", told again after three days at the earliest; and a kenko.yaml with a file for
 * messages. */
extern const char alerted_rule[], alerted_files[];
/* alerts.yaml may speak of no indicators and no service levels. */
extern const struct alert_declared alerted_nothing;

/* Twelve accounts, all of them well but those of SQL that follow. db_close it. */
struct db *alerted_stage(void);
/* A run of a day in which the accounts of the list, "a0001,a0002", are Red and the others Green. */
void alerted_publish(struct db *db, const char *day, const char *reds);
/* A configuration directory. */
const char *alerted_directory(const char *kenko, const char *alerts);
/* Check as the command does, and send; `counts` may be NULL. */
void alerted_check(struct db *db, const char *dir, alert_item_fn each, void *context,
                   struct alert_counts *counts);
