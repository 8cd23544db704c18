/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The churn engine on any plain table, for analysts without a warehouse. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/csv_table.h"
#include "cli/rival_words.h"
#include "cli/tables_csv.h"
#include "cli/term_words.h"
#include "core/file.h"
#include "core/text.h"
#include "scoring/additive.h"
#include "scoring/blas.h"
#include "scoring/evaluate.h"

enum { FOLDS_MAX = 1000 };

struct fitting {
    struct arena *arena;
    const char *csv;
    struct csv_table table;
    struct dataset data; /* the covariates */
    double *y, *p;       /* n; p out of fold, NaN for rows without one */
    double *fold;
    struct additive_options options;
    double seconds; /* CPU of all fits */
    int fits;
    struct progress *progress;
};

/* The names of a comma-separated list; none for NULL. */
static char **split_names(const char *list)
{
    return g_strsplit(list ? list : "", ",", -1);
}

/* COL or COL=VALUE; without a value the column holds 0 and 1, or no and yes, false and true. */
static bool read_label(struct fitting *f, const char *label, size_t *column, GError **err)
{
    g_auto(GStrv) part = g_strsplit(label, "=", 2);
    if (!csv_table_find(&f->table, f->csv, part[0], column, err))
        return false;
    const struct dataset_column *c = &f->table.column[*column];
    static const char *const yes[] = {"yes", "true", "t", "1", NULL};
    static const char *const no[] = {"no", "false", "f", "0", NULL};
    f->y = arena_many(f->arena, f->table.n + 1, double);
    for (size_t i = 0; i < f->table.n; i++) {
        char number[32] = "";
        if (isnan(c->x[i]))
            return err_set(err, KENKO_ERROR_INPUT, "%s: row %zu has no label", f->csv, i + 1);
        if (!c->level)
            g_ascii_formatd(number, sizeof number, "%.15g", c->x[i]);
        const char *text = c->level ? c->level[(size_t)c->x[i]] : number;
        g_autofree char *lower = g_ascii_strdown(text, -1);
        if (!part[1] && !g_strv_contains(yes, lower) && !g_strv_contains(no, lower))
            return err_set(err, KENKO_ERROR_USAGE,
                           "%s: the label '%s' of row %zu is neither yes nor no; say --label "
                           "%s=VALUE",
                           f->csv, text, i + 1, part[0]);
        f->y[i] = part[1] ? strcmp(text, part[1]) == 0 : g_strv_contains(yes, lower);
    }
    return true;
}

static bool choose_columns(struct fitting *f, const char *label, const char *ignore, GError **err)
{
    g_auto(GStrv) ignored = split_names(ignore);
    size_t column, at;
    if (!read_label(f, label, &column, err))
        return false;
    for (char **name = ignored; *name; name++) {
        if (!csv_table_find(&f->table, f->csv, *name, &at, err))
            return false;
    }
    struct dataset_column *kept =
        arena_many(f->arena, f->table.n_columns + 1, struct dataset_column);
    f->data = (struct dataset){.n = f->table.n, .column = kept};
    for (size_t c = 0; c < f->table.n_columns; c++) {
        if (c != column && !g_strv_contains((const char *const *)ignored, f->table.column[c].name))
            kept[f->data.n_columns++] = f->table.column[c];
    }
    return f->data.n_columns > 0 ||
           err_set(err, KENKO_ERROR_USAGE, "%s: no column is left to fit on", f->csv);
}

/* COL=up or COL=down, a comma between two. */
static bool read_directions(struct fitting *f, const char *list, GError **err)
{
    g_auto(GStrv) wanted = split_names(list);
    struct dataset_column *column = (struct dataset_column *)(uintptr_t)f->data.column;
    for (char **one = wanted; *one; one++) {
        g_auto(GStrv) part = g_strsplit(*one, "=", 2);
        bool up = g_strcmp0(part[1], "up") == 0;
        size_t c = 0;
        if (!part[0] || (!up && g_strcmp0(part[1], "down") != 0))
            return err_set(err, KENKO_ERROR_USAGE, "--monotone has '%s', want COL=up or COL=down",
                           *one);
        if (!csv_table_find(&f->table, f->csv, part[0], &c, err))
            return false;
        for (c = 0; c < f->data.n_columns && strcmp(column[c].name, part[0]) != 0;)
            c++;
        if (c == f->data.n_columns)
            return err_set(err, KENKO_ERROR_USAGE, "%s: --monotone: nothing is fitted on '%s'",
                           f->csv, part[0]);
        column[c].direction = up ? 1 : -1;
    }
    return true;
}

