/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated company: accounts with a hidden satisfaction that drives usage, tickets, answers
 * and, through a recorded true hazard, churn. Everything of an account follows from (seed, its
 * index). */
#pragma once

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    MONTHS_MAX = 64, /* simulated months, those before the window included */
    HISTORY = 18,    /* months before the window an old account may go back */
    CONNECTORS_MAX = 8,
    USERS_MAX = 24,
    INCIDENTS_MAX = 400,
    CONNECTOR_KINDS = 12,
    NEVER = INT32_MAX
};

struct incident {
    int32_t day;
    int minute_of_day;
    int minutes;
    int connector; /* index into connector_names, -1 = user interface */
    int severity;  /* 1 worst … 3 */
};

struct world {
    unsigned long seed;
    int accounts;
    int months;
    int32_t first_day; /* first day of the window, a month's start */
    int32_t until;     /* day after the last */
    int n_incidents;
    struct incident incident[INCIDENTS_MAX];
};

/* One account; months are counted from HISTORY before the window. */
struct account {
    int index;
    char key[16];
    char name[64];
    char domain[64];
    int plan; /* 0 starter, 1 growth, 2 enterprise */
    int industry, region, owner;
    bool yen;
    bool annual;
    int anchor;      /* day of the month contracts start, 1..28 */
    int start_month; /* first contract month */
    int32_t start_day;
    int32_t end_day; /* day after the last contract; NEVER while it runs */
    int32_t notice_day;
    int reason;      /* index into churn_reasons, -1 none */
    int merged_into; /* index of another account, -1 none */
    int32_t merge_day;
    double arr; /* at the start, reporting currency */
    int n_connectors;
    int connector[CONNECTORS_MAX];
    double runs_per_day[CONNECTORS_MAX];
    double rows_per_run[CONNECTORS_MAX];
    int n_users;
    double satisfaction[MONTHS_MAX];
    double level[MONTHS_MAX]; /* usage relative to the start */
    double fail_share[MONTHS_MAX];
    double hazard[MONTHS_MAX];         /* true P(churn in that month | alive at its start) */
    int32_t broken_day;                /* customer-caused failures for four days from here; NEVER */
    double price[MONTHS_MAX / 12 + 2]; /* ARR of the n-th contract */
};

extern const char *const connector_names[CONNECTOR_KINDS];
extern const char *const plan_names[3];
extern const char *const segment_names[3];
extern const char *const industry_names[6];
extern const char *const region_names[4];
extern const char *const churn_reasons[5];
enum { OWNERS = 24 };

/* Lay out the window and its platform incidents. */
void company_init(struct world *world, unsigned long seed, int accounts, int months, int32_t until);

/* Everything about account `index`; `rng` is left where its daily data begins. */
void company_account(const struct world *world, int index, gsl_rng *rng, struct account *out);

/* True probability that a customer of `day` leaves within `days` from it, given the hazards to come
 * and whether notice has been given by then: a public fact that a hazard knows nothing of. */
double company_risk(const struct world *world, const struct account *account, int32_t day,
                    int days);

/* First day of simulated month m, and the day its contract period turns over. */
int32_t company_month(const struct world *world, int m);
int32_t company_anchor(const struct world *world, const struct account *account, int m);
/* The simulated month of a day. */
int company_month_of(const struct world *world, int32_t day);
