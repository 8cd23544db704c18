/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rule over the past: the walk of a check with states that begin empty and are kept nowhere. */
#include "reports/alert_replay.h"

#include <math.h>
#include <string.h>

#include "reports/alert_rows.h"
#include "reports/alert_walk.h"

/* One alert of the past. */
struct past {
    int64_t account_id;
    const struct q_alert_accounts_row *account;
    int32_t opened_on, resolved_on; /* ALERT_NEVER: open at the end */
    bool is_told;
};

struct replay {
    struct alert_walk walk;
    struct arena *arena;
    enum language language;
    GArray *past;  /* struct past, account by account, in the order of time */
    GArray *meant; /* int64_t: accounts the rule is about, ascending */
    GHashTable *owners;
    struct q_alert_losses_rows losses;
    alert_item_fn each;
    void *each_context;
    struct alert_replay *out;
};

/* ── the walk ────────────────────────────────────────────────────────────────────────────────────
 */

static struct alert_state *no_state(void *context, int64_t account_id, size_t n)
{
    (void)context, (void)account_id, (void)n;
    return NULL;
}

static const struct alert_silence *no_silence(void *context, int64_t account_id, size_t n)
{
    (void)context, (void)account_id, (void)n;
    return NULL;
}

static struct past *last_past(const struct replay *r)
{
    return &g_array_index(r->past, struct past, r->past->len - 1);
}

static void on_happened(void *context, const struct q_alert_accounts_row *a, size_t n,
                        const struct alert_facts *facts, const struct alert_happening *what)
{
    struct replay *r = context;
    const struct alert_rule *rule = r->walk.rule[n].rule;
    int32_t day = facts->days[facts->day].as_of;
    alert_walk_count(&r->out->counts, what);
    if (what->kind == ALERT_OPENED) {
        struct past past = {a->account_id, a, day, ALERT_NEVER, what->is_told};
        g_array_append_val(r->past, past);
    }
    if (what->kind == ALERT_RESOLVED)
        last_past(r)->resolved_on = day;
    if (what->kind == ALERT_TOLD)
        last_past(r)->is_told = true;
    if (!r->each)
        return;
    const struct alert_item item = {
        .rule = rule->name,
        .label = rule->label[r->language],
        .account = a->key,
        .name = a->name,
        .owner = a->owner,
        .kind = alert_kind_names[what->kind],
        .severity = what->severity,
        .silence = what->silence,
        .sentence =
            alert_walk_says(what->kind) ? alert_text_say(r->arena, r->language, rule, facts) : "",
        .fingerprint = alert_text_fingerprint(r->arena, rule->name, a->key),
        .is_told = what->is_told,
        .as_of = day};
    r->each(r->each_context, &item);
}

static void on_done(void *context, int64_t account_id, size_t n, const struct alert_state *before,
                    const struct alert_state *after)
{
    struct replay *r = context;
    const struct q_alert_accounts_row *a = alert_walk_account(&r->walk, account_id);
    (void)n, (void)before, (void)after;
    g_array_append_val(r->meant, account_id);
    if (!a->staff_id_is_null)
        g_hash_table_add(r->owners, (gpointer)(uintptr_t)&a->staff_id);
}

/* ── what followed ───────────────────────────────────────────────────────────────────────────────
 */

