/* SPDX-License-Identifier: Apache-2.0 */

/* From gateway payloads to the advertisements that were on air. */

#include <string.h>

#include "feeds/ble.h"
#include "feeds/teach.h"
#include "twin/text.h"

void teach_flush(struct teach_ear *ear)
{
	if (ear->pending)
		teach_advert(ear->teach, ear->phase, ear->tag, (const uint8_t *)"", 0);
	ear->pending = false;
}

static void on_advert(void *context, const struct decoded *base, const uint8_t *ad, size_t len)
{
	struct teach_ear *ear = context;
	teach_flush(ear);
	ear->bytes = true;
	teach_advert(ear->teach, ear->phase, base->tag, ad, len);
}

/* "FDA50693-A4E2-..." of a beacon record → bytes; returns how many. */
static size_t unhex(uint8_t *out, size_t size, const char *text)
{
	size_t n = 0;
	for (; n < size && text[0] != '\0' && text[1] != '\0'; n++, text += 2) {
		text += *text == '-';
		int high = text_hex(text[0]), low = high < 0 ? -1 : text_hex(text[1]);
		if (low < 0)
			break;
		out[n] = (uint8_t)(high << 4 | low);
	}
	return n;
}

/* The structure as it was on air (feeds reference 2.5); the transmit power is
 * left out of the comparison anyway. */
static void on_beacon(struct teach_ear *ear, const struct decoded *d)
{
	uint8_t ad[31] = {0};
	size_t n;
	if (strcmp(d->beacon.format, "ibeacon") == 0) {
		static const uint8_t head[] = {0x1A, 0xFF, 0x4C, 0x00, 0x02, 0x15};
		const int word[] = {d->beacon.major, d->beacon.minor};
		memcpy(ad, head, sizeof head);
		n = sizeof head + unhex(ad + sizeof head, 16, d->beacon.uuid);
		for (int i = 0; i < 2; i++) {
			ad[n++] = (uint8_t)(word[i] >> 8);
			ad[n++] = (uint8_t)word[i];
		}
		n++;
	} else if (strcmp(d->beacon.format, "eddystone_uid") == 0) {
		static const uint8_t head[] = {0x15, 0x16, 0xAA, 0xFE, 0x00, 0x00};
		memcpy(ad, head, sizeof head);
		n = sizeof head + unhex(ad + sizeof head, 10, d->beacon.uuid);
		n += unhex(ad + n, 6, d->beacon.instance);
	} else {
		return;
	}
	if (n != (size_t)ad[0] + 1)
		return; /* an id of another length is none of these */
	ear->pending = false;
	teach_advert(ear->teach, ear->phase, d->tag, ad, n);
}

static void on_record(void *context, const struct decoded *d)
{
	struct teach_ear *ear = context;
	if (d->kind == DECODED_SIGHTING && !ear->bytes) {
		teach_flush(ear);
		memcpy(ear->tag, d->tag, sizeof ear->tag);
		ear->pending = true;
	} else if (d->kind == DECODED_SIGHTING) {
		ear->bytes = false;
	} else if (d->kind == DECODED_BEACON && ear->pending && strcmp(ear->tag, d->tag) == 0) {
		on_beacon(ear, d);
	}
}

void teach_listen(struct teach_ear *ear, struct decode_context *dc)
{
	*dc = (struct decode_context){.emit = on_record, .advert = on_advert, .context = ear};
}
