/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world: writes the files of a simulated data-integration company with known truth.
 *
 *     world --out DIR [--accounts 2000] [--months 18] [--until 2026-11-23] [--seed 1] */
#include <glib.h>
#include <stdio.h>

#include "core/day.h"
#include "files.h"

static void write_account(struct files *files, const struct world *world, int index, gsl_rng *rng)
{
    struct account account;
    company_account(world, index, rng, &account);
    crm_account(files, world, &account, rng);
    app_account(files, world, &account, rng);
    support_account(files, world, &account, rng);
    truth_account(files, world, &account);
}

static void write_world(const struct world *world, const char *directory)
{
    struct files files;
    files_open(&files, directory, world);
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
    for (int index = 1; index <= world->accounts; index++)
        write_account(&files, world, index, rng);
    gsl_rng_free(rng);
    crm_rates(&files, world);
    support_incidents(&files, world);
    app_faults(&files, world);
    int64_t records = files_close(&files);
    printf("world: %d accounts, %d months, %" G_GINT64_FORMAT " records in %s\n", world->accounts,
           world->months, records, directory);
}

int main(int argc, char **argv)
{
    g_autofree char *out = NULL;
    g_autofree char *until = g_strdup("2026-11-23");
    int accounts = 2000, months = 18, seed = 1;
    GOptionEntry entries[] = {
        {"out", 'o', 0, G_OPTION_ARG_FILENAME, &out, "Directory to write", "DIR"},
        {"accounts", 'n', 0, G_OPTION_ARG_INT, &accounts, "Accounts (2000)", "N"},
        {"months", 'm', 0, G_OPTION_ARG_INT, &months, "Months before --until (18)", "N"},
        {"until", 'u', 0, G_OPTION_ARG_STRING, &until, "Day after the last (2026-11-23)", "DAY"},
        {"seed", 's', 0, G_OPTION_ARG_INT, &seed, "Seed (1)", "N"},
        G_OPTION_ENTRY_NULL};
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_autoptr(GError) err = NULL;
    g_option_context_set_summary(context, "Write the files of a simulated company.");
    g_option_context_add_main_entries(context, entries, NULL);
    int32_t day = 0;
    if (!g_option_context_parse(context, &argc, &argv, &err) ||
        !day_parse(slice_of(until), &day, &err)) {
        fprintf(stderr, "world: %s\n", err->message);
        return 2;
    }
    if (!out || accounts < 1 || accounts > 1000000 || months < 1 || months > WINDOW_MAX - 3) {
        fprintf(stderr, "world: want --out DIR, --accounts 1..1000000, --months 1..%d\n",
                WINDOW_MAX - 3);
        return 2;
    }
    static struct world world;
    company_init(&world, (unsigned long)seed, accounts, months, day);
    write_world(&world, out);
    return 0;
}
