/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The files the simulated sources export, and who writes which. */
#pragma once

#include "company.h"
#include "output.h"

enum { WINDOW_MAX = MONTHS_MAX - HISTORY };

struct files {
    struct output *accounts, *contracts, *contacts, *fx;         /* CRM */
    struct output *transfers[WINDOW_MAX], *activity[WINDOW_MAX]; /* application, by month */
    struct output *runs, *milestones;                            /* application */
    struct output *incidents, *incident_accounts;                /* incident tracker */
    struct output *tickets, *answers, *sentiment, *touchpoints;  /* support and success */
    struct output *hazard, *risk, *churn;                        /* the truth, not for ingest */
    int months;
    int64_t next_message; /* counter behind activity message ids */
};

void files_open(struct files *files, const char *directory, const struct world *world);
/* Returns the records written, headers left out. */
int64_t files_close(struct files *files);

/* Each writes what one account leaves in one source; `rng` continues the account's stream. */
void crm_account(struct files *files, const struct world *world, const struct account *account,
                 gsl_rng *rng);
void crm_rates(struct files *files, const struct world *world);
void app_account(struct files *files, const struct world *world, const struct account *account,
                 gsl_rng *rng);
/* Records that show how faults are met: wrong dates, ragged rows, strangers, test tenants. */
void app_faults(struct files *files, const struct world *world);
void support_account(struct files *files, const struct world *world, const struct account *account,
                     gsl_rng *rng);
void support_incidents(struct files *files, const struct world *world);
void truth_account(struct files *files, const struct world *world, const struct account *account);

/* "2026-11-24T09:30:00+09:00" for a minute of a business day (the simulated company works in
 * Tokyo). */
enum { STAMP_SIZE = 32 };
char *files_stamp(int32_t day, int minute, int second, char text[STAMP_SIZE]);
