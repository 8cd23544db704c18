/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What proof.c collects and proof_evidence.c judges. */
#pragma once

#include "scoring/health.h"
#include "scoring/proof.h"

/* Customers on days PROOF_EVIDENCE's span apart: row-major by measure of the card. */
struct proof_rows {
    size_t n, n_sizes;
    const double *value;    /* n × measures; NaN without one */
    const double *score;    /* n × measures, basis points; NaN where nothing is judged */
    const uint8_t *quality; /* n × measures, enum metric_quality */
    const double *y;        /* n, 1 = left within the span */
    const double *arr;      /* n, minor units */
    const double *health;   /* n, basis points; NaN when Unknown */
    const double *size;     /* n × n_sizes; NaN */
};

/* Fill measures, pairs, sizes and thirds. */
void proof_evidence(struct arena *arena, const struct proof_rows *rows, struct proof *out);
