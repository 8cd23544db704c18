/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slo.yaml: what is promised, to whom, and what is left out. */
#include <string.h>

#include "core/text.h"
#include "core/zone.h"
#include "scoring/slo_file.h"
#include "scoring/slo_internal.h"

#define SECOND_US INT64_C(1000000)

enum { MIN_EVENTS = 20 };

/* Where a fault is told: the reading of one entry. */
struct entry {
    struct arena *arena;
    struct config *config;
    const struct zone *zone;
    const char *path; /* "slos[3]" */
    GError **err;
};

static bool refuse(const struct entry *e, const char *field, const char *format, ...)
    PRINTF_LIKE(3, 4);

static bool refuse(const struct entry *e, const char *field, const char *format, ...)
{
    g_autofree char *path = g_strdup_printf("%s.%s", e->path, field);
    g_autofree char *place = config_place(e->config, SLO_FILE, "%s", path);
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    return err_set(e->err, KENKO_ERROR_CONFIG, "%s: %s: %s", place, path, message);
}

static bool take_decimal(const struct entry *e, const char *field, const char *text, int decimals,
                         int64_t max, int64_t *out)
{
    if (text && (!slo_file_decimal(text, decimals, out) || *out > max))
        return refuse(e, field, "'%s' is not understood, want a number with at most %d decimals%s",
                      text, decimals, max == 1000000000 ? ", 0 to 1" : "");
    return true;
}

static bool take_span(const struct entry *e, const char *field, const char *text, int64_t *out)
{
    if (text && !slo_file_span(text, out))
        return refuse(e, field,
                      "'%s' is not understood, want a number and s, m, h or d, such as 15m, at "
                      "most %dd",
                      text, SLO_FILE_DAYS_MAX);
    return true;
}

static const char *const *take_words(struct arena *arena, char **v, uint32_t n)
{
    if (n == 0)
        return NULL;
    const char **out = arena_many(arena, n + 1, const char *);
    for (uint32_t i = 0; i < n; i++)
        out[i] = v[i];
    return out;
}

static bool take_burns(const struct entry *e, const struct slo_yaml *c, struct slo *s)
{
    s->info.n_burns = c->burn_count;
    for (uint32_t i = 0; i < c->burn_count; i++) {
        struct slo_burn_rule *b = &s->burn[i];
        g_autofree char *path = g_strdup_printf("%s.burn[%u]", e->path, i);
        struct entry at = *e;
        at.path = path;
        s->info.burn_name[i] = c->burn[i].name;
        if (!take_span(&at, "long", c->burn[i].long_, &b->long_us) ||
            !take_span(&at, "short", c->burn[i].short_, &b->short_us) ||
            !take_decimal(&at, "factor", c->burn[i].factor, 6, INT64_C(1000000000000),
                          &b->factor_1e6))
            return false;
        if (b->short_us >= b->long_us || b->long_us > s->info.window_us)
            return refuse(&at, "long",
                          "want short < long <= window: a pair asks whether what burns over the "
                          "long window burns still");
        bool by_day = s->info.sli == SLO_USAGE || s->info.sli == SLO_USAGE_DAYS ||
                      s->info.sli == SLO_FRESHNESS;
        if (by_day && (b->long_us % DAY_US != 0 || b->short_us % DAY_US != 0))
            return refuse(&at, "short", "%s is counted by day: want windows of whole days", c->sli);
    }
    return true;
}

static bool take_promises(const struct entry *e, const struct slo_yaml *c, struct slo *s)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    s->promise = arena_many(e->arena, c->objectives_count + 1, struct slo_promise);
    for (uint32_t i = 0; i < c->objectives_count; i++) {
        const struct slo_promise_yaml *p = &c->objectives[i];
        g_autofree char *path = g_strdup_printf("%s.objectives[%u]", e->path, i);
        struct entry at = *e;
        at.path = path;
        struct slo_promise *out = &s->promise[s->n_promises++];
        if (!take_decimal(&at, "objective", p->objective, 9, 1000000000, &out->objective_1e9))
            return false;
        if (out->objective_1e9 <= 0 || out->objective_1e9 >= 1000000000)
            return refuse(&at, "objective", "is %s, want more than 0 and less than 1",
                          p->objective);
        out->accounts = take_words(e->arena, p->accounts, p->accounts_count);
        for (uint32_t a = 0; a < p->accounts_count; a++) {
            if (!g_hash_table_add(seen, p->accounts[a]))
                return refuse(&at, "accounts", "%s stands twice", p->accounts[a]);
        }
    }
    return true;
}

