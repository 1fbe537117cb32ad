/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/bench.h"

#include "feeds/ble.h"
#include "feeds/press.h"

/*
 * How many device rows a second one core decodes: a message of 20 devices (half
 * accelerations, half device infos, as a real B10 sends them), again and again
 * for about a second. First Minew's JSON-LONG, then the other shapes around the
 * same advertisements against it (shapes of one device a message: one). And how
 * many payloads of about 300 bytes a second the press scan looks through.
 */

enum { DEVICES = 20, PAYLOAD_MAX = 8192 };

/* What stands around the MAC and the advertisement of each row. */
static const struct shape {
	const char *name, *head, *before, *between, *after, *tail;
	int devices;
	bool binary; /* written in hex, sent as bytes */
} shapes[] = {
	{"decode_rows",
		"[{\"type\":\"Gateway\",\"mac\":\"AC233FC00001\",\"nums\":20,"
		"\"timestamp\":1758600000000}",
		",{\"timestamp\":1758600000000,\"mac\":\"", "\",\"rssi\":-61,\"rawData\":\"", "\"}",
		"]", DEVICES, false},
	{"decode_preparsed",
		"{\"tm\":1758600000000,\"gw\":\"ac233fc00001\",\"seq\":24,\"adv\":["
		"{\"type\":\"pir\",\"rssi\":-49,\"mac\":\"c3000028b951\"}",
		",{\"type\":\"acc\",\"x\":0.34765625,\"y\":-0.5078125,\"z\":-0.77734375,"
		"\"battery\":20,"
		"\"rssi\":-61,\"mac\":\"",
		"\",\"seen\":\"", "\"}", "]}", DEVICES - 1, false},
	{"decode_moko",
		"{\"msg_id\":3004,\"device_info\":{\"mac\":\"ac233fc00001\"},\"data\":[{\"value\":{"
		"\"mac\":\"c3000028b951\",\"rssi\":-61}}",
		",{\"type\":0,\"value\":{\"timestamp\":\"2021-01-01&17:10:16+08\",\"mac\":\"",
		"\",\"rssi\":-61,\"raw\":\"", "\"}}", "]}", DEVICES - 1, false},
	{"decode_theengs", "", "{\"id\":\"",
		"\",\"rssi\":-61,\"servicedatauuid\":\"0xffe1\",\"servicedata\":"
		"\"a103140059ff7eff393c577b0000c3\",\"seen\":\"",
		"\"}", "", 1, false},
	{"decode_espresense", "", "{\"mac\":\"",
		"\",\"id\":\"x\",\"rssi@1m\":-59,\"rssi\":-71.00,\"distance\":3.42,\"mV\":3012,"
		"\"batt\":87,\"temp\":21.50,\"rh\":41.00,\"seen\":\"",
		"\"}", "", 1, false},
	{"decode_raddec", "", "{\"transmitterId\":\"",
		"\",\"rssiSignature\":[{\"receiverId\":\"ac233fc00001\",\"rssi\":-61}],"
		"\"timestamp\":1758600000000,\"packets\":[\"42213c577b0000c3",
		"\"]}", "", 1, false},
	{"decode_bb01", "bb0100000000ac233fc000010014", "", "00011A", "00C3", "DD", DEVICES, true},
};

static void count_row(void *context, const struct decoded *d)
{
	unsigned long *rows = context;
	*rows += d->kind == DECODED_SIGHTING;
}

static size_t message(char *out, size_t size, const struct shape *s, int devices)
{
	size_t n = (size_t)snprintf(out, size, "%s", s->head);
	for (int i = 0; i < devices && n < size; i++) {
		/* BB 01 says its lengths: all rows are the longer one there */
		bool info = i % 2 != 0 && !s->binary;
		n += (size_t)snprintf(out + n, size - n, "%sC300007B57%02X%s%s%02X577B0000C3%s%s",
			s->before, (unsigned)i, s->between,
			info ? "0201060303E1FF0F16E1FFA10814"
			     : "0201060303E1FF1216E1FFA103140059FF7EFF39",
			(unsigned)i, info ? "423130" : "", s->after);
	}
	n += (size_t)snprintf(out + n, size - n, "%s", s->tail);
	if (!s->binary)
		return n;
	n = (size_t)ble_hex((uint8_t *)out, size, out, n);
	out[4] = (char)(n >> 8);
	out[5] = (char)(n & 0xFF);
	return n;
}

static double rate(const struct shape *s, double seconds)
{
	char text[PAYLOAD_MAX];
	unsigned long rows = 0;
	struct decode_context dc = {.emit = count_row, .context = &rows};
	size_t len = message(text, sizeof text, s, s->devices);
	double start = bench_now();
	double end;
	do {
		for (int i = 0; i < 100; i++)
			payload_decode(&dc, "/gw/ac233fc00001/status", text, len);
		end = bench_now();
	} while (end - start < seconds);
	return (double)rows / (end - start);
}

static void bench_rows(void)
{
	double reference = rate(&shapes[0], 1);
	printf("bench: %s %.0f rows/s\n", shapes[0].name, reference);
	for (size_t i = 1; i < sizeof shapes / sizeof *shapes; i++)
		bench_against(
			shapes[i].name, rate(&shapes[i], 0.5), "rows/s", shapes[0].name, reference);
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
	size_t len = message(text, sizeof text, &shapes[0], 2);
	double start = bench_now();
	double end;
	do {
		for (int i = 0; i < 1000; i++)
			payloads += 1 + (unsigned)press_scan(table, text, len, hits, 4);
		end = bench_now();
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
