/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "core/file.h"
#include "core/job.h"
#include "reports/publish.h"
#include "scoring/change.h"

static bool choose_format(const char *text, const char *output, enum publish_format *out,
                          GError **err)
{
    static const char *const names[] = {"html", "text", "slack", "csv"};
    if (!text) {
        *out = output && g_str_has_suffix(output, ".html")  ? PUBLISH_HTML
               : output && g_str_has_suffix(output, ".csv") ? PUBLISH_CSV
                                                            : PUBLISH_TEXT;
        return true;
    }
    for (int i = 0; i < (int)G_N_ELEMENTS(names); i++) {
        if (strcmp(names[i], text) == 0) {
            *out = (enum publish_format)i;
            return true;
        }
    }
    return err_set(err, KENKO_ERROR_USAGE, "--format is '%s', want html, text, slack or csv", text);
}

static bool write_out(const char *path, const GString *text, GError **err)
{
    if (path)
        return file_write(path, (struct slice){text->str, text->len}, err);
    fputs(text->str, stdout);
    return true;
}

static bool send_digest(struct context *context, const struct report_config *reports, int32_t as_of,
                        GError **err)
{
    int64_t queued = 0;
    struct outbox_result sent = {0};
    struct job *job = job_begin(context->db, context->dsn, "report:digest", err);
    if (!job)
        return false;
    g_autoptr(GError) failure = NULL;
    bool ok =
        publish_digest(context->db, context->config, reports, as_of, &queued, &sent, &failure);
    g_autofree char *counters = g_strdup_printf("{\"queued\": %" G_GINT64_FORMAT
                                                ", \"sent\": %d, \"failed\": %d, \"unknown\": %d}",
                                                queued, sent.sent, sent.failed, sent.unknown);
    job_end(job, failure, counters);
    printf("%s\n", counters);
    if (!ok)
        g_propagate_error(err, g_steal_pointer(&failure));
    return ok;
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    g_autofree char *as_of = NULL, *output = NULL, *format_text = NULL, *language = NULL;
    gboolean dry_run = FALSE;
    const GOptionEntry own[] = {
        {"as-of", 0, 0, G_OPTION_ARG_STRING, &as_of, "The newest published run up to this day",
         "DAY"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output, "Write here instead of standard output",
         "FILE"},
        {"format", 'f', 0, G_OPTION_ARG_STRING, &format_text, "html, text, slack or csv", "FORMAT"},
        {"language", 0, 0, G_OPTION_ARG_STRING, &language, "en or ja instead of the configured one",
         "LANGUAGE"},
        {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "Print the digest, send nothing", NULL},
        G_OPTION_ENTRY_NULL};
    enum publish_format format = PUBLISH_TEXT;
    int32_t day = REPORT_NEWEST;
    if (!context_options(context, &cmd_report, own, &argc, &argv, err) ||
        !choose_format(format_text, output, &format, err))
        return false;
    const char *name = argc > 1 ? argv[1] : "weekly", *key = argc > 2 ? argv[2] : NULL;
    bool is_digest = strcmp(name, "digest") == 0, is_sent = is_digest && !dry_run && !output;
    if (argc > 3 || (key && !is_digest && strcmp(name, "brief") != 0))
        return err_set(err, KENKO_ERROR_USAGE,
                       "want kenko report weekly | digest [OWNER] | brief ACCOUNT");
    if (key && is_sent)
        return err_set(err, KENKO_ERROR_USAGE,
                       "an owner's digest goes out by a channel with owner, want --dry-run or "
                       "--output");
    struct report_config config;
    if ((as_of && !context_day(context, "as-of", as_of, &day, err)) ||
        !context_open(context, err) ||
        !report_config_load(context->config, change_split, &config, err))
        return false;
    if (language && !message_language(language, &config.language))
        return err_set(err, KENKO_ERROR_USAGE, "--language is '%s', want en or ja", language);
    if (is_sent)
        return send_digest(context, &config, day, err);
    g_autoptr(GString) text = g_string_new(NULL);
    return publish_render(context->db, &config, name, key, day, format, text, err) &&
           write_out(output, text, err);
}

const struct command cmd_report = {
    "report", "weekly | digest [OWNER] | brief ACCOUNT", "Write the weekly report, send the digest",
    "Examples:\n  kenko report weekly --output weekly.html\n  kenko report digest --dry-run\n"
    "  kenko report digest a.sato@example.com --dry-run --language ja\n"
    "  kenko report digest\n  kenko report brief acc-00017\n",
    run};
