/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_SITE_FILE_H
#define VIGIE_SRC_SITE_FILE_H

/* The site from a libconfig text, and the lint of `vigie check`. */

#include <stdio.h>

#include "feeds/error.h"
#include "twin/site.h"

/* Parses text (hash = SHA-256 of the text, hex). NULL with err: file:line. */
struct site *site_parse(const char *name, const char *text, struct error *err);
/* Reads a file; *text (malloc'd, may be NULL argument) keeps what was read. */
struct site *site_load(const char *path, char **text, struct error *err);
/* Prints findings as file:line: message; returns how many. Orphans, duplicate
 * ids, unreachable rooms, unknown references, gateways outside their room. */
struct settings;
/* Whose targets the steps of alarms must name; NULL: they are not looked at. */
int site_lint(const char *path, const struct settings *settings, FILE *out);

#endif
