/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_CATALOGUE_H
#define VIGIE_TWIN_CATALOGUE_H

/*
 * The devices this program has words for, and how good the word is: where the
 * layout comes from, and whether anybody here has seen it on a real device. A
 * const table for screens and `vigie devices`; decoders do not look at it.
 */

#include <stdbool.h>

enum device_kind { DEVICE_BUTTON, DEVICE_TAG, DEVICE_SENSOR, DEVICE_GATEWAY, DEVICE_KIND_COUNT };
const char *device_kind_name(enum device_kind kind); /* "button" ... */

struct device_model {
	const char *model; /* as in `model` of a site's tags */
	enum device_kind kind;
	const char *what;   /* for people */
	const char *frames; /* by the names that `vigie decode` gives them */
	const char *yields; /* quantities, as `vigie decode` names them */
	/* V vendor document, R real capture, C code that works against real
	 * hardware, S synthetic vector, ? inferred */
	const char *evidence;
	const char *source;
	bool verified; /* on a real device, by us */
	const char *remark;
};

extern const struct device_model catalogue[];
extern const int catalogue_count;

/* Index, -1 when it is not there; letters of either case. */
int catalogue_find(const char *model);

#endif
