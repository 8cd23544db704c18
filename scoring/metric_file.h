/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.yaml's `metrics` as libcyaml reads it. */
#pragma once

#include <stdbool.h>

#include <cyaml/cyaml.h>

struct metric_part_yaml {
    char *metric, *severity;
    double *weight, *saturation;
};

struct metric_yaml {
    char *name, *label, *label_ja, *unit, *direction, *sentence, *sentence_ja, *kind, *usage, *good,
        *total, *threshold, *slo, *of, *side, *calendar, *role;
    char **executors, **milestones;
    struct metric_part_yaml *parts;
    uint32_t executors_count, milestones_count, parts_count;
    double *cap, *fall;
    int days, baseline_days, stale_days, length, min_events, half_life_days, min_tenure, per_days;
    bool monotone;
};

struct metric_file {
    struct metric_yaml *metrics;
    uint32_t metrics_count;
};

extern const cyaml_schema_value_t metric_file_schema; /* of a struct metric_file */
