/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alerts.yaml as libcyaml reads it. */
#pragma once

#include <cyaml/cyaml.h>
#include <stdbool.h>

struct alert_band_yaml {
    const char **to, **from;
    uint32_t to_count, from_count;
    int *within;
};
struct alert_drop_yaml {
    double *points, *clear;
    int *days;
};
struct alert_risk_yaml {
    double *above, *clear;
};
struct alert_limit_yaml {
    char *metric;
    double *above, *at_least, *below, *at_most, *clear;
};
struct alert_slo_yaml {
    char *name;
    bool burn;
    const char **states;
    uint32_t states_count;
};
struct alert_renewal_yaml {
    int *within;
    const char **bands;
    uint32_t bands_count;
};
struct alert_when_yaml {
    struct alert_band_yaml *band;
    struct alert_drop_yaml *health_drop;
    struct alert_risk_yaml *risk;
    struct alert_limit_yaml *metrics;
    uint32_t metrics_count;
    struct alert_slo_yaml *slo;
    char *indicator;
    struct alert_renewal_yaml *renewal;
};
struct alert_scope_yaml {
    const char **segments, **owners;
    uint32_t segments_count, owners_count;
};
struct alert_escalate_yaml {
    int *after;
    char *severity, *channel;
};
struct alert_yaml {
    char *name, *label, *label_ja, *severity, *channel, *group, *sentence, *sentence_ja;
    struct alert_when_yaml *when;
    int *for_days, *clear_for, *cool_down;
    struct alert_scope_yaml *scope;
    struct alert_escalate_yaml *escalate;
    bool *tell_resolved;
};
struct alert_file {
    struct alert_yaml *alerts;
    uint32_t alerts_count;
    int *storm;
};

extern const cyaml_schema_value_t alert_file_schema; /* of a struct alert_file */
