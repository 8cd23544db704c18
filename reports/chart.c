/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/chart.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "core/day.h"

enum { DEADLINE_S = 10 };

/* Colours that carry on light and dark ground alike; axes take the page's ink. */
static const char *const palette[CHART_SERIES_MAX] = {"#0f8a78", "#c9862b", "#cf3f66", "#7a8794",
                                                      "#3f7fbf"};

static void put_quoted(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (const char *p = text; *p; p++) {
        if ((unsigned char)*p >= 0x20 && *p != '"' && *p != '\\' && *p != '@' && *p != '{' &&
            *p != '}' && *p != '^' && *p != '_' && *p != '`')
            g_string_append_c(out, *p);
    }
    g_string_append_c(out, '"');
}

static GString *script(const struct chart *chart)
{
    GString *out =
        g_string_new("set terminal svg size 920,280 dynamic font 'sans,13'\n"
                     "set xdata time\nset timefmt '%Y-%m-%d'\nset format x "
                     "'%Y-%m'\nset border 3 lc rgb '#888888'\nset tics nomirror out\nset grid y "
                     "lc rgb '#88888855'\nset key outside top center horizontal\n");
    if (chart->from_zero)
        g_string_append(out, "set yrange [0:*]\n");
    g_string_append(out, "set ylabel ");
    put_quoted(out, chart->unit);
    g_string_append(out, "\n$data << END\n");
    for (size_t i = 0; i < chart->n_days; i++) {
        char day[DAY_TEXT_SIZE], number[G_ASCII_DTOSTR_BUF_SIZE];
        g_string_append(out, day_format(chart->day[i], day));
        for (size_t s = 0; s < chart->n_series; s++) {
            double v = chart->value[s][i];
            g_string_append_printf(out, " %s",
                                   isnan(v) ? "?" : g_ascii_dtostr(number, sizeof number, v));
        }
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "END\nset datafile missing '?'\nplot ");
    for (size_t s = 0; s < chart->n_series; s++) {
        g_string_append_printf(out, "%s$data using 1:%zu with lines lw 2.5 lc rgb '%s' title ",
                               s ? ", " : "", s + 2, palette[s]);
        put_quoted(out, chart->name[s]);
    }
    g_string_append_c(out, '\n');
    return out;
}

static gboolean on_deadline(gpointer data)
{
    g_subprocess_force_exit(data);
    return G_SOURCE_REMOVE;
}

char *chart_svg(struct arena *arena, const struct chart *chart)
{
    if (chart->n_days < 2)
        return NULL;
    g_autoptr(GSubprocess) child =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         NULL, "gnuplot", NULL);
    if (!child)
        return NULL;
    g_autoptr(GString) text = script(chart);
    g_autofree char *out = NULL;
    guint timer = g_timeout_add_seconds(DEADLINE_S, on_deadline, child);
    gboolean ok = g_subprocess_communicate_utf8(child, text->str, NULL, &out, NULL, NULL);
    g_source_remove(timer);
    const char *svg = ok && out ? strstr(out, "<svg") : NULL;
    if (!svg || !g_subprocess_get_successful(child))
        return NULL;
    GString *themed = g_string_new(svg);
    /* gnuplot's text is black: let it follow the page. */
    g_string_replace(themed, "fill=\"black\"", "fill=\"currentColor\"", 0);
    g_string_replace(themed, "color=\"black\"", "", 0);
    char *result = arena_strdup(arena, themed->str);
    g_string_free(themed, TRUE);
    return result;
}