static bool read_folds(struct fitting *f, const char *path, const char *name, GError **err)
{
    struct csv_table table;
    size_t row, fold;
    if (!csv_table_load(f->arena, path, NULL, &table, err) ||
        !csv_table_find(&table, path, "row", &row, err) ||
        !csv_table_find(&table, path, name, &fold, err))
        return false;
    f->fold = arena_many(f->arena, f->data.n + 1, double);
    for (size_t i = 0; i < f->data.n; i++)
        f->fold[i] = NAN;
    for (size_t i = 0; i < table.n; i++) {
        double at = table.column[row].x[i];
        if (table.column[row].level || !(at >= 0) || at >= (double)f->data.n || at != floor(at))
            return err_set(err, KENKO_ERROR_INPUT, "%s: row %zu: 'row' wants 0 to %zu", path, i + 1,
                           f->data.n - 1);
        f->fold[(size_t)at] = table.column[fold].x[i];
    }
    return true;
}

/* The rows with (or without) a fold value, as a dataset of their own. */
static void take_rows(struct fitting *f, double fold, bool inside, struct dataset *out,
                      size_t **index, double **y)
{
    struct dataset_column *column =
        arena_many(f->arena, f->data.n_columns + 1, struct dataset_column);
    *out = (struct dataset){.n_columns = f->data.n_columns, .column = column};
    *index = arena_many(f->arena, f->data.n + 1, size_t);
    *y = arena_many(f->arena, f->data.n + 1, double);
    for (size_t i = 0; i < f->data.n; i++) {
        if (!isnan(f->fold[i]) && (f->fold[i] == fold) == inside) {
            (*y)[out->n] = f->y[i];
            (*index)[out->n++] = i;
        }
    }
    for (size_t c = 0; c < f->data.n_columns; c++) {
        double *x = arena_many(f->arena, out->n + 1, double);
        for (size_t i = 0; i < out->n; i++)
            x[i] = f->data.column[c].x[(*index)[i]];
        column[c] = f->data.column[c];
        column[c].x = x;
    }
}

static struct additive *timed_fit(struct fitting *f, struct arena *arena,
                                  const struct dataset *data, const double *y, GError **err)
{
    clock_t from = clock();
    struct additive *model = additive_fit(arena, data, y, &f->options, err);
    f->seconds += (double)(clock() - from) / CLOCKS_PER_SEC;
    f->fits++;
    return model;
}

/* Each once, in the order they come. */
static GArray *list_folds(const struct fitting *f)
{
    GArray *folds = g_array_new(FALSE, FALSE, sizeof(double));
    for (size_t i = 0; i < f->data.n && folds->len <= FOLDS_MAX; i++) {
        bool known = isnan(f->fold[i]);
        for (guint k = 0; k < folds->len && !known; k++)
            known = g_array_index(folds, double, k) == f->fold[i];
        if (!known)
            g_array_append_val(folds, f->fold[i]);
    }
    return folds;
}

/* Fit on the rows of the other folds, predict those of this one. */
static bool predict_fold(struct fitting *f, double fold, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct dataset in, out;
    size_t *in_row, *out_row;
    double *in_y, *out_y;
    take_rows(f, fold, false, &in, &in_row, &in_y);
    take_rows(f, fold, true, &out, &out_row, &out_y);
    struct additive *model = timed_fit(f, arena, &in, in_y, err);
    if (!model)
        return err_context(err, "fold %g", fold);
    double *eta = arena_many(arena, out.n + 1, double);
    additive_predict(model, &out, eta);
    for (size_t k = 0; k < out.n; k++)
        f->p[out_row[k]] = 1 / (1 + exp(-eta[k]));
    return true;
}

static bool cross_validate(struct fitting *f, GError **err)
{
    g_autoptr(GArray) folds = list_folds(f);
    if (folds->len > FOLDS_MAX)
        return err_set(err, KENKO_ERROR_USAGE, "more than %d folds", FOLDS_MAX);
    f->p = arena_many(f->arena, f->data.n + 1, double);
    for (size_t i = 0; i < f->data.n; i++)
        f->p[i] = NAN;
    /* and the model of all rows */
    progress_begin(f->progress, "fitting", "fits", PROGRESS_ITEMS, folds->len + 1);
    for (guint k = 0; k < folds->len; k++) {
        if (!predict_fold(f, g_array_index(folds, double, k), err))
            return false;
        progress_pass(f->progress, 1);
    }
    return true;
}

