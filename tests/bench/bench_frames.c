/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include "feeds/ble.h"

/* How many advertisements of each family one core decodes a second, the sealed
 * ones with their key. */

static const struct frame {
	const char *name, *hex;
} frames[] = {
	{"frame_ffe1", "0201060303E1FF1016E1FFA1016419734864A5808FE64854"},
	{"frame_0639", "12FF3906CA030300050005FF0421643A7AC951"},
	{"frame_ibeacon", "0201061AFF4C000215FDA50693A4E24FB1AFCFC6EB0764782500000000C5"},
	{"frame_eddystone", "0201060303AAFE1116AAFE20000BB81973000003E800000258"},
	{"frame_bthome", "0201060B094449592D73656E736F720A16D2FC4002C40903BF13"},
	{"frame_bthome_encrypted", "1216D2FC41A47266C95F730011223378237214"},
};

static void count(void *context, const struct decoded *d)
{
	*(unsigned long *)context += d->kind == DECODED_SIGHTING;
}

static const uint8_t *key_of(void *context, const char *tag)
{
	static const uint8_t key[16] = {0x23, 0x1d, 0x39, 0xc1, 0xd7, 0xcc, 0x1a, 0xb1, 0xae, 0xe2,
		0x24, 0xcd, 0x09, 0x6d, 0xb9, 0x32};
	(void)context;
	(void)tag;
	return key;
}

static void bench_frame(const struct frame *f)
{
	uint8_t ad[64];
	unsigned long done = 0;
	struct decode_context dc = {.emit = count, .context = &done, .key = key_of};
	struct decoded base = {.tag = "5448E68F80A5", .rssi_dbm = -61};
	long len = ble_hex(ad, sizeof ad, f->hex, strlen(f->hex));
	double start = bench_now();
	double end;
	do {
		for (int i = 0; i < 1000; i++)
			ble_decode(&dc, &base, ad, (size_t)len);
		end = bench_now();
	} while (end - start < 0.3);
	bench_say(f->name, (double)done / (end - start), "adverts/s");
}

int main(void)
{
	for (size_t i = 0; i < sizeof frames / sizeof *frames; i++)
		bench_frame(&frames[i]);
	return 0;
}
