/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was known at a commit number, folded to accounts: usage by day and the newest versions of
 * records. One pass over the warehouse serves any number of as-of days. */
#pragma once

#include <stdint.h>

#include "core/arena.h"
#include "core/db.h"
#include "core/zone.h"

enum facts_kind {
    FACTS_CONTRACT = 1,
    FACTS_TICKET,
    FACTS_INCIDENT,
    FACTS_ANSWER,
    FACTS_SENTIMENT,
    FACTS_TOUCHPOINT,
    FACTS_MILESTONE,
    FACTS_CONTACT,
    FACTS_KINDS
};

/* What a contract says in words; "" where it says nothing. */
struct facts_words {
    const char *product, *churn_reason, *competitor;
};

/* A record as it stood on an as-of day. Times in microseconds (contracts: days). n is the ARR, the
 * first reply (0: none yet), the minutes, the answer; tag the currency, severity, incident, survey,
 * milestone, role. Of contacts n is the user (0: none), to the day the person left. */
struct facts_record {
    uint32_t account; /* index */
    int64_t from, to; /* to: INT64_MAX when open */
    int64_t n;
    const char *tag;
    const struct facts_words *words; /* of contracts, else NULL */
    const char *who;                 /* of answers: who gave it, "" when not said */
    bool mark;                       /* of tickets: was it opened again? */
};

/* One subject's usage on a day, of the usage metrics that were asked for by subject. */
struct facts_subject_day {
    uint32_t account, usage;
    int64_t subject;
    int32_t day;
    bool is_over; /* the value does not fit 64 bits, v is none */
    int64_t v;
    int64_t at, tie; /* of rule latest: event time and record hash; of sum: records in it, 0 */
};

/* A customer's run of a definition, dated by its own times (microseconds, INT64_MAX: not known, or
 * not yet). Words are numbers for facts_word; 0 is "". */
struct facts_run {
    uint32_t account;
    uint32_t definition, connector, executor, status;
    int64_t at; /* created, or else started, or else finished */
    int64_t started, finished;
    int64_t rows, bytes, skipped; /* -1: not said */
    const char *external_id;
};

/* An incident: [from, to), to INT64_MAX while it lasts. */
struct facts_incident {
    const char *key; /* "source/external id" */
    const char *title, *severity, *cause, *component;
    int64_t from, to;
};

struct facts;

struct facts_wish {
    size_t n_usage;
    const char *const *usage; /* names of usage metrics wanted */
    const bool *by_subject;   /* also by subject */
    int32_t from_day, to_day; /* days wanted; days before from_day are only summed up as "before" */
    const char *currency;     /* reporting currency */
    bool contracts_only;      /* of records contracts and nothing else */
    bool runs;             /* also runs and incidents: of runs those that ended on or after ... */
    int32_t runs_from_day; /* ... this day, or have not, and began before to_day */
    bool attributes, contacts; /* also what account records say in words; also people */
    int32_t subjects_from_day; /* usage by subject is wanted from this day on */
};

/*
 * Read everything known at commit `known_no`. Must run in a transaction. What the wish points to
 * must outlive the facts.
 *
 * Memory: 12 bytes per account, usage metric and day wanted, plus the record versions.
 * Errors  KENKO_ERROR_CONFLICT  known_no lies below the known floor
 */
MUST_USE struct facts *facts_load(struct db *db, const struct zone *zone,
                                  const struct facts_wish *wish, int64_t known_no, GError **err);
void facts_free(struct facts *facts);

size_t facts_accounts(const struct facts *facts);
const int64_t *facts_account_ids(const struct facts *facts);
const char *const *facts_account_keys(const struct facts *facts); /* sorted */

/* Sum of a usage metric over the days [from, to), in units; exact in its scale before the division.
 * INFINITY when it does not fit 64 bits there. */
double facts_sum(const struct facts *facts, size_t account, size_t usage, int32_t from, int32_t to);
/* The same in the metric's scale, without the division: what is beyond 64 bits is cut to them. */
int64_t facts_total(const struct facts *facts, size_t account, size_t usage, int32_t from,
                    int32_t to);
double facts_unit(const struct facts *facts, size_t usage); /* 10^scale */
/* Days in [from, to) with a value above zero. */
int facts_active_days(const struct facts *facts, size_t account, size_t usage, int32_t from,
                      int32_t to);
/* One day's value in units; NaN when there is no fact, INFINITY when it does not fit 64 bits. */
double facts_value(const struct facts *facts, size_t account, size_t usage, int32_t day);
/* Last day before `before` with a value above zero, INT32_MIN when there is none since from_day. */
int32_t facts_last_active(const struct facts *facts, size_t account, size_t usage, int32_t before);
/* First day with a fact of the metric, INT32_MAX when there is none; and the last before a day over
 * all accounts, INT32_MIN when there is none since from_day. */
int32_t facts_first_day(const struct facts *facts, size_t account, size_t usage);
int32_t facts_newest_day(const struct facts *facts, size_t usage, int32_t before);

/* Subject days of the metrics asked by subject, sorted by account, usage, subject, day; one each.
 */
const struct facts_subject_day *facts_subject_days(const struct facts *facts, size_t *n);

/*
 * The records of a kind as they stood at the start of day `as_of`: of each the newest version the
 * source had made by then, deleted ones left out, members as of the record's day. A version without
 * changed_at counts as made on the business day of its load's commit, those of the day the record
 * was first met as made ever since. In the arena, sorted by account. Cost: one pass over the kind's
 * versions.
 */
const struct facts_record *facts_records(const struct facts *facts, struct arena *arena,
                                         enum facts_kind kind, int32_t as_of, size_t *n);
/* Has the kind any record at all? Then none for an account means zero, not unknown. */
bool facts_has(const struct facts *facts, enum facts_kind kind);
/* Is any contact a user that usage knows? Else nothing is known of what contacts do. */
bool facts_has_users(const struct facts *facts);

/* The runs, sorted by account, then `at`, then external id; of each the newest version that counts:
 * unlike other records a run says by its own times what was known of it when. And one account's. */
const struct facts_run *facts_runs(const struct facts *facts, size_t *n);
const struct facts_run *facts_runs_of(const struct facts *facts, size_t account, size_t *n);
const char *facts_word(const struct facts *facts, uint32_t word);
uint32_t facts_word_find(const struct facts *facts,
                         const char *text);      /* UINT32_MAX: nobody says it */
uint32_t facts_words(const struct facts *facts); /* how many there are */
/* The first day an account had a run, however long ago; INT32_MAX when never. */
int32_t facts_first_run_day(const struct facts *facts, size_t account);
/* The incidents, sorted by start, then key. */
const struct facts_incident *facts_incidents(const struct facts *facts, size_t *n);

/* The reporting currency. */
const char *facts_currency(const struct facts *facts);

/* The day whose rate speaks for `day` when looking back: the day itself, or the currency's first
 * rated day where that is later. */
int32_t facts_rated_from(const struct facts *facts, const char *currency, int32_t day);

/* Amount in minor units of the reporting currency, by the rate valid on a day; false when none is,
 * or the amount does not fit 64 bits. */
bool facts_convert(const struct facts *facts, int64_t minor, const char *currency, int32_t day,
                   int64_t *out);
