/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/health.h"

static const char *const refusals[REFUSED_COUNT] = {
	[REFUSED_EMPTY] = "empty",
	[REFUSED_TOO_LARGE] = "too_large",
	[REFUSED_NOT_JSON] = "not_json",
	[REFUSED_TOO_DEEP] = "too_deep",
	[REFUSED_NUL] = "nul",
	[REFUSED_UNKNOWN_SHAPE] = "unknown_shape",
	[REFUSED_UNSUPPORTED] = "unsupported",
	[REFUSED_ROW] = "row",
	[REFUSED_NO_MAC] = "no_mac",
	[REFUSED_BAD_MAC] = "bad_mac",
	[REFUSED_BAD_RSSI] = "bad_rssi",
	[REFUSED_BAD_HEX] = "bad_hex",
	[REFUSED_TRUNCATED] = "truncated",
	[REFUSED_SHORT_FRAME] = "short_frame",
	[REFUSED_UNKNOWN_FRAME] = "unknown_frame",
	[REFUSED_BAD_VALUE] = "bad_value",
	[REFUSED_MAC_MISMATCH] = "mac_mismatch",
	[REFUSED_BAD_TIME] = "bad_time",
	[REFUSED_NO_GATEWAY] = "no_gateway",
	[REFUSED_RETAINED] = "retained",
	[REFUSED_NO_KEY] = "no_key",
	[REFUSED_BAD_MIC] = "bad_mic",
};

const char *refusal_name(enum refusal r)
{
	return (unsigned)r < REFUSED_COUNT ? refusals[r] : "?";
}

bool refusal_informs(enum refusal r)
{
	return r == REFUSED_MAC_MISMATCH || r == REFUSED_NO_KEY;
}
