/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/minew.h"

#include "feeds/ble.h"

/*
 * Minew Connect's binary (feeds reference 1.7, after reelyactive/barnowl-minew):
 *   BB 02 · 4 bytes · total length u32 LE · length − 14 u32 LE · 84 3E ·
 *   length − 20 u32 LE, then records: length u16 LE, and in it receiver · flags
 *   · MAC 6 · RSSI s8 · n · n bytes of advertising data · angle of arrival.
 * It does not name its gateway: the topic does.
 */

enum { HEAD = 20, AT_TOTAL = 6, AT_REST = 10, AT_BODY = 14, AT_CONTENT = 16 };
/* Within a record, from its length field. */
enum { AT_MAC = 4, AT_RSSI = 10, AT_SIZE = 11, AT_DATA = 12 };

static size_t u16_le(const uint8_t *p)
{
	return (size_t)p[1] << 8 | p[0];
}

static size_t u32_le(const uint8_t *p)
{
	return u16_le(p + 2) << 16 | u16_le(p);
}

/* One record of `size` bytes, its length field included. */
static bool read_record(struct message *m, const uint8_t *p, size_t size)
{
	struct heard h;
	if (size < AT_DATA || (size_t)p[AT_SIZE] > size - AT_DATA)
		return false;
	heard_begin_bytes(&h, m, p + AT_MAC, (int8_t)p[AT_RSSI]);
	heard_ad(&h, p + AT_DATA, p[AT_SIZE]);
	heard_end(&h);
	return true;
}

void minew_connect(struct message *m)
{
	const uint8_t *p = (const uint8_t *)m->text;
	size_t at = HEAD;
	int index = 0;
	if (m->len < HEAD || p[AT_BODY] != 0x84 || p[AT_BODY + 1] != 0x3E) {
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "minew bb02");
		return;
	}
	size_t said = u32_le(p + AT_TOTAL);
	bool whole = said == m->len && u32_le(p + AT_REST) == m->len - AT_BODY
		     && u32_le(p + AT_CONTENT) == m->len - HEAD;
	for (; at + 2 <= m->len; index++) {
		size_t size = u16_le(p + at) + 2;
		if (size > m->len - at)
			break;
		if (!read_record(m, p + at, size))
			decode_refuse(m->dc, m->gateway, REFUSED_TRUNCATED,
				"bb02 record %d of %zu bytes", index, size);
		at += size;
	}
	if (!whole || at != m->len)
		decode_refuse(m->dc, m->gateway, REFUSED_TRUNCATED,
			"bb02 says %zu bytes, has %zu, %d records", said, m->len, index);
}
