/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metrics.yaml's `metrics` and kenko.yaml's `churn`. */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "scoring/metric_churn.h"
#include "scoring/metric_file.h"
#include "scoring/metric_internal.h"
#include "scoring/slo_file.h"

#define OPTIONAL_TEXT(key, type, member)                                                           \
    CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, type, member, 0, 500)
#define OPTIONAL_INT(key, type, member) CYAML_FIELD_INT(key, CYAML_FLAG_OPTIONAL, type, member)

struct calendar_section {
    struct calendar_config {
        char **holidays;
        uint32_t holidays_count;
    } * calendar;
};

struct churn_config {
    char *definition, *metric;
    int gap_days, inactive_days;
    double *contraction_share;
};

struct churn_section {
    struct churn_config *churn;
};

static const cyaml_schema_field_t churn_fields[] = {
    OPTIONAL_TEXT("definition", struct churn_config, definition),
    OPTIONAL_TEXT("metric", struct churn_config, metric),
    OPTIONAL_INT("gap_days", struct churn_config, gap_days),
    OPTIONAL_INT("inactive_days", struct churn_config, inactive_days),
    CYAML_FIELD_FLOAT_PTR("contraction_share", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                          struct churn_config, contraction_share),
    CYAML_FIELD_END};

static int usage_index(struct metric_set *set, const char *name)
{
    if (!name)
        return -1;
    for (size_t i = 0; i < set->n_usage; i++) {
        if (strcmp(set->usage[i], name) == 0)
            return (int)i;
    }
    set->usage[set->n_usage] = name;
    return (int)set->n_usage++;
}

static const char *const *words(struct arena *arena, char **v, uint32_t n,
                                const char *const *otherwise)
{
    if (n == 0)
        return otherwise;
    const char **out = arena_many(arena, n + 1, const char *);
    for (uint32_t i = 0; i < n; i++)
        out[i] = v[i];
    return out;
}

static bool take_kind(const struct metric_yaml *c, struct metric *m, GError **err)
{
    const char *names[KIND_COUNT + 1] = {NULL};
    int kind = 0;
    for (int i = 0; i < KIND_COUNT; i++)
        names[i] = metric_kinds[i].name;
    while (names[kind] && strcmp(names[kind], c->kind) != 0)
        kind++;
    m->kind = (enum metric_kind)kind;
    if (kind < KIND_COUNT)
        return true;
    g_autofree char *list = g_strjoinv(", ", (char **)(uintptr_t)names);
    g_autofree char *hint = text_hint(c->kind, names);
    return err_set(err, KENKO_ERROR_CONFIG, "kind is '%s', want one of %s%s", c->kind, list, hint);
}

/* The keys a kind cannot do without. */
static bool check_keys(const struct metric_yaml *c, const struct metric *m, GError **err)
{
    bool ratio = m->kind == KIND_RATIO;
    bool contacts = metric_kinds[m->kind].reads == METRIC_READS_CONTACTS;
    bool usage = metric_kinds[m->kind].reads <= METRIC_READS_SUBJECTS ||
                 m->kind == KIND_TICKETS_PER || m->kind == KIND_CONTACTS_ACTIVE ||
                 m->kind == KIND_CONTACT_SILENT_DAYS;
    bool onboarding = m->kind >= KIND_ONBOARDING_PROGRESS && m->kind <= KIND_ONBOARDING_STALLED;
    const struct {
        bool is_wrong;
        const char *message;
    } rules[] = {
        {ratio && (!c->good || !c->total), "a ratio wants good and total"},
        {!ratio && usage && !c->usage, "want usage"},
        {contacts && !usage && c->usage, "contacts and contacts_left read no usage"},
        {c->role && !contacts, "role belongs to kinds over contacts"},
        {m->kind == KIND_QUOTA && !c->total, "a quota wants usage, and as total what is allowed a "
                                             "month"},
        {m->kind == KIND_BREADTH && (!c->cap || *c->cap <= 0),
         "breadth wants as cap how many there "
         "are"},
        {m->kind == KIND_TICKET_FIRST_REPLY && !c->threshold,
         "ticket_first_reply wants a threshold such as 4h"},
        {onboarding && c->milestones_count == 0, "onboarding wants milestones"},
        {m->kind == KIND_STICKINESS && (c->parts_count == 0 || !c->cap || *c->cap <= 0),
         "stickiness wants parts and a cap above 0"},
        {m->kind == KIND_SLO && !c->slo, "want slo, the name of a service level of slo.yaml"},
        {c->days < 0 || c->days > 3660 || c->baseline_days < 0 || c->baseline_days > 3660,
         "days are 1 to 3660"},
        {c->fall && !(*c->fall > 0 && *c->fall <= 1), "fall is more than 0 and at most 1"},
        {c->half_life_days < 0 || c->length < 0 || c->min_events < 0 || c->min_tenure < 0 ||
             c->per_days < 0,
         "half_life_days, length, min_events, min_tenure and per_days are 0 or more"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i].is_wrong)
            return err_set(err, KENKO_ERROR_CONFIG, "%s", rules[i].message);
    }
    return true;
}

