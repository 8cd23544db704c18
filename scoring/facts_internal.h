/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What facts.c, facts_usage.c and facts_records.c share. */
#pragma once

#include "scoring/facts_source.h"

#define FACTS_NOBODY UINT32_MAX
#define FACTS_NO_PARTY SIZE_MAX

struct facts_member {
    int64_t party_id;
    uint32_t account;
    int32_t valid_from, valid_to;
};

/* One usage metric: account-major, n_days + 1 prefix sums per account once loading is over. */
struct facts_usage {
    int64_t *sum;
    int64_t *high; /* upper words of sums beyond 64 bits; NULL while there are none */
    int32_t *active;
    uint8_t *has;
    int64_t *at, *tie; /* only while loading a metric of rule latest */
    int32_t *n;        /* only while loading sums of records that change: how many count */
    int32_t *first;    /* by account */
    int32_t *newest;   /* by day: the last one before it with a fact of anybody, or INT32_MIN */
    double unit;       /* 10^scale */
    char combine;
};

/* Which record a version is of, and how new it is. */
struct facts_stamp {
    size_t party; /* 0 for records of no party */
    const char *external_id;
    int64_t changed_at; /* INT64_MIN where the source does not say */
    int64_t commit_no, ordinal;
    bool deleted;
};

/* Versions of a record together, from the oldest to the newest statement; and whether two are of
 * one record. */
int facts_stamp_compare(const struct facts_stamp *x, const struct facts_stamp *y);
bool facts_stamp_same_record(const struct facts_stamp *x, const struct facts_stamp *y);

struct facts_version {
    struct facts_stamp stamp;
    const char *tag;
    union {
        const struct facts_words *words; /* of contracts, else NULL */
        const struct facts_label *label; /* of accounts */
    };
    const char *who;
    bool mark;
    int64_t from, to, n;
    int32_t said_on; /* without changed_at: from this business day on it speaks */
    bool has_changed_at;
};

struct facts_versions {
    struct facts_version *row;
    size_t n, room;
};

/* Versions of accounts stand behind those of records. */
enum { FACTS_ACCOUNT = FACTS_KINDS, FACTS_LISTS };

struct facts_rate {
    const char *currency;
    int32_t day;
    int64_t rate_1e9;
};

struct facts {
    struct arena *arena;
    const struct zone *zone;
    const struct facts_source *source; /* while loading */
    struct facts_wish wish;
    int64_t *commit_no;  /* by load_id; 0 = does not count */
    int32_t *commit_day; /* by load_id: business day of its commit */
    size_t n_loads;
    size_t n_accounts;
    int64_t *account_id;
    const char **account_key;
    GHashTable *account_index, *party_index;
    struct facts_member *member;
    size_t n_members;
    size_t n_days;
    struct facts_usage *usage;
    GArray *subject_days;
    struct facts_versions version[FACTS_LISTS];
    bool has[FACTS_KINDS]; /* has anybody a record of the kind? */
    struct facts_rate *rate;
    size_t n_rates;
    struct facts_run *run;
    size_t n_runs;
    bool has_users;
    size_t *first_run; /* by account, and one after the last */
    int32_t *first_run_day;
    struct facts_incident *incident;
    size_t n_incidents;
    GPtrArray *words; /* in the arena */
    GHashTable *word_index;
};

bool facts_visible(const struct facts *f, int64_t load_id);
/* A party's first statement, or FACTS_NO_PARTY; and the account it belonged to on a day. */
size_t facts_party(const struct facts *f, int64_t party_id);
uint32_t facts_member_on(const struct facts *f, size_t party, int32_t day);
bool facts_load_usage(struct facts *f, GError **err);
bool facts_load_runs(struct facts *f, GError **err);
bool facts_load_records(struct facts *f, GError **err);
bool facts_load_attributes(struct facts *f, GError **err);
bool facts_load_contacts(struct facts *f, GError **err);

/* A new last version; all in order, each with the day it speaks from; the end of the record that
 * begins at `i`; and which of its versions had been said by a day that begins at start_us. */
struct facts_version *facts_versions_add(struct facts_versions *list);
void facts_versions_sort(struct facts_versions *list);
size_t facts_versions_end(const struct facts_versions *list, size_t i);
const struct facts_version *facts_versions_on(const struct facts_versions *list, size_t i,
                                              size_t end, int32_t day, int64_t start_us);

/* The number of a word, which is kept once. */
uint32_t facts_word_add(struct facts *f, const char *text);
