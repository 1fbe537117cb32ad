/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/decode_json.h"
#include "feeds/press.h"
#include "twin/site.h"

/* Any bytes as a payload: no crash, every record prints as one line, a press the
 * decoder finds is one for which the scan had kept the payload, and an unlisted
 * tag gives its sightings and presses, no reading. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gateway gateways[] = {
	{.mac = "AC233FC00001", .name = "gw1", .alias = "FC:23:3F:00:00:01"},
	{.mac = "AC233FC00002", .name = "OR 2", .alias = "or-2"}};
static struct tag tags[] = {{.mac = "C300007B573C", .model = "B10"}};
static struct signature signatures[] = {
	{.id = "b10",
		.model = "B10",
		.kind = SIGNATURE_IBEACON,
		.pattern = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF, 0xCF, 0xC6, 0xEB,
			0x07, 0x64, 0x78, 0x25},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
			0xFF, 0xFF, 0xFF, 0xFF},
		.length = 16},
	{.id = "tamper",
		.kind = SIGNATURE_FRAME,
		.pattern = {0xE1, 0xFF, 0xA1, 0x20, 0x00, 0x01},
		.mask = {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0xFF},
		.length = 6},
};
static const struct site site = {.gateways = gateways,
	.gateway_count = 2,
	.tags = tags,
	.tag_count = 1,
	.signatures = signatures,
	.signature_count = 2};

static bool nobody(void *context, const char *tag)
{
	(void)context;
	(void)tag;
	return false;
}

static void no_reading(void *context, const struct decoded *d)
{
	if (d->kind == DECODED_READING || d->kind == DECODED_BEACON || d->kind == DECODED_NAME)
		abort();
	*(int *)context -= d->kind == DECODED_PRESS;
}

static void print(void *context, const struct decoded *d)
{
	char line[DECODE_JSON_SIZE];
	size_t len = decode_json(d, line);
	if (len != strlen(line) || line[0] != '{' || line[len - 1] != '}'
		|| strpbrk(line, "\n\x1b") != NULL)
		abort();
	*(int *)context += d->kind == DECODED_PRESS;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct press_table *table;
	struct press_hit hits[4];
	int presses = 0;
	struct decode_context dc = {.site = &site, .emit = print, .context = &presses};
	if (table == NULL)
		table = press_table_create(&site);
	if (table == NULL)
		return 0;
	payload_decode(&dc, "/gw/ac233fc00001/status", data, size);
	int kept = press_scan(table, data, size, hits, 4);
	/* A text may spell its hex with \u escapes, and a raddec have a "mac" that is
	 * not its transmitter; no gateway does. */
	if (presses > 0 && kept == 0 && memchr(data, '\\', size) == NULL
		&& memmem(data, size, "transmitterId", 13) == NULL)
		abort();
	dc.emit = no_reading;
	dc.wanted = nobody;
	payload_decode(&dc, "espresense/devices/x/or-2", data, size);
	if (presses != 0)
		abort();
	return 0;
}
