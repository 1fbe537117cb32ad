/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_FEEDS_DECODE_JSON_H
#define VIGIE_FEEDS_DECODE_JSON_H

#include "feeds/decode.h"

enum { DECODE_JSON_SIZE = 1024 }; /* always enough for one record */

/*
 * One record as one JSON object, without newline: the contract of `vigie
 * decode`, see vigie-feeds(7). What is not known is an absent key. Returns the
 * length written (without NUL).
 */
size_t decode_json(const struct decoded *record, char out[DECODE_JSON_SIZE]);

#endif
