/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/pages.h"

#include <pthread.h>

#include "api/wall.h"
#include "core/error.h"
#include "core/log.h"

struct pages {
    struct page_renderer renderer;
    pthread_mutex_t rendering; /* the renderer is called from one thread at a time */
    pthread_mutex_t lock;      /* of weekly and failure */
    GString *weekly;
    GError *failure;
};

struct pages *pages_new(const struct page_renderer *renderer)
{
    struct pages *pages = g_new0(struct pages, 1);
    pages->renderer = *renderer;
    pthread_mutex_init(&pages->rendering, NULL);
    pthread_mutex_init(&pages->lock, NULL);
    return pages;
}

void pages_free(struct pages *pages)
{
    if (!pages)
        return;
    if (pages->weekly)
        g_string_free(pages->weekly, TRUE);
    g_clear_error(&pages->failure);
    pthread_mutex_destroy(&pages->rendering);
    pthread_mutex_destroy(&pages->lock);
    g_free(pages);
}

/* Pages are made of reports, so with the rights of reports. */
static bool render_as_report(struct db *db, GError **err)
{
    return wall_become(db, "kenko_report", err);
}

static void render_is_over(struct db *db)
{
    g_autoptr(GError) err = NULL;
    if (!wall_become(db, "kenko_api", &err))
        log_event(LOG_ERROR, "role_lost", "error", err->message, NULL);
}

void pages_refresh(struct pages *pages, struct db *db)
{
    GString *html = g_string_new(NULL);
    GError *failure = NULL;
    pthread_mutex_lock(&pages->rendering);
    bool ok = render_as_report(db, &failure) &&
              pages->renderer.weekly(pages->renderer.context, db, html, &failure);
    render_is_over(db);
    pthread_mutex_unlock(&pages->rendering);
    pthread_mutex_lock(&pages->lock);
    GString *old = ok ? pages->weekly : html;
    if (ok)
        pages->weekly = html;
    g_clear_error(&pages->failure);
    pages->failure = failure;
    pthread_mutex_unlock(&pages->lock);
    if (old)
        g_string_free(old, TRUE);
}

bool pages_weekly(struct pages *pages, GString *html, GError **err)
{
    bool ok = false;
    pthread_mutex_lock(&pages->lock);
    if (pages->weekly) {
        g_string_append_len(html, pages->weekly->str, (gssize)pages->weekly->len);
        ok = true;
    } else if (pages->failure) {
        g_propagate_error(err, g_error_copy(pages->failure));
    } else {
        err_set(err, KENKO_ERROR_UNAVAILABLE, "the weekly report is not rendered yet");
    }
    pthread_mutex_unlock(&pages->lock);
    return ok;
}

bool pages_brief(struct pages *pages, struct db *db, const char *account_key, GString *html,
                 GError **err)
{
    pthread_mutex_lock(&pages->rendering);
    bool ok = render_as_report(db, err) &&
              pages->renderer.brief(pages->renderer.context, db, account_key, html, err);
    render_is_over(db);
    pthread_mutex_unlock(&pages->rendering);
    return ok;
}
