/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What has been seen of one column, whatever its length, and what that makes it. */
#include "core/text.h"
#include "ingest/guess_internal.h"
#include "ingest/instant.h"

enum { SLOTS_FIRST = 64, SHOWN = 40 };

/* Pairs of words that say yes and no; a column is boolean when all its values are of one. */
static const char *const pairs[][2] = {{"true", "false"}, {"yes", "no"}, {"y", "n"},
                                       {"t", "f"},        {"on", "off"}, {"はい", "いいえ"}};

/* Groups of kinds of which a column may have almost only. */
static const struct group {
    uint32_t kinds;
    const char *what;
} groups[] = {
    {1u << KIND_INTEGER | 1u << KIND_LARGE | 1u << KIND_FRACTION, "numbers"},
    {1u << KIND_ISO, "times"},
    {1u << KIND_EU, "times with the day first"},
    {1u << KIND_US, "times with the month first"},
    {1u << KIND_JAPANESE, "Japanese times"},
    {1u << KIND_MAIL, "mail addresses"},
};

enum { GROUPS = G_N_ELEMENTS(groups), NUMBERS = 0 };

struct sample {
    int64_t line;
    size_t n;
    char text[SHOWN + 1];
};

struct guess_sketch {
    struct guess_shared *shared;
    uint64_t n, empty, arrays, distinct, repeated;
    uint64_t count[KIND_COUNT];
    uint64_t in_group[GROUPS];
    struct sample misfit[GROUPS], example[GUESS_EXAMPLES], first_fraction;
    size_t n_examples;
    uint32_t pairs_left, words_seen; /* a bit for each pair; two for each pair */
    int decimals;
    bool any_number;
    double least, most;
    struct sample least_text, most_text;
    int64_t first_at[GUESS_DATES], last_at[GUESS_DATES];
    uint64_t *slot; /* hashes of values, 0 for a free one */
    size_t n_slots;
    bool full;
};

struct guess_sketch *guess_sketch_new(struct guess_shared *shared)
{
    struct guess_sketch *s = g_new0(struct guess_sketch, 1);
    s->shared = shared;
    s->pairs_left = (1u << G_N_ELEMENTS(pairs)) - 1;
    for (int i = 0; i < GUESS_DATES; i++) {
        s->first_at[i] = INT64_MAX;
        s->last_at[i] = INT64_MIN;
    }
    return s;
}

void guess_sketch_free(struct guess_sketch *s)
{
    if (!s)
        return;
    g_free(s->slot);
    g_free(s);
}

void guess_sketch_skip(struct guess_sketch *s, uint64_t n)
{
    s->empty += n;
}

void guess_sketch_array(struct guess_sketch *s)
{
    s->arrays++;
}

static void keep(struct sample *sample, struct slice text, int64_t line)
{
    text = text_cut(text, SHOWN);
    sample->line = line;
    sample->n = text.n;
    memcpy(sample->text, text.p, text.n);
    sample->text[text.n] = '\0';
}

/* FNV-1a, mixed once more so that its low bits are good for a table. */
static uint64_t hash_of(struct slice text)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)text.p[i]) * UINT64_C(1099511628211);
    h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);
    h ^= h >> 33;
    return h ? h : 1;
}

static uint64_t *find(const struct guess_sketch *s, uint64_t hash)
{
    size_t i = hash & (s->n_slots - 1);
    while (s->slot[i] && s->slot[i] != hash)
        i = (i + 1) & (s->n_slots - 1);
    return &s->slot[i];
}

/* Twice the slots, as long as all columns together have some left. */
static bool grow(struct guess_sketch *s)
{
    size_t n_old = s->n_slots, more = n_old ? n_old : SLOTS_FIRST;
    uint64_t *old = s->slot;
    if (more > s->shared->slots)
        return false;
    s->shared->slots -= more;
    s->n_slots = n_old + more;
    s->slot = g_new0(uint64_t, s->n_slots);
    for (size_t i = 0; i < n_old; i++) {
        if (old[i])
            *find(s, old[i]) = old[i];
    }
    g_free(old);
    return true;
}

static void count_distinct(struct guess_sketch *s, struct slice value)
{
    if (s->full)
        return;
    if (s->distinct * 3 >= s->n_slots * 2 && !grow(s)) {
        s->full = true;
        return;
    }
    uint64_t hash = hash_of(value), *slot = find(s, hash);
    if (*slot) {
        s->repeated++;
        return;
    }
    *slot = hash;
    s->distinct++;
}

bool guess_sketch_has(const struct guess_sketch *s, struct slice value)
{
    return s->n_slots > 0 && *find(s, hash_of(value));
}

static bool is_word(struct slice value, const char *word)
{
    return value.n == strlen(word) && g_ascii_strncasecmp(value.p, word, value.n) == 0;
}

