/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>

#include "feeds/decode_json.h"

/* Any bytes as an advertisement: exactly one sighting, and it comes first; no
 * reading outside what JSON can say. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	int records, sightings;
};

static void check(void *context, const struct decoded *d)
{
	struct seen *seen = context;
	char line[DECODE_JSON_SIZE];
	if (seen->records++ == 0 && d->kind != DECODED_SIGHTING)
		abort();
	seen->sightings += d->kind == DECODED_SIGHTING;
	if (decode_json(d, line) < 2)
		abort();
	if (d->kind == DECODED_READING && !(d->reading.value > -1e6 && d->reading.value < 1e6))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen seen = {0};
	struct decode_context dc = {.emit = check, .context = &seen};
	struct decoded base = {.tag = "C300007B573C", .rssi_dbm = -61};
	ble_decode(&dc, &base, data, size);
	if (seen.sightings != 1)
		abort();
	return 0;
}
