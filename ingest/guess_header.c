/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is the first line of a file a header? A data row that is taken for one is lost without a trace, a
 * header that is taken for data is a rejected record: in doubt it is data. */
#include "ingest/guess_internal.h"

static bool is_nothing(struct slice text)
{
    static const char *const words[] = {"",     "-",    "?",   "na",      "n/a",  "#n/a", "nan",
                                        "null", "none", "nil", "unknown", "なし", "不明", NULL};
    g_autofree char *lower = g_ascii_strdown(text.p, (gssize)text.n);
    return g_strv_contains(words, lower);
}

/* A number, a time, an address: no column is called so. */
static bool is_value(const struct guess_shared *shared, struct slice text)
{
    int64_t at[GUESS_DATES];
    uint32_t domain = UINT32_C(1) << KIND_DOMAIN; /* user.name looks like one */
    return (guess_kinds(shared, text, at) & ~domain) != 0;
}

static bool stands_twice(const struct slice *first, size_t n, size_t at)
{
    for (size_t i = 0; i < n && n <= 512; i++) {
        if (i != at && slice_equals(first[i], first[at]))
            return true;
    }
    return false;
}

void guess_header(const struct guess_shared *shared, struct guess_sketch *const *sketch,
                  const struct slice *first, struct guess *guess)
{
    size_t names = 0, unlike = 0, n = guess->n_columns;
    bool possible = true;
    for (size_t i = 0; i < n; i++) {
        const struct guess_column *c = &guess->column[i];
        bool typed = (c->type != GUESS_TEXT && c->type != GUESS_EMPTY) ||
                     (c->content != GUESS_PLAIN && c->n > 0);
        possible = possible && !is_nothing(first[i]) && !is_value(shared, first[i]) &&
                   !guess_sketch_has(sketch[i], first[i]) && !stands_twice(first, n, i);
        names += guess_is_name(first[i]);
        unlike += typed;
    }
    guess->header_note = "";
    guess->has_header = possible && ((unlike >= 1 && names >= 1) || names * 2 >= n ||
                                     (unlike >= 2 && unlike * 2 >= n));
    if (guess->has_header && unlike == 0)
        guess->header_note = "the first line is a header by its names only";
    if (!guess->has_header)
        guess->header_note = possible ? "the first line may be a header, but could be data: it is "
                                        "kept as data; if it names the columns, leave header and "
                                        "columns out"
                                      : "the first line is data";
}
