/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/minew.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "feeds/ble.h"
#include "feeds/fhir.h"
#include "twin/text.h"

/*
 * JSON-LONG: one flat object a row (feeds reference 1.2, 1.3). Each field is
 * judged alone: what is wrong is said, what is right is kept.
 */

/* The longest advertising data there is: 254 bytes of extended advertising in
 * one packet, up to 1,650 chained (Bluetooth Core 5.3, vol 4, part E, 7.8.54). */
enum { AD_MAX = 1650 };

/* ---- time ---- */

/* 9999-12-31T23:59:59.999Z: beyond it a number is no time. */
#define LAST_MS 253402300799999.0

bool minew_time(const char *text, int64_t *ms)
{
	char *end;
	if (strchr(text, 'T') != NULL) {
		*ms = fhir_time(text);
		return *ms > 0;
	}
	if (*text < '0' || *text > '9')
		return false;
	double value = strtod(text, &end);
	if (*end != '\0' || !(value >= 0 && value <= LAST_MS))
		return false;
	*ms = (int64_t)value;
	return true;
}

static bool time_of(const cJSON *item, int64_t *ms)
{
	*ms = 0;
	if (cJSON_IsString(item))
		return minew_time(item->valuestring, ms);
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= LAST_MS))
		return false;
	*ms = (int64_t)item->valuedouble;
	return true;
}

/* ---- small readers ---- */

/* Numbers come as strings from some brokers' rule engines. */
static bool number_of(const cJSON *item, double *out)
{
	char *end;
	if (cJSON_IsNumber(item)) {
		*out = item->valuedouble;
		return isfinite(*out);
	}
	if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
		return false;
	*out = strtod(item->valuestring, &end);
	return *end == '\0' && isfinite(*out);
}

static const char *text_of(const cJSON *row, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, key));
	return text != NULL ? text : "";
}

/* ---- one row ---- */

static int rssi_of(struct row *row, const cJSON *object)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "rssi");
	double value;
	/* 0 and +127 are "not available" (Bluetooth Core 5.3, vol 4, part E,
	 * 7.7.65.2); tags are never heard louder than +20. */
	if (number_of(item, &value) && value >= -127 && value <= 20 && (int)value != 0)
		return (int)value;
	if (item == NULL)
		row_refuse(row, REFUSED_BAD_RSSI, "no rssi");
	else
		row_refuse(row, REFUSED_BAD_RSSI, "rssi %.40s",
			cJSON_IsString(item)   ? item->valuestring
			: cJSON_IsNumber(item) ? "out of range"
					       : "not a number");
	return 0;
}

static void raw_data(struct row *row, const cJSON *object)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "rawData");
	uint8_t ad[AD_MAX];
	if (item == NULL || cJSON_IsNull(item))
		return;
	if (!cJSON_IsString(item)) {
		row_refuse(row, REFUSED_BAD_HEX, "rawData is not a text");
		return;
	}
	size_t digits = strlen(item->valuestring);
	long len = ble_hex(ad, sizeof ad, item->valuestring, digits);
	if (len < 0)
		row_refuse(row, REFUSED_BAD_HEX, "rawData of %zu digits", digits);
	else if (len > 0)
		ble_walk(row, ad, (size_t)len);
}

static bool u16_of(const cJSON *object, const char *key, uint8_t out[2])
{
	double value;
	if (!number_of(cJSON_GetObjectItemCaseSensitive(object, key), &value) || value < 0
		|| value > 65535)
		return false;
	out[0] = (uint8_t)((unsigned)value >> 8);
	out[1] = (uint8_t)((unsigned)value & 0xFF);
	return true;
}

/* The gateway took the iBeacon apart; put it together again, so that one code
 * reads it and one rule recognises presses. */
static void named_ibeacon(struct row *row, const cJSON *object)
{
	uint8_t bytes[21];
	double power;
	const char *uuid = text_of(object, "ibeaconUuid");
	if (uuid[0] == '\0')
		return;
	if (strlen(uuid) != 32 || ble_hex(bytes, 16, uuid, 32) != 16) {
		row_refuse(row, REFUSED_BAD_HEX, "ibeaconUuid %.40s", uuid);
		return;
	}
	if (!u16_of(object, "ibeaconMajor", bytes + 16)
		|| !u16_of(object, "ibeaconMinor", bytes + 18)) {
		row_refuse(row, REFUSED_BAD_VALUE, "ibeaconMajor or ibeaconMinor");
		return;
	}
	bytes[20] = 0;
	if (number_of(cJSON_GetObjectItemCaseSensitive(object, "ibeaconTxPower"), &power)
		&& power >= -128 && power <= 127)
		bytes[20] = (uint8_t)(int8_t)power;
	row_ibeacon(row, bytes);
	row_presses(row, bytes, sizeof bytes);
}

