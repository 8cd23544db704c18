/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "files.h"

#include <stdio.h>

#include "core/day.h"

char *files_stamp(int32_t day, int minute, int second, char text[STAMP_SIZE])
{
    char date[DAY_TEXT_SIZE];
    g_snprintf(text, STAMP_SIZE, "%sT%02d:%02d:%02d+09:00", day_format(day, date), minute / 60 % 24,
               minute % 60, second);
    return text;
}

static void open_months(struct files *files, const char *directory, const struct world *world)
{
    for (int k = 0; k < files->months; k++) {
        int year, month, day;
        day_to_civil(company_month(world, HISTORY + k), &year, &month, &day);
        g_autofree char *transfers = g_strdup_printf("app/transfers-%04d-%02d.csv.gz", year, month);
        g_autofree char *activity =
            g_strdup_printf("app/activity-%04d-%02d.ndjson.gz", year, month);
        files->transfers[k] = output_open(directory, transfers);
        files->activity[k] = output_open(directory, activity);
        output_line(files->transfers[k], "day,account_id,connector,runs,failed,rows,lag_minutes");
    }
}

void files_open(struct files *files, const char *directory, const struct world *world)
{
    *files = (struct files){.months = company_month_of(world, world->until - 1) - HISTORY + 1};
    open_months(files, directory, world);
    files->accounts = output_open(directory, "crm/accounts.csv");
    files->contracts = output_open(directory, "crm/contracts.csv");
    files->contacts = output_open(directory, "crm/contacts.csv");
    files->fx = output_open(directory, "crm/fx.csv");
    files->runs = output_open(directory, "app/failed-runs.ndjson");
    files->milestones = output_open(directory, "app/milestones.csv");
    files->incidents = output_open(directory, "incidents/incidents.ndjson");
    files->incident_accounts = output_open(directory, "incidents/affected.csv");
    files->tickets = output_open(directory, "support/tickets.csv");
    files->answers = output_open(directory, "support/nps.csv");
    files->sentiment = output_open(directory, "success/sentiment.csv");
    files->touchpoints = output_open(directory, "success/touchpoints.csv");
    files->hazard = output_open(directory, "truth/hazard.csv");
    files->risk = output_open(directory, "truth/risk.csv");
    files->churn = output_open(directory, "truth/churn.csv");
    output_line(files->accounts, "Id,Name,Website,OwnerEmail,Plan,Segment,Industry,Region,"
                                 "CreatedDate,SystemModstamp");
    output_line(files->contracts, "Id,AccountId,Product,StartDate,EndDate,CancelledDate,Arr,"
                                  "Currency,BillingMonths,AutoRenew,Reason,SystemModstamp");
    output_line(files->contacts, "Id,AccountId,Name,Email,Role,LeftDate,SystemModstamp");
    output_line(files->fx, "currency,day,rate");
    output_line(files->milestones, "account_id,milestone,reached_at");
    output_line(files->incident_accounts, "incident_id,account_id,occurred_at,minutes");
    output_line(files->tickets, "id,organization_domain,subject,priority,status,created_at,"
                                "first_reply_at,solved_at,reopened,updated_at");
    output_line(files->answers, "id,respondent,score,answered_at");
    output_line(files->sentiment, "id,account_id,author,value,reason,set_at");
    output_line(files->touchpoints, "id,account_id,kind,occurred_at");
    output_line(files->hazard, "account_key,month,hazard,alive");
    output_line(files->risk, "account_key,day,risk_90d");
    output_line(files->churn, "account_key,end_on,reason");
}

int64_t files_close(struct files *files)
{
    int64_t lines = 0;
    for (int k = 0; k < files->months; k++)
        lines += output_close(files->transfers[k]) - 1 + output_close(files->activity[k]);
    struct output *with_header[] = {
        files->accounts,   files->contracts,  files->contacts,          files->fx,
        files->milestones, files->tickets,    files->incident_accounts, files->answers,
        files->sentiment,  files->touchpoints};
    for (size_t i = 0; i < G_N_ELEMENTS(with_header); i++)
        lines += output_close(with_header[i]) - 1;
    lines += output_close(files->runs) + output_close(files->incidents);
    output_close(files->hazard);
    output_close(files->risk);
    output_close(files->churn);
    return lines;
}