static bool take_words(const struct metric_yaml *c, struct metric *m, GError **err)
{
    m->info = (struct metric_info){.name = c->name,
                                   .label = c->label ? c->label : c->name,
                                   .unit = c->unit ? c->unit : "",
                                   .sentence = c->sentence ? c->sentence : "",
                                   .direction = c->direction ? c->direction : "none",
                                   .monotone = c->monotone,
                                   .label_ja = c->label_ja,
                                   .sentence_ja = c->sentence_ja};
    if (strcmp(m->info.direction, "up") != 0 && strcmp(m->info.direction, "down") != 0 &&
        strcmp(m->info.direction, "none") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "direction is '%s', want up, down or none",
                       m->info.direction);
    if (c->monotone && strcmp(m->info.direction, "none") == 0)
        return err_set(err, KENKO_ERROR_CONFIG, "monotone wants a direction, up or down");
    if (c->calendar && strcmp(c->calendar, "business") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "calendar is '%s', want business", c->calendar);
    if (c->side && strcmp(c->side, "source") != 0 && strcmp(c->side, "destination") != 0)
        return err_set(err, KENKO_ERROR_CONFIG, "side is '%s', want source or destination",
                       c->side);
    if (c->threshold && !slo_file_span(c->threshold, &m->threshold_us))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "threshold is '%s', want a number and s, m, h or d, such as 4h",
                       c->threshold);
    m->role = c->role;
    m->is_business = c->calendar != NULL;
    m->side = c->side ? *c->side : 'b';
    return true;
}

static bool take_parts(struct arena *arena, struct metric_set *set, const struct metric_yaml *c,
                       struct metric *m, GError **err)
{
    m->part = arena_many(arena, c->parts_count + 1, struct metric_part);
    m->n_parts = c->parts_count;
    for (uint32_t i = 0; i < c->parts_count; i++) {
        const struct metric_part_yaml *from = &c->parts[i];
        bool of_metric = m->kind == KIND_STICKINESS;
        const char *name = of_metric ? from->metric : from->severity;
        struct metric_part *part = &m->part[i];
        *part = (struct metric_part){name, -1, from->weight ? *from->weight : 1,
                                     from->saturation ? *from->saturation : 1};
        if (!name || part->weight < 0 || part->saturation <= 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "part %u wants %s, a weight of 0 or more and a saturation above 0",
                           i + 1, of_metric ? "metric" : "severity");
        if (of_metric && (part->metric = metric_index(set, name)) < 0)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "part %u: there is no metric '%s' before this one", i + 1, name);
    }
    return true;
}

static bool take_slo(const struct metric_set *set, const struct metric_yaml *c, struct metric *m,
                     GError **err)
{
    static const char *const of[] = {"sli", "budget_left", "burn", NULL};
    const char *what = c->of ? c->of : of[METRIC_SLO_BUDGET_LEFT];
    if (m->kind != KIND_SLO)
        return true;
    m->slo = slo_set_index(set->slo, c->slo);
    if (m->slo < 0)
        return err_set(err, KENKO_ERROR_CONFIG, "there is no service level '%s' in slo.yaml",
                       c->slo);
    if (!g_strv_contains(of, what))
        return err_set(err, KENKO_ERROR_CONFIG, "of is '%s', want sli, budget_left or burn", what);
    while (strcmp(of[m->slo_of], what) != 0)
        m->slo_of++;
    return true;
}