static const struct named {
	const char *key;
	enum quantity quantity;
} named[] = {
	{"temperature", QUANTITY_TEMPERATURE},
	{"humidity", QUANTITY_HUMIDITY},
	{"battery", QUANTITY_BATTERY},
};

static void named_readings(struct row *row, const cJSON *object, bool ibeacon)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, named[i].key);
		double value;
		if (item == NULL || cJSON_IsNull(item))
			continue;
		if (!number_of(item, &value))
			row_refuse(row, REFUSED_BAD_VALUE, "%s is not a number", named[i].key);
		else if (!(ibeacon && named[i].quantity == QUANTITY_BATTERY && (int)value == 0))
			row_reading(row, named[i].quantity, value); /* 0 there: not known */
	}
}

/* What the gateway itself read out of the advertisement, for types it knows. */
static void named_fields(struct row *row, const cJSON *object)
{
	const char *type = text_of(object, "type");
	if (type[0] == '\0' || strcmp(type, "Unknown") == 0)
		return;
	char word[24];
	size_t n = 0;
	for (; type[n] != '\0' && n + 1 < sizeof word; n++)
		word[n] = isalnum((unsigned char)type[n]) ? (char)tolower((unsigned char)type[n])
							  : '_';
	word[n] = '\0';
	row_frame(row, "named:%s", word);
	named_ibeacon(row, object);
	named_readings(row, object, strcmp(word, "ibeacon") == 0);
}

static bool mac_of(const struct decode_context *dc, const char *gateway, const cJSON *object,
	char mac[TAG_SIZE])
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, "mac");
	if (item == NULL || cJSON_IsNull(item))
		decode_refuse(dc, gateway, REFUSED_NO_MAC, "a row without mac");
	else if (!cJSON_IsString(item))
		decode_refuse(dc, gateway, REFUSED_BAD_MAC, "mac is not a text");
	else if (!text_mac(mac, item->valuestring))
		decode_refuse(dc, gateway, REFUSED_BAD_MAC, "mac %.40s", item->valuestring);
	else
		return true;
	return false;
}

bool minew_is_gateway(const cJSON *row, char mac[TAG_SIZE])
{
	mac[0] = '\0';
	if (strcmp(text_of(row, "type"), "Gateway") != 0)
		return false;
	if (!text_mac(mac, text_of(row, "mac")))
		mac[0] = '\0';
	return true;
}

void minew_row(const struct decode_context *dc, const char *gateway, const cJSON *object)
{
	struct decoded base = {.kind = DECODED_SIGHTING};
	struct row row = {.dc = dc, .base = &base};
	if (!cJSON_IsObject(object)) {
		decode_refuse(dc, gateway, REFUSED_ROW, "a row is not an object");
		return;
	}
	if (!mac_of(dc, gateway, object, base.tag))
		return;
	text_copy(base.gateway, sizeof base.gateway, gateway);
	const cJSON *time = cJSON_GetObjectItemCaseSensitive(object, "timestamp");
	bool bad_time = time != NULL && !cJSON_IsNull(time) && !time_of(time, &base.device_ms);
	if (strcmp(text_of(object, "type"), "Gateway") == 0) {
		base.kind = DECODED_GATEWAY;
		text_copy(base.gateway, sizeof base.gateway, base.tag);
		base.tag[0] = '\0';
		base.uplink.seq = -1;
		dc->emit(dc->context, &base);
		if (bad_time)
			decode_refuse(dc, base.gateway, REFUSED_BAD_TIME, "gateway's timestamp");
		return;
	}
	/* While the RSSI is not known no refusal may send the sighting. */
	row.sighted = true;
	base.rssi_dbm = rssi_of(&row, object);
	row.sighted = base.rssi_dbm == 0;
	raw_data(&row, object);
	named_fields(&row, object);
	const char *name = text_of(object, "bleName");
	row_sighting(&row);
	row_name(&row, name, strlen(name));
	if (bad_time)
		row_refuse(&row, REFUSED_BAD_TIME, "timestamp %.40s",
			cJSON_IsString(time) ? time->valuestring : "not a time");
}
