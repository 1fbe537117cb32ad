/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "feeds/decode.h"
#include "feeds/press.h"
#include "twin/site.h"

/*
 * How many device rows a second one core decodes: a JSON-LONG message of 20
 * devices (half accelerations, half device infos, as a real B10 sends them),
 * again and again for about a second. And how many payloads of about 300 bytes
 * a second the press scan looks through.
 */

enum { DEVICES = 20, PAYLOAD_MAX = 8192 };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void count_row(void *context, const struct decoded *d)
{
	unsigned long *rows = context;
	*rows += d->kind == DECODED_SIGHTING;
}

static size_t message(char *out, size_t size, int devices)
{
	size_t n = (size_t)snprintf(out, size,
		"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\",\"nums\":%d,"
		"\"timestamp\":1758600000000}",
		devices);
	for (int i = 0; i < devices && n < size; i++) {
		const char *head = i % 2 ? "0201060303E1FF0F16E1FFA10814"
					 : "0201060303E1FF1216E1FFA103140059FF7EFF39";
		n += (size_t)snprintf(out + n, size - n,
			",{\"timestamp\":1758600000000,\"mac\":\"C300007B57%02X\",\"rssi\":-%d,"
			"\"rawData\":\"%s%02X577B0000C3%s\"}",
			(unsigned)i, 50 + i, head, (unsigned)i, i % 2 ? "423130" : "");
	}
	n += (size_t)snprintf(out + n, size - n, "]");
	return n;
}

static void bench_rows(void)
{
	char text[PAYLOAD_MAX];
	unsigned long rows = 0;
	struct decode_context dc = {.emit = count_row, .context = &rows};
	size_t len = message(text, sizeof text, DEVICES);
	double start = now_s();
	double end;
	do {
		for (int i = 0; i < 100; i++)
			payload_decode(&dc, "/gw/ac233fc00001/status", text, len);
		end = now_s();
	} while (end - start < 1);
	printf("bench: decode_rows %.0f rows/s\n", (double)rows / (end - start));
}

static void bench_scan(void)
{
	static const uint8_t uuid[] = {0xFD, 0xA5, 0x06, 0x93, 0xA4, 0xE2, 0x4F, 0xB1, 0xAF, 0xCF,
		0xC6, 0xEB, 0x07, 0x64, 0x78, 0x25};
	struct signature s = {.kind = SIGNATURE_IBEACON, .length = sizeof uuid};
	struct site site = {.signatures = &s, .signature_count = 1};
	char text[PAYLOAD_MAX];
	struct press_hit hits[4];
	unsigned long payloads = 0;
	memcpy(s.pattern, uuid, sizeof uuid);
	memset(s.mask, 0xFF, sizeof s.mask);
	struct press_table *table = press_table_create(&site);
	if (table == NULL)
		return;
	size_t len = message(text, sizeof text, 2);
	double start = now_s();
	double end;
	do {
		for (int i = 0; i < 1000; i++)
			payloads += 1 + (unsigned)press_scan(table, text, len, hits, 4);
		end = now_s();
	} while (end - start < 0.5);
	printf("bench: press_scan %.0f payloads/s\n", (double)payloads / (end - start));
	press_table_destroy(table);
}

int main(void)
{
	bench_rows();
	bench_scan();
	return 0;
}
