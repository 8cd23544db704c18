/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/directory.h"

#include <sodium.h>

#include "core/huge.h"
#include "sql/ingest.h"

enum { FIRST_SLOTS = 64, BYTES_MAX = 32 << 20, DIRECTORY_SHORT = 23 };

/* Most names are short: they are compared where they are found, 24 bytes in three words. */
struct slot {
    uint32_t tag, index; /* bits of the hash; 0 is empty */
    struct beginning {
        char text[DIRECTORY_SHORT]; /* its first bytes, zeros behind them */
        uint8_t n;                  /* bytes of the name, 255 for more than that */
    } begins;
};

struct directory {
    struct arena *texts;
    GPtrArray *names; /* each with a closing NUL; index 0 is "" */
    GArray *ids;
    struct slot *slot;
    size_t mask;
    uint64_t key[2];
    guint resolved; /* indexes below it are resolved */
};

/* Empty ones in place of those there are. */
static void set_slots(struct directory *directory, size_t n)
{
    huge_free(directory->slot, directory->slot ? directory->mask + 1 : 0, sizeof(struct slot));
    directory->slot = huge_new0(n, sizeof(struct slot));
    directory->mask = n - 1;
}

static void begin(struct directory *directory)
{
    g_ptr_array_set_size(directory->names, 0);
    g_ptr_array_add(directory->names, arena_strdup(directory->texts, ""));
    g_array_set_size(directory->ids, 0);
    g_array_set_size(directory->ids, 1);
    set_slots(directory, FIRST_SLOTS);
    directory->resolved = 1;
}

struct directory *directory_new(void)
{
    struct directory *directory = g_new0(struct directory, 1);
    directory->texts = arena_new();
    directory->names = g_ptr_array_new();
    directory->ids = g_array_new(FALSE, TRUE, sizeof(int64_t));
    randombytes_buf(directory->key, sizeof directory->key);
    begin(directory);
    return directory;
}

void directory_free(struct directory *directory)
{
    if (!directory)
        return;
    arena_free(directory->texts);
    g_ptr_array_free(directory->names, TRUE);
    g_array_free(directory->ids, TRUE);
    huge_free(directory->slot, directory->mask + 1, sizeof(struct slot));
    g_free(directory);
}

static inline uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static inline __attribute__((always_inline)) void sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = rotate(v[1], 13) ^ v[0];
    v[0] = rotate(v[0], 32);
    v[2] += v[3];
    v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = rotate(v[1], 17) ^ v[2];
    v[2] = rotate(v[2], 32);
}

/* SipHash-1-3 under a key of this run's own: names are chosen by others, who must not be able to
 * make them all meet. Kept here, inlined, because a call costs as much as the hash. */
