/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz/fuzz.h"

#include <string.h>

#include "api/body.h"
#include "api/routes.h"

static void check_value(const struct field *field, const struct field_value *value)
{
    if (!value->given)
        return;
    int64_t most = field->most ? field->most : FIELD_TEXT_MAX;
    if (field->kind == FIELD_TEXT)
        FUZZ_HOLDS(g_utf8_validate(value->text, -1, NULL) &&
                   g_utf8_strlen(value->text, -1) >= field->least &&
                   g_utf8_strlen(value->text, -1) <= most);
    if (field->kind == FIELD_INTEGER)
        FUZZ_HOLDS(value->number >= field->least && value->number <= field->most);
    if (field->kind == FIELD_POINTS)
        FUZZ_HOLDS(value->number >= 0 && value->number <= 10000);
    if (field->kind == FIELD_NUMBERS || field->kind == FIELD_OBJECT)
        FUZZ_HOLDS(json_is_object(value->json));
}

/* The first byte chooses the route. A body that is taken has every member within its bounds and no
 * required one missing; one that is not has faults with a pointer and a sentence. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    const struct endpoint *endpoint = routes[data[0] % routes_count].endpoint;
    if (!endpoint->body)
        return 0;
    g_autoptr(arena_t) arena = arena_new();
    struct field_set set = field_set_new(arena, endpoint->body);
    json_t *json = NULL;
    const struct field_fault *fault =
        body_parse(arena, (struct slice){(const char *)data + 1, size - 1}, &set, &json);
    for (const struct field_fault *f = fault; f; f = f->next)
        FUZZ_HOLDS(f->pointer && (!*f->pointer || *f->pointer == '/') && *f->detail);
    for (size_t i = 0; !fault && set.fields[i].name; i++) {
        FUZZ_HOLDS(!set.fields[i].required || set.values[i].given);
        check_value(&set.fields[i], &set.values[i]);
    }
    FUZZ_HOLDS((json != NULL) == (fault == NULL));
    FUZZ_HOLDS(fault || !memchr(data + 1, '\0', size - 1));
    json_decref(json);
    return 0;
}
