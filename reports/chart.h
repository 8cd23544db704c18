/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Line charts over time, or over a number, as SVG, drawn by gnuplot as a child with a deadline. */
#pragma once

#include <stdint.h>

#include "reports/document.h"

enum { CHART_SERIES_MAX = 5 };

struct chart {
    const char *unit; /* of the vertical axis */
    size_t n_days, n_series;
    const int32_t *day; /* or: */
    const double *x;    /* n_days numbers, ascending; NULL: over time */
    const char *x_name;
    const char *name[CHART_SERIES_MAX];
    const double *value[CHART_SERIES_MAX]; /* NaN leaves a gap */
    bool from_zero;
    bool is_factor;  /* the vertical axis by factors: twice is as far as half */
    bool narrow;     /* for a phone */
    int deadline_ms; /* 0: ten seconds */
};

/* The SVG element, or NULL when gnuplot is missing or fails: the report then stands without it. */
char *chart_svg(struct arena *arena, const struct chart *chart);

/* Draw it wide and narrow and put it into a document. */
void chart_add(struct document *document, const char *alternative, const struct chart *chart);
