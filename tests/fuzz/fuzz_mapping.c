/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <glib/gstdio.h>
#include <string.h>

#include "ingest/mapping.h"

static const char kenko[] =
    "organisation: Fuzz\ntime_zone: Asia/Tokyo\ncurrency: USD\nlanguage: en\n"
    "sources:\n"
    "  - name: app\n"
    "    streams:\n"
    "      - stream: usage_event\n"
    "        path: a.csv\n"
    "        id: b\n"
    "        fields: {party: a, at: c, subject: d}\n"
    "        transform: {party: mail_domain}\n"
    "        values: [{metric: runs}, {metric: level, field: e}]\n"
    "        ignore: [{name: test, field: a, prefix: test-}]\n"
    "      - stream: subscription\n"
    "        path: b.csv\n"
    "        fields: {party: a, external_id: b, start_on: c, arr: d, currency: e, auto_renew: f}\n"
    "        transform: {arr: monthly}\n";
static const char metrics[] = "usage:\n"
                              "  - {name: runs, combine: sum}\n"
                              "  - {name: level, combine: latest, decimals: 3, by: user}\n";

static struct mapping_set set;
static struct zone *zone; /* these live as long as the program */
static struct config *config;
static struct arena *kept;

static void set_up(void)
{
    g_autofree char *dir = g_dir_make_tmp("kenko-fuzz-XXXXXX", NULL);
    g_autofree char *one = g_build_filename(dir, "kenko.yaml", NULL);
    g_autofree char *two = g_build_filename(dir, "metrics.yaml", NULL);
    FUZZ_HOLDS(g_file_set_contents(one, kenko, -1, NULL));
    FUZZ_HOLDS(g_file_set_contents(two, metrics, -1, NULL));
    config = config_open(dir, NULL);
    FUZZ_HOLDS(config && (zone = zone_open("Asia/Tokyo", NULL)));
    FUZZ_HOLDS(mapping_load(kept = arena_new(), config, zone, &set, NULL));
    g_unlink(one);
    g_unlink(two);
    g_rmdir(dir);
}

/* Two bytes choose stream and format. Whatever a record is, it is mapped, ignored or rejected, and
 * what was mapped can be stored. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!zone)
        set_up();
    if (size < 2)
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    const struct mapping *mapping = set.source[0].mapping[data[0] % 2];
    enum mapping_format format = data[1] % 2 ? FORMAT_CSV : FORMAT_NDJSON;
    struct mapping_reader *reader = mapping_bind(
        arena, mapping, format,
        format == FORMAT_CSV ? SLICE("a,b,c,d,e,f") : (struct slice){NULL, 0}, "fuzz", NULL);
    FUZZ_HOLDS(reader);
    struct stream_record record;
    struct mapping_reject reject;
    size_t rule;
    struct slice raw = {(const char *)data + 2, size - 2};
    switch (mapping_apply(reader, arena, raw, &record, &rule, &reject)) {
    case MAPPING_IGNORED:
        FUZZ_HOLDS(strcmp(mapping_rule(mapping, rule), "test") == 0);
        return 0;
    case MAPPING_REJECTED:
        FUZZ_HOLDS(*reject.reason && *reject.message && (size_t)reject.column <= raw.n + 1);
        return 0;
    default:
        break;
    }
    const struct stream *stream = mapping_stream(mapping);
    for (size_t f = 0; f < stream_field_count(stream); f++) {
        struct stream_cell cell = record.cell[f];
        if (cell.is_null || stream->field[f].type != STREAM_TEXT)
            FUZZ_HOLDS(!cell.is_null || !stream->field[f].required);
        else
            FUZZ_HOLDS(g_utf8_validate_len(cell.as.text.p, (gssize)cell.as.text.n, NULL));
    }
    return 0;
}