static bool take_exclusions(const struct entry *e, const struct slo_yaml *c, struct slo *s)
{
    s->exclusion = arena_many(e->arena, c->exclude_count + 1, struct slo_exclusion);
    for (uint32_t i = 0; i < c->exclude_count; i++) {
        const struct slo_exclusion_yaml *x = &c->exclude[i];
        struct slo_exclusion *out = &s->exclusion[s->n_exclusions++];
        g_autofree char *path = g_strdup_printf("%s.exclude[%u]", e->path, i);
        struct entry at = *e;
        g_autoptr(GError) wrong = NULL;
        at.path = path;
        if (!slo_instant(e->zone, x->from, &out->from, &wrong))
            return refuse(&at, "from", "%s", wrong->message);
        if (!slo_instant(e->zone, x->to, &out->to, &wrong))
            return refuse(&at, "to", "%s", wrong->message);
        if (out->from >= out->to)
            return refuse(&at, "to", "%s is not after %s", x->to, x->from);
        out->reason = x->reason;
        out->connector = x->connector;
        out->accounts = take_words(e->arena, x->accounts, x->accounts_count);
    }
    return true;
}

/* Which keys an SLI needs and takes. */
static bool take_kind(const struct entry *e, const struct slo_yaml *c, struct slo *s)
{
    static const char *const names[SLO_SLIS + 1] = {
        "success", "queue", "duration", "freshness", "usage", "usage_days", "uptime", NULL};
    static const char *const units[SLO_SLIS] = {"runs",   "runs", "runs",   "definition days",
                                                "counts", "days", "seconds"};
    int sli = 0;
    while (names[sli] && strcmp(names[sli], c->sli) != 0)
        sli++;
    if (sli == SLO_SLIS) {
        g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)names);
        g_autofree char *hint = text_hint(c->sli, names);
        return refuse(e, "sli", "is '%s', want one of %s%s", c->sli, list, hint);
    }
    s->info.sli = (enum slo_sli)sli;
    s->info.unit = units[sli];
    s->info.is_attributed = sli == SLO_SUCCESS || sli == SLO_QUEUE || sli == SLO_UPTIME;
    if (s->info.only_platform && !s->info.is_attributed)
        return refuse(e, "spends", "nobody says whose fault it is where %s is bad", c->sli);
    bool is_timed = sli == SLO_QUEUE || sli == SLO_DURATION;
    if (is_timed != (c->threshold != NULL))
        return refuse(e, "threshold",
                      is_timed ? "is missing: how long is good, such as 5m"
                               : "is for the slis queue and duration");
    if (sli == SLO_USAGE && (!c->total_metric || !c->good_metric == !c->bad_metric))
        return refuse(e, "sli", "usage wants total_metric and one of good_metric, bad_metric");
    if (sli == SLO_USAGE_DAYS && (!c->metric || !c->at_most))
        return refuse(e, "sli", "usage_days wants metric and at_most");
    s->usage_good = c->good_metric;
    s->usage_bad = c->bad_metric;
    s->usage_total = c->total_metric;
    s->usage_level = c->metric;
    if (c->at_most) {
        char *end;
        s->at_most = g_ascii_strtod(c->at_most, &end);
        if (*end)
            return refuse(e, "at_most", "is '%s', want a number", c->at_most);
    }
    return take_span(e, "threshold", c->threshold, &s->threshold_us);
}

