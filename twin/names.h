/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_NAMES_H
#define VIGIE_TWIN_NAMES_H

/*
 * Pseudonym → name of a person. Kept outside facts and twin, so that it can
 * be purged without touching the journal's hash chain. Texts are already
 * neutralised when they get here.
 */

#include <stdbool.h>
#include <stddef.h>

enum { NAMES_MAX = 16384 }; /* 3.7 MB; some months of patients */

struct names;

struct names *names_create(void);
void names_destroy(struct names *names);
/* Keeps a copy; at NAMES_MAX the name told longest ago gives way. Family and given name in one
 * text: "Martin, Claire". */
void names_set(struct names *names, const char *id, const char *name);
const char *names_get(const struct names *names, const char *id); /* NULL unknown */
size_t names_count(const struct names *names);
/* "Martin, Claire" → "M.C." ; unknown id → last 4 characters of the id. */
void names_masked(const struct names *names, const char *id, char *out, size_t size);

#endif
