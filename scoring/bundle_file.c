/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/bundle_file.h"

#include <string.h>

enum { DEPTH_MAX = 16 };

/* Reals with the digits that bring back their bits, members in one order. */
#define WRITE (JSON_REAL_PRECISION(17) | JSON_SORT_KEYS | JSON_COMPACT | JSON_ENSURE_ASCII)
#define READ (JSON_REJECT_DUPLICATES)

static void hash(const char *before, const char *text, size_t n, char out[BUNDLE_HEX + 1])
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)before, -1);
    g_checksum_update(sum, (const guchar *)" ", 1);
    g_checksum_update(sum, (const guchar *)text, (gssize)n);
    g_strlcpy(out, g_checksum_get_string(sum), BUNDLE_HEX + 1);
}

void bundle_file_begin(struct bundle_chain *chain)
{
    *chain = (struct bundle_chain){0};
    hash("", BUNDLE_FORMAT, strlen(BUNDLE_FORMAT), chain->hash);
}

void bundle_file_put(struct bundle_chain *chain, GString *out, json_t *object)
{
    char *text = json_dumps(object, WRITE);
    hash(chain->hash, text, strlen(text), chain->hash);
    g_string_append_printf(out, "%s %s\n", chain->hash, text);
    chain->lines++;
    free(text);
    json_decref(object);
}

void bundle_file_open(struct bundle_reader *reader, struct slice text)
{
    *reader = (struct bundle_reader){.rest = text, .part = ""};
    bundle_file_begin(&reader->chain);
}

/* Before a parser that calls itself sees it. */
static bool is_shallow(const char *text, size_t n)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\\' && quoted)
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > DEPTH_MAX)
            return false;
        else if (!quoted && (text[i] == ']' || text[i] == '}'))
            depth--;
    }
    return true;
}

static json_t *parse(struct bundle_reader *r, const char *text, size_t n, GError **err)
{
    json_error_t wrong;
    size_t line = r->chain.lines + 1;
    if (!is_shallow(text, n)) {
        err_set(err, KENKO_ERROR_INPUT, "line %zu nests deeper than %d", line, DEPTH_MAX);
        return NULL;
    }
    json_t *object = json_loadb(text, n, READ, &wrong);
    if (!object || !json_is_object(object) || !json_string_value(json_object_get(object, "part"))) {
        err_set(err, KENKO_ERROR_INPUT, "line %zu is no part of a bundle: %s", line,
                object ? "want an object with a part" : wrong.text);
        json_decref(object);
        return NULL;
    }
    return object;
}

/* What the part of a changed line is called, if it can still be read. */
static bool refuse_line(const struct bundle_reader *r, const char *text, size_t n, GError **err)
{
    json_t *object = is_shallow(text, n) ? json_loadb(text, n, READ, NULL) : NULL;
    const char *part = json_string_value(json_object_get(object, "part"));
    err_set(err, KENKO_ERROR_CHECK, "line %zu%s%s%s is not as it was written", r->chain.lines + 1,
            part ? " (" : "", part ? part : "", part ? ")" : "");
    json_decref(object);
    return false;
}

bool bundle_file_next(struct bundle_reader *r, json_t **out, GError **err)
{
    *out = NULL;
    if (r->rest.n == 0)
        return true;
    const char *end = memchr(r->rest.p, '\n', MIN(r->rest.n, BUNDLE_LINE_MAX));
    size_t n = end ? (size_t)(end - r->rest.p) : 0, line = r->chain.lines + 1;
    if (!end)
        return err_set(err, KENKO_ERROR_INPUT, "line %zu %s", line,
                       r->rest.n > BUNDLE_LINE_MAX ? "is too long" : "is cut off");
    if (n < BUNDLE_HEX + 2 || r->rest.p[BUNDLE_HEX] != ' ')
        return err_set(err, KENKO_ERROR_INPUT, "line %zu is no line of a bundle", line);
    const char *text = r->rest.p + BUNDLE_HEX + 1;
    char wanted[BUNDLE_HEX + 1];
    hash(r->chain.hash, text, n - BUNDLE_HEX - 1, wanted);
    if (memcmp(wanted, r->rest.p, BUNDLE_HEX) != 0)
        return refuse_line(r, text, n - BUNDLE_HEX - 1, err);
    if (!(*out = parse(r, text, n - BUNDLE_HEX - 1, err)))
        return false;
    memcpy(r->chain.hash, wanted, sizeof wanted);
    r->chain.lines++;
    r->part = json_string_value(json_object_get(*out, "part"));
    r->rest = (struct slice){end + 1, r->rest.n - n - 1};
    return true;
}
