/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a stream's `dates` says, and times read by it. */
#include "ingest/instant_internal.h"

enum { FORMATS_MAX = 8 };

enum kind { ISO, US, EU, JAPANESE, EPOCH, EPOCH_S, EPOCH_MS, EPOCH_US, PATTERN };

struct one {
    enum kind kind;
    const char *pattern; /* %F, %T and %R are spelled out */
    const char *shape;   /* of the date: "N/N/Y" */
    const char *order;   /* what the places mean: "dmY" */
};

struct instant_format {
    const char *text;
    size_t n;
    struct one one[FORMATS_MAX];
};

const char *instant_format_text(const struct instant_format *format)
{
    return format->text;
}

static bool is_epoch(const struct one *one)
{
    return one->kind >= EPOCH && one->kind <= EPOCH_US;
}

/* The date of a pattern by place: what is a number, and what each number means. */
static void find_shape(struct arena *arena, struct one *one)
{
    g_autoptr(GString) shape = g_string_new(NULL), order = g_string_new(NULL);
    for (const char *c = one->pattern; *c; c++) {
        if (*c != '%') {
            g_string_append_c(shape, *c);
            continue;
        }
        c++;
        if (strchr("HIMSpfzZs", *c))
            break;
        g_string_append_c(shape, *c == 'Y' ? 'Y' : strchr("ymde", *c) ? 'N' : *c);
        g_string_append_c(order, *c == 'e' ? 'd' : *c);
    }
    one->shape = arena_strdup(arena, g_strchomp(shape->str));
    one->order = arena_strdup(arena, order->str);
}

static bool is_between(char c)
{
    return c == '/' || c == '.' || c == '-';
}

/* Can both read one text as different times? */
static bool conflict(const struct one *a, const struct one *b)
{
    if (is_epoch(a) || is_epoch(b)) {
        const struct one *other = is_epoch(a) ? b : a;
        return is_epoch(other) || (other->kind == PATTERN && !strpbrk(other->shape, "/.- "));
    }
    bool any = a->kind != PATTERN || b->kind != PATTERN;
    const char *x = a->shape, *y = b->shape;
    for (; *x && (*x == *y || (any && is_between(*x) && is_between(*y))); x++)
        y++;
    return *x == *y && strcmp(a->order, b->order) != 0;
}

static char *spell_out(const char *pattern)
{
    static const char *const short_forms[][2] = {
        {"%F", "%Y-%m-%d"}, {"%T", "%H:%M:%S"}, {"%R", "%H:%M"}};
    g_autoptr(GString) out = g_string_new(pattern);
    for (size_t i = 0; i < G_N_ELEMENTS(short_forms); i++)
        g_string_replace(out, short_forms[i][0], short_forms[i][1], 0);
    return g_strdup(out->str);
}

static bool compile_one(struct arena *arena, const char *text, struct one *out, GError **err)
{
    static const struct {
        const char *name;
        struct one one;
    } named[] = {
        {"iso", {ISO, NULL, "Y-N-N", "Ymd"}},   {"us", {US, NULL, "N/N/Y", "mdY"}},
        {"eu", {EU, NULL, "N/N/Y", "dmY"}},     {"japanese", {JAPANESE, NULL, "Y/N/N", "Ymd"}},
        {"epoch", {EPOCH, NULL, "", ""}},       {"epoch_s", {EPOCH_S, NULL, "", ""}},
        {"epoch_ms", {EPOCH_MS, NULL, "", ""}}, {"epoch_us", {EPOCH_US, NULL, "", ""}}};
    for (size_t i = 0; i < G_N_ELEMENTS(named); i++) {
        if (strcmp(text, named[i].name) == 0) {
            *out = named[i].one;
            return true;
        }
    }
    if (!strchr(text, '%'))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "dates: '%s' is unknown, want iso, us, eu, japanese, epoch, epoch_s, "
                       "epoch_ms, epoch_us or a pattern such as %%d/%%m/%%Y %%H:%%M",
                       text);
    g_autofree char *pattern = spell_out(text);
    if (!instant_check_pattern(pattern, err))
        return false;
    *out = (struct one){.kind = PATTERN, .pattern = arena_strdup(arena, pattern)};
    find_shape(arena, out);
    return true;
}

