/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "company.h"

#include <glib.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/day.h"

const char *const connector_names[CONNECTOR_KINDS] = {
    "salesforce-bigquery", "mysql-bigquery",   "s3-snowflake",      "google_ads-bigquery",
    "postgresql-redshift", "hubspot-bigquery", "facebook_ads-s3",   "kintone-bigquery",
    "sftp-snowflake",      "ga4-bigquery",     "mongodb-snowflake", "google_sheets-mysql"};
const char *const plan_names[3] = {"starter", "growth", "enterprise"};
const char *const segment_names[3] = {"smb", "mid", "enterprise"};
const char *const industry_names[6] = {"retail",    "finance", "media",
                                       "logistics", "games",   "manufacturing"};
const char *const region_names[4] = {"kanto", "kansai", "apac", "emea"};
const char *const churn_reasons[5] = {"price", "missing feature", "reliability", "in-house build",
                                      "business closed"};

static const char *const name_heads[] = {"Aoba",  "Sakura", "Kita",  "Minato", "Hoshi", "Tsubame",
                                         "Yama",  "Umi",    "Asahi", "Midori", "Kaze",  "Nami",
                                         "Orion", "Vertex", "Lumen", "Harbor"};
static const char *const name_tails[] = {"Foods",   "Logistics", "Media",  "Games", "Systems",
                                         "Trading", "Works",     "Retail", "Data",  "Partners"};

int32_t company_month(const struct world *world, int m)
{
    return day_month_start(world->first_day, m - HISTORY);
}

int company_month_of(const struct world *world, int32_t day)
{
    int m = HISTORY + (day - world->first_day) / 31;
    while (company_month(world, m + 1) <= day)
        m++;
    return m;
}

int32_t company_anchor(const struct world *world, const struct account *account, int m)
{
    return company_month(world, m) + account->anchor - 1;
}

void company_init(struct world *world, unsigned long seed, int accounts, int months, int32_t until)
{
    *world = (struct world){.seed = seed, .accounts = accounts, .months = months, .until = until};
    world->first_day = day_month_start(until, -months);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    gsl_rng_set(rng, seed * 7919 + 1);
    for (int32_t day = world->first_day; day < until; day++) {
        if (world->n_incidents == INCIDENTS_MAX || gsl_rng_uniform(rng) > 0.09)
            continue;
        struct incident *incident = &world->incident[world->n_incidents++];
        incident->day = day;
        incident->minute_of_day = (int)gsl_rng_uniform_int(rng, 20 * 60);
        incident->minutes = 15 + (int)gsl_ran_exponential(rng, 110);
        incident->connector = (int)gsl_rng_uniform_int(rng, CONNECTOR_KINDS + 1) - 1;
        incident->severity = incident->minutes > 240 ? 1 : incident->minutes > 90 ? 2 : 3;
    }
    gsl_rng_free(rng);
}

static void choose_profile(const struct world *world, gsl_rng *rng, struct account *a)
{
    double plan = gsl_rng_uniform(rng);
    a->plan = plan < 0.5 ? 0 : plan < 0.85 ? 1 : 2;
    a->industry = (int)gsl_rng_uniform_int(rng, G_N_ELEMENTS(industry_names));
    a->region = (int)gsl_rng_uniform_int(rng, G_N_ELEMENTS(region_names));
    a->owner = (int)gsl_rng_uniform_int(rng, OWNERS);
    a->yen = a->region < 2 && gsl_rng_uniform(rng) < 0.6;
    a->annual = gsl_rng_uniform(rng) < 0.35 + 0.25 * a->plan;
    a->anchor = 1 + (int)gsl_rng_uniform_int(rng, 28);
    a->arr = floor(exp(gsl_ran_gaussian(rng, 0.45)) * (a->plan == 0   ? 4200
                                                       : a->plan == 1 ? 18000
                                                                      : 90000));
    const char *head = name_heads[gsl_rng_uniform_int(rng, G_N_ELEMENTS(name_heads))];
    const char *tail = name_tails[gsl_rng_uniform_int(rng, G_N_ELEMENTS(name_tails))];
    g_snprintf(a->key, sizeof a->key, "acc-%05d", a->index);
    g_snprintf(a->name, sizeof a->name, "%s %s %d", head, tail, a->index);
    g_autofree char *head_lower = g_ascii_strdown(head, -1);
    g_autofree char *tail_lower = g_ascii_strdown(tail, -1);
    g_snprintf(a->domain, sizeof a->domain, "%s-%s%d.example", head_lower, tail_lower, a->index);
    /* 70 % were customers before the window; the rest come evenly over it. */
    a->start_month = gsl_rng_uniform(rng) < 0.7
                         ? (int)gsl_rng_uniform_int(rng, HISTORY)
                         : HISTORY + (int)gsl_rng_uniform_int(rng, (unsigned long)world->months);
}

