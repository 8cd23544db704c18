/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/zones.h"

#include <pthread.h>
#include <string.h>

#include "core/zone.h"

/* The tz database has fewer names; names that are none are not kept. */
enum { ZONES_MAX = 1000 };

struct zones {
    pthread_mutex_t lock;
    GHashTable *open; /* name → zone */
};

static void close_zone(gpointer zone)
{
    zone_close(zone);
}

struct zones *zones_new(void)
{
    struct zones *zones = g_new0(struct zones, 1);
    pthread_mutex_init(&zones->lock, NULL);
    zones->open = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_zone);
    return zones;
}

void zones_free(struct zones *zones)
{
    if (!zones)
        return;
    g_hash_table_destroy(zones->open);
    pthread_mutex_destroy(&zones->lock);
    g_free(zones);
}

/* Names become paths below the tz database: nothing that leads elsewhere is looked for. */
static bool is_name(const char *name)
{
    for (const char *p = name; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr("_-+/", *p))
            return false;
    }
    return *name && *name != '/';
}

const struct zone *zones_get(struct zones *zones, const char *name)
{
    if (!is_name(name))
        return NULL;
    pthread_mutex_lock(&zones->lock);
    struct zone *zone = g_hash_table_lookup(zones->open, name);
    if (!zone && g_hash_table_size(zones->open) < ZONES_MAX) {
        zone = zone_open(name, NULL);
        if (zone)
            g_hash_table_insert(zones->open, g_strdup(name), zone);
    }
    pthread_mutex_unlock(&zones->lock);
    return zone;
}