static uint64_t hash_name(const uint64_t key[2], struct slice name)
{
    uint64_t v[4] = {key[0] ^ UINT64_C(0x736f6d6570736575), key[1] ^ UINT64_C(0x646f72616e646f6d),
                     key[0] ^ UINT64_C(0x6c7967656e657261), key[1] ^ UINT64_C(0x7465646279746573)};
    size_t at = 0;
    uint64_t word;
    for (; at + 8 <= name.n; at += 8) {
        memcpy(&word, name.p + at, 8);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    word = (uint64_t)name.n << 56;
    if (at > 0 && at < name.n) { /* the last bytes, together with some of before */
        uint64_t last;
        memcpy(&last, name.p + name.n - 8, 8);
        word |= last >> (8 * (at + 8 - name.n));
    }
    for (size_t i = 0; at == 0 && i < name.n; i++)
        word |= (uint64_t)(unsigned char)name.p[i] << (8 * i);
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Bytes of a short name by words that may overlap: a call of memcpy costs more. */
static inline void copy_short(char *to, struct slice name)
{
    if (name.n >= 16) {
        memcpy(to, name.p, 16);
        memcpy(to + name.n - 8, name.p + name.n - 8, 8);
    } else if (name.n >= 8) {
        memcpy(to, name.p, 8);
        memcpy(to + name.n - 8, name.p + name.n - 8, 8);
    } else {
        for (size_t i = 0; i < name.n; i++)
            to[i] = name.p[i];
    }
}

static inline struct beginning beginning_of(struct slice name)
{
    struct beginning b = {.n = (uint8_t)MIN(name.n, 255)};
    copy_short(b.text, (struct slice){name.p, MIN(name.n, DIRECTORY_SHORT)});
    return b;
}

static inline bool begins_alike(const struct beginning *a, const struct beginning *b)
{
    uint64_t x[3], y[3];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return ((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2])) == 0;
}

static inline bool is_name(const struct directory *directory, const struct slot *slot,
                           const struct beginning *begins, struct slice name)
{
    if (!begins_alike(&slot->begins, begins))
        return false;
    if (name.n <= DIRECTORY_SHORT)
        return true;
    const char *known = directory->names->pdata[slot->index];
    return strncmp(known + DIRECTORY_SHORT, name.p + DIRECTORY_SHORT, name.n - DIRECTORY_SHORT) ==
               0 &&
           known[name.n] == '\0';
}

/* The slot of a name, or the empty one where it would go. */
static struct slot *find(const struct directory *directory, struct slice name, uint64_t hash)
{
    const struct beginning begins = beginning_of(name);
    for (size_t i = hash & directory->mask;; i = (i + 1) & directory->mask) {
        struct slot *slot = &directory->slot[i];
        if (slot->index == 0 ||
            (slot->tag == (uint32_t)(hash >> 32) && is_name(directory, slot, &begins, name)))
            return slot;
    }
}

static void fill_slot(struct slot *slot, struct slice name, uint64_t hash, uint32_t index)
{
    *slot = (struct slot){.tag = (uint32_t)(hash >> 32), .index = index};
    slot->begins = beginning_of(name);
}

static void grow(struct directory *directory)
{
    set_slots(directory, (directory->mask + 1) * 2);
    for (guint i = 1; i < directory->names->len; i++) {
        const struct slice name = slice_of(directory->names->pdata[i]);
        uint64_t hash = hash_name(directory->key, name);
        fill_slot(find(directory, name, hash), name, hash, i);
    }
}

uint64_t directory_ask(const struct directory *directory, struct slice name)
{
    uint64_t hash = hash_name(directory->key, name);
    __builtin_prefetch(&directory->slot[hash & directory->mask]);
    return hash;
}

uint32_t directory_index(struct directory *directory, struct slice name)
{
    return directory_index_asked(directory, name, hash_name(directory->key, name));
}

uint32_t directory_index_asked(struct directory *directory, struct slice name, uint64_t hash)
{
    struct slot *slot = find(directory, name, hash);
    if (slot->index)
        return slot->index;
    guint index = directory->names->len;
    g_ptr_array_add(directory->names, arena_strndup(directory->texts, name.p, name.n));
    g_array_set_size(directory->ids, index + 1);
    fill_slot(slot, name, hash, index);
    if (directory->names->len * 3 > directory->mask * 2)
        grow(directory);
    return index;
}

const char *directory_name(const struct directory *directory, uint32_t index)
{
    return directory->names->pdata[index];
}

int64_t directory_id(const struct directory *directory, uint32_t index)
{
    return g_array_index(directory->ids, int64_t, index);
}

const int64_t *directory_ids(const struct directory *directory)
{
    return &g_array_index(directory->ids, int64_t, 0);
}

static struct db_texts fresh_names(const struct directory *directory)
{
    return (struct db_texts){.n = directory->names->len - directory->resolved,
                             .v = (const char *const *)directory->names->pdata +
                                  directory->resolved};
}

static void set_id(struct directory *directory, const char *name, int64_t id)
{
    const struct slice text = slice_of(name);
    const struct slot *slot = find(directory, text, hash_name(directory->key, text));
    g_array_index(directory->ids, int64_t, slot->index) = id;
}

static bool check_all(struct directory *directory, GError **err)
{
    for (guint i = directory->resolved; i < directory->names->len; i++) {
        if (directory_id(directory, i) == 0)
            return err_set(err, KENKO_ERROR_BUG, "'%s' was not resolved",
                           directory_name(directory, i));
    }
    return true;
}

bool directory_resolve_parties(struct directory *directory, struct db *db, const char *source,
                               int64_t load_id, GError **err)
{
    struct db_texts names = fresh_names(directory);
    if (names.n == 0)
        return true;
    g_autoptr(arena_t) arena = arena_new();
    struct q_party_find_rows rows;
    if (!q_party_make(db, source, &names, load_id, NULL, err) ||
        !q_party_find(arena, db, source, &names, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        set_id(directory, rows.row[i].external_id, rows.row[i].party_id);
    return check_all(directory, err);
}

bool directory_resolve_subjects(struct directory *directory, struct db *db, const char *by,
                                GError **err)
{
    struct db_texts names = fresh_names(directory);
    if (names.n == 0)
        return true;
    g_autoptr(arena_t) arena = arena_new();
    struct q_subject_find_rows rows;
    if (!q_subject_make(db, by, &names, NULL, err) ||
        !q_subject_find(arena, db, by, &names, &rows, err))
        return false;
    for (size_t i = 0; i < rows.n; i++)
        set_id(directory, rows.row[i].name, rows.row[i].subject_id);
    return check_all(directory, err);
}

void directory_keep(struct directory *directory)
{
    directory->resolved = directory->names->len;
    size_t each = sizeof(gpointer) + sizeof(int64_t) + 2 * sizeof(struct slot);
    if (arena_used(directory->texts) + directory->names->len * each > BYTES_MAX) {
        arena_reset(directory->texts);
        begin(directory);
    }
}
