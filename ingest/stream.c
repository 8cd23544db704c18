/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/stream.h"

/* Fields stand in the order of the columns of their table. */
#define TEXT(field)                                                                                \
    {                                                                                              \
        field, STREAM_TEXT, false                                                                  \
    }
#define NEED(field, kind)                                                                          \
    {                                                                                              \
        field, kind, true                                                                          \
    }
#define CHANGES                                                                                    \
    {"changed_at", STREAM_INSTANT, false},                                                         \
    {                                                                                              \
        "deleted", STREAM_BOOL, false                                                              \
    }

static const struct stream streams[STREAM_COUNT] = {
    [STREAM_ACCOUNT] = {"account",
                        false,
                        true,
                        false,
                        {NEED("party", STREAM_TEXT),
                         CHANGES,
                         TEXT("name"),
                         TEXT("domain"),
                         TEXT("owner_email"),
                         TEXT("plan"),
                         TEXT("segment"),
                         TEXT("industry"),
                         TEXT("region"),
                         TEXT("parent_id"),
                         {"created_on", STREAM_DAY, false}}},
    [STREAM_SUBSCRIPTION] = {"subscription",
                             false,
                             true,
                             false,
                             {NEED("party", STREAM_TEXT),
                              CHANGES,
                              NEED("external_id", STREAM_TEXT),
                              TEXT("product"),
                              NEED("start_on", STREAM_DAY),
                              {"end_on", STREAM_DAY, false},
                              {"cancelled_on", STREAM_DAY, false},
                              NEED("arr", STREAM_MONEY),
                              TEXT("currency"),
                              {"billing_months", STREAM_INTEGER, false},
                              {"auto_renew", STREAM_BOOL, false},
                              {"quantity", STREAM_INTEGER, false},
                              TEXT("churn_reason"),
                              TEXT("competitor")}},
    [STREAM_CONTACT] = {"contact",
                        false,
                        true,
                        false,
                        {NEED("party", STREAM_TEXT),
                         CHANGES,
                         NEED("external_id", STREAM_TEXT),
                         TEXT("name"),
                         TEXT("email"),
                         TEXT("role"),
                         {"left_on", STREAM_DAY, false}}},
    [STREAM_USAGE_EVENT] = {"usage_event",
                            true,
                            true,
                            false,
                            {NEED("party", STREAM_TEXT), NEED("at", STREAM_INSTANT),
                             TEXT("subject")}},
    [STREAM_USAGE_METRIC] = {"usage_metric",
                             true,
                             true,
                             false,
                             {NEED("party", STREAM_TEXT), NEED("at", STREAM_INSTANT),
                              TEXT("subject")}},
    [STREAM_JOB] = {"job",
                    false,
                    true,
                    false,
                    {NEED("party", STREAM_TEXT),
                     CHANGES,
                     NEED("external_id", STREAM_TEXT),
                     TEXT("definition"),
                     TEXT("connector"),
                     TEXT("executor"),
                     NEED("status", STREAM_TEXT),
                     {"created_at", STREAM_INSTANT, false},
                     {"started_at", STREAM_INSTANT, false},
                     {"finished_at", STREAM_INSTANT, false},
                     {"row_count", STREAM_INTEGER, false},
                     {"byte_count", STREAM_INTEGER, false},
                     {"skipped_count", STREAM_INTEGER, false}}},
    [STREAM_INCIDENT] = {"incident",
                         false,
                         false,
                         true,
                         {CHANGES,
                          NEED("external_id", STREAM_TEXT),
                          TEXT("title"),
                          TEXT("severity"),
                          TEXT("cause"),
                          TEXT("component"),
                          NEED("started_at", STREAM_INSTANT),
                          {"resolved_at", STREAM_INSTANT, false}}},
    [STREAM_INCIDENT_ACCOUNT] = {"incident_account",
                                 false,
                                 true,
                                 true,
                                 {NEED("party", STREAM_TEXT),
                                  CHANGES,
                                  NEED("external_id", STREAM_TEXT),
                                  {"occurred_at", STREAM_INSTANT, false},
                                  {"minutes", STREAM_INTEGER, false}}},
    [STREAM_TICKET] = {"ticket",
                       false,
                       true,
                       false,
                       {NEED("party", STREAM_TEXT),
                        CHANGES,
                        NEED("external_id", STREAM_TEXT),
                        TEXT("subject"),
                        TEXT("severity"),
                        TEXT("status"),
                        NEED("opened_at", STREAM_INSTANT),
                        {"first_reply_at", STREAM_INSTANT, false},
                        {"solved_at", STREAM_INSTANT, false},
                        {"reopened", STREAM_BOOL, false}}},
    [STREAM_TOUCHPOINT] = {"touchpoint",
                           false,
                           true,
                           false,
                           {NEED("party", STREAM_TEXT), CHANGES, NEED("external_id", STREAM_TEXT),
                            TEXT("kind"), NEED("occurred_at", STREAM_INSTANT), TEXT("note")}},
    [STREAM_SURVEY_RESPONSE] = {"survey_response",
                                false,
                                true,
                                false,
                                {NEED("party", STREAM_TEXT), CHANGES,
                                 NEED("external_id", STREAM_TEXT), NEED("kind", STREAM_TEXT),
                                 NEED("answered_at", STREAM_INSTANT), NEED("value", STREAM_INTEGER),
                                 TEXT("contact_id"), TEXT("comment")}},
    [STREAM_SENTIMENT] = {"sentiment",
                          false,
                          true,
                          false,
                          {NEED("party", STREAM_TEXT),
                           CHANGES,
                           NEED("external_id", STREAM_TEXT),
                           TEXT("author_email"),
                           NEED("value", STREAM_INTEGER),
                           TEXT("reason"),
                           NEED("set_at", STREAM_INSTANT),
                           {"expires_on", STREAM_DAY, false}}},
    [STREAM_MILESTONE] = {"milestone",
                          false,
                          true,
                          false,
                          {NEED("party", STREAM_TEXT), CHANGES, NEED("external_id", STREAM_TEXT),
                           NEED("reached_at", STREAM_INSTANT)}},
    [STREAM_FX_RATE] = {"fx_rate",
                        false,
                        false,
                        false,
                        {CHANGES, NEED("currency", STREAM_TEXT), NEED("day", STREAM_DAY),
                         NEED("rate", STREAM_RATE)}},
};

const struct stream *stream_get(enum stream_kind kind)
{
    return &streams[kind];
}

int stream_by_name(struct slice name)
{
    for (int kind = 0; kind < STREAM_COUNT; kind++) {
        if (slice_is(name, streams[kind].name))
            return kind;
    }
    return -1;
}

size_t stream_field_count(const struct stream *stream)
{
    size_t n = 0;
    while (n < STREAM_FIELDS_MAX && stream->field[n].name)
        n++;
    return n;
}

int stream_field_index(const struct stream *stream, const char *name)
{
    for (size_t i = 0; i < STREAM_FIELDS_MAX && stream->field[i].name; i++) {
        if (strcmp(stream->field[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}
