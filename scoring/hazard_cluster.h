/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A check of the hazard's standard errors: rows of one customer are many, and may be alike. */
#pragma once

#include "scoring/hazard.h"

/*
 * How many times as wide the standard errors of the log-odds would be, on average over the rows,
 * were the panel's customers independent and not its rows: the sandwich of the scores added up by
 * customer against that of the scores of rows. Near 1 where what came of a customer before says
 * nothing beyond its metrics, as the model assumes. NaN without customers, or of a model that keeps
 * no standard errors.
 *
 * use  the rows the model was fitted on; NULL: all
 *
 * Source  Liang, Zeger, Biometrika 73 (1986) 13-22
 * Cost    rows · columns of the covariance's root, squared
 */
double hazard_cluster_inflation(const struct hazard_model *model, const struct panel *panel,
                                const uint8_t *use);
