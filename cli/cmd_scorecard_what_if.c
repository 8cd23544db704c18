/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/card_words.h"
#include "cli/cmd_scorecard.h"
#include "core/text.h"
#include "scoring/what_if.h"

static bool take_value(struct what_if *what_if, const char *text, GError **err)
{
    const char *equals = strchr(text, '=');
    char *end;
    if (equals && *text == '@') {
        g_autofree char *attribute = g_strndup(text + 1, (gsize)(equals - text - 1));
        return what_if_say(what_if, attribute, equals + 1, err);
    }
    double value = equals ? g_ascii_strtod(equals + 1, &end) : NAN;
    if (!equals || end == equals + 1 || *end || !isfinite(value))
        return err_set(err, KENKO_ERROR_USAGE, "'%s' is no METRIC=VALUE or @ATTRIBUTE=TEXT", text);
    g_autofree char *metric = g_strndup(text, (gsize)(equals - text));
    return what_if_set(what_if, metric, value, err);
}

static void print_lifts(const struct what_if *what_if, struct health_engine *engine)
{
    printf("\nthe smallest change of one metric that lifts the band:\n");
    for (size_t i = 0; i < what_if->card->n_measures; i++) {
        const struct scorecard_measure *m = &what_if->card->measure[i];
        const struct scorecard_input *input = &what_if->card->input[m->input];
        struct what_if_lift lift;
        what_if_lift(what_if, engine, i, &lift);
        if (lift.found)
            printf("  %s: %g instead of %g, then %s with %d\n", input->name, lift.value,
                   what_if->value[input->metric], lift.band, lift.effective_bp);
    }
}

static void print_lifts_json(const struct what_if *what_if, struct health_engine *engine)
{
    bool first = true;
    printf(", \"lifts\": [");
    for (size_t i = 0; i < what_if->card->n_measures; i++) {
        const struct scorecard_measure *m = &what_if->card->measure[i];
        g_autoptr(GString) out = g_string_new("{\"metric\": \"");
        struct what_if_lift lift;
        what_if_lift(what_if, engine, i, &lift);
        if (!lift.found)
            continue;
        text_json(out, what_if->card->input[m->input].name);
        g_string_append_c(out, '"');
        text_json_number(out, "value", lift.value);
        text_json_member(out, "band", lift.band);
        printf("%s%s, \"effective_bp\": %d}", first ? "" : ", ", out->str, lift.effective_bp);
        first = false;
    }
    printf("]}\n");
}

static void print_health(const struct what_if *what_if, struct health_engine *engine,
                         const char *key, bool json)
{
    struct health h;
    g_autoptr(GString) out = g_string_new(NULL);
    what_if_health(what_if, engine, &h);
    (json ? card_words_json : card_words_text)(out, engine, key, &h);
    printf("%s", out->str);
}

bool cmd_scorecard_what_if(struct context *context, int argc, char **argv, GError **err)
{
    g_autoptr(arena_t) arena = arena_new();
    struct what_if what_if;
    char day[DAY_TEXT_SIZE];
    if (!what_if_load(arena, context->db, context->config, argv[0], &what_if, err))
        return false;
    g_autoptr(health_engine_t) engine = health_engine_new(what_if.card);
    if (context->json)
        printf("{\"as_of\": \"%s\", \"now\": ", day_format(what_if.as_of, day));
    else
        printf("%s as of %s\n", what_if.card->label, day_format(what_if.as_of, day));
    print_health(&what_if, engine, argv[0], context->json);
    for (int i = 1; i < argc; i++) {
        if (!take_value(&what_if, argv[i], err))
            return false;
    }
    if (argc > 1) {
        printf(context->json ? ", \"then\": " : "\nwith these values:\n");
        print_health(&what_if, engine, argv[0], context->json);
    }
    (context->json ? print_lifts_json : print_lifts)(&what_if, engine);
    return true;
}