static bool write_predictions(const struct fitting *f, const char *path, GError **err)
{
    g_autoptr(GString) text = g_string_new("row,fold,y,p\n");
    for (size_t i = 0; i < f->data.n; i++) {
        char p[G_ASCII_DTOSTR_BUF_SIZE];
        if (!isnan(f->p[i]))
            g_string_append_printf(text, "%zu,%g,%d,%s\n", i, f->fold[i], (int)f->y[i],
                                   g_ascii_dtostr(p, sizeof p, f->p[i]));
    }
    return file_write(path, (struct slice){text->str, text->len}, err);
}

/* Out-of-fold where there are folds; else of the rows the model was fitted on, which flatters. */
static void evaluate(const struct fitting *f, const double *p, struct evaluation *out)
{
    double *used_p = arena_many(f->arena, f->data.n + 1, double);
    double *used_y = arena_many(f->arena, f->data.n + 1, double);
    size_t n = 0;
    for (size_t i = 0; i < f->data.n; i++) {
        if (isnan(p[i]))
            continue;
        used_p[n] = p[i];
        used_y[n++] = f->y[i];
    }
    evaluate_probabilities(f->arena, used_p, used_y, n, out);
}

static void print_text(const struct fitting *f, const struct evaluation *e,
                       const struct additive_summary *s)
{
    char t[8][RIVAL_WORDS_CELL];
    printf("%zu rows, %zu events; %s\n", s->n_rows, s->n_events,
           f->p ? "figures are out of fold" : "figures are of the rows it was fitted on");
    printf("AUC %s (%s to %s)  log loss %s (base %s)  Brier %s  ECE %s  slope %s\n",
           rival_words_cell(t[0], "%.4f", e->auc), rival_words_cell(t[1], "%.4f", e->auc_low),
           rival_words_cell(t[2], "%.4f", e->auc_high), rival_words_cell(t[3], "%.4f", e->log_loss),
           rival_words_cell(t[4], "%.4f", e->base_log_loss),
           rival_words_cell(t[5], "%.4f", e->brier), rival_words_cell(t[6], "%.4f", e->ece),
           rival_words_cell(t[7], "%.3f", e->slope));
    printf("%d rounds of screening, %.1f iterations, %zu trees; ", s->rounds, s->iterations,
           s->trees);
    if (s->loss_terms > 0) /* something was held out */
        printf("held-out loss %.4f of the terms, %.4f in all; ", s->loss_terms, s->loss_all);
    printf("%.2f s of CPU a fit\n\n", f->seconds / f->fits);
    term_words_print(s);
}

static void print_json(const struct fitting *f, const struct evaluation *e,
                       const struct additive_summary *s)
{
    const struct {
        const char *name;
        double v;
    } figures[] = {{"auc", e->auc},
                   {"auc_low", e->auc_low},
                   {"auc_high", e->auc_high},
                   {"pr_auc", e->pr_auc},
                   {"log_loss", e->log_loss},
                   {"base_log_loss", e->base_log_loss},
                   {"brier", e->brier},
                   {"reliability", e->reliability},
                   {"resolution", e->resolution},
                   {"uncertainty", e->uncertainty},
                   {"ece", e->ece},
                   {"slope", e->slope},
                   {"intercept", e->intercept},
                   {"expected", e->expected}};
    g_autoptr(GString) out = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(figures); i++)
        text_json_number(out, figures[i].name, figures[i].v);
    printf(
        "{\"rows\": %zu, \"events\": %zu, \"out_of_fold\": %s%s, \"rounds\": %d, \"trees\": %zu, "
        "\"cpu_seconds_per_fit\": %.3f,\n \"terms\": ",
        s->n_rows, s->n_events, f->p ? "true" : "false", out->str, s->rounds, s->trees,
        f->seconds / f->fits);
    term_words_json(s);
    printf("}\n");
}

static bool fit_and_print(struct fitting *f, const char *tables, bool json, GError **err)
{
    struct evaluation e;
    struct additive *model = timed_fit(f, f->arena, &f->data, f->y, err);
    progress_end(f->progress);
    if (!model || (tables && !tables_csv_write(model, tables, err)))
        return false;
    double *p = f->p;
    if (!p) {
        p = arena_many(f->arena, f->data.n + 1, double);
        additive_predict(model, &f->data, p);
        for (size_t i = 0; i < f->data.n; i++)
            p[i] = 1 / (1 + exp(-p[i]));
    }
    evaluate(f, p, &e);
    if (json)
        print_json(f, &e, additive_summary(model));
    else
        print_text(f, &e, additive_summary(model));
    return true;
}

