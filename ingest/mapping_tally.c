/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of records that change: `values` of streams that are not usage. */
#include "ingest/mapping_internal.h"

/* The field that says when a record came to be, by which it counts unless the mapping says
 * otherwise: it stays where it is while the record changes. */
static int own_at(const struct mapping *m)
{
    static const char *const names[] = {"created_at", "opened_at",  "occurred_at", "answered_at",
                                        "set_at",     "reached_at", "start_on",    "created_on"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        int field = stream_field_index(m->stream, names[i]);
        if (field >= 0)
            return field;
    }
    return NOT_MAPPED;
}

static bool is_mapped(const struct mapping *m, int field)
{
    return field >= 0 && (m->field[field] || m->constant[field]);
}

static bool load_at(const struct mapping *m, const char *at, struct mapping_value *value,
                    GError **err)
{
    value->at = at ? stream_field_index(m->stream, at) : own_at(m);
    if (!is_mapped(m, value->at))
        return err_set(err, KENKO_ERROR_CONFIG,
                       "the value of %s wants at: a mapped field that gives its day%s%s",
                       m->usage[value->usage].name, at ? ", not " : "", at ? at : "");
    enum stream_type type = m->stream->field[value->at].type;
    return type == STREAM_INSTANT || type == STREAM_DAY ||
           err_set(err, KENKO_ERROR_CONFIG, "at: %s is no time and no day", at);
}

static bool load_subject(const struct mapping *m, const char *subject, struct mapping_value *value,
                         GError **err)
{
    const struct mapping_usage *usage = &m->usage[value->usage];
    value->subject = subject ? stream_field_index(m->stream, subject) : NOT_MAPPED;
    if (!subject)
        return true;
    if (!*usage->by)
        return err_set(err, KENKO_ERROR_CONFIG, "%s has no `by` in metrics.yaml, so no subject",
                       usage->name);
    if (!is_mapped(m, value->subject) || m->stream->field[value->subject].type != STREAM_TEXT)
        return err_set(err, KENKO_ERROR_CONFIG, "subject: %s is no mapped field of text", subject);
    return true;
}

bool mapping_load_tally(const struct mapping *mapping, const char *at, const char *subject,
                        struct mapping_value *value, GError **err)
{
    const struct mapping_usage *usage = &mapping->usage[value->usage];
    int changed_at = stream_field_index(mapping->stream, "changed_at");
    if (!mapping->stream->has_party)
        return err_set(err, KENKO_ERROR_CONFIG, "records of %s are nobody's and have no values",
                       mapping->stream->name);
    if (usage->combine == COMBINE_MAX || usage->combine == COMBINE_MIN)
        return err_set(err, KENKO_ERROR_CONFIG,
                       "%s combines by %s, which cannot take back what a record counted for before "
                       "it changed; want a metric that combines by sum or latest",
                       usage->name, usage->combine == COMBINE_MAX ? "max" : "min");
    if (usage->combine == COMBINE_LATEST && !is_mapped(mapping, changed_at))
        return err_set(
            err, KENKO_ERROR_CONFIG,
            "%s combines by latest and wants changed_at mapped, which says what is later",
            usage->name);
    return load_at(mapping, at, value, err) && load_subject(mapping, subject, value, err);
}

int mapping_value_at(const struct mapping *mapping, size_t n)
{
    return mapping->value[n].at;
}

int mapping_value_subject(const struct mapping *mapping, size_t n)
{
    return mapping->value[n].subject;
}

const char *mapping_value_source(const struct mapping *mapping, size_t n)
{
    return mapping->value[n].field ? mapping->value[n].field : "";
}

const char *mapping_field_source(const struct mapping *mapping, int field)
{
    return mapping->field[field] ? mapping->field[field] : "";
}

const char *mapping_day_reason(const struct mapping *mapping, int32_t day)
{
    if (mapping->has_earliest && day < mapping->earliest)
        return "too_early";
    return mapping->has_latest && day >= mapping->latest ? "too_late" : NULL;
}
