/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the incident tracker, the help desk and the success team leave. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

#include "core/day.h"
#include "files.h"

void support_incidents(struct files *files, const struct world *world)
{
    for (int i = 0; i < world->n_incidents; i++) {
        const struct incident *incident = &world->incident[i];
        char started[STAMP_SIZE], resolved[STAMP_SIZE];
        int end = incident->minute_of_day + incident->minutes;
        files_stamp(incident->day, incident->minute_of_day, 0, started);
        files_stamp(incident->day + end / 1440, end % 1440, 0, resolved);
        const char *what = incident->connector < 0 ? "ui" : connector_names[incident->connector];
        output_line(
            files->incidents,
            "{\"id\":\"INC-%04d\",\"title\":\"%s: transfers delayed\",\"severity\":\"sev%d\","
            "\"cause\":\"platform\",\"component\":\"%s\",\"started_at\":\"%s\","
            "\"resolved_at\":\"%s\"}",
            i + 1, what, incident->severity, what, started, resolved);
    }
}

static bool has_connector(const struct account *a, int connector)
{
    for (int c = 0; c < a->n_connectors; c++) {
        if (a->connector[c] == connector)
            return true;
    }
    return connector < 0;
}

static void write_exposure(struct files *files, const struct world *world, const struct account *a)
{
    char stamp[STAMP_SIZE];
    for (int i = 0; i < world->n_incidents; i++) {
        const struct incident *incident = &world->incident[i];
        if (incident->day < a->start_day || incident->day >= a->end_day ||
            incident->day >= a->merge_day || !has_connector(a, incident->connector))
            continue;
        output_line(files->incident_accounts, "INC-%04d,%s,%s,%d", i + 1, a->key,
                    files_stamp(incident->day, incident->minute_of_day, 0, stamp),
                    incident->minutes);
    }
    if (a->broken_day == NEVER || a->broken_day < a->start_day || a->broken_day >= a->end_day)
        return;
    files_stamp(a->broken_day, 9 * 60, 0, stamp);
    output_line(files->incidents,
                "{\"id\":\"CUS-%05d\",\"title\":\"source schema changed\",\"severity\":\"sev3\","
                "\"cause\":\"customer\",\"component\":\"%s\",\"started_at\":\"%s\","
                "\"resolved_at\":null}",
                a->index, connector_names[a->connector[0]], stamp);
    output_line(files->incident_accounts, "CUS-%05d,%s,%s,%d", a->index, a->key, stamp, 4 * 1440);
}

static void write_tickets(struct files *files, const struct world *world, const struct account *a,
                          gsl_rng *rng, int m, int32_t first, int32_t end)
{
    double rate = 0.25 + 9 * a->fail_share[m] + 0.35 * fmax(0, -a->satisfaction[m]);
    unsigned n = gsl_ran_poisson(rng, rate);
    for (unsigned i = 0; i < n; i++) {
        int32_t day = first + (int32_t)gsl_rng_uniform_int(rng, 28);
        if (day >= end)
            continue;
        char opened[STAMP_SIZE], replied[STAMP_SIZE], solved[STAMP_SIZE] = "";
        int minute = 9 * 60 + (int)gsl_rng_uniform_int(rng, 500);
        int32_t done = day + (int32_t)gsl_ran_exponential(rng, 3);
        files_stamp(day, minute, 0, opened);
        files_stamp(day, minute + 20 + (int)gsl_rng_uniform_int(rng, 120), 0, replied);
        bool open = done >= world->until;
        if (!open)
            files_stamp(done, 19 * 60, 0, solved);
        output_line(files->tickets, "zd-%05d-%d-%u,%s,Transfer question,%s,%s,%s,%s,%s,%s,%s",
                    a->index, m, i, a->domain, gsl_rng_uniform(rng) < 0.2 ? "urgent" : "normal",
                    open ? "open" : "solved", opened, replied, solved,
                    gsl_rng_uniform(rng) < 0.1 ? "true" : "false", open ? replied : solved);
    }
}

