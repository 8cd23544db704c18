/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/chart.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "core/day.h"

enum { DEADLINE_MS = 10000, MONTHS_FROM_DAYS = 190 };

/* Colours with a contrast of 3 and more on light and dark ground alike; axes take the page's ink.
 * Lines differ by their dashes too: on paper, and for those who do not tell the colours. */
static const char *const palette[CHART_SERIES_MAX] = {"#0f8a78", "#b87614", "#cf3f66", "#7a8794",
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

/* The horizontal axis. */
static void put_axis(const struct chart *chart, GString *out)
{
    if (chart->x) {
        g_string_append(out, "set xlabel ");
        put_quoted(out, chart->x_name);
        g_string_append(out, chart->n_series == 1 ? "\nset key off\n" : "\n");
        if (chart->narrow)
            g_string_append(out, "set xtics autofreq rotate by -30\n");
        return;
    }
    int days = chart->day[chart->n_days - 1] - chart->day[0];
    g_string_append(out, "set xdata time\nset timefmt '%Y-%m-%d'\n");
    /* Marks nearer than a month would all bear its name. */
    g_string_append_printf(out, "set format x '%s'\n", days < MONTHS_FROM_DAYS ? "%m-%d" : "%Y-%m");
    if (chart->narrow) /* three marks have room */
        g_string_append_printf(out, "set xtics %d\n", MAX(days / 2, 1) * 24 * 60 * 60);
}

static void put_place(const struct chart *chart, size_t i, GString *out)
{
    char day[DAY_TEXT_SIZE], number[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(out, chart->x ? g_ascii_dtostr(number, sizeof number, chart->x[i])
                                  : day_format(chart->day[i], day));
}

static GString *script(const struct chart *chart)
{
    GString *out =
        g_string_new("set border 3 lc rgb '#888888'\nset tics nomirror out textcolor rgb "
                     "'black'\nset grid y lc rgb '#88888855'\n");
    g_string_append_printf(out,
                           "set terminal svg size %s dynamic font 'sans,13'\n"
                           "set key above Left reverse %s\n",
                           chart->narrow ? "360,260" : "920,280",
                           chart->narrow ? "vertical maxrows 5" : "horizontal");
    put_axis(chart, out);
    if (chart->is_factor)
        g_string_append(out, "set logscale y 2\n");
    if (chart->from_zero)
        g_string_append(out, "set yrange [0:*]\n");
    g_string_append(out, "set ylabel ");
    put_quoted(out, chart->unit);
    g_string_append(out, "\n$data << END\n");
    for (size_t i = 0; i < chart->n_days; i++) {
        char number[G_ASCII_DTOSTR_BUF_SIZE];
        put_place(chart, i, out);
        for (size_t s = 0; s < chart->n_series; s++) {
            double v = chart->value[s][i];
            g_string_append_printf(out, " %s",
                                   isnan(v) ? "?" : g_ascii_dtostr(number, sizeof number, v));
        }
        g_string_append_c(out, '\n');
    }
    g_string_append(out, "END\nset datafile missing '?'\nplot ");
    for (size_t s = 0; s < chart->n_series; s++) {
        g_string_append_printf(out,
                               "%s$data using 1:%zu with lines lw 2.5 dt %zu lc rgb '%s' title ",
                               s ? ", " : "", s + 2, s + 1, palette[s]);
        put_quoted(out, chart->name[s]);
    }
    g_string_append_c(out, '\n');
    return out;
}

struct drawing {
    GMainLoop *loop;
    GSubprocess *child;
    GCancellable *cancel;
    char *out;
    bool ok;
};

static void on_drawn(GObject *child, GAsyncResult *result, gpointer data)
{
    struct drawing *d = data;
    d->ok = g_subprocess_communicate_utf8_finish(G_SUBPROCESS(child), result, &d->out, NULL, NULL);
    g_main_loop_quit(d->loop);
}

/* Both: a child of the child may hold the pipe open after the child is dead. */
static gboolean on_deadline(gpointer data)
{
    struct drawing *d = data;
    g_subprocess_force_exit(d->child);
    g_cancellable_cancel(d->cancel);
    return G_SOURCE_REMOVE;
}

/* What the child prints within the deadline, or NULL. Runs a main context of its own: the caller's
 * thread may have none that turns. */
static char *draw(const char *text, int deadline_ms)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_main_context_push_thread_default(context);
    g_autoptr(GSubprocess) child =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                             G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         NULL, "gnuplot", "-d", NULL);
    struct drawing d = {.child = child};
    if (child) {
        g_autoptr(GMainLoop) loop = g_main_loop_new(context, FALSE);
        g_autoptr(GCancellable) cancel = g_cancellable_new();
        g_autoptr(GSource) timer = g_timeout_source_new((guint)deadline_ms);
        d.loop = loop;
        d.cancel = cancel;
        g_source_set_callback(timer, on_deadline, &d, NULL);
        g_source_attach(timer, context);
        g_subprocess_communicate_utf8_async(child, text, cancel, on_drawn, &d);
        g_main_loop_run(loop);
        g_source_destroy(timer);
        d.ok = d.ok && g_subprocess_get_successful(child);
    }
    g_main_context_pop_thread_default(context);
    if (!d.ok)
        g_clear_pointer(&d.out, g_free);
    return d.out;
}

char *chart_svg(struct arena *arena, const struct chart *chart)
{
    if (chart->n_days < 2)
        return NULL;
    g_autoptr(GString) text = script(chart);
    g_autofree char *out =
        draw(text->str, chart->deadline_ms > 0 ? chart->deadline_ms : DEADLINE_MS);
    const char *svg = out ? strstr(out, "<svg") : NULL;
    if (!svg || !strstr(svg, "</svg>"))
        return NULL;
    g_autoptr(GString) themed = g_string_new(svg);
    /* gnuplot's text is black: let it follow the page. */
    g_string_replace(themed, " color=\"black\"", "", 0);
    g_string_replace(themed, "=\"black\"", "=\"currentColor\"", 0);
    g_string_replace(themed, "='black'", "='currentColor'", 0);
    g_string_replace(themed, "=\"rgb(0,0,0)\"", "=\"currentColor\"", 0);
    g_string_replace(themed, "<svg",
                     chart->narrow ? "<svg class=\"narrow\"" : "<svg class=\"wide\"", 1);
    /* Marks that lines do not use, and names that two charts of a page would share. */
    g_autoptr(GRegex) idle = g_regex_new("<title>Gnuplot</title>|<desc>.*?</desc>|<defs>.*?</defs>|"
                                         " id=\"[^\"]*\"",
                                         G_REGEX_DOTALL, 0, NULL);
    g_autofree char *nameless = g_regex_replace_literal(idle, themed->str, -1, 0, "", 0, NULL);
    return arena_strdup(arena, nameless);
}

void chart_add(struct document *document, const char *alternative, const struct chart *chart)
{
    struct chart narrow = *chart;
    narrow.narrow = true;
    const char *wide = chart_svg(document->arena, chart);
    document_chart(document, alternative, wide, wide ? chart_svg(document->arena, &narrow) : NULL);
}
