/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the application's database exports: transfers by day and connector, user activity, failed
 * runs in detail, onboarding milestones. */
#include <gsl/gsl_randist.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "core/day.h"
#include "files.h"

/* Share of a weekday's work done on Monday … Sunday. */
static const double weekday_share[7] = {1.0, 1.05, 1.05, 1.0, 0.95, 0.45, 0.4};

/* Until when an account uses the product; a leaver's last weeks fade. */
static int32_t last_day(const struct world *world, const struct account *a)
{
    int32_t end = a->end_day < a->merge_day ? a->end_day : a->merge_day;
    return end < world->until ? end : world->until;
}

static int window_month(const struct world *world, const struct files *files, int32_t day,
                        int shift)
{
    int k = company_month_of(world, day) - HISTORY + shift;
    return k < files->months ? k : files->months - 1;
}

/* Minutes of platform trouble a connector had on a day. */
static int trouble(const struct world *world, int32_t day, int connector)
{
    int minutes = 0;
    for (int i = 0; i < world->n_incidents; i++) {
        if (world->incident[i].day == day && world->incident[i].connector == connector)
            minutes += world->incident[i].minutes;
    }
    return minutes;
}

static void write_runs(struct files *files, const struct account *a, gsl_rng *rng, int32_t day,
                       int c, int failed)
{
    for (int i = 0; i < failed; i++) {
        char created[STAMP_SIZE], started[STAMP_SIZE], finished[STAMP_SIZE];
        int minute = (int)gsl_rng_uniform_int(rng, 20 * 60);
        files_stamp(day, minute, 0, created);
        files_stamp(day, minute, 20, started);
        files_stamp(day, minute + 1 + (int)gsl_rng_uniform_int(rng, 90), 5, finished);
        output_line(
            files->runs,
            "{\"id\":\"run-%05d-%d-%d-%d\",\"account_id\":\"%s\",\"definition\":\"def-%d-%d\","
            "\"connector\":\"%s\",\"executor\":\"embulk-%d\",\"status\":\"error\","
            "\"created_at\":\"%s\",\"started_at\":\"%s\",\"finished_at\":\"%s\","
            "\"stats\":{\"rows\":0,\"bytes\":0,\"skipped\":0}}",
            a->index, day, c, i, a->key, a->index, c, connector_names[a->connector[c]],
            a->connector[c] % 3, created, started, finished);
    }
}

static void write_transfers(struct files *files, const struct world *world, const struct account *a,
                            gsl_rng *rng, int32_t day, double level)
{
    int m = company_month_of(world, day);
    const char *key = a->key;
    for (int c = 0; c < a->n_connectors; c++) {
        int minutes = trouble(world, day, a->connector[c]);
        unsigned runs = gsl_ran_poisson(rng, a->runs_per_day[c] * level);
        double fail = a->fail_share[m] + minutes / 1440.0;
        if (day >= a->broken_day && day < a->broken_day + 4 && c == 0)
            fail += 0.6;
        unsigned failed = runs > 0 ? gsl_ran_binomial(rng, fmin(fail, 0.95), runs) : 0;
        double rows = (runs - failed) * a->rows_per_run[c] * exp(gsl_ran_gaussian(rng, 0.2));
        double lag = 4 + gsl_ran_exponential(rng, 6) + minutes * 0.5;
        if (runs == 0)
            continue;
        /* One record in three hundred comes with next month's file. */
        int k = window_month(world, files, day, gsl_rng_uniform(rng) < 0.003);
        char text[DAY_TEXT_SIZE];
        output_line(files->transfers[k], "%s,%s,%s,%u,%u,%.0f,%.1f", day_format(day, text), key,
                    connector_names[a->connector[c]], runs, failed, rows, lag);
        if (failed > 0 && day >= world->until - 45)
            write_runs(files, a, rng, day, c, (int)failed);
    }
}

