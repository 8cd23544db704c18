/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What measures of a scorecard are made of: ranges, conditions, inputs, rules. */
#pragma once

#include "scoring/rational.h"

/* What a band, a condition or a points rule asks of a value. */
struct scorecard_range {
    bool has_low, has_high, low_inclusive, high_inclusive;
    struct rational low, high;
    size_t n_texts; /* `is` or `has`; numbers are texts too */
    const char *const *text;
    const struct rational *number; /* of text, where the input is a number */
    bool is_states;                /* `has`: one of several states with | between them */
};

struct scorecard_condition {
    int input;
    bool asks_known, known; /* `known: true`, `known: false` */
    struct scorecard_range range;
};

struct scorecard_conditions {
    size_t n; /* all must hold; 0: they do */
    const struct scorecard_condition *all;
};

enum scorecard_type { TYPE_NUMBER, TYPE_TEXT, TYPE_LIST };

enum scorecard_derive {
    DERIVE_NONE, /* read: a metric, an attribute, a column */
    DERIVE_RATIO,
    DERIVE_SUM,
    DERIVE_DIFFERENCE,
    DERIVE_MEAN,
    DERIVE_MEDIAN,
    DERIVE_LEAST,
    DERIVE_GREATEST,
    DERIVE_COUNT_ABOVE_ZERO,
    DERIVE_FIRST_KNOWN
};

struct scorecard_operand {
    int input; /* -1: the constant */
    struct rational constant;
};

/* A number or text that measures and conditions ask for: read, or derived from earlier ones. */
struct scorecard_input {
    const char *name;
    int metric;    /* index in the metric set, -1 when there is none */
    int attribute; /* enum facts_attribute, -1 when it is none of the warehouse */
    enum scorecard_type type;
    enum scorecard_derive derive;
    size_t n_operands;
    const struct scorecard_operand *operand;
    const struct rational *times; /* of a sum: by operand, or NULL */
    bool active_only;             /* operands of 0 are left out */
    bool has_empty, has_when_zero, has_least, has_most;
    struct rational empty, when_zero, least, most; /* in place of nothing, of x / 0; limits */
};

/* One piece of a normaliser: a score, a line or equal steps over a range. */
struct scorecard_piece {
    struct scorecard_range range;
    bool is_none, is_line; /* no score; from score to score_to between `from` and `to` */
    const char *level;     /* its name, when it was written as one */
    struct rational score, score_to, from, to;
    size_t n_steps; /* > 0: equal parts of from..to */
    const struct rational *step;
};

enum scorecard_kind { JUDGE_BANDS, JUDGE_POINTS, JUDGE_PERCENTILE };

/* How a value becomes a score. */
struct scorecard_rule {
    struct scorecard_conditions when; /* of a case */
    bool applies;                     /* false: the measure does not apply */
    enum scorecard_kind kind;
    size_t n_pieces; /* bands: the first that fits; points: all that fit add up */
    const struct scorecard_piece *piece;
    size_t n_reference; /* percentile: ascending */
    const struct rational *reference;
    bool falls;                /* percentile: lower is healthier */
    struct rational low, high; /* the scores it can give */
};
