/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/dataset.h"

#include <string.h>

int dataset_index(const struct dataset *data, const char *name)
{
    for (size_t i = 0; i < data->n_columns; i++) {
        if (strcmp(data->column[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}
