/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Usage events of a made-up company on standard output, the same for the same arguments:
 *
 *     generate ROWS day|year csv|ndjson
 *
 * 20,000 accounts of unequal size, 400,000 users, 12 kinds of events, all of one day or spread over
 * 365. The properties of a CSV row are JSON in a quoted field with doubled quotes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/day.h"

enum { ACCOUNTS = 20000, USERS = 400000, DAYS = 365, EVENTS = 12 };

static const char *const events[EVENTS] = {
    "job.started",      "job.finished",    "job.failed",     "definition.created",
    "definition.saved", "connector.added", "user.signed_in", "user.invited",
    "report.viewed",    "alert.opened",    "query.run",      "export.made"};
static const char *const clients[] = {"web", "api", "cli", "app"};

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state * UINT64_C(2685821657736338717) >> 11;
}

static unsigned below(uint64_t *state, unsigned n)
{
    return (unsigned)(next(state) % n);
}

struct event {
    unsigned account, user, hundredths, rows, second;
    int32_t day;
    const char *name, *client;
};

static struct event make(uint64_t *state, bool is_year)
{
    static const int first_day = 20454; /* 2026-01-01 */
    unsigned a = below(state, ACCOUNTS), b = below(state, ACCOUNTS);
    return (struct event){.account = (unsigned)((uint64_t)a * b / ACCOUNTS),
                          .user = below(state, USERS),
                          .hundredths = below(state, 100000),
                          .rows = below(state, 5000),
                          .second = below(state, 86400),
                          .day = first_day + (is_year ? (int32_t)below(state, DAYS) : 60),
                          .name = events[below(state, EVENTS)],
                          .client = clients[below(state, 4)]};
}

static void put(const struct event *e, unsigned id, bool is_json)
{
    char day[DAY_TEXT_SIZE];
    day_format(e->day, day);
    unsigned h = e->second / 3600, m = e->second / 60 % 60, s = e->second % 60;
    if (is_json)
        printf("{\"id\":\"e%010u\",\"account\":\"acc-%05u\",\"user\":\"user-%06u\",\"event\":"
               "\"%s\",\"ts\":\"%sT%02u:%02u:%02uZ\",\"value\":%u.%02u,\"properties\":{"
               "\"source\":\"%s\",\"rows\":%u}}\n",
               id, e->account, e->user, e->name, day, h, m, s, e->hundredths / 100,
               e->hundredths % 100, e->client, e->rows);
    else
        printf("e%010u,acc-%05u,user-%06u,%s,%sT%02u:%02u:%02uZ,%u.%02u,"
               "\"{\"\"source\"\":\"\"%s\"\",\"\"rows\"\":%u}\"\n",
               id, e->account, e->user, e->name, day, h, m, s, e->hundredths / 100,
               e->hundredths % 100, e->client, e->rows);
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "want: generate ROWS day|year csv|ndjson\n");
        return 2;
    }
    unsigned rows = (unsigned)g_ascii_strtoull(argv[1], NULL, 10);
    bool is_year = strcmp(argv[2], "year") == 0, is_json = strcmp(argv[3], "ndjson") == 0;
    uint64_t state = 88172645463325252U;
    setvbuf(stdout, NULL, _IOFBF, 1 << 20);
    if (!is_json)
        puts("id,account,user,event,ts,value,properties");
    for (unsigned i = 1; i <= rows; i++) {
        struct event event = make(&state, is_year);
        put(&event, i, is_json);
    }
    return ferror(stdout) || fflush(stdout) != 0;
}
