/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/quality.h"

#include "ingest/load.h"
#include "ingest/quality_day.h"
#include "sql/quality.h"

/* One day on which a check found something, or what was said of it before. */
struct finding {
    const char *metric, *check, *said_by;
    int32_t day;
    bool failed;
    double value, usual;
};

struct checking {
    struct arena *arena;
    struct db *db;
    const struct mapping_set *set;
    struct db_texts names; /* of metrics that want a check */
    int32_t from, to;
    GArray *found, *said;
};

/* The metrics that want a check, and the limit of each. */
static size_t wanting(const struct checking *c, bool parties, struct db_texts *names,
                      struct db_doubles *limits)
{
    const char **name = arena_many(c->arena, c->set->n_usage + 1, const char *);
    double *limit = arena_many(c->arena, c->set->n_usage + 1, double);
    size_t n = 0;
    for (size_t i = 0; i < c->set->n_usage; i++) {
        const struct mapping_usage *usage = &c->set->usage[i];
        double wanted = parties ? usage->min_parties : usage->max_total;
        if (wanted > 0) {
            name[n] = usage->name;
            limit[n++] = wanted;
        }
    }
    *names = (struct db_texts){n, name, NULL};
    *limits = (struct db_doubles){n, limit, NULL};
    return n;
}

static void add(GArray *list, struct finding finding)
{
    g_array_append_val(list, finding);
}

