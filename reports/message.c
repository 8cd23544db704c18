/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reports/message.h"

#include <string.h>

const char *message_words_of(enum language language, const char *words)
{
    const char *const *pair = message_words[language];
    for (; *pair; pair += 2) {
        if (strcmp(pair[0], words) == 0)
            return pair[1];
    }
    return words;
}
