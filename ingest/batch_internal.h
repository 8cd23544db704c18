/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What batch.c, batch_write.c and delivery.c share. */
#pragma once

#include "ingest/batch.h"
#include "ingest/directory.h"
#include "ingest/reject.h"
#include "ingest/rollup.h"

/* What a version of a record counts for in one usage metric. */
struct batch_tally {
    uint32_t index, subject; /* of the mapping's values; subject 0: none */
    int32_t day;
    int64_t v;
};

struct batch_record {
    int64_t ordinal;
    uint32_t party;
    struct stream_cell *cell;
    size_t n_tallies;
    struct batch_tally *tally;
    int64_t tie; /* hash of the record as it came, for rule latest */
};

/* A record of usage with a value that is not added up blindly: it waits for the batch's end. */
struct batch_large {
    int64_t line, ordinal, raw_size, tie;
    struct slice raw;
    uint64_t rounded, replaced;
    bool has_id, is_refused;
    struct seen_key id;
    struct rollup_cell cell; /* party, day and at of its values */
    uint32_t subject;
    size_t n_values;
    struct stream_value *value;
};

/* A record of one value whose id and party are asked for, but not looked up yet. */
struct batch_waiting {
    struct rollup_cell cell;
    enum mapping_combine combine;
    bool has_id;
    struct seen_key id;
    uint64_t asked, rounded, replaced;
    size_t n; /* bytes of its party's name */
    char name[32];
};
enum { BATCH_WAITING_MAX = 16 };

/* One value of an event that is kept, BATCH_NO_METRIC for none. */
struct batch_event {
    int64_t ordinal, at, v;
    uint32_t party, subject;
    int32_t day;
    uint32_t metric;
};
enum { BATCH_NO_METRIC = STREAM_VALUES_MAX };

struct batch {
    struct db *db;
    const struct job *job;
    const struct mapping_set *set;
    const struct mapping *mapping;
    const char *source;
    const char *by; /* subject kind of the mapping's metrics, or NULL */
    const struct zone *zone;
    struct arena *arena;
    struct directory *parties, *subjects;
    struct rollup *rollup;
    size_t n_waiting;
    struct batch_waiting waiting[BATCH_WAITING_MAX];
    struct seen *seen;
    int64_t usage_from; /* event time; usage before it was dropped, INT64_MIN: nothing was */
    uint8_t key[16];
    int32_t metric_id[STREAM_VALUES_MAX];
    uint32_t cell_of[STREAM_VALUES_MAX]; /* the first value of the same metric */
    const struct mapping_usage *usage[STREAM_VALUES_MAX];
    GArray *records, *rejects, *large;
    GArray *events, *event_ids; /* kept ones; event_ids has as many when the mapping has an id */
    int64_t ignored[MAPPING_RULES_MAX];
    const char *own_rule; /* of the source, not of the mapping */
    int64_t own_ignored;
    struct batch_counters count, written; /* of now, of the last load committed */
    size_t raw_bytes, n_values;           /* taken in */
    const char *file;                     /* the place, for the load's row */
    int64_t from, to;
    GHashTable *tally_months;    /* of its records' tallies */
    int32_t first_day, last_day; /* its usage speaks of; INT32_MAX, INT32_MIN: it has none */
};

/* Let a record of usage with one value wait, so that the memory of several ids and parties is
 * waited for once; it is counted when it is looked up. False when it is none that can. */
bool batch_usage_defer(struct batch *batch, const struct stream_record *record);

/* Take what waits. */
void batch_usage_look_up(struct batch *batch);

/* Roll up the values of one record of usage, or set it aside. True when it was rolled up; a record
 * set aside is counted when the batch settles. */
bool batch_usage_add(struct batch *batch, const struct stream_record *record,
                     const struct seen_key *id);

/* Look up what waits; then decide about the records that were set aside: those whose sums leave 64
 * bits are rejected, the largest values first, whatever the order in which they came. */
void batch_usage_settle(struct batch *batch);

/* Do the mapping's records, which change, count in usage metrics? */
bool batch_has_tallies(const struct batch *batch);

/* Take what a record counts for into `kept`; false, with the reason, when a day or value does not
 * fit. */
bool batch_tally_take(struct batch *batch, const struct stream_record *record,
                      struct batch_record *kept, struct mapping_reject *reject);

/* After the records: COPY what each version counts for, but for those taken back as unchanged (by
 * ordinal), and write what that changes in usage. */
bool batch_tally_write(struct batch *batch, int64_t load_id, const struct db_bigints *unchanged,
                       GError **err);

/* Make the partitions of the months in the batch, and no others. Before the batch's transaction: it
 * locks the parent table. */
bool batch_make_partitions(struct batch *batch, GError **err);

/* COPY the rolled-up usage as month spans. */
bool batch_write_spans(struct batch *batch, int64_t load_id, GError **err);

/* Keep a record of usage as an event, when the mapping says so. */
void batch_event_keep(struct batch *batch, const struct rollup_cell *base, uint32_t subject,
                      const struct stream_value *value, size_t n_values, int64_t ordinal,
                      const struct seen_key *id);

/* COPY the kept events. */
bool batch_event_write(struct batch *batch, int64_t load_id, GError **err);

/* Write the whole batch as one load of the open transaction, all but its commit number. */
bool batch_write_load(struct batch *batch, int64_t *load_id, GError **err);

/* After COMMIT: keep the ids that were made, add the counters to `total`, begin anew. */
void batch_keep(struct batch *batch, struct batch_counters *total);

/* Forget the records: they must not go into a later load. */
void batch_clear(struct batch *batch);