struct arguments {
    char *csv, *label, *ignore, *monotone, *factor, *folds, *fold_column, *predictions, *mode,
        *tables;
    int threads;
};

static bool choose_mode(const struct arguments *a, struct additive_options *out, GError **err)
{
    static const char *const modes[] = {"auto", "compact", "full", "mains", "exact", NULL};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *out = (struct additive_options){ADDITIVE_AUTO, 1,
                                     a->threads > 0 ? a->threads : (int)MAX(cores, 1)};
    for (int m = 0; a->mode && modes[m]; m++) {
        if (strcmp(a->mode, modes[m]) == 0) {
            out->mode = (enum additive_mode)m;
            return true;
        }
    }
    return !a->mode || err_set(err, KENKO_ERROR_USAGE,
                               "--mode is '%s', want auto, compact, full, mains or exact", a->mode);
}

static bool fit(struct context *context, const struct arguments *a, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_auto(GStrv) factors = split_names(a->factor);
    struct fitting f = {.arena = arena, .csv = a->csv, .progress = context_progress(context)};
    if (!a->csv || !a->label)
        return err_set(err, KENKO_ERROR_USAGE, "want --csv FILE and --label COL[=VALUE]");
    if ((a->predictions || a->fold_column) && !a->folds)
        return err_set(err, KENKO_ERROR_USAGE, "--predictions and --fold-column want --folds FILE");
    if (!choose_mode(a, &f.options, err) ||
        !csv_table_load(arena, a->csv, (const char *const *)factors, &f.table, err) ||
        !choose_columns(&f, a->label, a->ignore, err) || !read_directions(&f, a->monotone, err))
        return false;
    if (a->folds && (!read_folds(&f, a->folds, a->fold_column ? a->fold_column : "fold", err) ||
                     !cross_validate(&f, err) ||
                     (a->predictions && !write_predictions(&f, a->predictions, err))))
        return false;
    if (!a->folds)
        progress_begin(f.progress, "fitting", "", PROGRESS_ITEMS, 0);
    return fit_and_print(&f, a->tables, context->json, err);
}

static bool run(struct context *context, int argc, char **argv, GError **err)
{
    struct arguments a = {0};
    const GOptionEntry own[] = {
        {"csv", 0, 0, G_OPTION_ARG_FILENAME, &a.csv, "Table with a header", "FILE"},
        {"label", 0, 0, G_OPTION_ARG_STRING, &a.label,
         "Outcome column, and its value that is an event", "COL[=VALUE]"},
        {"ignore", 0, 0, G_OPTION_ARG_STRING, &a.ignore, "Columns left out", "COL,…"},
        {"factor", 0, 0, G_OPTION_ARG_STRING, &a.factor, "Columns of numbers that are names",
         "COL,…"},
        {"monotone", 0, 0, G_OPTION_ARG_STRING, &a.monotone,
         "Columns whose effect may only rise or fall", "COL=up|down,…"},
        {"folds", 0, 0, G_OPTION_ARG_FILENAME, &a.folds, "CSV with columns row (from 0) and a fold",
         "FILE"},
        {"fold-column", 0, 0, G_OPTION_ARG_STRING, &a.fold_column, "Its fold column (fold)",
         "NAME"},
        {"predictions", 0, 0, G_OPTION_ARG_FILENAME, &a.predictions,
         "Write out-of-fold predictions", "FILE"},
        {"tables", 0, 0, G_OPTION_ARG_FILENAME, &a.tables, "Write the model as centred tables",
         "FILE"},
        {"mode", 0, 0, G_OPTION_ARG_STRING, &a.mode, "auto, compact, full, mains or exact", "MODE"},
        {"threads", 0, 0, G_OPTION_ARG_INT, &a.threads,
         "Threads (all cores); results do not change", "N"},
        G_OPTION_ENTRY_NULL};
    if (!context_options(context, &cmd_fit, own, &argc, &argv, err))
        return false;
    blas_prepare(stderr);
    bool ok = fit(context, &a, err);
    char **all[] = {&a.csv,         &a.label,       &a.ignore, &a.factor, &a.folds,
                    &a.fold_column, &a.predictions, &a.mode,   &a.tables};
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
        g_free(*all[i]);
    return ok;
}

const struct command cmd_fit = {
    "fit", "", "Fit the churn model to a plain table",
    "Text columns are factors, empty is missing. With folds the figures are out of fold.\n\n"
    "Examples:\n  kenko fit --csv customers.csv --label churned=Yes\n"
    "  kenko fit --csv t.csv --label y --folds folds.csv --fold-column rep1 --predictions p.csv\n",
    run};
