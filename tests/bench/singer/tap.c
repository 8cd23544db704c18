/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tap sends, as fast as it can be written: STREAMS streams that take turns, RECORDS records
 * in all, a state every STATE_EVERY. The same arguments give the same bytes.
 *
 *     tap RECORDS STREAMS */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATE_EVERY = 10000, ACCOUNTS = 1000, USERS = 5000, DAYS = 28, BUFFER = 1 << 20 };

static const char *const events[] = {"job.started",    "job.finished",  "job.failed",
                                     "user.signed_in", "report.viewed", "query.run"};

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void put_schema(guint64 stream)
{
    printf(
        "{\"type\": \"SCHEMA\", \"stream\": \"events_%" G_GUINT64_FORMAT
        "\", \"schema\": {\"type\": \"object\", \"properties\": {\"id\": {\"type\": \"integer\"}, "
        "\"account\": {\"type\": \"string\"}, \"user\": {\"type\": \"string\"}, \"event\": "
        "{\"type\": \"string\"}, \"at\": {\"type\": \"string\", \"format\": \"date-time\"}, "
        "\"rows\": {\"type\": [\"null\", \"integer\"]}, \"ok\": {\"type\": \"boolean\"}}}, "
        "\"key_properties\": [\"id\"], \"bookmark_properties\": [\"at\"]}\n",
        stream);
}

static void put_record(guint64 i, guint64 stream, uint64_t *random)
{
    uint64_t r = next(random);
    printf(
        "{\"type\": \"RECORD\", \"stream\": \"events_%" G_GUINT64_FORMAT
        "\", \"record\": {\"id\": %" G_GUINT64_FORMAT ", \"account\": \"acc-%05u\", \"user\": "
        "\"user-%05u@example.com\", \"event\": \"%s\", \"at\": \"2026-01-%02uT%02u:%02u:%02uZ\", "
        "\"rows\": %u, \"ok\": true}, \"time_extracted\": \"2026-02-01T00:00:00.%06uZ\"}\n",
        stream, i, (unsigned)(r % ACCOUNTS), (unsigned)(r >> 10) % USERS,
        events[(r >> 24) % G_N_ELEMENTS(events)], 1 + (unsigned)(r >> 28) % DAYS,
        (unsigned)(r >> 33) % 24, (unsigned)(r >> 38) % 60, (unsigned)(r >> 44) % 60,
        (unsigned)(r >> 50) % 10000, (unsigned)(i % 1000000));
}

int main(int argc, char **argv)
{
    guint64 records, streams;
    if (argc != 3 || !g_ascii_string_to_unsigned(argv[1], 10, 0, G_MAXUINT32, &records, NULL) ||
        !g_ascii_string_to_unsigned(argv[2], 10, 1, 100000, &streams, NULL)) {
        fprintf(stderr, "usage: tap RECORDS STREAMS\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOFBF, BUFFER);
    uint64_t random = 88172645463325252u;
    for (guint64 s = 0; s < streams; s++)
        put_schema(s);
    for (guint64 i = 0; i < records; i++) {
        put_record(i, i % streams, &random);
        if ((i + 1) % STATE_EVERY == 0)
            printf("{\"type\": \"STATE\", \"value\": {\"bookmarks\": {\"at\": %" G_GUINT64_FORMAT
                   "}}}\n",
                   i + 1);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
