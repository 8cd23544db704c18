/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/message.h"

#include <string.h>

#include "core/error.h"
#include "reports/format.h"

enum { PLACES_MAX = 12 };

const char *message_words_of(enum language language, const char *words)
{
    const char *const *pair = message_words[language];
    for (; *pair; pair += 2) {
        if (strcmp(pair[0], words) == 0)
            return pair[1];
    }
    return words;
}

bool message_language(const char *code, enum language *out)
{
    for (int i = 0; i < LANGUAGE_COUNT; i++) {
        if (strcmp(message_code[i], code) == 0) {
            *out = (enum language)i;
            return true;
        }
    }
    return false;
}

struct places {
    size_t n;
    const char *name[PLACES_MAX], *text[PLACES_MAX];
};

static void add(struct places *places, const char *name, const char *text)
{
    if (places->n == PLACES_MAX)
        BUG("a message has too many places");
    places->name[places->n] = name;
    places->text[places->n++] = text;
}

static const char *find(const struct places *places, const char *name, size_t length)
{
    for (size_t i = 0; i < places->n; i++) {
        if (strlen(places->name[i]) == length && memcmp(places->name[i], name, length) == 0)
            return places->text[i];
    }
    BUG("a message has a place that nothing fills");
}

const char *message_fill(struct arena *arena, enum language language, enum message message,
                         const int64_t *n, const char *const *more, va_list list)
{
    const char *const *form = message_form[language][message];
    const char *text = n && *n != 1 && form[1] ? form[1] : form[0];
    struct places places = {0};
    if (n)
        add(&places, "n", format_number(arena, *n));
    for (const char *name; (name = va_arg(list, const char *)) != NULL;)
        add(&places, name, va_arg(list, const char *));
    for (; more && *more; more += 2)
        add(&places, more[0], more[1]);
    g_autoptr(GString) out = g_string_new(NULL);
    for (const char *open; (open = strchr(text, '{')); text = strchr(open, '}') + 1) {
        g_string_append_len(out, text, open - text);
        g_string_append(out, find(&places, open + 1, strcspn(open + 1, "}")));
    }
    g_string_append(out, text);
    return arena_strdup(arena, out->str);
}

const char *message_say(struct arena *arena, enum language language, enum message message, ...)
{
    va_list places;
    va_start(places, message);
    const char *text = message_fill(arena, language, message, NULL, NULL, places);
    va_end(places);
    return text;
}

const char *message_count(struct arena *arena, enum language language, enum message message,
                          int64_t n, ...)
{
    va_list places;
    va_start(places, n);
    const char *text = message_fill(arena, language, message, &n, NULL, places);
    va_end(places);
    return text;
}
