/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_TAG_KEYS_H
#define VIGIE_SRC_TAG_KEYS_H

/*
 * The keys of tags that encrypt what they say: a file of mode 0600, one tag a
 * line, "MAC KEY", the key as 32 hex digits; blank lines and what follows a #
 * are nothing. Keys are never printed, and wiped when they are freed.
 */

#include <stdint.h>

#include "feeds/error.h"

struct tag_keys;

/* NULL and err: no such file, open to others, or a line that is none (its
 * number is told, not its text). To be freed by tag_keys_free. */
struct tag_keys *tag_keys_load(const char *path, struct error *err);
/* NULL is fine. */
void tag_keys_free(struct tag_keys *keys);
/* The 16 bytes of a tag (12 upper-case hex digits), borrowed; NULL: none, also
 * when `keys` is NULL. */
const uint8_t *tag_keys_find(const struct tag_keys *keys, const char *tag);

#endif
