/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scorecard as it is written, before anything is understood: numbers are still texts, because
 * they have to stay exact. */
#pragma once

#include <cyaml/cyaml.h>
#include <stdint.h>

enum { SCORECARD_PIECES_MAX = 32, SCORECARD_OPERANDS_MAX = 64, SCORECARD_REFERENCE_MAX = 1000 };

struct scorecard_text_range {
    char *from, *above, *below, *up_to;
    char **is, **has;
    uint32_t is_count, has_count;
};

struct scorecard_text_condition {
    char *metric, *known;
    struct scorecard_text_range range;
};

struct scorecard_text_piece {
    char *at, *to, *score;
    char **line, **steps, **over;
    uint32_t line_count, steps_count, over_count;
    struct scorecard_text_range range;
};

/* What a measure and each of its cases have in common. */
struct scorecard_text_rule {
    char *edge, *outside, *worth, *applies;
    struct scorecard_text_condition *when;
    struct scorecard_text_piece *anchors, *bands, *points;
    char **percentile;
    uint32_t when_count, anchors_count, bands_count, points_count, percentile_count;
};

struct scorecard_text_measure {
    char *name, *label, *metric, *missing, *carry, *weight, *direction;
    struct scorecard_text_condition *only_if, *no_data_if;
    struct scorecard_text_rule *cases;
    uint32_t only_if_count, no_data_if_count, cases_count;
    struct scorecard_text_rule rule;
};

struct scorecard_text_level {
    char *combine, *start, *min, *max, *out_of;
};

struct scorecard_text_group {
    char *name, *label, *weight;
    struct scorecard_text_level level;
    struct scorecard_text_condition *only_if;
    struct scorecard_text_measure *measures;
    uint32_t only_if_count, measures_count;
};

struct scorecard_text_input {
    char *name, *type, *as, *empty, *when_zero, *at_least, *at_most, *active_only;
    char **of, **times;
    uint32_t of_count, times_count;
};

struct scorecard_text_name {
    char *name, *score;                /* of `levels` */
    struct scorecard_text_range range; /* of `bands` */
};

struct scorecard_text_weight {
    char *name, *weight;
};

struct scorecard_text_profile {
    char *name;
    struct scorecard_text_condition *when;
    struct scorecard_text_weight *groups, *measures;
    uint32_t when_count, groups_count, measures_count;
};

struct scorecard_text_cap {
    char *name, *cap, *floor, *set;
    struct scorecard_text_condition *when;
    uint32_t when_count;
};

struct scorecard_text_step {
    char *rule, *step;
};

struct scorecard_text_round {
    struct scorecard_text_step *measure, *group, *total;
};

struct scorecard_text_scale {
    char *from, *to;
};

struct scorecard_text {
    char *name, *label, *author, *note, *min_coverage, *sure_coverage, *hysteresis, *nothing_known,
        *shows, *gaps;
    struct scorecard_text_scale *scale;
    struct scorecard_text_round *round;
    struct scorecard_text_level level;
    struct scorecard_text_condition *scored_only_if;
    struct scorecard_text_input *inputs;
    struct scorecard_text_name *levels, *bands;
    struct scorecard_text_group *groups;
    struct scorecard_text_cap *caps;
    struct scorecard_text_profile *profiles;
    uint32_t profiles_count, scored_only_if_count, inputs_count, levels_count, bands_count,
        groups_count, caps_count;
};

extern const cyaml_schema_value_t scorecard_text_schema;
