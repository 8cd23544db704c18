/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/cmd_audit.h"
#include "core/audit.h"
#include "core/config_read.h"
#include "core/file.h"
#include "core/text.h"
#include "scoring/blas.h"
#include "scoring/bundle.h"
#include "scoring/bundle_file.h"

/* Who took it, and its seal: a bundle that was written anew has another. */
static bool note(struct db *db, const char *account, const struct bundle_summary *s, GError **err)
{
    g_autofree char *by = g_strdup_printf("cli:%s", g_get_user_name());
    g_autofree char *detail =
        g_strdup_printf("run %" G_GINT64_FORMAT ", seal %s", s->run_id, s->seal);
    const struct audit_event event = {
        .actor = by, .action = "audit.bundle", .object = account, .detail = detail};
    if (!db_begin(db, err))
        return false;
    if (audit_add(db, &event, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return false;
}

bool cmd_audit_bundle_make(struct context *context, const char *account,
                           const struct cmd_audit_bundle *asked, GError **err)
{
    struct bundle_options options = {account, INT32_MAX, asked->known_no, asked->persons};
    struct bundle_summary summary;
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *output =
        asked->output ? g_strdup(asked->output) : g_strdup_printf("%s.bundle", account);
    if ((asked->as_of && !context_day(context, "as-of", asked->as_of, &options.as_of, err)) ||
        !context_open(context, err))
        return false;
    if (!asked->output && strpbrk(account, "/\\"))
        return err_set(err, KENKO_ERROR_USAGE, "'%s' is no name of a file: want --output", account);
    blas_prepare(stderr);
    if (!bundle_make(context->db, &options, text, &summary, err) ||
        !file_write(output, (struct slice){text->str, text->len}, err) ||
        !note(context->db, account, &summary, err))
        return false;
    char day[DAY_TEXT_SIZE];
    day_format(summary.as_of, day);
    if (context->json)
        printf("{\"as_of\": \"%s\", \"run\": %" G_GINT64_FORMAT
               ", \"lines\": %zu, \"bytes\": %zu, \"seal\": \"%s\"}\n",
               day, summary.run_id, summary.lines, text->len, summary.seal);
    else if (strcmp(output, "/dev/stdout") != 0)
        printf("%s: %s on %s by run %" G_GINT64_FORMAT ", %zu lines, %zu bytes\nseal %s\n", output,
               account, day, summary.run_id, summary.lines, text->len, summary.seal);
    g_autofree char *next = g_strdup_printf("kenko audit verify %s", output);
    context_next(context, next);
    return true;
}

static const char *const verdicts[] = {"agrees", "taken", "DIFFERS"};

static void print_text(const struct bundle_report *r)
{
    char day[DAY_TEXT_SIZE];
    printf("%s on %s, run %" G_GINT64_FORMAT " of kenko %s, known at %" G_GINT64_FORMAT "\n",
           r->account, day_format(r->as_of, day), r->run_id, r->version, r->known_no);
    for (size_t i = 0; i < r->n; i++)
        printf("%-8s %s: %s\n", verdicts[r->finding[i].verdict], r->finding[i].what,
               r->finding[i].text);
    printf("%zu agree, %zu are taken on trust, %zu differ\nseal %s\n", r->count[BUNDLE_AGREES],
           r->count[BUNDLE_TAKEN], r->count[BUNDLE_DIFFERS], r->seal);
}

static void print_json(const struct bundle_report *r)
{
    char day[DAY_TEXT_SIZE];
    g_autoptr(GString) out = g_string_new(NULL);
    g_string_append_printf(out,
                           "{\"as_of\": \"%s\", \"run\": %" G_GINT64_FORMAT
                           ", \"agree\": %zu, \"taken\": %zu, \"differ\": %zu",
                           day_format(r->as_of, day), r->run_id, r->count[BUNDLE_AGREES],
                           r->count[BUNDLE_TAKEN], r->count[BUNDLE_DIFFERS]);
    text_json_member(out, "account", r->account);
    text_json_member(out, "seal", r->seal);
    g_string_append(out, ", \"findings\": [");
    for (size_t i = 0; i < r->n; i++) {
        g_string_append_printf(
            out, "%s{\"verdict\": \"%s\"", i ? ", " : "",
            r->finding[i].verdict == BUNDLE_DIFFERS ? "differs" : verdicts[r->finding[i].verdict]);
        text_json_member(out, "what", r->finding[i].what);
        text_json_member(out, "text", r->finding[i].text);
        g_string_append_c(out, '}');
    }
    printf("%s]}\n", out->str);
}

static bool refuse(const struct bundle_report *r, const char *seal, GError **err)
{
    if (seal && strcmp(seal, r->seal) != 0)
        return err_set(err, KENKO_ERROR_CHECK, "its seal is %s, want %s", r->seal, seal);
    for (size_t i = 0; i < r->n && r->count[BUNDLE_DIFFERS]; i++) {
        if (r->finding[i].verdict == BUNDLE_DIFFERS)
            return err_set(err, KENKO_ERROR_CHECK, "%zu of %zu do not agree, first %s: %s",
                           r->count[BUNDLE_DIFFERS], r->n, r->finding[i].what, r->finding[i].text);
    }
    return true;
}

bool cmd_audit_bundle_verify(const struct context *context, const char *file, const char *seal,
                             GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autofree char *text = NULL;
    struct bundle_report report;
    size_t n;
    g_autofree char *here = g_get_current_dir();
    if (!config_read(here, file, BUNDLE_FILE_MAX, &text, &n, err))
        return false;
    blas_prepare(stderr);
    if (!bundle_verify(arena, (struct slice){text, n}, &report, err))
        return err_context(err, "%s", file);
    if (context->json)
        print_json(&report);
    else
        print_text(&report);
    return refuse(&report, seal, err) || err_context(err, "%s", file);
}
