/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "feeds/ble.h"
#include "feeds/bridges.h"
#include "feeds/json_read.h"
#include "twin/text.h"

/*
 * OpenMQTTGateway and Theengs gateway (feeds reference 3.1):
 * home/<gateway>/BTtoMQTT/<MAC>. What their decoder knows comes taken apart;
 * what it does not know (Minew) comes as service or manufacturer data, which is
 * put together again for the frame decoders. `distance` is not looked at: 1e10
 * and "ovf" have been seen.
 */

#define FIELD(key, quantity, scale)                                                                \
	{                                                                                          \
		{(key), NULL}, QUANTITY_##quantity, (scale), false                                 \
	}

static const struct named_field fields[] = {
	FIELD("tempc", TEMPERATURE, 1),
	FIELD("hum", HUMIDITY, 1),
	FIELD("batt", BATTERY, 1),
	FIELD("volt", VOLTAGE, 1000),
	FIELD("lux", ILLUMINANCE, 1),
	FIELD("pres", PRESSURE, 1),
	FIELD("co2", CO2, 1),
	FIELD("tvoc", TVOC, 1),
	FIELD("motion", MOTION, 1),
	FIELD("door", DOOR, 1),
	FIELD("open", OPENING, 1),
};

/* Theengs' own codes of a button (theengs/decoder, SBBT_002C_json.h) as those of
 * BTHome: 0 none, 1 press, 2 double, 3 triple, 4 long press, 0x80 hold. */
static int button_code(double theengs)
{
	static const int codes[][2] = {{0, 0}, {1, 1}, {2, 2}, {3, 3}, {9, 4}, {11, 0x80}};
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (theengs == codes[i][0])
			return codes[i][1];
	return -1;
}

/* One button, or several by number. */
static const char *const buttons[] = {"button", "button1", "button2", "button3", "button4", NULL};

static void take_buttons(struct heard *h, const cJSON *object)
{
	for (const char *const *key = buttons; h->wanted && *key != NULL; key++) {
		const cJSON *item = json_field(object, *key);
		double value;
		int code = json_number(item, &value) ? button_code(value) : -1;
		if (code >= 0)
			row_reading(&h->row, QUANTITY_BUTTON, code);
		else if (item != NULL)
			row_refuse(&h->row, REFUSED_BAD_VALUE, "%s", *key);
	}
}

/* "0xffe1", "ffe1", or the 16 bits in Bluetooth's long UUID; -1 none of them. */
static int uuid16(const char *text)
{
	static const char tail[] = "-0000-1000-8000-00805f9b34fb";
	uint8_t bytes[2];
	if (strncasecmp(text, "0x", 2) == 0)
		text += 2;
	if (strlen(text) == 8 + sizeof tail - 1 && strncmp(text, "0000", 4) == 0
		&& strcasecmp(text + 8, tail) == 0)
		return ble_hex(bytes, 2, text + 4, 4) == 2 ? (int)ble_u16(bytes) : -1;
	return strlen(text) == 4 && ble_hex(bytes, 2, text, 4) == 2 ? (int)ble_u16(bytes) : -1;
}

/* [length][type][head][hex] */
static size_t structure(
	uint8_t *ad, uint8_t type, const uint8_t *head, size_t n, const char *hex, size_t digits)
{
	uint8_t *data = ad + 2 + n;
	long size = ble_hex(data, THEENGS_STRUCTURE - 2 - n, hex, digits);
	if (size <= 0)
		return 0;
	ad[0] = (uint8_t)(1 + n + (size_t)size);
	ad[1] = type;
	memmove(ad + 2, head, n);
	return (size_t)(data - ad) + (size_t)size;
}

size_t theengs_maker(uint8_t ad[THEENGS_STRUCTURE], const char *hex, size_t digits)
{
	return structure(ad, 0xFF, ad, 0, hex, digits);
}

size_t theengs_service(
	uint8_t ad[THEENGS_STRUCTURE], const char *uuid, const char *hex, size_t digits)
{
	int u = uuid16(uuid);
	if (u < 0)
		return 0;
	const uint8_t head[2] = {(uint8_t)(u % 256), (uint8_t)(u / 256)};
	return structure(ad, 0x16, head, sizeof head, hex, digits);
}

/* The advertisement as far as it is told; returns its length. */
static size_t rebuild(struct heard *h, const cJSON *object, uint8_t ad[2 * THEENGS_STRUCTURE])
{
	const char *maker = json_text(object, "manufacturerdata");
	const char *service = json_text(object, "servicedata");
	const char *uuid = json_text(object, "servicedatauuid");
	size_t first = theengs_maker(ad, maker, strlen(maker));
	size_t second = theengs_service(ad + first, uuid, service, strlen(service));
	if (maker[0] != '\0' && first == 0)
		row_refuse(
			&h->row, REFUSED_BAD_HEX, "manufacturerdata of %zu digits", strlen(maker));
	if (service[0] != '\0' && second == 0 && uuid16(uuid) >= 0)
		row_refuse(&h->row, REFUSED_BAD_HEX, "servicedata of %zu digits", strlen(service));
	else if (service[0] != '\0' && second == 0 && h->wanted)
		row_refuse(&h->row, REFUSED_UNKNOWN_FRAME, "svc:%.36s", uuid);
	return first + second;
}

/* What the device says itself, else the address it was heard from; an option
 * puts the iBeacon's UUID into the place of that. */
static const cJSON *tag_of(const cJSON *object)
{
	const cJSON *mac = json_field(object, "mac");
	char text[TAG_SIZE];
	return cJSON_IsString(mac) && text_mac(text, mac->valuestring) ? mac
								       : json_field(object, "id");
}

/* Whether their decoder has read something out of the advertisement. */
static bool taken_apart(const cJSON *object)
{
	bool found = json_field(object, "uuid") != NULL || json_any(object, buttons) != NULL;
	for (size_t i = 0; !found && i < sizeof fields / sizeof *fields; i++)
		found = json_any(object, fields[i].keys) != NULL;
	return found;
}

static void read_row(struct heard *h, const cJSON *object)
{
	uint8_t ad[2 * THEENGS_STRUCTURE];
	size_t len = rebuild(h, object, ad);
	if (!taken_apart(object)) {
		heard_ad(h, ad, len);
		return;
	}
	/* What they have read is not read twice; the bytes may still be a press. */
	if (h->wanted)
		row_frame(&h->row, "named:theengs");
	heard_named(h, object, fields, sizeof fields / sizeof *fields);
	take_buttons(h, object);
	row_presses(&h->row, ad, len);
	heard_ibeacon(h, json_text(object, "uuid"), json_field(object, "major"),
		json_field(object, "minor"), json_field(object, "txpower"));
}

void theengs(struct message *m, const cJSON *object)
{
	struct heard h;
	struct heard_fields row = {.mac = tag_of(object), .rssi = json_field(object, "rssi")};
	/* Their own conclusion that it is gone: nobody heard anything. */
	if (strcmp(json_text(object, "presence"), "absent") == 0)
		return;
	message_node(m, "BTtoMQTT");
	if (!heard_begin(&h, m, &row))
		return;
	read_row(&h, object);
	heard_name(&h, json_text(object, "name"));
	heard_end(&h);
}
