/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/identity_near.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "ingest/identity_name.h"

enum {
    LETTERS_MAX = 64,
    GRAMS_MAX = LETTERS_MAX + 2,
    BUCKETS = 1 << 18,
    /* N-grams that so many names have say little: others are enough to find what is alike. */
    VISITS_MAX = 200000,
    CANDIDATES = 128
};

#define SIMILARITY_MIN 0.5

/* A name as letters, and the buckets of its n-grams. */
struct word {
    int n, n_grams;
    gunichar letter[LETTERS_MAX];
    uint32_t gram[GRAMS_MAX];
};

struct entry {
    uint32_t owner;
    uint32_t first; /* of its letters in `letters` */
    uint8_t n, n_grams;
};

struct identity_near_index {
    GArray *entries; /* struct entry */
    GArray *letters; /* gunichar */
    uint32_t *start; /* BUCKETS + 1: where a bucket's entries begin in `posting` */
    uint32_t *posting;
    uint8_t *shared; /* of each entry while a name is looked up */
    GArray *touched; /* uint32_t */
};

struct identity_near_index *identity_near_new(void)
{
    struct identity_near_index *index = g_new0(struct identity_near_index, 1);
    index->entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    index->letters = g_array_new(FALSE, FALSE, sizeof(gunichar));
    index->touched = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return index;
}

void identity_near_free(struct identity_near_index *index)
{
    if (!index)
        return;
    g_array_free(index->entries, TRUE);
    g_array_free(index->letters, TRUE);
    g_array_free(index->touched, TRUE);
    g_free(index->start);
    g_free(index->posting);
    g_free(index->shared);
    g_free(index);
}

static uint32_t bucket_of(gunichar a, gunichar b, gunichar c)
{
    uint64_t h = ((uint64_t)a << 42 ^ (uint64_t)b << 21 ^ c) * UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)(h >> 46);
}

static void leave_once(struct word *word)
{
    int n = 0;
    for (int i = 0; i < word->n_grams; i++) {
        int k = 0;
        while (k < n && word->gram[k] != word->gram[i])
            k++;
        if (k == n)
            word->gram[n++] = word->gram[i];
    }
    word->n_grams = n;
}

/* Three letters of an alphabet, two where each is a syllable or a word; the name's beginning counts
 * as a letter, because people get it right more often than the end. */
static void find_grams(struct word *word)
{
    gunichar before = 1;
    word->n_grams = 0;
    for (int i = 0; i < word->n; i++) {
        gunichar c = word->letter[i], after = i + 1 < word->n ? word->letter[i + 1] : 2;
        word->gram[word->n_grams++] =
            c < 0x2e80 ? bucket_of(before, c, after) : bucket_of(3, c, after);
        before = c;
    }
    if (word->n > 0 && word->letter[0] >= 0x2e80)
        word->gram[word->n_grams++] = bucket_of(3, 1, word->letter[0]);
    leave_once(word);
}

/* False when there is nothing to compare by. */
static bool read_word(const char *name, struct word *out)
{
    g_autofree char *loose = name && *name ? identity_name_loose(name) : NULL;
    if (!loose)
        return false;
    out->n = 0;
    for (const char *c = loose; *c && out->n < LETTERS_MAX; c = g_utf8_next_char(c))
        out->letter[out->n++] = g_utf8_get_char(c);
    find_grams(out);
    return out->n > 0;
}

static void load_word(const struct identity_near_index *index, const struct entry *entry,
                      struct word *out)
{
    out->n = entry->n;
    memcpy(out->letter, &g_array_index(index->letters, gunichar, entry->first),
           entry->n * sizeof(gunichar));
}

void identity_near_add(struct identity_near_index *index, uint32_t owner, const char *name)
{
    struct word word;
    if (!read_word(name, &word))
        return;
    struct entry entry = {owner, index->letters->len, (uint8_t)word.n, (uint8_t)word.n_grams};
    g_array_append_vals(index->letters, word.letter, (guint)word.n);
    g_array_append_val(index->entries, entry);
}

/* Count, sum up, fill: each bucket's entries then lie together. */
void identity_near_build(struct identity_near_index *index)
{
    guint n = index->entries->len;
    uint32_t total = 0;
    index->start = g_new0(uint32_t, BUCKETS + 2);
    for (int pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < n; i++) {
            struct word word;
            load_word(index, &g_array_index(index->entries, struct entry, i), &word);
            find_grams(&word);
            for (int g = 0; g < word.n_grams; g++) {
                if (pass == 0)
                    index->start[word.gram[g] + 2]++;
                else
                    index->posting[index->start[word.gram[g] + 1]++] = i;
            }
        }
        if (pass == 1)
            break;
        for (int b = 0; b <= BUCKETS; b++) {
            total += index->start[b + 1];
            index->start[b + 1] = total;
        }
        index->posting = g_new(uint32_t, total + 1);
    }
    index->shared = g_new0(uint8_t, n + 1);
}

static uint32_t visits_of(const struct identity_near_index *index, uint32_t gram)
{
    return index->start[gram + 1] - index->start[gram];
}

