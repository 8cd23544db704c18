/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cli/account_words.h"

#include <stdio.h>

#include "core/text.h"

const char *account_words_value(struct arena *arena, const struct change_account_day *day,
                                size_t measure)
{
    const struct q_change_account_row *a = &day->row;
    if (a->metric_value.is_null && a->metric_value.is_null[measure])
        return format_quality(LANGUAGE_EN, a->metric_quality.v[measure]);
    return format_known(arena, LANGUAGE_EN, a->metric_quality.v[measure],
                        format_quantity(arena, LANGUAGE_EN, a->metric_value.v[measure],
                                        day->measures.row[measure].unit));
}

void account_words_pad(const char *text, int width)
{
    printf("%s%*s  ", text, MAX(width - text_width(text), 0), "");
}

void account_words_json(GString *out, bool is_null, int64_t value)
{
    if (is_null)
        g_string_append(out, "null");
    else
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value);
}
