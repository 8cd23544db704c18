/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/fault.h"

#include <gmp.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT_MAX = 1000 }; /* customers; beyond, exact only where it decides */

static const int64_t billion = 1000000000;

/* Runs [first, last) of `order` are of one connector, by end. */
struct stretch {
    size_t first, last;
    const struct fault_baseline *baseline; /* NULL: none declared */
    const struct spell *spell;             /* of its connector, by time */
    size_t n_spells;
};

/* From when on an incident is the first of those that hold an instant; until it ends. */
struct spell {
    int64_t from;
    const struct facts_incident *incident;
};

struct fault_index {
    const struct facts *facts;
    const struct fault_rule *rule;
    const struct facts_run *run;
    size_t n_ended;
    size_t *order; /* indexes of runs that succeeded or failed, by connector, then end */
    bool *is_bad;  /* by run */
    struct stretch *stretch;
    size_t n_stretches;
    int64_t *ended, *failed; /* by account, while a window slides; else 0 */
};

/* The customers within a window that slides over a stretch. */
struct window {
    const struct fault_index *index;
    size_t low, high;
    int64_t n, k;
};

const char *fault_verdict_name(enum fault_verdict verdict)
{
    static const char *const names[] = {"", "customer", "platform"};
    return names[verdict];
}

/* ── the tail ────────────────────────────────────────────────────────────────────────────────────
 */

/* Numerator of the tail over b^n, for 0 < a < b: Σ C(n, j) a^j (b - a)^(n - j), j = k … n. */
static void tail_numerator(mpz_t out, int64_t n, int64_t k, int64_t a, int64_t b)
{
    mpz_t term;
    mpz_init(term);
    mpz_ui_pow_ui(term, (unsigned long)a, (unsigned long)n);
    mpz_set(out, term);
    for (int64_t j = n; j > k; j--) {
        mpz_mul_ui(term, term, (unsigned long)j);
        mpz_mul_ui(term, term, (unsigned long)(b - a));
        mpz_divexact_ui(term, term, (unsigned long)(n - j + 1));
        mpz_divexact_ui(term, term, (unsigned long)a);
        mpz_add(out, out, term);
    }
    mpz_clear(term);
}

static void tail_exact(mpq_t out, int64_t n, int64_t k, int64_t share_1e9)
{
    if (k <= 0 || share_1e9 >= billion) {
        mpq_set_ui(out, 1, 1);
        return;
    }
    if (share_1e9 <= 0) {
        mpq_set_ui(out, 0, 1);
        return;
    }
    mpq_t share;
    mpq_init(share);
    mpq_set_ui(share, (unsigned long)share_1e9, (unsigned long)billion);
    mpq_canonicalize(share);
    int64_t a = (int64_t)mpz_get_ui(mpq_numref(share)), b = (int64_t)mpz_get_ui(mpq_denref(share));
    tail_numerator(mpq_numref(out), n, k, a, b);
    mpz_ui_pow_ui(mpq_denref(out), (unsigned long)b, (unsigned long)n);
    mpq_canonicalize(out);
    mpq_clear(share);
}

double fault_tail(int64_t n, int64_t k, int64_t share_1e9, int64_t limit_1e9, bool *is_below)
{
    double limit = (double)limit_1e9 / 1e9, tail = 0;
    if (n > EXACT_MAX && k > 0) {
        tail = gsl_cdf_binomial_Q((unsigned)k - 1, (double)share_1e9 / 1e9, (unsigned)n);
        *is_below = tail < limit;
        if (fabs(tail - limit) > 1e-6 * limit)
            return tail;
    }
    mpq_t exact, bound;
    mpq_inits(exact, bound, NULL);
    tail_exact(exact, n, k, share_1e9);
    mpq_set_ui(bound, (unsigned long)limit_1e9, (unsigned long)billion);
    mpq_canonicalize(bound);
    *is_below = mpq_cmp(exact, bound) < 0;
    tail = mpq_get_d(exact);
    mpq_clears(exact, bound, NULL);
    return tail;
}