/* The rarest n-grams first. */
static void sort_grams(const struct identity_near_index *index, struct word *word)
{
    for (int i = 1; i < word->n_grams; i++) {
        uint32_t gram = word->gram[i];
        int at = i;
        for (; at > 0 && visits_of(index, word->gram[at - 1]) > visits_of(index, gram); at--)
            word->gram[at] = word->gram[at - 1];
        word->gram[at] = gram;
    }
}

static void count_shared(struct identity_near_index *index, struct word *word)
{
    uint32_t visits = 0;
    sort_grams(index, word);
    for (int g = 0; g < word->n_grams; g++) {
        uint32_t gram = word->gram[g], n = visits_of(index, gram);
        if (visits + n > VISITS_MAX && visits > 0)
            break;
        visits += n;
        for (uint32_t i = index->start[gram]; i < index->start[gram + 1]; i++) {
            uint32_t entry = index->posting[i];
            if (index->shared[entry]++ == 0)
                g_array_append_val(index->touched, entry);
        }
    }
}

struct candidate {
    uint32_t entry;
    double share; /* Dice's: shared n-grams of both */
};

/* The entries with the largest share of n-grams, in a heap-free way: few are kept. */
static int take_candidates(struct identity_near_index *index, const struct word *word,
                           struct candidate out[CANDIDATES])
{
    int n = 0;
    for (guint i = 0; i < index->touched->len; i++) {
        uint32_t entry = g_array_index(index->touched, uint32_t, i);
        int grams = g_array_index(index->entries, struct entry, entry).n_grams;
        double share = 2.0 * index->shared[entry] / (grams + word->n_grams);
        index->shared[entry] = 0;
        if (n == CANDIDATES && share <= out[n - 1].share)
            continue;
        int at = n < CANDIDATES ? n++ : n - 1;
        for (; at > 0 && out[at - 1].share < share; at--)
            out[at] = out[at - 1];
        out[at] = (struct candidate){entry, share};
    }
    g_array_set_size(index->touched, 0);
    return n;
}

/* Insertions, deletions, replacements and swaps of neighbours (Damerau, optimal alignment). */
static int distance(const struct word *a, const struct word *b)
{
    int rows[3][LETTERS_MAX + 1];
    for (int j = 0; j <= b->n; j++)
        rows[0][j] = j;
    for (int i = 1; i <= a->n; i++) {
        int *now = rows[i % 3], *before = rows[(i + 2) % 3], *older = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= b->n; j++) {
            int best = before[j - 1] + (a->letter[i - 1] != b->letter[j - 1]);
            best = MIN(best, MIN(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a->letter[i - 1] == b->letter[j - 2] &&
                a->letter[i - 2] == b->letter[j - 1])
                best = MIN(best, older[j - 2] + 1);
            now[j] = best;
        }
    }
    return rows[a->n % 3][b->n];
}

/* A number is never a slip: customer 17 is not customer 18. */
static bool same_digits(const struct word *a, const struct word *b)
{
    int i = 0, j = 0;
    for (;;) {
        while (i < a->n && !g_unichar_isdigit(a->letter[i]))
            i++;
        while (j < b->n && !g_unichar_isdigit(b->letter[j]))
            j++;
        if (i == a->n || j == b->n)
            return i == a->n && j == b->n;
        if (a->letter[i++] != b->letter[j++])
            return false;
    }
}

static double similarity(const struct word *a, const struct word *b, double share)
{
    if (!same_digits(a, b))
        return 0;
    double by_letters = 1 - (double)distance(a, b) / MAX(a->n, b->n);
    return MAX(by_letters, 0.9 * share); /* words that changed places */
}

static void keep(struct identity_near_match best[IDENTITY_NEAR], uint32_t owner, double value)
{
    int at = IDENTITY_NEAR;
    for (int i = 0; i < IDENTITY_NEAR; i++) {
        if (best[i].similarity > 0 && best[i].owner == owner) {
            if (best[i].similarity >= value)
                return;
            memmove(&best[i], &best[i + 1], (size_t)(IDENTITY_NEAR - 1 - i) * sizeof *best);
            best[IDENTITY_NEAR - 1] = (struct identity_near_match){0};
            break;
        }
    }
    while (at > 0 && best[at - 1].similarity < value)
        at--;
    if (at == IDENTITY_NEAR)
        return;
    memmove(&best[at + 1], &best[at], (size_t)(IDENTITY_NEAR - 1 - at) * sizeof *best);
    best[at] = (struct identity_near_match){owner, value};
}

void identity_near_find(struct identity_near_index *index, const char *const *names, int n,
                        struct identity_near_match best[IDENTITY_NEAR])
{
    memset(best, 0, IDENTITY_NEAR * sizeof *best);
    for (int i = 0; i < n; i++) {
        struct word word, other;
        struct candidate candidates[CANDIDATES];
        if (!read_word(names[i], &word))
            continue;
        count_shared(index, &word);
        int n_candidates = take_candidates(index, &word, candidates);
        for (int c = 0; c < n_candidates; c++) {
            const struct entry *entry =
                &g_array_index(index->entries, struct entry, candidates[c].entry);
            load_word(index, entry, &other);
            double value = similarity(&word, &other, candidates[c].share);
            if (value >= SIMILARITY_MIN)
                keep(best, entry->owner, value);
        }
    }
}