static void count_pairs(struct guess_sketch *s, struct slice value)
{
    for (size_t i = 0; s->pairs_left && i < G_N_ELEMENTS(pairs); i++) {
        bool yes = is_word(value, pairs[i][0]), no = is_word(value, pairs[i][1]);
        if (!yes && !no)
            s->pairs_left &= ~(1u << i);
        s->words_seen |= (uint32_t)yes << (2 * i) | (uint32_t)no << (2 * i + 1);
    }
}

static void count_number(struct guess_sketch *s, struct slice value, uint32_t kinds, int64_t line)
{
    char text[64];
    if (!(kinds & groups[NUMBERS].kinds) || value.n >= sizeof text)
        return;
    memcpy(text, value.p, value.n);
    text[value.n] = '\0';
    double v = g_ascii_strtod(text, NULL);
    if (!s->any_number || v < s->least)
        keep(&s->least_text, value, line);
    if (!s->any_number || v > s->most)
        keep(&s->most_text, value, line);
    s->least = s->any_number ? MIN(s->least, v) : v;
    s->most = s->any_number ? MAX(s->most, v) : v;
    s->any_number = true;
    const char *point = strchr(text, '.');
    if (point)
        s->decimals = MAX(s->decimals, (int)strlen(point + 1));
    if (point && s->first_fraction.line == 0)
        keep(&s->first_fraction, value, line);
}

static void keep_example(struct guess_sketch *s, struct slice value, int64_t line)
{
    struct slice shown = text_cut(value, SHOWN);
    for (size_t i = 0; i < s->n_examples; i++) {
        if (slice_equals(shown, (struct slice){s->example[i].text, s->example[i].n}))
            return;
    }
    keep(&s->example[s->n_examples++], value, line);
}

void guess_sketch_add(struct guess_sketch *s, struct slice value, int64_t line)
{
    int64_t at[GUESS_DATES];
    if (value.n == 0) {
        s->empty++;
        return;
    }
    s->n++;
    uint32_t kinds = guess_kinds(s->shared, value, at);
    for (uint32_t left = kinds; left; left &= left - 1)
        s->count[__builtin_ctz(left)]++;
    for (int i = 0; i < GUESS_DATES; i++) {
        if (kinds >> (KIND_ISO + i) & 1) {
            s->first_at[i] = MIN(s->first_at[i], at[i]);
            s->last_at[i] = MAX(s->last_at[i], at[i]);
        }
    }
    for (size_t i = 0; i < GROUPS; i++) {
        s->in_group[i] += (kinds & groups[i].kinds) != 0;
        if (!(kinds & groups[i].kinds) && s->misfit[i].line == 0)
            keep(&s->misfit[i], value, line);
    }
    count_pairs(s, value);
    count_number(s, value, kinds, line);
    count_distinct(s, value);
    if (s->n_examples < GUESS_EXAMPLES)
        keep_example(s, value, line);
}

static bool all(const struct guess_sketch *s, enum guess_kind kind)
{
    return s->count[kind] == s->n;
}

/* Both words of a pair were met, or words that say it alone. */
static bool is_boolean(const struct guess_sketch *s)
{
    for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
        bool both = (s->words_seen >> (2 * i) & 3) == 3;
        if ((s->pairs_left >> i & 1) && (both || i < 2))
            return true;
    }
    return false;
}

/* As it was written, without a zone. */
static const char *show_time(struct arena *arena, int64_t at_us, bool clock)
{
    const char *text = instant_show(arena, at_us);
    return arena_strndup(arena, text, clock ? strlen(text) - 1 : strcspn(text, "T"));
}

/* Which way of writing dates reads all values. -1: none, or two that disagree. */
static int find_dates(const struct guess_sketch *s, struct guess_column *out)
{
    static const char *const dates[] = {NULL, "eu", "us", "japanese", "%Y%m%d"};
    static const enum guess_kind order[] = {KIND_ISO, KIND_EU, KIND_US, KIND_JAPANESE,
                                            KIND_COMPACT};
    out->ambiguous = all(s, KIND_EU) && all(s, KIND_US);
    for (size_t i = 0; i < G_N_ELEMENTS(order) && !out->ambiguous; i++) {
        if (all(s, order[i])) {
            out->dates = dates[order[i] - KIND_ISO];
            return (int)(order[i] - KIND_ISO);
        }
    }
    return -1;
}

static enum guess_content find_content(const struct guess_sketch *s)
{
    static const struct {
        enum guess_kind kind;
        enum guess_content content;
    } known[] = {{KIND_MAIL, GUESS_MAIL},
                 {KIND_DOMAIN, GUESS_DOMAIN},
                 {KIND_URL, GUESS_URL},
                 {KIND_UUID, GUESS_UUID},
                 {KIND_SALESFORCE, GUESS_SALESFORCE_ID},
                 {KIND_CURRENCY, GUESS_CURRENCY}};
    for (size_t i = 0; i < G_N_ELEMENTS(known) && s->n > 0; i++) {
        if (all(s, known[i].kind))
            return known[i].content;
    }
    return s->arrays > 0 ? GUESS_ARRAY : GUESS_PLAIN;
}

