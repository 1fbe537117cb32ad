/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_GATEWAY_H
#define VIGIE_HOSPITAL_GATEWAY_H

/* A gateway's batch and its upload: JSON-LONG with or without `type`, or BB01. */

#include <stdbool.h>

#include "src/hospital/adverts.h"
#include "twin/site.h"

enum { ROWS_MAX = 400 };

enum dialect { DIALECT_TYPED, DIALECT_PLAIN, DIALECT_BINARY };

struct heard {
	const char *mac; /* borrowed from the site */
	int64_t t;       /* suite time */
	int8_t rssi;
	struct advert advert;
};

struct gateway_box {
	char mac[TAG_SIZE];
	char topic[64];
	enum dialect dialect;
	bool off;
	int64_t upload_ms; /* monotonic: next upload */
	struct heard rows[ROWS_MAX];
	int row_count;
};

void gateway_init(struct gateway_box *g, const struct gateway *site, int index);
void gateway_hear(
	struct gateway_box *g, const char *mac, int64_t t, int rssi, const struct advert *a);
/* The payload (malloc'd) of what was heard since; empties the batch. */
char *gateway_payload(struct gateway_box *g, int64_t now_ms, size_t *len);

#endif
