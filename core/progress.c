/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/progress.h"

#include <stdbool.h>

#include "core/text.h"

#define SECOND_US INT64_C(1000000)
#define REDRAW_US INT64_C(100000)

enum { BAR_MAX = 30, BAR_MIN = 10 };

struct progress {
    struct progress_screen screen;
    const char *what, *thing;
    enum progress_unit unit;
    int64_t total, passed, done, things;
    int64_t began_us, drawn_us;
    bool is_drawn;
};

struct progress *progress_new(const struct progress_screen *screen)
{
    struct progress *progress = g_new0(struct progress, 1);
    progress->screen = *screen;
    progress->drawn_us = INT64_MIN / 2;
    return progress;
}

void progress_free(struct progress *progress)
{
    progress_end(progress);
    g_free(progress);
}

static char *bytes_text(int64_t n)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    double v = (double)n / 1000;
    size_t unit = 0;
    if (n < 1000)
        return g_strdup_printf("%d B", (int)n);
    for (; v >= 999.95 && unit + 1 < G_N_ELEMENTS(units); unit++)
        v /= 1000;
    return g_strdup_printf("%.1f %s", v, units[unit]);
}

static int64_t done_of(const struct progress *p)
{
    return p->passed + p->done;
}

static double share_of(const struct progress *p)
{
    return p->total > 0 ? MIN((double)done_of(p) / (double)p->total, 1) : 0;
}

/* "1.2 MB of 2.9 MB", "12 of 540 days". NULL before anything is known. */
static char *amount_text(const struct progress *p)
{
    bool bytes = p->unit == PROGRESS_BYTES;
    int64_t done = done_of(p), total = MAX(p->total, done);
    if (total == 0)
        return NULL;
    g_autofree char *of = bytes ? bytes_text(total) : text_thousands(total);
    g_autofree char *n = bytes ? bytes_text(done) : text_thousands(done);
    const char *thing = bytes ? "" : p->thing, *gap = bytes ? "" : " ";
    return p->total > 0 ? g_strconcat(n, " of ", of, gap, thing, NULL)
                        : g_strconcat(n, gap, thing, NULL);
}

/* "0:42 left", at the pace so far; NULL while it cannot be said. */
static char *left_text(const struct progress *p, double seconds)
{
    double share = share_of(p);
    if (seconds < 1 || share <= 0)
        return NULL;
    int64_t s = (int64_t)MIN(seconds / share * (1 - share) + 0.5, 1e9);
    return s >= 3600 ? g_strdup_printf("%" G_GINT64_FORMAT ":%02d:%02d left", s / 3600,
                                       (int)(s / 60 % 60), (int)(s % 60))
                     : g_strdup_printf("%d:%02d left", (int)(s / 60), (int)(s % 60));
}

/* "3,120 records/s"; of slow work "2.5 days/s", "4.0 folds/min". */
static char *rate_text(const struct progress *p, double seconds)
{
    int64_t things = p->unit == PROGRESS_ITEMS ? done_of(p) : p->things;
    if (seconds < 1 || things <= 0)
        return NULL;
    double rate = (double)things / seconds;
    const char *per = rate < 1 ? "min" : "s";
    rate *= rate < 1 ? 60 : 1;
    g_autofree char *whole = text_thousands((int64_t)(rate + 0.5));
    return rate < 9.95 ? g_strdup_printf("%.1f %s/%s", rate, p->thing, per)
                       : g_strdup_printf("%s %s/%s", whole, p->thing, per);
}

/* What would make the line too long is left away. */
static void add(GString *line, int columns, char *part)
{
    if (part && text_width(line->str) + 2 + text_width(part) <= columns)
        g_string_append_printf(line, "  %s", part);
    g_free(part);
}

static char *bar_text(double share, int cells)
{
    GString *bar = g_string_new("[");
    for (int i = 0; i < cells; i++)
        g_string_append_c(bar, i < (int)(share * cells) ? '#' : '.');
    return g_string_free(g_string_append_c(bar, ']'), FALSE);
}

/* What matters most comes first, for a narrow terminal. */
static void draw(struct progress *p, int64_t now_us)
{
    int columns = p->screen.columns() - 1; /* in the last one a terminal would wrap */
    double seconds = (double)(now_us - p->began_us) / SECOND_US, share = share_of(p);
    g_autoptr(GString) line = g_string_new(NULL);
    g_string_append_len(line, p->what,
                        (gssize)text_cut(slice_of(p->what), (size_t)MAX(columns, 0)).n);
    if (p->total > 0)
        add(line, columns, g_strdup_printf("%d%%", (int)(share * 100)));
    add(line, columns, amount_text(p));
    add(line, columns, left_text(p, seconds));
    add(line, columns, rate_text(p, seconds));
    int cells = MIN(BAR_MAX, columns - text_width(line->str) - 4);
    if (p->total > 0 && cells >= BAR_MIN)
        add(line, columns, bar_text(share, cells));
    p->drawn_us = now_us;
    p->is_drawn = true;
    p->screen.show(line->str);
}

static void draw_when_due(struct progress *p, int64_t now_us)
{
    if (now_us - p->drawn_us >= REDRAW_US)
        draw(p, now_us);
}

void progress_begin(struct progress *p, const char *what, const char *thing,
                    enum progress_unit unit, int64_t total)
{
    if (!p)
        return;
    p->what = what;
    p->thing = thing;
    p->unit = unit;
    p->total = total;
    p->passed = p->done = p->things = 0;
    p->began_us = p->screen.now_us();
    draw_when_due(p, p->began_us);
}

void progress_at(struct progress *p, int64_t done, int64_t things)
{
    if (!p)
        return;
    p->done = done;
    p->things = things;
    draw_when_due(p, p->screen.now_us());
}

void progress_pass(struct progress *p, int64_t units)
{
    if (!p)
        return;
    p->passed += units;
    p->done = 0;
    draw_when_due(p, p->screen.now_us());
}

void progress_end(struct progress *p)
{
    if (p && p->is_drawn)
        p->screen.show("");
    if (p)
        p->is_drawn = false;
}
