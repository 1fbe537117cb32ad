/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/gateway.h"
#include "src/hospital/stamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gateway_init(struct gateway_box *g, const struct gateway *site, int index)
{
	memset(g, 0, sizeof(*g));
	snprintf(g->mac, sizeof(g->mac), "%s", site->mac);
	snprintf(g->topic, sizeof(g->topic), "/gw/%s/status", site->mac);
	/* Half old firmware, half new; one in nine was set to binary. */
	g->dialect = index % 9 == 8   ? DIALECT_BINARY
		     : index % 2 == 0 ? DIALECT_TYPED
				      : DIALECT_PLAIN;
}

void gateway_hear(
	struct gateway_box *g, const char *mac, int64_t t, int rssi, const struct advert *a)
{
	if (g->off || g->row_count == ROWS_MAX)
		return;
	struct heard *h = &g->rows[g->row_count++];
	h->mac = mac;
	h->t = t;
	h->rssi = (int8_t)rssi;
	h->advert = *a;
}

static void put_hex(FILE *out, const uint8_t *bytes, size_t n)
{
	static const char digits[] = "0123456789ABCDEF";
	char text[2 * ADVERT_MAX + 1];
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * n] = '\0';
	fputs(text, out);
}

/* What an older firmware names itself: S1 climate rows and iBeacons. */
static void typed_row(FILE *out, const struct heard *h)
{
	char stamp[STAMP_SIZE];
	const struct advert *a = &h->advert;
	stamp_utc(h->t, stamp);
	if (a->kind == ADVERT_CLIMATE) {
		fprintf(out,
			",{\"timestamp\":\"%s\",\"type\":\"S1\",\"mac\":\"%s\",\"bleName\":\"S1\","
			"\"battery\":%d,\"temperature\":%.2f,\"humidity\":%.2f,\"rssi\":%d}",
			stamp, h->mac, a->battery, a->temperature, a->humidity, h->rssi);
	} else if (a->kind == ADVERT_IBEACON) {
		const uint8_t *b = a->bytes + 9;
		fprintf(out,
			",{\"timestamp\":\"%s\",\"type\":\"iBeacon\",\"mac\":\"%s\",\"bleName\":"
			"\"\","
			"\"ibeaconUuid\":\"",
			stamp, h->mac);
		put_hex(out, b, 16);
		fprintf(out,
			"\",\"ibeaconMajor\":%d,\"ibeaconMinor\":%d,\"rssi\":%d,"
			"\"ibeaconTxPower\":%d,\"battery\":0}",
			b[16] << 8 | b[17], b[18] << 8 | b[19], h->rssi, (int8_t)b[20]);
	} else {
		fprintf(out,
			",{\"timestamp\":\"%s\",\"type\":\"Unknown\",\"mac\":\"%s\",\"bleName\":"
			"\"\","
			"\"rssi\":%d,\"rawData\":\"",
			stamp, h->mac, h->rssi);
		put_hex(out, a->bytes, a->len);
		fputs("\"}", out);
	}
}

static void plain_row(FILE *out, const struct heard *h)
{
	fprintf(out, ",{\"timestamp\":%" PRId64 ",\"mac\":\"%s\",\"rssi\":%d,\"rawData\":\"", h->t,
		h->mac, h->rssi);
	put_hex(out, h->advert.bytes, h->advert.len);
	fputs("\"}", out);
}

static void write_json(FILE *out, const struct gateway_box *g, int64_t now_ms)
{
	char stamp[STAMP_SIZE];
	if (g->dialect == DIALECT_TYPED)
		fprintf(out,
			"[{\"timestamp\":\"%s\",\"type\":\"Gateway\",\"mac\":\"%s\","
			"\"gatewayFree\":%d,\"gatewayLoad\":%.2f}",
			stamp_utc(now_ms, stamp), g->mac, 23, 0.05 + 0.01 * g->row_count);
	else
		fprintf(out,
			"[{\"type\":\"Gateway\",\"mac\":\"%s\",\"nums\":%d,\"timestamp\":%" PRId64
			"}",
			g->mac, g->row_count, now_ms);
	for (int i = 0; i < g->row_count; i++) {
		if (g->dialect == DIALECT_TYPED)
			typed_row(out, &g->rows[i]);
		else
			plain_row(out, &g->rows[i]);
	}
	fputc(']', out);
}

static void put_be(FILE *out, uint32_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		fputc((int)(value >> (8 * i) & 0xFF), out);
}

static void put_mac(FILE *out, const char *mac)
{
	for (int i = 0; i < 6; i++) {
		char digits[3] = {mac[2 * i], mac[2 * i + 1], '\0'};
		fputc((int)strtol(digits, NULL, 16), out);
	}
}

static bool first_of_tag(const struct gateway_box *g, int row)
{
	for (int i = 0; i < row; i++)
		if (strcmp(g->rows[i].mac, g->rows[row].mac) == 0)
			return false;
	return true;
}

/* All packets of one transmitter together, as the firmware sends them. */
static void write_transmitter(FILE *out, const struct gateway_box *g, int row)
{
	int packets = 0;
	for (int i = row; i < g->row_count; i++)
		packets += strcmp(g->rows[i].mac, g->rows[row].mac) == 0;
	put_mac(out, g->rows[row].mac);
	put_be(out, (uint32_t)packets, 2);
	for (int i = row; i < g->row_count; i++) {
		const struct heard *h = &g->rows[i];
		if (strcmp(h->mac, g->rows[row].mac) != 0)
			continue;
		fputc(h->advert.len, out);
		fwrite(h->advert.bytes, 1, h->advert.len, out);
		fputc(0x02, out);
		fputc((uint8_t)h->rssi, out);
	}
}

static void write_binary(FILE *out, const struct gateway_box *g)
{
	uint32_t transmitters = 0;
	put_be(out, 0xBB01, 2);
	put_be(out, 0, 4);
	put_mac(out, g->mac);
	for (int i = 0; i < g->row_count; i++)
		transmitters += first_of_tag(g, i);
	put_be(out, transmitters, 2);
	for (int i = 0; i < g->row_count; i++)
		if (first_of_tag(g, i))
			write_transmitter(out, g, i);
	fputc(0xDD, out);
}

char *gateway_payload(struct gateway_box *g, int64_t now_ms, size_t *len)
{
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, len);
	if (out == NULL)
		abort();
	if (g->dialect == DIALECT_BINARY)
		write_binary(out, g);
	else
		write_json(out, g, now_ms);
	fclose(out);
	if (g->dialect == DIALECT_BINARY)
		for (size_t i = 0; i < 4; i++)
			bytes[2 + i] = (char)(*len >> (8 * (3 - i)) & 0xFF);
	g->row_count = 0;
	return bytes;
}
