/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where an entry of the configuration stands: libcyaml's tree does not remember, libyaml's does. */
#include <string.h>
#include <yaml.h>

#include "core/config.h"

static yaml_node_t *member(yaml_document_t *document, const yaml_node_t *mapping, const char *key)
{
    if (!mapping || mapping->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         pair < mapping->data.mapping.pairs.top; pair++) {
        const yaml_node_t *name = yaml_document_get_node(document, pair->key);
        if (name && name->type == YAML_SCALAR_NODE &&
            strcmp((const char *)name->data.scalar.value, key) == 0)
            return yaml_document_get_node(document, pair->value);
    }
    return NULL;
}

char *config_place(const struct config *config, const char *section, size_t index)
{
    const char *text = config_text(config);
    yaml_parser_t parser;
    yaml_document_t document;
    yaml_mark_t mark = {0};
    if (!yaml_parser_initialize(&parser))
        return g_strdup("kenko.yaml");
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
    if (yaml_parser_load(&parser, &document)) {
        const yaml_node_t *list =
            member(&document, yaml_document_get_root_node(&document), section);
        if (list && list->type == YAML_SEQUENCE_NODE &&
            list->data.sequence.items.start + index < list->data.sequence.items.top) {
            const yaml_node_t *entry =
                yaml_document_get_node(&document, list->data.sequence.items.start[index]);
            mark = entry->start_mark;
        }
        yaml_document_delete(&document);
    }
    yaml_parser_delete(&parser);
    return g_strdup_printf("kenko.yaml:%zu:%zu", mark.line + 1, mark.column + 1);
}