static void choose_usage(gsl_rng *rng, struct account *a)
{
    a->n_connectors = 1 + (int)gsl_ran_poisson(rng, 0.7 + 0.9 * a->plan);
    if (a->n_connectors > CONNECTORS_MAX)
        a->n_connectors = CONNECTORS_MAX;
    int first = (int)gsl_rng_uniform_int(rng, CONNECTOR_KINDS);
    for (int c = 0; c < a->n_connectors; c++) {
        a->connector[c] = (first + c * 5) % CONNECTOR_KINDS;
        a->runs_per_day[c] = exp(gsl_ran_gaussian(rng, 0.7)) * (3 + 4 * a->plan);
        a->rows_per_run[c] = exp(gsl_ran_gaussian(rng, 1.2)) * 4000;
    }
    a->n_users = 1 + (int)gsl_ran_poisson(rng, 1.0 + 2.2 * a->plan);
    if (a->n_users > USERS_MAX)
        a->n_users = USERS_MAX;
}

/* Satisfaction is a hidden first-order process; usage drifts with it, failures push it down. */
static void simulate_months(const struct world *world, gsl_rng *rng, struct account *a)
{
    double satisfaction = gsl_ran_gaussian(rng, 1);
    double level = 1;
    double base_fail = 0.006 * exp(gsl_ran_gaussian(rng, 0.8));
    for (int m = a->start_month; m < HISTORY + world->months + 1 && m < MONTHS_MAX; m++) {
        double fail = base_fail * exp(gsl_ran_gaussian(rng, 0.4));
        if (gsl_rng_uniform(rng) < 0.04)
            fail += 0.08 * gsl_rng_uniform(rng);
        if (fail > 0.4)
            fail = 0.4;
        satisfaction = 0.93 * satisfaction + gsl_ran_gaussian(rng, 0.36) - 4.0 * (fail - 0.01);
        level *= exp(0.008 + 0.055 * satisfaction + gsl_ran_gaussian(rng, 0.05));
        if (level > 20)
            level = 20;
        a->satisfaction[m] = satisfaction;
        a->level[m] = level;
        a->fail_share[m] = fail;
    }
}

/* The truth: log-odds of leaving at a monthly turn of contract; an annual one turns once a year and
 * then carries five months of risk. */
static double true_hazard(const struct account *a, int m)
{
    int tenure = m - a->start_month;
    if (tenure == 0 || (a->annual && tenure % 12 != 0))
        return 0;
    double before = m - 3 >= a->start_month ? a->level[m - 3] : a->level[a->start_month];
    double decline = fmax(0, 1 - a->level[m - 1] / before);
    double x = -4.3 - 1.05 * a->satisfaction[m - 1] + 3.0 * decline +
               12 * (a->fail_share[m - 1] - 0.01) - 0.3 * a->plan - 0.02 * fmin(tenure, 24);
    double h = 1 / (1 + exp(-x));
    return a->annual ? 1 - pow(1 - h, 5) : h;
}