static bool check_parties(struct checking *c, GError **err)
{
    struct db_texts names;
    struct db_doubles limits;
    struct q_check_parties_rows rows;
    if (wanting(c, true, &names, &limits) == 0)
        return true;
    if (!q_check_parties(c->arena, c->db, &names, &limits, c->from, c->to, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        add(c->found, (struct finding){rows.row[i].metric, "parties", "", rows.row[i].day, true,
                                       rows.row[i].value, rows.row[i].usual});
    return true;
}

static bool check_total(struct checking *c, GError **err)
{
    struct db_texts names;
    struct db_doubles limits;
    struct q_check_total_rows rows;
    if (wanting(c, false, &names, &limits) == 0)
        return true;
    if (!q_check_total(c->arena, c->db, &names, &limits, c->from, c->to, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        add(c->found, (struct finding){rows.row[i].metric, "total", "", rows.row[i].day, true,
                                       rows.row[i].value, rows.row[i].usual});
    return true;
}

static bool read_said(struct checking *c, GError **err)
{
    struct q_quality_said_rows rows;
    if (!q_quality_said(c->arena, c->db, c->from, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        add(c->said,
            (struct finding){rows.row[i].metric, rows.row[i].check_name, rows.row[i].said_by,
                             rows.row[i].day, rows.row[i].failed, rows.row[i].value, 0});
    return true;
}

static const struct finding *find(const GArray *list, const struct finding *like)
{
    for (guint i = 0; i < list->len; i++) {
        const struct finding *f = &g_array_index(list, struct finding, i);
        if (f->day == like->day && strcmp(f->metric, like->metric) == 0 &&
            strcmp(f->check, like->check) == 0)
            return f;
    }
    return NULL;
}

/* What is found and was not said, and what was said and is not found any more. */
static GArray *news(const struct checking *c)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(struct finding));
    for (guint i = 0; i < c->found->len; i++) {
        const struct finding *f = &g_array_index(c->found, struct finding, i);
        const struct finding *said = find(c->said, f);
        if (!said || (!said->failed && !*said->said_by))
            add(out, *f);
    }
    for (guint i = 0; i < c->said->len; i++) {
        struct finding f = g_array_index(c->said, struct finding, i);
        if (f.failed && f.day < c->to && !find(c->found, &f)) {
            f.failed = false;
            add(out, f);
        }
    }
    return out;
}

static bool state(struct db *db, const struct job *job, const struct finding *finding, size_t n,
                  GError **err)
{
    int64_t load_id, commit_no;
    if (n == 0)
        return true;
    if (!load_open(db, job, "quality", "quality", "usage", "", 0, &load_id, err))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!q_quality_put(db, finding[i].metric, finding[i].check, finding[i].day, load_id,
                           finding[i].failed, finding[i].value, finding[i].usual,
                           finding[i].said_by, NULL, err))
            return false;
    }
    return load_tick(db, load_id, &commit_no, err);
}

/* The business day of the newest load: later days are not missing, they are not here yet. */
static bool judged_on(struct db *db, const struct zone *zone, int32_t *day, bool *any, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct q_load_newest_row row;
    if (!q_load_newest(arena, db, &row, err))
        return false;
    *any = !row.committed_at_is_null;
    *day = *any ? zone_day(zone, row.committed_at) : 0;
    return true;
}

static bool check_all(struct checking *c, const struct job *job, int64_t *failing, GError **err)
{
    if (!job_fence_check(c->db, job, err) ||
        !quality_day_refresh(c->db, &c->names, c->from - QUALITY_BASELINE_DAYS, err) ||
        !check_parties(c, err) || !check_total(c, err) || !read_said(c, err))
        return false;
    g_autoptr(GArray) list = news(c);
    *failing = 0;
    for (guint i = 0; i < c->found->len; i++) {
        const struct finding *said = find(c->said, &g_array_index(c->found, struct finding, i));
        *failing += !said || said->failed || !*said->said_by;
    }
    return state(c->db, job, (const struct finding *)(const void *)list->data, list->len, err);
}

/* The metrics that want a check of either kind. */
static struct db_texts find_wanting(struct arena *arena, const struct mapping_set *set)
{
    const char **name = arena_many(arena, set->n_usage + 1, const char *);
    struct db_texts names = {0, name, NULL};
    for (size_t i = 0; i < set->n_usage; i++) {
        if (set->usage[i].min_parties > 0 || set->usage[i].max_total > 0)
            name[names.n++] = set->usage[i].name;
    }
    return names;
}

bool quality_run(struct db *db, const struct job *job, const struct mapping_set *set,
                 const struct zone *zone, int64_t *failing, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct finding));
    g_autoptr(GArray) said = g_array_new(FALSE, FALSE, sizeof(struct finding));
    struct checking c = {.arena = arena,
                         .db = db,
                         .set = set,
                         .names = find_wanting(arena, set),
                         .found = found,
                         .said = said};
    bool any;
    *failing = 0;
    if (c.names.n == 0)
        return true;
    if (!judged_on(db, zone, &c.to, &any, err))
        return false;
    if (!any)
        return true;
    c.from = c.to - QUALITY_DAYS;
    if (db_begin(db, err) && check_all(&c, job, failing, err) && db_commit(db, err))
        return true;
    db_rollback(db);
    return err_context(err, "quality checks");
}

struct acceptance {
    const char *metric, *said_by;
    int32_t day;
};

static bool accept_body(struct db *db, void *context, GError **err)
{
    const struct acceptance *a = context;
    g_autoptr(arena_t) arena = arena_new();
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(struct finding));
    struct q_quality_said_rows rows;
    char shown[DAY_TEXT_SIZE];
    if (!q_quality_said(arena, db, a->day, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++) {
        const struct q_quality_said_row *r = &rows.row[i];
        if (r->failed && r->day == a->day && strcmp(r->metric, a->metric) == 0)
            add(list,
                (struct finding){r->metric, r->check_name, a->said_by, r->day, false, r->value, 0});
    }
    if (list->len == 0)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "no check of '%s' failed on %s", a->metric,
                       day_format(a->day, shown));
    return state(db, NULL, (const struct finding *)(const void *)list->data, list->len, err);
}

bool quality_accept(struct db *db, const char *metric, int32_t day, const char *said_by,
                    GError **err)
{
    struct acceptance acceptance = {metric, said_by, day};
    return db_transact(db, 3, accept_body, &acceptance, err);
}
