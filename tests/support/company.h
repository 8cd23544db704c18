/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small company written by hand, from its files to its scores. */
#pragma once

#include "scoring/score.h"

/* Its metrics.yaml and scorecards/default.yaml. */
extern const char company_metrics[], company_card[];

/* A fresh configuration directory with the company's files: a has usage in May 2026 and a ticket, b
 * is silent since the 10th of May, c has a contract and no usage at all. */
const char *company_directory(void);

/* Score a day, known at a commit number (-1: the newest); fails the test when it fails. */
struct score_summary company_score(struct db *db, const char *directory, const char *day,
                                   int64_t known, bool publish);

/* The company, loaded, with the 17th of May and the 1st of June 2026 published. */
const char *company_two_days(struct db *db);
