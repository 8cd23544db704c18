/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kenko source discover: what a source has, whether a stream reads it or not. */
#include <math.h>
#include <stdio.h>

#include "cli/cmd_source.h"
#include "core/text.h"
#include "ingest/source.h"

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static char *size_text(int64_t bytes)
{
    g_autofree char *number = text_thousands(bytes);
    return g_strconcat(number, " bytes", NULL);
}

/* "1,234" rows, "5,120 bytes", "-" */
static char *amount(const struct source_offer *o)
{
    return o->rows >= 0    ? text_thousands(o->rows)
           : o->bytes >= 0 ? size_text(o->bytes)
                           : g_strdup("-");
}

static void print_offer(const struct source_offer *o)
{
    g_autofree char *size = amount(o);
    printf("%-32s %-17s %14s  %-16s %-16s %s\n", o->name, o->what, size, or_dash(o->key),
           or_dash(o->cursor), or_dash(o->stream));
    if (*o->note)
        printf("    %s\n", o->note);
}

static void put_number(GString *out, const char *key, int64_t n)
{
    text_json_number(out, key, n < 0 ? NAN : (double)n);
}

static void print_object(const struct source_offer *o, bool first)
{
    g_autoptr(GString) out = g_string_new(first ? "" : ",\n ");
    g_string_append_printf(out, "{\"type\": \"%s\"", o->what);
    text_json_member(out, "name", o->name);
    put_number(out, "rows", o->rows);
    put_number(out, "bytes", o->bytes);
    text_json_member(out, "key", o->key);
    text_json_member(out, "cursor", o->cursor);
    text_json_member(out, "stream", o->stream);
    text_json_member(out, "note", o->note);
    text_json_member(out, "entry", o->entry);
    g_string_append_c(out, '}');
    fputs(out->str, stdout);
}

/* Entries of `streams` for what no stream reads yet. */
static void print_entries(const struct source_offers *offers)
{
    for (guint i = 0; i < offers->list->len; i++) {
        const struct source_offer *o = &g_array_index(offers->list, struct source_offer, i);
        if (!o->stream && o->entry)
            fputs(o->entry, stdout);
        else if (!o->stream)
            printf("      # %s: %s\n", o->name, o->note);
    }
}

static void print_all(const struct context *context, const struct source_offers *offers)
{
    if (context->json)
        printf("[");
    else
        printf("%-32s %-17s %14s  %-16s %-16s %s\n", "name", "type", "size", "key", "cursor",
               "stream");
    for (guint i = 0; i < offers->list->len; i++) {
        const struct source_offer *o = &g_array_index(offers->list, struct source_offer, i);
        if (context->json)
            print_object(o, i == 0);
        else
            print_offer(o);
    }
    if (context->json)
        printf("]\n");
}

bool cmd_source_discover(struct context *context, const struct mapping_set *set, const char *name,
                         bool yaml, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct source_offer));
    struct source_run run = {.config = context->config, .set = set, .zone = context->zone};
    struct source_offers offers = {arena, list, yaml};
    if (!source_find(context->config, set, name, &run.source, err))
        return false;
    const struct source_kind *kind = source_kind_of(run.source);
    if (!kind->discover)
        return err_set(err, KENKO_ERROR_USAGE, "source %s is of type %s: %s", name, kind->name,
                       kind->elsewhere);
    if (!kind->discover(&run, &offers, err))
        return err_context(err, "source %s", name);
    if (yaml && !context->json)
        print_entries(&offers);
    else
        print_all(context, &offers);
    if (!yaml)
        context_next(context, "kenko source discover SOURCE --yaml writes entries for kenko.yaml");
    return true;
}
