/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Health in exact arithmetic: one engine for the daily scoring, explanations and what-if. Measures
 * → groups → overall as fractions, rounded where the scorecard says; contributions that add up to
 * the shown number to the unit. */
#pragma once

#include "scoring/scorecard_level.h"
#include "scoring/scorecard_value.h"

struct health {
    bool is_scored;         /* the scorecard scores such an account */
    const char *profile;    /* whose weights apply; "default": the card's own */
    bool is_known;          /* false: no usable measure, or one that blocks is missing */
    int health_bp;          /* 0..10000 of the scale, of the number as shown; valid when is_known */
    int lower_bp, upper_bp; /* were every missing measure its worst, or its best */
    int coverage_bp;        /* weight of usable over weight of applicable measures */
    const char *band;       /* of this day alone; "Unknown" without enough data, "" in no band */
    int effective_bp;       /* after caps */
    const char *cap;        /* which cap bound, or NULL */
    bool counts[SCORECARD_MEASURES_MAX];         /* it has a score that counts */
    int measure_bp[SCORECARD_MEASURES_MAX];      /* when it counts */
    int contribution_bp[SCORECARD_MEASURES_MAX]; /* Σ + start + limits + rounding = health_bp */
    int lost_bp[SCORECARD_MEASURES_MAX];         /* Σ + lost_rest = 10000 - health_bp */
    int start_bp, limits_bp, rounding_bp, lost_rest_bp;
    /* Exact, on the card's own scale; valid until the engine's next account. */
    struct rational score[SCORECARD_MEASURES_MAX];
    const char *level[SCORECARD_MEASURES_MAX]; /* the score's name, or NULL */
    uint8_t quality[SCORECARD_MEASURES_MAX];   /* enum metric_quality of what each judges */
    struct scorecard_tally tally;
    struct rational computed, effective;             /* before rounding, when is_known */
    struct rational shown_computed, shown_effective; /* as the card rounds */
};

/* Does it know the measure, by a value of the day or one that it carries? */
static inline bool health_knows(const struct health *h, size_t measure)
{
    return h->quality[measure] == METRIC_OK || h->quality[measure] == METRIC_CARRIED;
}

/* The engine: a scorecard and the memory that its accounts reuse. */
struct health_engine;

struct health_engine *health_engine_new(const struct scorecard *card);
void health_engine_free(struct health_engine *engine);

/* From now on the numbers and the band alone: of contributions and losses nothing is said. */
void health_engine_brief(struct health_engine *engine, bool is_brief);

/* The card with the weights that apply to the account at hand. */
const struct scorecard *health_engine_card(const struct health_engine *engine);

/* The memory of exact numbers of the account at hand. */
struct rational_pool *health_engine_pool(struct health_engine *engine);

/* Forget the account before; its inputs to be filled in: one value per input of the card, those
 * derived by the engine. */
struct scorecard_value *health_engine_begin(struct health_engine *engine);

/*
 * Compute the health of the inputs that were filled in.
 *
 * Method: every score as a fraction, combined as the card says, limited and rounded as it says.
 * Contributions and losses are whole basis points by largest remainder (ties to the earlier).
 * Cost    about a microsecond for each measure
 */
void health_engine_run(struct health_engine *engine, struct health *out);

/* What is known of one account: value[m * stride] by metric, and its quality (enum metric_quality)
 * in quality[m * stride]; quality NULL: what is NaN has no data. */
struct health_reading {
    const double *value;
    const uint8_t *quality;
    size_t stride;
    const struct facts_attributes *attribute; /* NULL: none is known */
    int32_t as_of;
    const double *carried; /* as in a frame, by metric with the same stride; NULL: none */
    const int32_t *carried_on;
};

/* The reading of account `a` of a day's frame. */
struct health_reading health_reading_of(const struct metric_frame *frame, size_t a);

/* The health of a reading. Values enter as the fractions they were computed as, see
 * rational_of_double. */
void health_of_reading(struct health_engine *engine, const struct health_reading *reading,
                       struct health *out);
/* The same of an account of a day's frame. */
void health_of_frame(struct health_engine *engine, const struct metric_frame *frame, size_t a,
                     struct health *out);

/* The band of a number of basis points; "" when it stands in none. */
const char *health_band_of(struct health_engine *engine, int bp);

/* Σ of the weights, as written, of what counts: measures of a group, or (group = n_groups) groups.
 */
struct rational health_usable_weight(struct health_engine *engine, const struct health *health,
                                     size_t group);

/* An input of the account at hand, derived ones too. */
const struct scorecard_value *health_input(const struct health_engine *engine, size_t input);

/* The value behind a measure of the account at hand; NaN when there is none. */
double health_value(const struct health_engine *engine, size_t measure);

typedef struct health_engine health_engine_t; /* only for g_autoptr */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(health_engine_t, health_engine_free)
