/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Counts, shares of few and sums of look-up tables repeat from account to account: 2 bytes that say
 * which value instead of the 8 of the value. A column of more than 65,536 different ones is kept as
 * it is. Either way every bit stays. */
#include <string.h>

#include "api/snapshot_internal.h"

enum { CODES_MAX = UINT16_MAX + 1, FIRST_SLOTS = 256 };

void *snapshot_column_room(void *memory, size_t n, size_t *room, size_t size)
{
    if (n < *room)
        return memory;
    *room = MAX(*room * 2, 256);
    return g_realloc_n(memory, *room, size);
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Where the value is, or where it would go. */
static size_t slot_of(const struct column_maker *column, uint64_t bits)
{
    size_t at = (bits * UINT64_C(0x9e3779b97f4a7c15)) >> 40;
    for (;; at++) {
        uint32_t slot = column->slots[at & (column->n_slots - 1)];
        if (slot == 0 || bits_of(column->values[slot - 1]) == bits)
            return at & (column->n_slots - 1);
    }
}

static void grow_slots(struct column_maker *column)
{
    if (column->n_values * 2 < column->n_slots)
        return;
    g_free(column->slots);
    column->n_slots = column->n_slots ? column->n_slots * 2 : FIRST_SLOTS;
    column->slots = g_new0(uint32_t, column->n_slots);
    for (size_t i = 0; i < column->n_values; i++)
        column->slots[slot_of(column, bits_of(column->values[i]))] = (uint32_t)i + 1;
}

static void make_plain(struct column_maker *column)
{
    double *values = g_new(double, column->room);
    for (size_t i = 0; i < column->n; i++)
        values[i] = column->values[column->codes[i]];
    g_free(column->values);
    g_clear_pointer(&column->codes, g_free);
    g_clear_pointer(&column->slots, g_free);
    column->values = values;
    column->n_values = column->n;
    column->values_room = column->room;
}

static void put_plain(struct column_maker *column, double value)
{
    column->values = snapshot_column_room(column->values, column->n, &column->values_room,
                                          sizeof column->values[0]);
    column->values[column->n++] = value;
    column->n_values = column->n;
}

void snapshot_column_add(struct column_maker *column, double value)
{
    if (column->n > 0 && !column->codes) {
        put_plain(column, value);
        return;
    }
    column->codes = snapshot_column_room(column->codes, column->n, &column->room, sizeof(uint16_t));
    grow_slots(column);
    size_t slot = slot_of(column, bits_of(value));
    if (column->slots[slot] == 0 && column->n_values == CODES_MAX) {
        make_plain(column);
        put_plain(column, value);
        return;
    }
    if (column->slots[slot] == 0) {
        column->values = snapshot_column_room(column->values, column->n_values,
                                              &column->values_room, sizeof column->values[0]);
        column->values[column->n_values++] = value;
        column->slots[slot] = (uint32_t)column->n_values;
    }
    column->codes[column->n++] = (uint16_t)(column->slots[slot] - 1);
}

size_t snapshot_column_finish(struct column_maker *column, struct snapshot_column *out)
{
    g_clear_pointer(&column->slots, g_free);
    column->values = g_realloc_n(column->values, column->n_values, sizeof column->values[0]);
    if (column->codes)
        column->codes = g_realloc_n(column->codes, column->n, sizeof column->codes[0]);
    *out = (struct snapshot_column){column->codes, column->values};
    return column->n_values * sizeof column->values[0] +
           (column->codes ? column->n * sizeof column->codes[0] : 0);
}

void snapshot_column_clear(struct column_maker *column)
{
    g_free(column->codes);
    g_free(column->values);
    g_free(column->slots);
}
