/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which values of a mapping a record has: tests for equality are looked up by the field's text, all
 * at once, the others are asked one by one. */
#include <string.h>

#include "ingest/mapping_reader.h"

/* The texts are the configuration's own, so the hash need not withstand anybody. */
static size_t hash_text(struct slice text)
{
    uint64_t first = 0, last = 0;
    if (text.n >= 8) {
        memcpy(&first, text.p, 8);
        memcpy(&last, text.p + text.n - 8, 8);
    } else if (text.n >= 4) {
        memcpy(&first, text.p, 4);
        memcpy(&last, text.p + text.n - 4, 4);
    } else {
        for (size_t i = 0; i < text.n; i++)
            first = first << 8 | (unsigned char)text.p[i];
    }
    uint64_t h = (first ^ text.n) * UINT64_C(0x9e3779b97f4a7c15);
    h = (h ^ h >> 29 ^ last) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (size_t)(h >> 32);
}

static struct mapping_slot *find(const struct mapping_choice *choice, struct slice text)
{
    size_t i = hash_text(text) & (MAPPING_SLOTS - 1);
    while (choice->slot[i].values && !slice_equals(choice->slot[i].text, text))
        i = (i + 1) & (MAPPING_SLOTS - 1);
    return &choice->slot[i];
}

static struct mapping_choice *choice_of(struct arena *arena, struct mapping_reader *reader,
                                        int source)
{
    for (size_t i = 0; i < reader->n_choices; i++) {
        if (reader->choice[i].source == source)
            return &reader->choice[i];
    }
    struct mapping_choice *choice = &reader->choice[reader->n_choices++];
    *choice = (struct mapping_choice){source, UINT64_MAX,
                                      arena_many(arena, MAPPING_SLOTS, struct mapping_slot)};
    return choice;
}

/* A test for equality goes into the table of its source, unless the value has one there already. */
static bool add_to_choice(struct arena *arena, struct mapping_reader *reader, size_t value,
                          size_t when)
{
    const struct mapping_test *test = &reader->mapping->value[value].when[when];
    const uint64_t bit = UINT64_C(1) << value;
    if (!test->equals || !*test->equals)
        return false;
    struct mapping_choice *choice = choice_of(arena, reader, reader->when[value][when]);
    if (!(choice->others & bit))
        return false;
    choice->others &= ~bit;
    struct mapping_slot *slot = find(choice, slice_of(test->equals));
    slot->text = slice_of(test->equals);
    slot->values |= bit;
    return true;
}

void mapping_choice_compile(struct arena *arena, struct mapping_reader *reader)
{
    const struct mapping *m = reader->mapping;
    for (size_t i = 0; i < m->n_values; i++) {
        for (size_t j = 0; j < m->value[i].n_when; j++) {
            if (!add_to_choice(arena, reader, i, j))
                reader->asked[i] |= (uint8_t)(1u << j);
        }
    }
}

bool mapping_choice_passes(const struct mapping_test *test, struct slice text)
{
    if (test->empty)
        return text.n == 0;
    if (test->equals)
        return slice_is(text, test->equals);
    if (test->prefix) {
        size_t n = strlen(test->prefix);
        return text.n >= n && memcmp(text.p, test->prefix, n) == 0;
    }
    size_t n = strlen(test->suffix);
    return text.n >= n && memcmp(text.p + text.n - n, test->suffix, n) == 0;
}

static bool passes_asked(const struct mapping_reader *reader, size_t value)
{
    const struct mapping_value *v = &reader->mapping->value[value];
    for (unsigned left = reader->asked[value]; left; left &= left - 1) {
        size_t j = (size_t)__builtin_ctz(left);
        if (!mapping_choice_passes(&v->when[j],
                                   mapping_source_text(reader, reader->when[value][j])))
            return false;
    }
    return true;
}

uint64_t mapping_choice_values(const struct mapping_reader *reader)
{
    size_t n = reader->mapping->n_values;
    uint64_t fits = n == 64 ? UINT64_MAX : (UINT64_C(1) << n) - 1;
    for (size_t i = 0; i < reader->n_choices; i++) {
        const struct mapping_choice *choice = &reader->choice[i];
        struct slice text = mapping_source_text(reader, choice->source);
        fits &= choice->others | find(choice, text)->values;
    }
    for (uint64_t left = fits; left; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        if (reader->asked[i] && !passes_asked(reader, i))
            fits &= ~(UINT64_C(1) << i);
    }
    return fits;
}