static gint compare_doubles(gconstpointer a, gconstpointer b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(GArray *values)
{
    guint n = values->len;
    if (n == 0)
        return NAN;
    g_array_sort(values, compare_doubles);
    return (g_array_index(values, double, (n - 1) / 2) + g_array_index(values, double, n / 2)) / 2;
}

/* The account's first loss from a day on; ALERT_NEVER: none. */
static int32_t loss_from(const struct replay *r, int64_t account_id, int32_t day)
{
    const struct q_alert_losses_rows *all = &r->losses;
    size_t i = alert_rows_from(all->row, all->n, sizeof *all->row, account_id);
    for (; i < all->n && all->row[i].account_id == account_id; i++) {
        if (all->row[i].churned_on >= day)
            return all->row[i].churned_on;
    }
    return ALERT_NEVER;
}

static void measure_alerts(const struct replay *r)
{
    struct alert_replay *out = r->out;
    GArray *lasted = g_array_new(FALSE, FALSE, sizeof(double));
    for (guint i = 0; i < r->past->len; i++) {
        const struct past *p = &g_array_index(r->past, struct past, i);
        int32_t lost_on = loss_from(r, p->account_id, p->opened_on);
        bool is_judged = p->opened_on + ALERT_HORIZON_DAYS <= out->known_to;
        out->judged += is_judged;
        out->right +=
            is_judged && lost_on != ALERT_NEVER && lost_on <= p->opened_on + ALERT_HORIZON_DAYS;
        if (p->resolved_on == ALERT_NEVER) {
            out->open++;
            continue;
        }
        double days = p->resolved_on - p->opened_on;
        g_array_append_val(lasted, days);
    }
    out->open_days = median(lasted);
    g_array_free(lasted, TRUE);
}

static bool is_meant(const struct replay *r, int64_t account_id)
{
    size_t i = alert_rows_from(r->meant->data, r->meant->len, sizeof(int64_t), account_id);
    return i < r->meant->len && g_array_index(r->meant, int64_t, i) == account_id;
}

/* The account's first alert within the days before a loss. */
static const struct past *foreteller(const struct replay *r, const struct q_alert_losses_row *l)
{
    const struct past *all = (const struct past *)(const void *)r->past->data;
    size_t i = alert_rows_from(all, r->past->len, sizeof *all, l->account_id);
    for (; i < r->past->len && all[i].account_id == l->account_id; i++) {
        if (all[i].opened_on <= l->churned_on &&
            all[i].opened_on >= l->churned_on - ALERT_HORIZON_DAYS)
            return &all[i];
    }
    return NULL;
}

static void measure_losses(const struct replay *r)
{
    struct alert_replay *out = r->out;
    GArray *leads = g_array_new(FALSE, FALSE, sizeof(double));
    for (size_t i = 0; i < r->losses.n; i++) {
        const struct q_alert_losses_row *l = &r->losses.row[i];
        if (!is_meant(r, l->account_id) || l->churned_on <= out->from ||
            l->churned_on > out->to + ALERT_HORIZON_DAYS)
            continue;
        const struct past *first = foreteller(r, l);
        double lead = first ? l->churned_on - first->opened_on : 0;
        out->lost++;
        out->foretold += first != NULL;
        if (first)
            g_array_append_val(leads, lead);
    }
    out->lead_days = median(leads);
    g_array_free(leads, TRUE);
}

static gint compare_accounts(gconstpointer pa, gconstpointer pb)
{
    const struct alert_replay_account *a = pa, *b = pb;
    if (a->opened != b->opened)
        return a->opened > b->opened ? -1 : 1;
    return strcmp(a->account, b->account);
}

static void list_accounts(struct replay *r)
{
    struct alert_replay *out = r->out;
    out->account = arena_many(r->arena, r->past->len, struct alert_replay_account);
    for (guint i = 0; i < r->past->len; i++) {
        const struct past *p = &g_array_index(r->past, struct past, i);
        bool is_first = i == 0 || g_array_index(r->past, struct past, i - 1).account != p->account;
        struct alert_replay_account *a = &out->account[out->n_accounts - !is_first];
        if (is_first) {
            *a = (struct alert_replay_account){.account = arena_strdup(r->arena, p->account->key),
                                               .name = arena_strdup(r->arena, p->account->name),
                                               .first_on = p->opened_on,
                                               .churned_on =
                                                   loss_from(r, p->account_id, p->opened_on)};
            out->n_accounts++;
        }
        a->opened++;
        a->told += p->is_told;
        a->last_on = p->opened_on;
    }
    if (out->n_accounts > 0)
        qsort(out->account, out->n_accounts, sizeof *out->account, compare_accounts);
}

static bool measure(struct replay *r, GError **err)
{
    struct alert_replay *out = r->out;
    struct q_alert_base_row base;
    out->counts.accounts = r->walk.judged;
    out->from = r->walk.from;
    out->to = r->walk.to;
    out->days = r->walk.days;
    if (!q_alert_losses(r->arena, r->walk.db, out->from, out->known_to, &r->losses, err) ||
        !q_alert_base(r->arena, r->walk.db, out->from,
                      MIN(out->to, out->known_to - ALERT_HORIZON_DAYS), ALERT_HORIZON_DAYS, &base,
                      err))
        return false;
    out->base = base.results ? (double)base.lost / (double)base.results : NAN;
    out->owners = g_hash_table_size(r->owners);
    out->per_owner_week = out->owners ? (double)out->counts.told * 7 / (double)out->owners /
                                            (double)(out->to - out->from + 1)
                                      : NAN;
    measure_alerts(r);
    measure_losses(r);
    list_accounts(r);
    return true;
}

/* The run a replay ends with, and how far losses are known. */
static bool find_end(struct replay *r, int32_t from, int32_t to, GError **err)
{
    struct q_report_run_row last, newest;
    bool found;
    if (!q_report_run(r->arena, r->walk.db, to, &last, &found, err))
        return false;
    if (!found || last.as_of < from)
        return err_set(err, KENKO_ERROR_NOT_FOUND, "nothing is published in that time");
    if (!q_report_run(r->arena, r->walk.db, REPORT_NEWEST, &newest, &found, err))
        return false;
    r->walk.last = last.as_of;
    r->out->known_to = newest.as_of;
    return true;
}

bool alert_replay(struct arena *arena, struct db *db, const struct report_config *reports,
                  const struct alert_set *set, const struct alert_rule *rule, int32_t from,
                  int32_t to, alert_item_fn each, void *context, struct alert_replay *out,
                  GError **err)
{
    *out = (struct alert_replay){0};
    const struct alert_walk_rule own = {rule, from - rule->for_days - ALERT_GAP_DAYS, from};
    struct replay r = {.walk = {.arena = arena,
                                .db = db,
                                .set = set,
                                .currency = reports->currency,
                                .rule = &own,
                                .n_rules = 1,
                                .has_past = true,
                                .loud_from = from,
                                .state = no_state,
                                .silence = no_silence,
                                .happened = on_happened,
                                .done = on_done},
                       .arena = arena,
                       .language = reports->language,
                       .past = g_array_new(FALSE, FALSE, sizeof(struct past)),
                       .meant = g_array_new(FALSE, FALSE, sizeof(int64_t)),
                       .owners = g_hash_table_new(g_int64_hash, g_int64_equal),
                       .each = each,
                       .each_context = context,
                       .out = out};
    r.walk.context = &r;
    bool ok = db_begin_snapshot(db, err) && find_end(&r, from, to, err) &&
              alert_walk(&r.walk, err) && measure(&r, err);
    db_rollback(db);
    g_array_free(r.past, TRUE);
    g_array_free(r.meant, TRUE);
    g_hash_table_destroy(r.owners);
    return ok;
}