static void take_numbers(struct arena *arena, struct metric_set *set, const struct metric_yaml *c,
                         struct metric *m)
{
    static const char *const scheduled[] = {"scheduler", "workflow", "api", "job_dependency", NULL};
    static const char *const manual[] = {"manual", NULL};
    m->usage = usage_index(set, c->usage);
    m->good = usage_index(set, c->good);
    m->total = usage_index(set, c->total);
    m->days = c->days ? c->days : m->kind == KIND_ONBOARDING_STALLED ? 14 : 28;
    m->baseline_days = c->baseline_days ? c->baseline_days : 84;
    m->stale_days = c->stale_days;
    m->executors = words(arena, c->executors, c->executors_count,
                         m->kind == KIND_RUN_AUTOMATION ? manual : scheduled);
    m->milestones = words(arena, c->milestones, c->milestones_count, NULL);
    m->length = c->length ? c->length : 5;
    m->min_events = c->min_events ? c->min_events : 20;
    m->half_life_days = c->half_life_days;
    m->min_tenure = c->min_tenure ? c->min_tenure : 14;
    m->per_days = c->per_days ? c->per_days : 28;
    m->cap = c->cap ? *c->cap : 1;
    m->fall = c->fall ? *c->fall : 0.2;
}

/* Runs are looked at as far back as what they are compared with. */
static void want_runs(struct metric_set *set, const struct metric *m)
{
    enum { HISTORY_DAYS = 365 };
    enum metric_reads reads = metric_kinds[m->kind].reads;
    if (reads != METRIC_READS_RUNS)
        return;
    set->wants_runs = true;
    set->run_days = MAX(set->run_days, MAX(2 * m->days, HISTORY_DAYS) + 1);
}

static bool fill(struct arena *arena, struct metric_set *set, const struct metric_yaml *c,
                 struct metric *m, GError **err)
{
    if (!take_kind(c, m, err) || !check_keys(c, m, err) || !take_words(c, m, err) ||
        !take_parts(arena, set, c, m, err) || !take_slo(set, c, m, err))
        return false;
    take_numbers(arena, set, c, m);
    want_runs(set, m);
    enum metric_reads reads = metric_kinds[m->kind].reads;
    set->wants_contacts = set->wants_contacts || reads == METRIC_READS_CONTACTS;
    if (reads == METRIC_READS_SUBJECTS || (reads == METRIC_READS_CONTACTS && m->usage >= 0))
        set->by_subject[m->usage] = true;
    return true;
}

/* In the order of enum churn_definition. */
static const char *const churn_names[] = {"contract_end", "downgrade", "contraction", "inactivity",
                                          NULL};

static bool choose_churn(struct metric_set *set, const struct churn_config *c,
                         struct config *config, GError **err)
{
    const char *name = c->definition ? c->definition : churn_names[0];
    double share = c->contraction_share ? *c->contraction_share : 0.5;
    if (!g_strv_contains(churn_names, name))
        return config_refuse(config, err, "churn.definition",
                             "churn.definition is '%s', want contract_end, downgrade, contraction "
                             "or inactivity",
                             name);
    while (strcmp(churn_names[set->churn], name) != 0)
        set->churn++;
    if (!(share > 0 && share <= 1))
        return config_refuse(config, err, "churn.contraction_share",
                             "churn.contraction_share is %g, want more than 0 and at most 1",
                             share);
    set->contraction_bp = (int)lround(share * 10000);
    return true;
}

static bool load_churn(struct metric_set *set, struct config *config, GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("churn", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct churn_section, churn, churn_fields);
    struct churn_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    const struct churn_config none = {0}, *c = section.churn ? section.churn : &none;
    set->gap_days = c->gap_days ? c->gap_days : 7;
    set->inactive_days = c->inactive_days ? c->inactive_days : 90;
    set->churn_usage = -1;
    if (!choose_churn(set, c, config, err))
        return false;
    if (set->churn != CHURN_INACTIVITY)
        return true;
    if (!c->metric)
        return config_refuse(config, err, "churn",
                             "churn by inactivity wants the usage metric as churn.metric");
    set->churn_usage = usage_index(set, c->metric);
    return true;
}