static void find_type(const struct guess_sketch *s, struct arena *arena, struct guess_column *out)
{
    int dates;
    out->type = GUESS_TEXT;
    out->confidence = 1 - 1.0 / (double)(s->n + 2); /* by the rule of succession */
    if (s->n == 0) {
        out->type = GUESS_EMPTY;
    } else if (is_boolean(s)) {
        out->type = GUESS_BOOLEAN;
    } else if (s->in_group[NUMBERS] == s->n) {
        out->type = all(s, KIND_INTEGER) ? GUESS_INTEGER : GUESS_DECIMAL;
        out->min = arena_strdup(arena, s->least_text.text);
        out->max = arena_strdup(arena, s->most_text.text);
        out->maybe_time = all(s, KIND_EPOCH) || all(s, KIND_COMPACT);
        out->dates = all(s, KIND_COMPACT) ? "%Y%m%d" : NULL;
    } else if ((dates = find_dates(s, out)) >= 0) {
        bool clock = s->count[KIND_CLOCK] > 0;
        out->type = clock ? GUESS_TIME : GUESS_DAY;
        out->min = show_time(arena, s->first_at[dates], clock);
        out->max = show_time(arena, s->last_at[dates], clock);
    } else if (out->ambiguous) {
        out->confidence = 0.5;
    }
}

/* "99.98 % are numbers, not line 812: 'N/A'" */
static void note_misfit(const struct guess_sketch *s, GString *note)
{
    for (size_t i = 0; i < GROUPS; i++) {
        if (s->in_group[i] == s->n || s->in_group[i] * 10 < s->n * 9 || s->n < 10)
            continue;
        g_string_append_printf(note, "%.6g %% are %s, first not line %" G_GINT64_FORMAT ": '%s'; ",
                               (double)s->in_group[i] * 100 / (double)s->n, groups[i].what,
                               s->misfit[i].line, s->misfit[i].text);
        return;
    }
}

static const char *find_note(const struct guess_sketch *s, struct arena *arena,
                             const struct guess_column *c)
{
    g_autoptr(GString) note = g_string_new(NULL);
    if (c->ambiguous)
        g_string_append(note, "all values are both day/month and month/day: stays text until dates "
                              "says eu or us; ");
    uint64_t signed_n = s->count[KIND_ZEROS] + s->count[KIND_PLUS];
    if (c->type == GUESS_TEXT && signed_n > 0 && (signed_n + s->in_group[NUMBERS]) * 10 >= s->n * 9)
        g_string_append(note, s->count[KIND_ZEROS] ? "leading zeros: stays text; "
                                                   : "plus signs: stays text; ");
    if (c->type == GUESS_TEXT && s->count[KIND_GROUPS] * 2 > s->n)
        g_string_append(note, "numbers with signs or separators that kenko does not read: want "
                              "1234.5; ");
    if (c->type == GUESS_TEXT && s->count[KIND_SHORT_YEAR] * 2 > s->n)
        g_string_append(note, "dates with years of two digits: stay text until dates says "
                              "%d/%m/%y, %m/%d/%y or %y/%m/%d; ");
    if (s->count[KIND_LARGE] > 0 && c->type == GUESS_DECIMAL)
        g_string_append(note, "whole numbers beyond 64 bits; ");
    if (c->type == GUESS_DECIMAL && s->count[KIND_INTEGER] > 0 && s->first_fraction.line > 2)
        g_string_append_printf(note, "not whole since line %" G_GINT64_FORMAT ": %s; ",
                               s->first_fraction.line, s->first_fraction.text);
    if (c->type == GUESS_TEXT && !c->ambiguous)
        note_misfit(s, note);
    if (note->len >= 2)
        g_string_truncate(note, note->len - 2);
    return arena_strdup(arena, note->str);
}

void guess_sketch_close(struct guess_sketch *s, struct arena *arena, struct guess_column *out)
{
    const char *name = out->name;
    *out = (struct guess_column){.name = name,
                                 .n = s->n,
                                 .empty = s->empty,
                                 .distinct = s->distinct,
                                 .repeated = s->repeated,
                                 .counted_all = !s->full,
                                 .decimals = s->decimals,
                                 .content = find_content(s)};
    find_type(s, arena, out);
    for (size_t i = 0; i < s->n_examples; i++)
        out->example[i] = arena_strdup(arena, s->example[i].text);
    out->note = find_note(s, arena, out);
}
