/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the CRM exports: accounts, contracts with their changes, contacts, exchange rates. */
#include <gsl/gsl_randist.h>
#include <stdio.h>

#include "core/day.h"
#include "files.h"

static const double yen_per_dollar = 150;

static void write_account(struct files *files, const struct account *a)
{
    char created[DAY_TEXT_SIZE], stamp[STAMP_SIZE];
    output_line(files->accounts, "%s,\"%s\",www.%s,csm%02d@kumo.example,%s,%s,%s,%s,%s,%s", a->key,
                a->name, a->domain, a->owner, plan_names[a->plan], segment_names[a->plan],
                industry_names[a->industry], region_names[a->region],
                day_format(a->start_day, created), files_stamp(a->start_day, 9 * 60, 0, stamp));
}

/* One line of a contract's history: how it stood from `changed` on. */
struct contract {
    int number;
    int32_t start, end, cancelled, changed;
    double arr;
    bool auto_renew;
};

static void write_contract(struct files *files, const struct account *a, const struct contract *c)
{
    char start[DAY_TEXT_SIZE], end[DAY_TEXT_SIZE] = "", cancelled[DAY_TEXT_SIZE] = "";
    char stamp[STAMP_SIZE];
    if (c->end != NEVER)
        day_format(c->end, end);
    if (c->cancelled != NEVER)
        day_format(c->cancelled, cancelled);
    double arr = a->yen ? c->arr * yen_per_dollar : c->arr;
    output_line(files->contracts, "ctr-%05d-%d,%s,%s,%s,%s,%s,%.0f,%s,%d,%s,%s,%s", a->index,
                c->number, a->key, plan_names[a->plan], day_format(c->start, start), end, cancelled,
                arr, a->yen ? "JPY" : "USD", a->annual ? 12 : 1, c->auto_renew ? "true" : "false",
                c->cancelled == NEVER || a->reason < 0 ? "" : churn_reasons[a->reason],
                files_stamp(c->changed, 10 * 60, 0, stamp));
}

/* A contract as signed and, if the customer left with it, as it stood after notice. */
static void write_life(struct files *files, const struct world *world, const struct account *a,
                       struct contract *c)
{
    if (c->changed < world->until)
        write_contract(files, a, c);
    if (a->end_day == NEVER || a->notice_day >= world->until)
        return;
    if (a->end_day <= c->start || (c->end != NEVER && a->end_day > c->end))
        return;
    c->cancelled = a->notice_day > c->start ? a->notice_day : c->start;
    c->end = a->end_day;
    c->auto_renew = false;
    c->changed = c->cancelled;
    write_contract(files, a, c);
}

static void write_contracts(struct files *files, const struct world *world, const struct account *a)
{
    int32_t last = a->end_day < world->until ? a->end_day : world->until;
    if (!a->annual) {
        struct contract c = {1, a->start_day, NEVER, NEVER, a->start_day, a->price[0], true};
        write_life(files, world, a, &c);
        return;
    }
    for (int n = 0; n < (int)G_N_ELEMENTS(a->price); n++) {
        int m = a->start_month + 12 * n;
        struct contract c = {.number = n + 1,
                             .start = company_anchor(world, a, m),
                             .end = company_anchor(world, a, m + 12),
                             .cancelled = NEVER,
                             .arr = a->price[n],
                             .auto_renew = true};
        if (c.start >= last)
            return;
        /* Renewals are signed a fortnight ahead. */
        c.changed = n == 0 ? c.start : c.start - 14;
        write_life(files, world, a, &c);
    }
}

static void write_contacts(struct files *files, const struct world *world, const struct account *a,
                           gsl_rng *rng)
{
    static const char *const roles[] = {"admin", "champion", "user"};
    int n = a->n_users < 4 ? a->n_users : 4;
    for (int i = 0; i < n; i++) {
        char left[DAY_TEXT_SIZE] = "", stamp[STAMP_SIZE];
        files_stamp(a->start_day, 9 * 60 + i, 0, stamp);
        const char *role = roles[i < 2 ? i : 2];
        output_line(files->contacts, "con-%05d-%d,%s,Person %d,user%d@%s,%s,,%s", a->index, i,
                    a->key, i, i, a->domain, role, stamp);
        int32_t day = world->first_day + (int32_t)gsl_rng_uniform_int(
                                             rng, (unsigned long)(world->until - world->first_day));
        if (gsl_rng_uniform(rng) > 0.12 || day <= a->start_day)
            continue;
        output_line(files->contacts, "con-%05d-%d,%s,Person %d,user%d@%s,%s,%s,%s", a->index, i,
                    a->key, i, i, a->domain, role, day_format(day, left),
                    files_stamp(day, 18 * 60, 0, stamp));
    }
}

void crm_account(struct files *files, const struct world *world, const struct account *account,
                 gsl_rng *rng)
{
    if (account->start_day >= world->until)
        return;
    write_account(files, account);
    write_contracts(files, world, account);
    write_contacts(files, world, account, rng);
}

void crm_rates(struct files *files, const struct world *world)
{
    for (int m = 0; company_month(world, m) < world->until; m++) {
        char day[DAY_TEXT_SIZE];
        output_line(files->fx, "JPY,%s,%.9f", day_format(company_month(world, m), day),
                    1 / yen_per_dollar);
    }
}