const struct instant_format *instant_format_compile(struct arena *arena, const char *dates,
                                                    GError **err)
{
    struct instant_format *format = arena_one(arena, struct instant_format);
    g_auto(GStrv) parts = g_strsplit(*dates ? dates : " ", "|", -1);
    format->text = dates;
    for (char **part = parts; *part; part++) {
        if (format->n == FORMATS_MAX) {
            err_set(err, KENKO_ERROR_CONFIG, "dates: more than %d formats", FORMATS_MAX);
            return NULL;
        }
        struct one *one = &format->one[format->n++];
        if (!compile_one(arena, g_strstrip(*part), one, err))
            return NULL;
        for (size_t i = 0; i + 1 < format->n; i++) {
            if (conflict(&format->one[i], one)) {
                err_set(err, KENKO_ERROR_CONFIG,
                        "dates: '%s' is ambiguous: two of its formats read the same text as "
                        "different times",
                        dates);
                return NULL;
            }
        }
    }
    return format;
}

/* 11/24/2026 and 24/11/2026, with the same sign both times. */
static bool parse_by_place(struct slice text, bool month_first, const struct zone *zone,
                           int64_t *out)
{
    struct instant_parts p = {0};
    int *first = month_first ? &p.month : &p.day, *second = month_first ? &p.day : &p.month;
    if (!instant_take_number(&text, 1, 2, first) || text.n == 0 || !is_between(text.p[0]))
        return false;
    const char between[] = {text.p[0], '\0'};
    return instant_take_word(&text, between) && instant_take_number(&text, 1, 2, second) &&
           instant_take_word(&text, between) && instant_take_number(&text, 4, 4, &p.year) &&
           instant_take_clock(&text, &p) && instant_assemble(&p, zone, out);
}

static bool parse_epoch(struct slice text, enum kind kind, const struct zone *zone, int64_t *out)
{
    if (kind == EPOCH) {
        size_t digits = 0;
        while (digits < text.n && g_ascii_isdigit(text.p[digits]))
            digits++;
        kind = digits == 16 ? EPOCH_US : digits == 13 ? EPOCH_MS : EPOCH_S;
        if (kind == EPOCH_S && digits != 10)
            return false;
    }
    struct instant_parts parts = {0};
    if (!instant_take_epoch(&text, kind == EPOCH_S ? 1000000 : kind == EPOCH_MS ? 1000 : 1, &parts))
        return false;
    if (kind == EPOCH_S && instant_take_word(&text, ".") &&
        !instant_take_fraction(&text, &parts.fraction_us))
        return false;
    return text.n == 0 && instant_assemble(&parts, zone, out);
}

static bool parse_one(const struct one *one, struct slice text, const struct zone *zone,
                      int64_t *out)
{
    switch (one->kind) {
    case ISO:
        return instant_parse_iso(text, zone, out);
    case US:
    case EU:
        return parse_by_place(text, one->kind == US, zone, out);
    case JAPANESE:
        return instant_parse_japanese(text, zone, out);
    case PATTERN:
        return instant_parse_pattern(one->pattern, text, zone, out);
    default:
        return parse_epoch(text, one->kind, zone, out);
    }
}

bool instant_format_parse(const struct instant_format *format, struct slice text,
                          const struct zone *zone, int64_t *out)
{
    if (!format)
        return instant_parse(text, zone, out);
    for (size_t i = 0; i < format->n; i++) {
        if (parse_one(&format->one[i], text, zone, out))
            return true;
    }
    return false;
}

bool instant_format_parse_day(const struct instant_format *format, struct slice text,
                              const struct zone *zone, int32_t *out)
{
    if (!format)
        return instant_parse_day(text, zone, out);
    int64_t at;
    if (!instant_format_parse(format, text, zone, &at))
        return false;
    *out = zone_day(zone, at);
    return true;
}
