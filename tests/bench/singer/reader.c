/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The peer: a reader of Singer messages as they are commonly written, one json_loadb per line, the
 * fields looked up in the tree, runs counted per account, event and day. It stores nothing. */
#include <glib.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_SIZE = 128, DAY_CHARS = 10 };

static void count(GHashTable *sums, json_t *record)
{
    const char *account = json_string_value(json_object_get(record, "account"));
    const char *event = json_string_value(json_object_get(record, "event"));
    const char *at = json_string_value(json_object_get(record, "at"));
    char key[KEY_SIZE];
    if (!account || !event || !at || strlen(at) < DAY_CHARS)
        return;
    g_snprintf(key, sizeof key, "%s|%s|%.*s", account, event, (int)DAY_CHARS, at);
    guint64 *sum = g_hash_table_lookup(sums, key);
    if (!sum) {
        sum = g_new0(guint64, 1);
        g_hash_table_insert(sums, g_strdup(key), sum);
    }
    ++*sum;
}

int main(void)
{
    GHashTable *sums = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    char *line = NULL;
    size_t size = 0;
    ssize_t n;
    guint64 records = 0, states = 0;
    while ((n = getline(&line, &size, stdin)) > 0) {
        json_error_t error;
        json_t *message = json_loadb(line, (size_t)n, 0, &error);
        const char *type = json_string_value(json_object_get(message, "type"));
        if (type && strcmp(type, "RECORD") == 0) {
            count(sums, json_object_get(message, "record"));
            records++;
        } else if (type && strcmp(type, "STATE") == 0) {
            states++;
        }
        json_decref(message);
    }
    printf("%" G_GUINT64_FORMAT " records, %" G_GUINT64_FORMAT " states, %u sums\n", records,
           states, g_hash_table_size(sums));
    free(line);
    g_hash_table_destroy(sums);
    return 0;
}
