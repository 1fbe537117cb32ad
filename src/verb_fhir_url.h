/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_SRC_VERB_FHIR_URL_H
#define VIGIE_SRC_VERB_FHIR_URL_H

#include "feeds/fhir.h"
#include "src/settings.h"

/* Reads a FHIR server once, as the settings say who we are. 0, or negative with
 * err when not all of it came. */
int verb_fhir_url(const char *base, const struct settings *settings, const struct fhir_options *map,
	struct fhir_sink sink, struct error *err);
/* A whole file, with a NUL behind it; malloc'd. NULL when it was told on the standard
 * error why not. */
char *verb_fhir_file(const char *path, size_t *len);

#endif