static void write_activity(struct files *files, const struct world *world, const struct account *a,
                           gsl_rng *rng, int32_t day, double level)
{
    double engaged = fmin(0.75, 0.28 * sqrt(level)) * weekday_share[day_weekday(day)];
    for (int u = 0; u < a->n_users; u++) {
        if (gsl_rng_uniform(rng) > engaged / (1 + 0.35 * u))
            continue;
        char stamp[STAMP_SIZE];
        unsigned actions = 1 + gsl_ran_poisson(rng, 6);
        int64_t message = ++files->next_message;
        files_stamp(day, 9 * 60 + (int)gsl_rng_uniform_int(rng, 600), u, stamp);
        struct output *output = files->activity[window_month(world, files, day, 0)];
        /* Clients resend what they are not sure of: one message in two hundred comes twice. */
        int copies = gsl_rng_uniform(rng) < 0.005 ? 2 : 1;
        for (int i = 0; i < copies; i++)
            output_line(output,
                        "{\"messageId\":\"m%09" PRId64 "\",\"timestamp\":\"%s\",\"groupId\":\"%s\","
                        "\"userId\":\"u%05d-%d\",\"event\":\"session\",\"properties\":"
                        "{\"actions\":%u}}",
                        message, stamp, a->key, a->index, u, actions);
    }
}

static void write_milestones(struct files *files, const struct world *world,
                             const struct account *a, gsl_rng *rng)
{
    static const char *const names[] = {"first_login", "first_connection", "first_success",
                                        "first_schedule", "second_user"};
    double day = a->start_day;
    double pace = 6 * exp(-0.35 * a->satisfaction[a->start_month] - 0.2 * a->plan);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        day += 0.2 + gsl_ran_exponential(rng, pace);
        if (day >= last_day(world, a) || day > a->start_day + 120)
            return;
        char stamp[STAMP_SIZE];
        output_line(files->milestones, "%s,%s,%s", a->key, names[i],
                    files_stamp((int32_t)day, 11 * 60, (int)i, stamp));
    }
}

void app_account(struct files *files, const struct world *world, const struct account *account,
                 gsl_rng *rng)
{
    if (account->start_day >= world->until)
        return;
    write_milestones(files, world, account, rng);
    int32_t last = last_day(world, account);
    int32_t day = account->start_day > world->first_day ? account->start_day : world->first_day;
    for (; day < last; day++) {
        double level =
            account->level[company_month_of(world, day)] * weekday_share[day_weekday(day)];
        int32_t weeks_left = account->end_day == NEVER ? 99 : (account->end_day - day) / 7;
        if (weeks_left < 5 && account->index % 3 != 0)
            level *= 0.25 + 0.15 * weeks_left;
        /* New customers ramp up over six weeks. */
        if (day < account->start_day + 42)
            level *= (day - account->start_day + 4) / 46.0;
        write_transfers(files, world, account, rng, day, level);
        write_activity(files, world, account, rng, day, level);
    }
}

void app_faults(struct files *files, const struct world *world)
{
    struct output *output = files->transfers[files->months - 1];
    char text[DAY_TEXT_SIZE];
    day_format(world->until - 1, text);
    output_line(output, "%s,test-internal,salesforce-bigquery,12,0,1000,3.0", text);
    output_line(output, "%s,test-load,mysql-bigquery,900,3,90000,3.0", text);
    output_line(output, "2026-13-45,acc-00001,mysql-bigquery,4,0,100,3.0");
    output_line(output, "%s,acc-00001,mysql-bigquery,four,0,100,3.0", text);
    output_line(output, "%s,acc-00001,mysql-bigquery,4,0", text);
    output_line(output, "%s,,mysql-bigquery,4,0,100,3.0", text);
    output_line(output, "%s,acc-00001,mysql-bigquery,4,0,99999999999999999999,3.0", text);
    for (int32_t day = world->until - 20; day < world->until; day++)
        output_line(output, "%s,trial-workspace-7,mysql-bigquery,3,0,100,3.0",
                    day_format(day, text));
    output_line(files->activity[files->months - 1], "{\"messageId\":\"broken\",\"timestamp\":");
    output_line(files->activity[files->months - 1],
                "{\"messageId\":\"no-group\",\"timestamp\":\"%sT10:00:00+09:00\",\"userId\":\"u\"}",
                text);
}
