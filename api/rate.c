/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "api/rate.h"

#include <glib.h>
#include <pthread.h>

enum { SWEEP_AT = 1024 }; /* buckets, before full ones are looked for */

struct bucket {
    int64_t full_us; /* when it is full, were nothing taken any more */
};

struct rate {
    pthread_mutex_t lock;
    int64_t token_us; /* time that one token takes */
    int burst;
    guint sweep_at;
    GHashTable *buckets; /* who → struct bucket */
};

static struct rate *make(int64_t token_us, int burst)
{
    struct rate *rate = g_new0(struct rate, 1);
    pthread_mutex_init(&rate->lock, NULL);
    rate->token_us = token_us;
    rate->burst = burst;
    rate->sweep_at = SWEEP_AT;
    rate->buckets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return rate;
}

struct rate *rate_new(int per_second, int burst)
{
    return make(1000000 / per_second, burst);
}

struct rate *rate_new_slow(int per_minute)
{
    return make(60000000 / per_minute, per_minute);
}

void rate_free(struct rate *rate)
{
    if (!rate)
        return;
    g_hash_table_destroy(rate->buckets);
    pthread_mutex_destroy(&rate->lock);
    g_free(rate);
}

static gboolean is_full(gpointer who, gpointer value, gpointer now_us)
{
    (void)who;
    return ((const struct bucket *)value)->full_us <= *(const int64_t *)now_us;
}

static struct bucket *bucket_of(struct rate *rate, const char *who, int64_t now_us)
{
    struct bucket *bucket = g_hash_table_lookup(rate->buckets, who);
    if (bucket)
        return bucket;
    if (g_hash_table_size(rate->buckets) >= rate->sweep_at) {
        g_hash_table_foreach_remove(rate->buckets, is_full, &now_us);
        rate->sweep_at = MAX(SWEEP_AT, 2 * g_hash_table_size(rate->buckets));
    }
    bucket = g_new0(struct bucket, 1);
    g_hash_table_insert(rate->buckets, g_strdup(who), bucket);
    return bucket;
}

static bool ask(struct rate *rate, const char *who, int64_t now_us, bool take,
                struct rate_state *out)
{
    pthread_mutex_lock(&rate->lock);
    struct bucket *bucket = bucket_of(rate, who, now_us);
    int64_t full_us = MAX(bucket->full_us, now_us), all_us = rate->burst * rate->token_us;
    bool ok = full_us - now_us + rate->token_us <= all_us;
    if (ok && take)
        full_us += rate->token_us;
    bucket->full_us = full_us;
    pthread_mutex_unlock(&rate->lock);
    int64_t used_us = full_us - now_us, wait_us = ok ? 0 : used_us + rate->token_us - all_us;
    *out = (struct rate_state){.limit = rate->burst,
                               .remaining = (int)((all_us - used_us) / rate->token_us),
                               .reset_s = (int)((used_us + 999999) / 1000000),
                               .retry_s = (int)((wait_us + 999999) / 1000000)};
    return ok;
}

bool rate_take(struct rate *rate, const char *who, int64_t now_us, struct rate_state *out)
{
    return ask(rate, who, now_us, true, out);
}

bool rate_has(struct rate *rate, const char *who, int64_t now_us, struct rate_state *out)
{
    return ask(rate, who, now_us, false, out);
}
