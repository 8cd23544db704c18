/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slo.yaml as libcyaml reads it, and the small texts that stand in it. */
#pragma once

#include <cyaml/cyaml.h>

#include "core/error.h"

enum { SLO_FILE_DAYS_MAX = 400 };

struct slo_burn_yaml {
    char *name, *long_, *short_, *factor;
};
struct slo_promise_yaml {
    char *objective;
    char **accounts;
    uint32_t accounts_count;
};
struct slo_exclusion_yaml {
    char *from, *to, *reason, *connector;
    char **accounts;
    uint32_t accounts_count;
};
struct slo_yaml {
    char *name, *label, *service, *sli, *objective, *window, *warn_below, *threshold, *spends;
    char *good_metric, *bad_metric, *total_metric, *metric, *at_most;
    int *min_events;
    char **executors, **good, **bad, **components;
    uint32_t executors_count, good_count, bad_count, components_count;
    struct slo_burn_yaml *burn;
    struct slo_promise_yaml *objectives;
    struct slo_exclusion_yaml *exclude;
    uint32_t burn_count, objectives_count, exclude_count;
};
struct slo_baseline_yaml {
    char *connector, *share;
};
struct slo_faults_yaml {
    char *before, *after, *tail;
    int *accounts;
    char **good, **bad;
    uint32_t good_count, bad_count;
    struct slo_baseline_yaml *baseline;
    uint32_t baseline_count;
};
struct slo_file {
    struct slo_yaml *slos;
    uint32_t slos_count;
    struct slo_faults_yaml *faults;
};

extern const cyaml_schema_value_t slo_file_schema; /* of a struct slo_file */

/* An unsigned decimal as an integer of 10^-decimals; false when it is none, or has more digits. */
MUST_USE bool slo_file_decimal(const char *text, int decimals, int64_t *out);

/* "90s", "5m", "6h", "28d" in microseconds, up to SLO_FILE_DAYS_MAX days. */
MUST_USE bool slo_file_span(const char *text, int64_t *out);
