/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The section `identity` of kenko.yaml. */
#include "ingest/mapping_internal.h"

struct alias_config {
    char *source, *party, *account, *from;
};

struct identity_config {
    struct alias_config *aliases;
    uint32_t aliases_count;
};

struct identity_section {
    struct identity_config *identity;
};

static const cyaml_schema_field_t alias_fields[] = {
    MAPPING_OPTIONAL("source", struct alias_config, source),
    MAPPING_TEXT("party", struct alias_config, party),
    MAPPING_TEXT("account", struct alias_config, account),
    MAPPING_OPTIONAL("from", struct alias_config, from), CYAML_FIELD_END};

static const cyaml_schema_value_t alias_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct alias_config, alias_fields)};

static const cyaml_schema_field_t identity_fields[] = {
    CYAML_FIELD_SEQUENCE("aliases", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                         struct identity_config, aliases, &alias_schema, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END};

bool mapping_load_aliases(struct arena *arena, struct config *config, struct mapping_set *out,
                          GError **err)
{
    static const cyaml_schema_field_t field =
        CYAML_FIELD_MAPPING_PTR("identity", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                struct identity_section, identity, identity_fields);
    struct identity_section section = {0};
    if (!config_section(config, &field, &section, sizeof section, err))
        return false;
    out->n_aliases = section.identity ? section.identity->aliases_count : 0;
    out->alias = arena_many(arena, out->n_aliases + 1, struct mapping_alias);
    for (size_t i = 0; i < out->n_aliases; i++) {
        const struct alias_config *c = &section.identity->aliases[i];
        out->alias[i] = (struct mapping_alias){c->source, c->party, c->account, INT32_MIN};
        if (c->from && !day_parse(slice_of(c->from), &out->alias[i].from, err)) {
            g_autofree char *place =
                config_place(config, "kenko.yaml", "identity.aliases[%zu].from", i);
            return err_context(err, "%s: identity.aliases: %s: from", place, c->party);
        }
    }
    return true;
}