char *fault_tail_exact(int64_t n, int64_t k, int64_t share_1e9)
{
    mpq_t exact;
    mpq_init(exact);
    tail_exact(exact, n, k, share_1e9);
    size_t size = mpz_sizeinbase(mpq_numref(exact), 10) + mpz_sizeinbase(mpq_denref(exact), 10) + 3;
    g_autofree char *digits = g_malloc(size);
    GString *text = g_string_new(mpz_get_str(digits, 10, mpq_numref(exact)));
    g_string_append_printf(text, "/%s", mpz_get_str(digits, 10, mpq_denref(exact)));
    mpq_clear(exact);
    return g_string_free(text, FALSE);
}

/* ── runs by connector and end ──────────────────────────────────────────────────────────────────
 */

static int compare_ends(const void *a, const void *b, void *context)
{
    const struct facts_run *run = context, *x = &run[*(const size_t *)a],
                           *y = &run[*(const size_t *)b];
    if (x->connector != y->connector)
        return x->connector < y->connector ? -1 : 1;
    if (x->finished != y->finished)
        return x->finished < y->finished ? -1 : 1;
    return (x > y) - (x < y);
}

static void mark(const struct facts *facts, const char *const *statuses, bool *of_word)
{
    for (; statuses && *statuses; statuses++) {
        uint32_t word = facts_word_find(facts, *statuses);
        if (word != UINT32_MAX)
            of_word[word] = true;
    }
}

static const struct fault_baseline *baseline_of(const struct fault_rule *rule,
                                                const char *connector)
{
    for (size_t i = 0; i < rule->n_baselines; i++) {
        if (strcmp(rule->baseline[i].connector, connector) == 0)
            return &rule->baseline[i];
    }
    return NULL;
}

/* Incidents come by start, so the first that holds an instant stays it to its end, and who comes
 * next is the first of the later ones that ends after that. */
static void list_spells(struct arena *arena, const struct fault_index *x, const char *connector,
                        struct stretch *out)
{
    size_t n;
    const struct facts_incident *incident = facts_incidents(x->facts, &n);
    struct spell *spell = arena_many(arena, n + 1, struct spell);
    int64_t covered = INT64_MIN;
    for (size_t i = 0; i < n; i++) {
        bool is_ours = strcmp(incident[i].component, "*") == 0 ||
                       strcmp(incident[i].component, connector) == 0;
        if (!is_ours || strcmp(incident[i].cause, "customer") == 0 ||
            incident[i].to <= MAX(incident[i].from, covered))
            continue;
        spell[out->n_spells++] = (struct spell){MAX(incident[i].from, covered), &incident[i]};
        covered = incident[i].to;
    }
    out->spell = spell;
}

static void cut_stretches(struct arena *arena, struct fault_index *x)
{
    x->stretch = arena_many(arena, facts_words(x->facts) + 1, struct stretch);
    for (size_t i = 0; i < x->n_ended; i++) {
        uint32_t connector = x->run[x->order[i]].connector;
        if (i == 0 || connector != x->run[x->order[i - 1]].connector) {
            const char *name = facts_word(x->facts, connector);
            struct stretch *s = &x->stretch[x->n_stretches++];
            *s = (struct stretch){.first = i, .baseline = baseline_of(x->rule, name)};
            list_spells(arena, x, name, s);
        }
        x->stretch[x->n_stretches - 1].last = i + 1;
    }
}

struct fault_index *fault_index_new(struct arena *arena, const struct facts *facts,
                                    const struct fault_rule *rule)
{
    struct fault_index *x = arena_one(arena, struct fault_index);
    size_t n;
    bool *good = arena_many(arena, facts_words(facts) + 1, bool);
    bool *bad = arena_many(arena, facts_words(facts) + 1, bool);
    *x = (struct fault_index){.facts = facts, .rule = rule, .run = facts_runs(facts, &n)};
    mark(facts, rule->good, good);
    mark(facts, rule->bad, bad);
    x->order = arena_many(arena, n + 1, size_t);
    x->is_bad = arena_many(arena, n + 1, bool);
    x->ended = arena_many(arena, facts_accounts(facts) + 1, int64_t);
    x->failed = arena_many(arena, facts_accounts(facts) + 1, int64_t);
    for (size_t i = 0; i < n; i++) {
        x->is_bad[i] = bad[x->run[i].status];
        if (x->run[i].finished != INT64_MAX && (good[x->run[i].status] || x->is_bad[i]))
            x->order[x->n_ended++] = i;
    }
    qsort_r(x->order, x->n_ended, sizeof *x->order, compare_ends, (void *)(uintptr_t)x->run);
    cut_stretches(arena, x);
    return x;
}

