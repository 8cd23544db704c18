/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patterns of directives, as strptime has them. */
#include "ingest/instant_internal.h"

/* Directives that are a number of the parts. */
static const struct number {
    char letter;
    uint8_t min_digits, max_digits;
    size_t offset;
} numbers[] = {
    {'Y', 4, 4, offsetof(struct instant_parts, year)},
    {'y', 2, 2, offsetof(struct instant_parts, year)},
    {'m', 1, 2, offsetof(struct instant_parts, month)},
    {'d', 1, 2, offsetof(struct instant_parts, day)},
    {'e', 1, 2, offsetof(struct instant_parts, day)},
    {'j', 1, 3, offsetof(struct instant_parts, day_of_year)},
    {'H', 1, 2, offsetof(struct instant_parts, hour)},
    {'I', 1, 2, offsetof(struct instant_parts, hour)},
    {'M', 1, 2, offsetof(struct instant_parts, minute)},
    {'S', 1, 2, offsetof(struct instant_parts, second)},
};

static const struct number *number_of(char letter)
{
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (numbers[i].letter == letter)
            return &numbers[i];
    }
    return NULL;
}

/* A name or its first three letters: its place in the list from 1, or 0. */
static int take_name(struct slice *rest, const char *const *names, int n)
{
    for (int i = 0; i < n; i++) {
        const char start[] = {names[i][0], names[i][1], names[i][2], '\0'};
        if (instant_take_word(rest, names[i]) || instant_take_word(rest, start))
            return i + 1;
    }
    return 0;
}

static bool take_month(struct slice *rest, int *month)
{
    static const char *const names[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
    *month = take_name(rest, names, G_N_ELEMENTS(names));
    return *month > 0;
}

static bool take_weekday(struct slice *rest)
{
    static const char *const names[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday"};
    return take_name(rest, names, G_N_ELEMENTS(names)) > 0;
}

static bool take_number(struct slice *rest, const struct number *number, struct instant_parts *p)
{
    int *value = (int *)(void *)((char *)p + number->offset);
    if (number->letter == 'e')
        instant_skip_space(rest);
    if (!instant_take_number(rest, number->min_digits, number->max_digits, value))
        return false;
    if (number->letter == 'y')
        *value += *value < 69 ? 2000 : 1900; /* as POSIX has it */
    p->is_12_hours = p->is_12_hours || number->letter == 'I';
    return true;
}

static bool take(struct slice *rest, char letter, struct instant_parts *p)
{
    const struct number *number = number_of(letter);
    if (number)
        return take_number(rest, number, p);
    switch (letter) {
    case 'b':
    case 'B':
        return take_month(rest, &p->month);
    case 'a':
    case 'A':
        return take_weekday(rest);
    case 'p':
        return instant_take_half(rest, p);
    case 'f':
        return instant_take_fraction(rest, &p->fraction_us);
    case 'z':
    case 'Z':
        return instant_take_zone(rest, p);
    case 's':
        return instant_take_epoch(rest, 1000000, p);
    default:
        return instant_take_word(rest, "%");
    }
}

bool instant_parse_pattern(const char *pattern, struct slice text, const struct zone *zone,
                           int64_t *out)
{
    struct instant_parts parts = {0};
    for (const char *c = pattern; *c; c++) {
        if (g_ascii_isspace(*c)) {
            instant_skip_space(&text);
        } else if (*c == '%') {
            if (!take(&text, *++c, &parts))
                return false;
        } else {
            if (text.n == 0 || text.p[0] != *c)
                return false;
            text = (struct slice){text.p + 1, text.n - 1};
        }
    }
    return text.n == 0 && instant_assemble(&parts, zone, out);
}

/* What a directive says; %b says the month as %m does. 0: there is no such directive. */
static char meaning(char letter)
{
    static const char letters[] = "YymbBdejHIMSpfzZsaA%", says[] = "YYmmmddjHHMSpfzzsaa%";
    const char *at = letter ? strchr(letters, letter) : NULL;
    return at ? says[at - letters] : 0;
}

bool instant_check_pattern(const char *pattern, GError **err)
{
    char said[G_N_ELEMENTS(numbers) + 16] = "", *end = said;
    bool by_12 = false;
    for (const char *c = strchr(pattern, '%'); c; c = strchr(c + 2, '%')) {
        char what = meaning(c[1]);
        if (!what)
            return err_set(err, KENKO_ERROR_CONFIG,
                           "dates: '%%%c' in '%s' is unknown, want of %%Y %%y %%m %%d %%e %%b %%B "
                           "%%j %%a %%A %%H %%I %%p %%M %%S %%f %%z %%Z %%s %%F %%T %%R %%%%",
                           c[1] ? c[1] : ' ', pattern);
        if (what != '%' && strchr(said, what))
            return err_set(err, KENKO_ERROR_CONFIG, "dates: '%s' says %%%c twice", pattern, c[1]);
        if (what != '%')
            *end++ = what;
        by_12 = by_12 || c[1] == 'I';
    }
    bool day = strchr(said, 'Y') && (strchr(said, 'j') || (strchr(said, 'm') && strchr(said, 'd')));
    if (!day && !strchr(said, 's'))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "dates: '%s' says no day, want year, month and day in it", pattern);
    return by_12 == (strchr(said, 'p') != NULL) ||
           err_set(err, KENKO_ERROR_CONFIG, "dates: '%s' wants %%I and %%p together", pattern);
}
