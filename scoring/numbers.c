/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "scoring/numbers.h"

#include <math.h>

json_t *numbers_save(const double *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(v[i]));
    return list;
}

json_t *numbers_save_sizes(const size_t *v, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_integer((json_int_t)v[i]));
    return list;
}

bool numbers_load(const json_t *list, double *out, size_t n)
{
    if (!json_is_array(list) || json_array_size(list) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_number(value) || !isfinite(json_number_value(value)))
            return false;
        out[i] = json_number_value(value);
    }
    return true;
}

bool numbers_load_size(const json_t *value, size_t below, size_t *out)
{
    double v = json_is_number(value) ? json_number_value(value) : -1;
    if (!(v >= 0) || v >= (double)below || v != floor(v))
        return false;
    *out = (size_t)v;
    return true;
}

bool numbers_load_sizes(const json_t *list, size_t below, size_t *out, size_t n)
{
    if (!json_is_array(list) || json_array_size(list) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!numbers_load_size(json_array_get(list, i), below, &out[i]))
            return false;
    }
    return true;
}
