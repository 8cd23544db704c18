/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What bytes of an unknown encoding look like: for hints and for `kenko source guess`, never for
 * loading. */
#pragma once

#include <stdint.h>

#include "ingest/encoding.h"

/* How the bytes read in one encoding. */
struct encoding_reading {
    uint8_t expected; /* bytes still missing of a character */
    uint8_t lead;
    bool after_wide;
    uint64_t wrong;
    uint64_t wide;   /* characters of two bytes and more */
    uint64_t runs;   /* those of them that follow another */
    uint64_t kana;   /* hiragana and katakana */
    uint64_t narrow; /* half-width katakana */
};

/* Zero it, add pieces in order, ask. */
struct encoding_evidence {
    uint64_t n, high, c1, outside_1252, nul[2]; /* NUL at even and odd places */
    struct encoding_reading utf8, cp932, euc_jp;
    uint8_t start[3];
};

void encoding_evidence_add(struct encoding_evidence *evidence, struct slice bytes);

/* What it looks like; plain ASCII is UTF-8. ENCODING_AUTO when nothing fits. */
enum encoding encoding_evidence_verdict(const struct encoding_evidence *evidence);

/* The same of one piece: a text to put after "not UTF-8", "" or "; it looks like cp932, …". */
const char *encoding_evidence_hint(struct slice bytes);
