/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TESTS_UNIT_BLE_LINES_H
#define VIGIE_TESTS_UNIT_BLE_LINES_H

/* One advertisement in, the lines of `vigie decode` out. Include after cmocka.h. */

#include "tests/unit/collect.h"

#ifndef TAG
#define TAG "123456789000"
#endif
#define SEEN(frame)                                                                                \
	"{\"kind\":\"sighting\",\"tag\":\"" TAG "\",\"rssi_dbm\":-61,\"frame\":\"" frame "\"}"
#define READ(quantity, value)                                                                      \
	"{\"kind\":\"reading\",\"tag\":\"" TAG "\",\"quantity\":\"" quantity "\",\"value\":" value \
	"}"
#define UNIT(value, unit) value ",\"unit\":\"" unit "\""
#define REFUSED(reason, detail)                                                                    \
	"{\"kind\":\"refused\",\"reason\":\"" reason "\",\"detail\":\"" detail "\",\"tag\":\"" TAG \
	"\"}"

static inline void decode_as(const struct decode_context *dc, const char *tag, const char *hex)
{
	struct decoded base = {.rssi_dbm = -61};
	size_t n = strlen(hex) / 2;
	/* Exactly as long as the advertisement, so that a sanitizer sees a read
	 * beyond it. */
	uint8_t *ad = malloc(n > 0 ? n : 1);
	assert_non_null(ad);

	unhex(ad, hex);
	snprintf(base.tag, sizeof base.tag, "%s", tag);
	ble_decode(dc, &base, ad, n);
	free(ad);
}

static inline void decode(struct collect *c, const char *tag, const char *hex)
{
	struct decode_context dc = {.emit = collect_emit, .context = c};
	decode_as(&dc, tag, hex);
}

#endif
