/* SPDX-License-Identifier: Apache-2.0 */
#include "src/payload_lines.h"

#include <string.h>

#include "feeds/ble.h"

bool payload_line_read(FILE *in, char *line, size_t *len)
{
	int c;
	*len = 0;
	while ((c = getc_unlocked(in)) != EOF && c != '\n')
		if (*len < PAYLOAD_LINE_MAX)
			line[(*len)++] = (char)c;
	if (*len > 0 && line[*len - 1] == '\r')
		(*len)--;
	return c != EOF || *len > 0;
}

void payload_line_decode(const struct decode_context *dc, const char *topic, char *line, size_t len)
{
	static const char prefix[] = "hex:";
	size_t skip = sizeof prefix - 1;
	if (len < skip || memcmp(line, prefix, skip) != 0) {
		payload_decode(dc, topic, line, len);
		return;
	}
	uint8_t *hex = (uint8_t *)line + skip;
	long bytes = ble_hex(hex, len, line + skip, len - skip);
	if (bytes >= 0) {
		payload_decode(dc, topic, hex, (size_t)bytes);
		return;
	}
	struct decoded d = {.kind = DECODED_REFUSED, .refused = {.reason = REFUSED_BAD_HEX}};
	snprintf(d.refused.detail, sizeof d.refused.detail, "hex: with %zu characters", len - skip);
	dc->emit(dc->context, &d);
}
