/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ingest/raw_config.h"

#include <string.h>

#include "ingest/mapping_internal.h"

static const char *const contracts[] = {"evolve", "freeze", "discard_row", "discard_value", NULL};
static const char *const deletes[] = {"soft", "hard", NULL};
static const char *const without_key[] = {"append", "hash", NULL};

static const cyaml_schema_value_t name_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, 1024)};

#define NAMES(member)                                                                              \
    CYAML_FIELD_SEQUENCE(#member, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct raw_rule,       \
                         member, &name_schema, 0, RAW_FIELDS_MAX)
#define FLAG(member) CYAML_FIELD_BOOL(#member, CYAML_FLAG_OPTIONAL, struct raw_rule, member)

static const cyaml_schema_field_t rule_fields[] = {
    MAPPING_TEXT("from", struct raw_rule, from),
    MAPPING_OPTIONAL("namespace", struct raw_rule, namespace),
    MAPPING_OPTION("as", struct raw_rule, as),
    MAPPING_OPTIONAL("contract", struct raw_rule, contract),
    MAPPING_OPTIONAL("deletes", struct raw_rule, deletes),
    MAPPING_OPTIONAL("without_key", struct raw_rule, without_key),
    MAPPING_OPTION("deleted", struct raw_rule, deleted),
    NAMES(key),
    NAMES(order),
    FLAG(decode),
    FLAG(partial),
    FLAG(skip),
    FLAG(allow_empty),
    CYAML_FIELD_END};

const cyaml_schema_value_t raw_config_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct raw_rule, rule_fields)};

bool raw_config_check(const struct raw_rule *rule, GError **err)
{
    int unused;
    return (mapping_choose(rule->contract, contracts, "contract", &unused, err) &&
            mapping_choose(rule->deletes, deletes, "deletes", &unused, err) &&
            mapping_choose(rule->without_key, without_key, "without_key", &unused, err)) ||
           err_context(err, "raw %s", rule->from);
}

static int position(const char *word, const char *const *words)
{
    int i = 0;
    while (words[i] && strcmp(words[i], word) != 0)
        i++;
    return i;
}

enum raw_contract raw_config_contract(const struct raw_rule *rule)
{
    return rule && rule->contract ? (enum raw_contract)position(rule->contract, contracts)
                                  : RAW_EVOLVE;
}

bool raw_config_hard(const struct raw_rule *rule, bool by_default)
{
    return rule && rule->deletes ? position(rule->deletes, deletes) == 1 : by_default;
}

bool raw_config_by_hash(const struct raw_rule *rule)
{
    return rule && rule->without_key && position(rule->without_key, without_key) == 1;
}

const struct raw_rule *raw_config_find(const struct raw_rule *rules, size_t n,
                                       const char *namespace, const char *stream)
{
    const struct raw_rule *all = NULL;
    for (size_t i = 0; i < n; i++) {
        const struct raw_rule *rule = &rules[i];
        if (rule->namespace && strcmp(rule->namespace, namespace) != 0)
            continue;
        if (strcmp(rule->from, stream) == 0)
            return rule;
        if (strcmp(rule->from, "*") == 0 && !all)
            all = rule;
    }
    return all;
}