static bool take_service(const struct entry *e, const struct slo_yaml *c, struct slo *s)
{
    s->info.service = c->service;
    if (strcmp(c->service, "transfer") != 0 && strcmp(c->service, "ui") != 0)
        return refuse(e, "service", "is '%s', want transfer or ui", c->service);
    s->info.only_platform = g_strcmp0(c->spends, "platform") == 0;
    if (c->spends && !s->info.only_platform && strcmp(c->spends, "all") != 0)
        return refuse(e, "spends", "is '%s', want all or platform", c->spends);
    return true;
}

static bool take_slo(const struct entry *e, const struct slo_yaml *c, struct slo *s)
{
    static const char *const succeeded[] = {"succeeded", NULL}, *const error[] = {"error", NULL};
    s->info.name = c->name;
    s->info.label = c->label ? c->label : c->name;
    s->info.window_us = 28 * DAY_US;
    s->warn_below_1e9 = 250000000;
    s->min_events = c->min_events ? *c->min_events : MIN_EVENTS;
    if (!take_service(e, c, s) || !take_kind(e, c, s) ||
        !take_decimal(e, "objective", c->objective, 9, 1000000000, &s->objective_1e9) ||
        !take_decimal(e, "warn_below", c->warn_below, 9, 1000000000, &s->warn_below_1e9) ||
        !take_span(e, "window", c->window, &s->info.window_us))
        return false;
    if (s->objective_1e9 <= 0 || s->objective_1e9 >= 1000000000)
        return refuse(e, "objective", "is %s, want more than 0 and less than 1", c->objective);
    if (s->min_events < 1)
        return refuse(e, "min_events", "is %d, want 1 or more", *c->min_events);
    if (s->info.window_us % DAY_US != 0)
        return refuse(e, "window", "is %s, want whole days such as 28d", c->window);
    s->executors = take_words(e->arena, c->executors, c->executors_count);
    s->components = take_words(e->arena, c->components, c->components_count);
    s->good = c->good_count ? take_words(e->arena, c->good, c->good_count) : succeeded;
    s->bad = c->bad_count ? take_words(e->arena, c->bad, c->bad_count) : error;
    for (uint32_t i = 0; i < c->bad_count; i++) {
        if (g_strv_contains(s->good, c->bad[i]))
            return refuse(e, "bad", "%s is good as well", c->bad[i]);
    }
    return take_burns(e, c, s) && take_promises(e, c, s) && take_exclusions(e, c, s);
}

static bool take_baselines(const struct entry *e, const struct slo_faults_yaml *c,
                           struct fault_rule *rule)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    struct fault_baseline *out = arena_many(e->arena, c->baseline_count + 1, struct fault_baseline);
    rule->baseline = out;
    rule->n_baselines = c->baseline_count;
    for (uint32_t i = 0; i < c->baseline_count; i++) {
        g_autofree char *path = g_strdup_printf("%s.baseline[%u]", e->path, i);
        struct entry at = *e;
        at.path = path;
        out[i].connector = c->baseline[i].connector;
        if (!g_hash_table_add(seen, c->baseline[i].connector))
            return refuse(&at, "connector", "%s stands twice", c->baseline[i].connector);
        if (!take_decimal(&at, "share", c->baseline[i].share, 9, 1000000000, &out[i].share_1e9))
            return false;
    }
    return true;
}

static bool take_faults(const struct entry *e, const struct slo_faults_yaml *c,
                        struct fault_rule *rule)
{
    static const char *const succeeded[] = {"succeeded", NULL}, *const error[] = {"error", NULL};
    static const struct slo_faults_yaml none;
    const struct slo_faults_yaml *f = c ? c : &none;
    *rule = (struct fault_rule){.before_us = 15 * 60 * SECOND_US,
                                .after_us = 15 * 60 * SECOND_US,
                                .accounts = f->accounts ? *f->accounts : 3,
                                .tail_1e9 = 100000};
    rule->good = f->good_count ? take_words(e->arena, f->good, f->good_count) : succeeded;
    rule->bad = f->bad_count ? take_words(e->arena, f->bad, f->bad_count) : error;
    if (rule->accounts < 1)
        return refuse(e, "accounts", "is %d, want 1 or more", *f->accounts);
    return take_span(e, "before", f->before, &rule->before_us) &&
           take_span(e, "after", f->after, &rule->after_us) &&
           take_decimal(e, "tail", f->tail, 9, 1000000000, &rule->tail_1e9) &&
           take_baselines(e, f, rule);
}