/* Notice is given at least so many days before the end, and on one of NOTICE_SPREAD days. */
enum { NOTICE_SPREAD = 10 };
static int notice_lead(const struct account *a)
{
    return a->annual ? 35 : 6;
}

static void simulate_churn(const struct world *world, gsl_rng *rng, struct account *a)
{
    a->end_day = a->notice_day = NEVER;
    a->reason = -1;
    int last = company_month_of(world, world->until - 1);
    for (int m = a->start_month; m <= last && m < MONTHS_MAX; m++) {
        a->hazard[m] = true_hazard(a, m);
        bool leaves = gsl_rng_uniform(rng) < a->hazard[m];
        /* Who is in the window's history has, by being there, survived what came before. */
        if (!leaves || m < HISTORY || a->end_day != NEVER)
            continue;
        if (company_anchor(world, a, m) >= world->until)
            continue;
        a->end_day = company_anchor(world, a, m);
        a->notice_day = a->end_day - notice_lead(a) - (int)gsl_rng_uniform_int(rng, NOTICE_SPREAD);
        a->reason = (int)gsl_rng_uniform_int(rng, G_N_ELEMENTS(churn_reasons));
        for (int later = m + 1; later <= last && later < MONTHS_MAX; later++)
            a->hazard[later] = true_hazard(a, later); /* of staying on, had it stayed so far */
        return;
    }
}

double company_risk(const struct world *world, const struct account *a, int32_t day, int days)
{
    double stay = 1;
    if (a->notice_day < day)
        return a->end_day <= day + days;
    for (int m = company_month_of(world, day); company_anchor(world, a, m) <= day + days; m++) {
        int left = company_anchor(world, a, m) - day;
        if (left <= 0)
            continue;
        /* Who leaves has said so with a chance that grows as the turn comes near. */
        double silent = (left - notice_lead(a) + 1) / (double)NOTICE_SPREAD;
        double h = a->hazard[m], leaves = h * fmin(fmax(silent, 0), 1);
        stay *= 1 - leaves / (1 - h + leaves);
    }
    return 1 - stay;
}

/* A few accounts are bought by their neighbour half-way: both are customers, then one is. */
static void choose_merger(const struct world *world, struct account *a)
{
    a->merged_into = -1;
    a->merge_day = NEVER;
    if (a->index % 500 != 101 || a->index + 1 > world->accounts)
        return;
    a->merged_into = a->index + 1;
    a->merge_day = company_month(world, HISTORY + world->months / 2);
}

void company_account(const struct world *world, int index, gsl_rng *rng, struct account *out)
{
    gsl_rng_set(rng, world->seed * 1000003UL + (unsigned long)index * 2UL + 12345UL);
    *out = (struct account){.index = index, .broken_day = NEVER};
    choose_profile(world, rng, out);
    choose_usage(rng, out);
    choose_merger(world, out);
    if (out->merged_into >= 0 || index % 500 == 102) {
        out->start_month = 6; /* both sides of a merger are old customers … */
        out->annual = true;
    }
    simulate_months(world, rng, out);
    simulate_churn(world, rng, out);
    if (out->merged_into >= 0 || index % 500 == 102) {
        out->end_day = out->notice_day = NEVER; /* … and stay */
        out->reason = -1;
        memset(out->hazard, 0, sizeof out->hazard);
    }
    out->start_day = company_anchor(world, out, out->start_month);
    double price = out->arr;
    for (size_t n = 0; n < G_N_ELEMENTS(out->price); n++) {
        out->price[n] = floor(price);
        price *= exp(0.03 + gsl_ran_gaussian(rng, 0.08));
    }
    if (gsl_rng_uniform(rng) < 0.25)
        out->broken_day =
            world->first_day +
            (int32_t)gsl_rng_uniform_int(rng, (unsigned long)(world->until - world->first_day));
}
