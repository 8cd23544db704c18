/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/publish.h"

#include <string.h>

#include "core/day.h"
#include "reports/digest.h"
#include "reports/render.h"

static bool make_digest(const struct report *report, struct document *out, GError **err)
{
    struct digest digest;
    if (!digest_load(report, report->owner ? report->owner->staff_id : REPORT_ALL, &digest, err))
        return false;
    digest_make(report, &digest, out);
    return true;
}

static bool make(const struct report *report, const char *name, const char *key,
                 struct document *out, GError **err)
{
    if (strcmp(name, "weekly") == 0)
        return weekly_churn_make(report, out, err);
    if (strcmp(name, "digest") == 0)
        return make_digest(report, out, err);
    if (strcmp(name, "brief") == 0)
        return brief_make(report, key ? key : "", out, err);
    return err_set(err, KENKO_ERROR_USAGE, "there is no report '%s', want weekly, digest or brief",
                   name);
}

/* The reports name themselves. */
static struct document *document_of(const struct report *report)
{
    struct document *document = document_new(report->arena, report->config->organisation);
    document->language = report->language;
    document->address = report->config->base_url;
    document->mention = report_mention(report);
    return document;
}

static bool narrow(struct report *report, const char *email, GError **err)
{
    struct q_report_staff_rows staff;
    if (!report_staff(report, email, &staff, err))
        return false;
    if (staff.n == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "nobody with the address '%s' owns accounts",
                       email);
    report_narrow(report, &staff.row[0]);
    return true;
}

bool publish_render(struct db *db, const struct report_config *config, const char *name,
                    const char *key, int32_t as_of, enum publish_format format, GString *out,
                    GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct report report;
    if (!report_open(&report, arena, db, config, as_of, err))
        return false;
    if (key && strcmp(name, "digest") == 0 && !narrow(&report, key, err))
        return false;
    g_autoptr(document_t) document = document_of(&report);
    if (!make(&report, name, key, document, err))
        return false;
    if (format == PUBLISH_HTML)
        render_html(document, out);
    else if (format == PUBLISH_TEXT)
        render_text(document, out);
    else if (format == PUBLISH_CSV)
        render_csv(document, out);
    else
        render_slack(document, config->base_url, out);
    return true;
}

static bool queue_digest(const struct report *report, const struct digest *digest,
                         const struct report_channel *channel, int64_t *queued, GError **err)
{
    char period[DAY_TEXT_SIZE];
    g_autoptr(document_t) document = document_of(report);
    digest_make(report, digest, document);
    return outbox_queue(report, document, channel, "digest", day_format(report->run.as_of, period),
                        queued, err);
}

static bool queue_all(const struct report *report, const struct report_channel *channel,
                      int64_t *queued, GError **err)
{
    struct digest digest;
    return digest_load(report, REPORT_ALL, &digest, err) &&
           queue_digest(report, &digest, channel, queued, err);
}

/* Nobody is told that nothing is new with their ten customers. */
static bool queue_owners(const struct report *report, const struct report_channel *channel,
                         int64_t *queued, GError **err)
{
    struct q_report_staff_rows staff;
    struct digest each;
    bool is_each = strcmp(channel->owner, "each") == 0;
    if (!report_staff(report, is_each ? "" : channel->owner, &staff, err))
        return false;
    if (staff.n == 0)
        return true;
    if (!digest_load(report, is_each ? REPORT_EACH : staff.row[0].staff_id, &each, err))
        return false;
    for (size_t i = 0; i < staff.n; i++) {
        struct report own = *report;
        struct digest digest = digest_of(report, &each, staff.row[i].staff_id);
        report_narrow(&own, &staff.row[i]);
        if (digest_has_news(&digest) && !queue_digest(&own, &digest, channel, queued, err))
            return false;
    }
    return true;
}

bool publish_digest(struct db *db, struct config *config, const struct report_config *reports,
                    int32_t as_of, int64_t *queued, struct outbox_result *sent, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct report report;
    *queued = 0;
    if (!report_open(&report, arena, db, reports, as_of, err))
        return false;
    for (size_t i = 0; i < reports->n_channels; i++) {
        const struct report_channel *channel = &reports->channel[i];
        if (report_channel_takes(channel, "digest") &&
            !(*channel->owner ? queue_owners(&report, channel, queued, err)
                              : queue_all(&report, channel, queued, err)))
            return false;
    }
    return outbox_send(db, config, reports, sent, err);
}

static bool page_weekly(void *context, struct db *db, GString *html, GError **err)
{
    return publish_render(db, context, "weekly", NULL, REPORT_NEWEST, PUBLISH_HTML, html, err);
}

static bool page_brief(void *context, struct db *db, const char *account_key, GString *html,
                       GError **err)
{
    return publish_render(db, context, "brief", account_key, REPORT_NEWEST, PUBLISH_HTML, html,
                          err);
}

struct page_renderer publish_pages(const struct report_config *config)
{
    return (struct page_renderer){(void *)(uintptr_t)config, page_weekly, page_brief};
}