static int clamped(double value, int low, int high)
{
    return value < low ? low : value > high ? high : (int)floor(value + 0.5);
}

static void write_opinions(struct files *files, const struct account *a, gsl_rng *rng, int m,
                           int32_t first, int32_t end)
{
    char stamp[STAMP_SIZE];
    double mood = a->satisfaction[m];
    int32_t day = first + (int32_t)gsl_rng_uniform_int(rng, 28);
    int score = clamped(7.4 + 1.5 * mood + gsl_ran_gaussian(rng, 1.2), 0, 10);
    if (m % 3 == 0 && gsl_rng_uniform(rng) < 0.4 && day < end)
        output_line(files->answers, "nps-%05d-%d,user0@%s,%d,%s", a->index, m, a->domain, score,
                    files_stamp(day, 15 * 60, 0, stamp));
    int value = clamped(3.2 + 0.7 * mood + gsl_ran_gaussian(rng, 0.7), 1, 5);
    if (m % 3 == 1 && gsl_rng_uniform(rng) < 0.7 && day < end)
        output_line(files->sentiment, "sen-%05d-%d,%s,csm%02d@kumo.example,%d,%s,%s", a->index, m,
                    a->key, a->owner, value,
                    value <= 2 ? "\"unhappy, asks about alternatives\"" : "quarterly review",
                    files_stamp(day, 17 * 60, 0, stamp));
    unsigned meetings = gsl_ran_poisson(rng, 0.4 + 0.4 * a->plan);
    for (unsigned i = 0; i < meetings; i++) {
        int32_t when = first + (int32_t)gsl_rng_uniform_int(rng, 28);
        if (when < end)
            output_line(files->touchpoints, "tp-%05d-%d-%u,%s,%s,%s", a->index, m, i, a->key,
                        i == 0 ? "call" : "meeting", files_stamp(when, 14 * 60, 0, stamp));
    }
}

void support_account(struct files *files, const struct world *world, const struct account *account,
                     gsl_rng *rng)
{
    if (account->start_day >= world->until)
        return;
    write_exposure(files, world, account);
    int32_t end = account->end_day < account->merge_day ? account->end_day : account->merge_day;
    if (end > world->until)
        end = world->until;
    int first = account->start_month > HISTORY ? account->start_month : HISTORY;
    for (int m = first; company_month(world, m) < end; m++) {
        int32_t from = company_month(world, m);
        if (from < account->start_day)
            from = account->start_day;
        write_tickets(files, world, account, rng, m, from, end);
        write_opinions(files, account, rng, m, from, end);
    }
}

/* Risks of 90 days from the first of each month on, as far as hazards go. */
static void write_risks(struct files *files, const struct world *world,
                        const struct account *account)
{
    enum { DAYS = 90 };
    for (int m = HISTORY; company_month(world, m) + DAYS < world->until; m++) {
        int32_t day = company_month(world, m);
        char text[DAY_TEXT_SIZE];
        if (account->start_day < day && day < account->end_day && account->merged_into < 0)
            output_line(files->risk, "%s,%s,%.9f", account->key, day_format(day, text),
                        company_risk(world, account, day, DAYS));
    }
}

void truth_account(struct files *files, const struct world *world, const struct account *account)
{
    for (int m = HISTORY; company_month(world, m) < world->until; m++) {
        char month[DAY_TEXT_SIZE];
        int32_t turn = company_anchor(world, account, m);
        if (m < account->start_month || turn > account->end_day || account->merged_into >= 0)
            continue;
        output_line(files->hazard, "%s,%s,%.9f,%d", account->key,
                    day_format(company_month(world, m), month), account->hazard[m],
                    turn < account->end_day);
    }
    write_risks(files, world, account);
    char day[DAY_TEXT_SIZE];
    if (account->end_day < world->until)
        output_line(files->churn, "%s,%s,%s", account->key, day_format(account->end_day, day),
                    churn_reasons[account->reason]);
}