/* kenko.yaml's calendar: days off besides Saturday and Sunday. */
static bool load_holidays(struct arena *arena, struct metric_set *set, struct config *config,
                          GError **err)
{
    static const cyaml_schema_value_t day = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 1, 20)};
    static const cyaml_schema_field_t calendar_fields[] = {
        CYAML_FIELD_SEQUENCE("holidays", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                             struct calendar_config, holidays, &day, 0, 10000),
        CYAML_FIELD_END};
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("calendar", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct calendar_section, calendar, calendar_fields);
    struct calendar_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    uint32_t n = section.calendar ? section.calendar->holidays_count : 0;
    int32_t *holiday = arena_many(arena, n + 1, int32_t);
    for (uint32_t i = 0; i < n; i++) {
        g_autoptr(GError) wrong = NULL;
        g_autofree char *path = g_strdup_printf("calendar.holidays[%u]", i);
        if (!day_parse(slice_of(section.calendar->holidays[i]), &holiday[i], &wrong))
            return config_refuse(config, err, path, "%s", wrong->message);
        if (i > 0 && holiday[i] <= holiday[i - 1])
            return config_refuse(config, err, path, "holidays go in order, each once");
    }
    set->holiday = holiday;
    set->n_holidays = n;
    return true;
}

bool metric_is_business_day(const struct metric_set *set, int32_t day)
{
    enum { SATURDAY = 5 };
    size_t low = 0, high = set->n_holidays;
    if (day_weekday(day) >= SATURDAY)
        return false;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (set->holiday[mid] < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low == set->n_holidays || set->holiday[low] != day;
}

struct metric_set *metric_set_load(struct arena *arena, struct config *config, GError **err)
{
    struct metric_set *set = arena_one(arena, struct metric_set);
    void *data = NULL;
    if (!config_file(config, "metrics.yaml", &metric_file_schema, &data, &set->text, err) ||
        !(set->slo = slo_set_load(arena, config, err)) || !load_holidays(arena, set, config, err))
        return NULL;
    const struct metric_file *file = data;
    set->n_metrics = file->metrics_count;
    set->wants = arena_one(arena, struct metric_wants);
    set->wants->carry_days = arena_many(arena, set->n_metrics + 1, int);
    set->currency = config_currency(config);
    set->metric = arena_many(arena, set->n_metrics, struct metric);
    size_t n_slo_usage, room;
    const char *const *slo_usage = slo_set_usage(set->slo, &n_slo_usage);
    room = set->n_metrics * 3 + n_slo_usage + 2;
    set->usage = arena_many(arena, room, const char *);
    set->by_subject = arena_many(arena, room, bool);
    set->wants_runs = slo_set_count(set->slo) > 0;
    set->run_days = slo_set_reach_days(set->slo);
    for (size_t i = 0; i < set->n_metrics; i++) {
        const char *name = file->metrics[i].name;
        bool ok = metric_index(set, name) < 0
                      ? fill(arena, set, &file->metrics[i], &set->metric[i], err)
                      : err_set(err, KENKO_ERROR_CONFIG, "the name stands twice");
        if (!ok) {
            g_autofree char *place = config_place(config, "metrics.yaml", "metrics[%zu]", i);
            err_context(err, "%s: metric %s", place, name);
            return NULL;
        }
    }
    for (size_t i = 0; i < n_slo_usage; i++)
        usage_index(set, slo_usage[i]);
    return load_churn(set, config, err) ? set : NULL;
}

const char *metric_churn_name(const struct metric_set *set)
{
    return churn_names[set->churn];
}

const char *metric_churn_definition(struct arena *arena, const struct metric_set *set)
{
    const char *name = churn_names[set->churn];
    if (set->churn == CHURN_INACTIVITY)
        return arena_printf(arena, "%s metric=%s inactive_days=%d", name,
                            set->usage[set->churn_usage], set->inactive_days);
    if (set->churn == CHURN_CONTRACTION)
        return arena_printf(arena, "%s contraction_bp=%d gap_days=%d", name, set->contraction_bp,
                            set->gap_days);
    return arena_printf(arena, "%s gap_days=%d", name, set->gap_days);
}

size_t metric_count(const struct metric_set *set)
{
    return set->n_metrics;
}

const struct metric_info *metric_info(const struct metric_set *set, size_t index)
{
    return &set->metric[index].info;
}

int metric_index(const struct metric_set *set, const char *name)
{
    for (size_t i = 0; i < set->n_metrics; i++) {
        if (set->metric[i].info.name && strcmp(set->metric[i].info.name, name) == 0)
            return (int)i;
    }
    return -1;
}

const char *metric_text(const struct metric_set *set)
{
    return set->text;
}

void metric_want_attributes(const struct metric_set *set)
{
    set->wants->attributes = true;
}

void metric_want_past(const struct metric_set *set, size_t metric, int days)
{
    struct metric_wants *wants = set->wants;
    wants->carry_days[metric] = MAX(wants->carry_days[metric], days);
    wants->most_days = MAX(wants->most_days, days);
}

size_t metric_usage_count(const struct metric_set *set)
{
    return set->n_usage;
}

const char *metric_usage_name(const struct metric_set *set, size_t index)
{
    return set->usage[index];
}

/* What kinds read beyond usage and days; the older kinds read nothing more. */
static void define_more(const struct metric_set *set, const struct metric *m, GString *text)
{
    enum metric_reads reads = metric_kinds[m->kind].reads;
    if (m->is_business)
        g_string_append(text, " business");
    if (m->half_life_days)
        g_string_append_printf(text, " half_life=%d", m->half_life_days);
    if (m->kind == KIND_SLO)
        g_string_append_printf(text, " of=%d %s", m->slo_of,
                               slo_set_definition(set->slo, (size_t)m->slo));
    if (reads == METRIC_READS_RUNS) {
        g_autofree char *list = g_strjoinv(",", (char **)(uintptr_t)m->executors);
        g_string_append_printf(text, " executors=%s length=%d min=%d side=%c", list, m->length,
                               m->min_events, m->side);
    }
    if (m->role)
        g_string_append_printf(text, " role=%s", m->role);
    if (m->milestones) {
        g_autofree char *list = g_strjoinv(",", (char **)(uintptr_t)m->milestones);
        g_string_append_printf(text, " milestones=%s", list);
    }
    for (size_t i = 0; i < m->n_parts; i++)
        g_string_append_printf(text, " %s*%g/%g", m->part[i].name, m->part[i].weight,
                               m->part[i].saturation);
    if (m->cap != 1)
        g_string_append_printf(text, " cap=%g", m->cap);
    if (m->kind == KIND_SUPPORT_SILENCE)
        g_string_append_printf(text, " fall=%g", m->fall);
    if (m->kind == KIND_RATE)
        g_string_append_printf(text, " per=%d tenure=%d", m->per_days, m->min_tenure);
    if (m->threshold_us)
        g_string_append_printf(text, " threshold=%" G_GINT64_FORMAT "s", m->threshold_us / 1000000);
}

char *metric_definition(struct arena *arena, const struct metric_set *set, size_t index)
{
    const struct metric *m = &set->metric[index];
    g_autoptr(GString) text = g_string_new(metric_kinds[m->kind].name);
    const struct {
        const char *role;
        int usage;
    } reads[] = {{"usage", m->usage}, {"good", m->good}, {"total", m->total}};
    for (size_t i = 0; i < G_N_ELEMENTS(reads); i++) {
        if (reads[i].usage >= 0)
            g_string_append_printf(text, " %s=%s", reads[i].role, set->usage[reads[i].usage]);
    }
    g_string_append_printf(text, " days=%d", m->days);
    if (m->kind == KIND_SELF_BASELINE)
        g_string_append_printf(text, " baseline_days=%d", m->baseline_days);
    define_more(set, m, text);
    return arena_strdup(arena, text->str);
}
