/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sodium.h>
#include <string.h>

#include "api/ask_internal.h"

static void hash_text(crypto_generichash_state *state, const char *text)
{
    crypto_generichash_update(state, (const unsigned char *)text, strlen(text) + 1);
}

/* Of all that makes the list what it is, but not of where and how much. */
static uint64_t hash_of(const struct request *request)
{
    crypto_generichash_state state;
    unsigned char out[crypto_generichash_BYTES_MIN];
    uint64_t hash;
    const struct principal *who = &request->principal;
    const int64_t scope[] = {who->own_only, who->own_only ? who->staff_id : 0};
    crypto_generichash_init(&state, NULL, 0, sizeof out);
    hash_text(&state, request->path);
    for (const struct field *field = request->asked.fields; field->name; field++) {
        static const char *const free_to_change[] = {"cursor", "limit", "fields", "format", NULL};
        const char *text = request_param(request, field->name);
        if (g_strv_contains(free_to_change, field->name) || !text)
            continue;
        hash_text(&state, field->name);
        hash_text(&state, text);
    }
    crypto_generichash_update(&state, (const unsigned char *)scope, sizeof scope);
    crypto_generichash_final(&state, out, sizeof out);
    memcpy(&hash, out, sizeof hash);
    return hash;
}

static int64_t run_of(const struct ask *ask)
{
    return ask->snapshot ? ask->snapshot->run_id : 0;
}

bool ask_page_follow(const struct site *site, struct request *request, struct response *response,
                     struct ask *ask)
{
    unsigned char key[CURSOR_KEY_SIZE];
    struct cursor *cursor = arena_one(request->arena, struct cursor);
    const char *text = ask_param(ask, "cursor")->text;
    if (!text)
        return true;
    store_cursor_key(site->store, key);
    if (!cursor_parse(request->arena, text, key, cursor) || cursor->query != hash_of(request)) {
        response_problem(response, request, PROBLEM_BAD_CURSOR,
                         "the cursor was not given here, or belongs to other filters or another "
                         "key");
        return false;
    }
    if (request->route->endpoint->of_run && cursor->run_id != run_of(ask)) {
        response_problem(response, request, PROBLEM_CURSOR_EXPIRED,
                         "run %" G_GINT64_FORMAT " is no longer served", cursor->run_id);
        return false;
    }
    ask->after_number = &cursor->number;
    ask->after_id = &cursor->account_id;
    return true;
}

/* A column of a row; 0 when the statement has none of this name. */
static int64_t column(const struct db_table *table, const void *row, const char *name)
{
    for (size_t i = 0; i < table->n; i++) {
        if (strcmp(table->column[i].name, name) == 0)
            return *(const int64_t *)(const void *)((const char *)row + table->column[i].at);
    }
    return 0;
}

const char *ask_page_next(const struct site *site, const struct ask *ask,
                          const struct db_table *table, const void *row)
{
    unsigned char key[CURSOR_KEY_SIZE];
    const struct cursor cursor = {.run_id = run_of(ask),
                                  .query = hash_of(ask->request),
                                  .account_id = column(table, row, "page_id"),
                                  .number = column(table, row, "page_number")};
    store_cursor_key(site->store, key);
    return cursor_format(ask->arena, &cursor, key);
}