/* The first run of a stretch that ended at `at` or later. */
static size_t first_at(const struct fault_index *x, const struct stretch *s, int64_t at)
{
    size_t low = s->first, high = s->last;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (x->run[x->order[mid]].finished < at)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

/* ── attribution ─────────────────────────────────────────────────────────────────────────────────
 */

static void enter(struct window *w, size_t run)
{
    const struct fault_index *x = w->index;
    uint32_t account = x->run[run].account;
    w->n += x->ended[account]++ == 0;
    if (x->is_bad[run])
        w->k += x->failed[account]++ == 0;
}

static void leave(struct window *w, size_t run)
{
    const struct fault_index *x = w->index;
    uint32_t account = x->run[run].account;
    w->n -= --x->ended[account] == 0;
    if (x->is_bad[run])
        w->k -= --x->failed[account] == 0;
}

/* Move the window to [from, to). */
static void slide(struct window *w, size_t last, int64_t from, int64_t to)
{
    const struct fault_index *x = w->index;
    for (; w->high < last && x->run[x->order[w->high]].finished < to; w->high++)
        enter(w, x->order[w->high]);
    for (; w->low < w->high && x->run[x->order[w->low]].finished < from; w->low++)
        leave(w, x->order[w->low]);
}

static const struct facts_incident *incident_at(const struct stretch *s, int64_t at)
{
    size_t low = 0, high = s->n_spells;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (s->spell[mid].from <= at)
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && at < s->spell[low - 1].incident->to ? s->spell[low - 1].incident : NULL;
}

/* The tail of (n, k) of one stretch is asked for again and again. */
struct memo {
    int64_t n, k;
    double tail;
    bool is_below;
};

static void judge(const struct fault_index *x, const struct stretch *s, const struct window *w,
                  struct memo *memo, struct fault *out)
{
    out->n = w->n;
    out->k = w->k;
    out->tail = NAN;
    out->is_burst = false;
    out->incident = incident_at(s, x->run[out->run].finished);
    if (!s->baseline)
        return;
    if (memo->n != w->n || memo->k != w->k) {
        memo->n = w->n;
        memo->k = w->k;
        memo->tail =
            fault_tail(w->n, w->k, s->baseline->share_1e9, x->rule->tail_1e9, &memo->is_below);
    }
    out->tail = memo->tail;
    out->is_burst = w->k >= x->rule->accounts && memo->is_below;
}

static void attribute_stretch(const struct fault_index *x, const struct stretch *s, int64_t from,
                              int64_t t, uint8_t *verdict, fault_fn fn, void *context)
{
    struct memo memo = {.n = -1};
    size_t last = first_at(x, s, t), i = first_at(x, s, from);
    if (i >= last)
        return;
    struct window w = {.index = x};
    w.low = w.high = first_at(x, s, x->run[x->order[i]].finished - x->rule->before_us);
    for (; i < last; i++) {
        struct fault fault = {.run = x->order[i]};
        int64_t at = x->run[fault.run].finished;
        if (!x->is_bad[fault.run])
            continue;
        slide(&w, last, at - x->rule->before_us, at + x->rule->after_us);
        judge(x, s, &w, &memo, &fault);
        verdict[fault.run] = fault.is_burst || fault.incident ? FAULT_PLATFORM : FAULT_CUSTOMER;
        if (fn)
            fn(context, &fault);
    }
    slide(&w, last, INT64_MAX, INT64_MIN);
}

void fault_attribute(const struct fault_index *x, int64_t from, int64_t t, uint8_t *verdict,
                     fault_fn fn, void *context)
{
    for (size_t i = 0; i < x->n_stretches; i++)
        attribute_stretch(x, &x->stretch[i], from, t, verdict, fn, context);
}