static void want_usage(struct slo_set *set, const char *name)
{
    for (size_t i = 0; i < set->n_usage && name; i++)
        name = strcmp(set->usage[i], name) == 0 ? NULL : name;
    if (name)
        set->usage[set->n_usage++] = name;
}

/* The line that tells it from another of the same name. */
static const char *define(struct arena *arena, const struct slo_yaml *c, const struct slo *s)
{
    g_autoptr(GString) text = g_string_new(c->sli);
    const struct {
        const char *key, *value;
    } parts[] = {{"objective", c->objective}, {"window", c->window ? c->window : "28d"},
                 {"threshold", c->threshold}, {"spends", c->spends},
                 {"good", c->good_metric},    {"bad", c->bad_metric},
                 {"total", c->total_metric},  {"metric", c->metric},
                 {"at_most", c->at_most}};
    for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i].value)
            g_string_append_printf(text, " %s=%s", parts[i].key, parts[i].value);
    }
    const char *const *lists[] = {s->executors, s->good, s->bad, s->components};
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        g_autofree char *list = lists[i] ? g_strjoinv(",", (char **)(uintptr_t)lists[i]) : NULL;
        g_string_append_printf(text, " %s", list ? list : "-");
    }
    return arena_strdup(arena, text->str);
}

static bool take_file(struct slo_set *set, const struct slo_file *file, struct entry *e)
{
    set->slo = arena_many(e->arena, file->slos_count + 1, struct slo);
    set->usage = arena_many(e->arena, (size_t)file->slos_count * 4 + 1, const char *);
    for (uint32_t i = 0; i < file->slos_count; i++) {
        struct slo *s = &set->slo[i];
        g_autofree char *path = g_strdup_printf("slos[%u]", i);
        e->path = path;
        if (slo_set_index(set, file->slos[i].name) >= 0)
            return refuse(e, "name", "%s stands twice", file->slos[i].name);
        if (!take_slo(e, &file->slos[i], s))
            return false;
        s->definition = define(e->arena, &file->slos[i], s);
        set->n++;
        want_usage(set, s->usage_good);
        want_usage(set, s->usage_bad);
        want_usage(set, s->usage_total);
        want_usage(set, s->usage_level);
        /* Freshness asks what was usual 28 days before the window's first day. */
        int days = (int)(s->info.window_us / DAY_US) + 29;
        set->reach_days = MAX(set->reach_days, days);
    }
    e->path = "faults";
    return take_faults(e, file->faults, &set->fault);
}

struct slo_set *slo_set_load(struct arena *arena, struct config *config, GError **err)
{
    struct slo_set *set = arena_one(arena, struct slo_set);
    struct entry e = {.arena = arena, .config = config, .err = err, .path = "faults"};
    if (!take_faults(&e, NULL, &set->fault))
        return NULL;
    if (!config_has_file(config, SLO_FILE))
        return set;
    void *data = NULL;
    e.zone = config_zone(config, config_time_zone(config), err);
    if (!e.zone || !config_file(config, SLO_FILE, &slo_file_schema, &data, NULL, err))
        return NULL;
    return take_file(set, data, &e) ? set : NULL;
}

size_t slo_set_count(const struct slo_set *set)
{
    return set->n;
}

const struct slo_info *slo_set_info(const struct slo_set *set, size_t slo)
{
    return &set->slo[slo].info;
}

int slo_set_index(const struct slo_set *set, const char *name)
{
    for (size_t i = 0; i < set->n; i++) {
        if (strcmp(set->slo[i].info.name, name) == 0)
            return (int)i;
    }
    return -1;
}

const char *slo_set_definition(const struct slo_set *set, size_t slo)
{
    return set->slo[slo].definition;
}

const char *const *slo_set_usage(const struct slo_set *set, size_t *n)
{
    *n = set->n_usage;
    return set->usage;
}

int slo_set_reach_days(const struct slo_set *set)
{
    return set->reach_days;
}
