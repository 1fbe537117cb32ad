/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/message.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "feeds/ble.h"
#include "feeds/json_read.h"
#include "twin/text.h"

/* The longest advertising data there is: 254 bytes of extended advertising in
 * one packet, up to 1,650 chained (Bluetooth Core 5.3, vol 4, part E, 7.8.54). */
enum { AD_MAX = 1650 };

bool message_broken(struct message *m)
{
	if (m->broken <= BROKEN_MAX && ++m->broken > BROKEN_MAX)
		decode_refuse(m->dc, m->gateway, REFUSED_NOT_JSON,
			"more than %d broken rows: the rest is not read", BROKEN_MAX);
	return m->broken <= BROKEN_MAX;
}

bool message_is_row(struct message *m, const cJSON *row)
{
	if (cJSON_IsObject(row))
		return true;
	if (message_broken(m))
		decode_refuse(m->dc, m->gateway, REFUSED_ROW, "a row is not an object");
	return false;
}

/* ---- who heard it ---- */

/* Feeds reference 1.1: the box may be labelled with another MAC than the one
 * it publishes; a node's name is written by hand, in any case. */
static int site_gateway_by(const struct site *site, const char *said, const char *mac)
{
	for (int i = 0; site != NULL && i < site->gateway_count; i++) {
		const struct gateway *g = &site->gateways[i];
		char other[TAG_SIZE];
		if (mac[0] != '\0' && strcmp(g->mac, mac) == 0)
			return i;
		if (mac[0] != '\0' && text_mac(other, g->alias) && strcmp(other, mac) == 0)
			return i;
		if ((g->name[0] != '\0' && strcasecmp(g->name, said) == 0)
			|| (g->alias[0] != '\0' && strcasecmp(g->alias, said) == 0))
			return i;
	}
	return -1;
}

/* The site's MAC of a gateway by MAC, name or alias; a MAC that the site does not
 * list is itself. False, and "", when it is none. */
static bool gateway_known(const struct site *site, const char *said, char mac[TAG_SIZE])
{
	if (!text_mac(mac, said))
		mac[0] = '\0';
	int i = said[0] != '\0' ? site_gateway_by(site, said, mac) : -1;
	if (i >= 0)
		memcpy(mac, site->gateways[i].mac, TAG_SIZE);
	return mac[0] != '\0';
}

bool message_gateway(struct message *m, const char *said)
{
	char mac[TAG_SIZE];
	if (!gateway_known(m->dc->site, said, mac))
		return false;
	bool another = m->placed && strcmp(mac, m->gateway) != 0
		       && site_gateway_by(m->dc->site, said, mac) >= 0;
	if (another && !m->contradicted)
		decode_refuse(m->dc, m->gateway, REFUSED_MAC_MISMATCH, "calls itself %s", mac);
	m->contradicted = m->contradicted || another;
	if (!another)
		memcpy(m->gateway, mac, TAG_SIZE);
	return true;
}

/* Copies the level at *topic and steps behind it; false at the end. A level too
 * long to be a name is "". */
static bool next_level(const char **topic, char level[LABEL_SIZE])
{
	const char *from = *topic;
	if (from == NULL)
		return false;
	size_t n = strcspn(from, "/");
	*topic = from[n] == '/' ? from + n + 1 : NULL;
	if (n >= LABEL_SIZE)
		n = 0;
	memcpy(level, from, n);
	level[n] = '\0';
	return true;
}

/* Where bridges write a tag's address: it must not become a gateway, not even
 * the one to blame for a message that cannot be read. */
static bool is_tag_level(const char *topic, const char *level)
{
	static const char *const before[] = {"BTtoMQTT/", "BTtoMQTT/undecoded/",
		"espresense/devices/", "paretoanywhere/devices/"};
	size_t n = (size_t)(level - topic);
	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		size_t k = strlen(before[i]);
		if (n >= k && memcmp(level - k, before[i], k) == 0)
			return true;
	}
	return false;
}

void message_topic_gateway(struct message *m)
{
	const char *topic = m->topic;
	const char *at = topic;
	char level[LABEL_SIZE];
	char mac[TAG_SIZE];
	m->gateway[0] = '\0';
	for (; next_level(&topic, level); at = topic) {
		if (!text_mac(mac, level) || is_tag_level(m->topic, at))
			mac[0] = '\0';
		if (level[0] != '\0' && site_gateway_by(m->dc->site, level, mac) >= 0) {
			m->placed = message_gateway(m, level);
			return;
		}
		if (m->gateway[0] == '\0')
			memcpy(m->gateway, mac, TAG_SIZE);
	}
}

void message_node(struct message *m, const char *before)
{
	const char *topic = m->topic;
	char level[LABEL_SIZE];
	char node[LABEL_SIZE] = "";
	m->placed = false;
	while (next_level(&topic, level) && (before == NULL || strcmp(level, before) != 0))
		memcpy(node, level, sizeof node);
	m->gateway[0] = '\0';
	/* Without a site there is no list it could be missing from. */
	if (node[0] != '\0' && !message_gateway(m, node) && m->dc->site != NULL)
		decode_refuse(m->dc, "", REFUSED_NO_GATEWAY, "node %.60s", node);
}

void message_clock(struct message *m, int64_t ms)
{
	if (ms <= 0)
		return;
	m->clock_ms = ms;
	m->clock_said = true;
}

void message_uplink(const struct message *m, int64_t device_ms, int64_t seq)
{
	struct decoded d = {.kind = DECODED_GATEWAY, .device_ms = device_ms};
	d.uplink.seq = seq;
	memcpy(d.gateway, m->gateway, TAG_SIZE);
	m->dc->emit(m->dc->context, &d);
}

/* ---- one row ---- */

/* Two clocks of which one was never given the time cannot be compared. */
static int64_t lateness(const struct message *m, int64_t device_ms)
{
	static const int64_t year_2000_ms = 946684800000;
	bool comparable = (m->clock_ms < year_2000_ms) == (device_ms < year_2000_ms);
	if (device_ms <= 0 || !comparable || m->clock_ms <= device_ms)
		return 0;
	return m->clock_ms - device_ms;
}

static void begin(struct heard *h, struct message *m, int64_t device_ms)
{
	const struct decode_context *dc = m->dc;
	h->base.kind = DECODED_SIGHTING;
	h->base.device_ms = device_ms;
	h->base.late_ms = lateness(m, device_ms);
	memcpy(h->base.gateway, m->gateway, TAG_SIZE);
	if (!m->clock_said && device_ms > m->clock_ms)
		m->clock_ms = device_ms;
	h->row = (struct row){.dc = dc, .base = &h->base};
	h->wanted = dc->wanted == NULL || dc->wanted(dc->context, h->base.tag);
}

/* 0 and +127 are "not available" (Bluetooth Core 5.3, vol 4, part E, 7.7.65.2);
 * tags are never heard louder than +20. */
static bool rssi_possible(double rssi)
{
	return rssi >= -127 && rssi <= 20 && (int)rssi != 0;
}

/* While the RSSI is not known no refusal may send the sighting. */
static void take_rssi(struct heard *h, const cJSON *item)
{
	double value;
	if (json_number(item, &value) && rssi_possible(value)) {
		h->base.rssi_dbm = (int)value;
		return;
	}
	h->row.sighted = true;
	if (item == NULL)
		row_refuse(&h->row, REFUSED_BAD_RSSI, "no rssi");
	else
		row_refuse(&h->row, REFUSED_BAD_RSSI, "rssi %.40s",
			cJSON_IsString(item)   ? item->valuestring
			: cJSON_IsNumber(item) ? "out of range"
					       : "not a number");
}

static bool take_mac(struct heard *h, struct message *m, const cJSON *item)
{
	if (cJSON_IsString(item) && text_mac(h->base.tag, item->valuestring))
		return true;
	if (!message_broken(m))
		return false;
	if (item == NULL || cJSON_IsNull(item))
		decode_refuse(m->dc, m->gateway, REFUSED_NO_MAC, "a row without mac");
	else if (!cJSON_IsString(item))
		decode_refuse(m->dc, m->gateway, REFUSED_BAD_MAC, "mac is not a text");
	else
		decode_refuse(m->dc, m->gateway, REFUSED_BAD_MAC, "mac %.40s", item->valuestring);
	return false;
}

bool heard_begin(struct heard *h, struct message *m, const struct heard_fields *fields)
{
	const cJSON *time = fields->time;
	int64_t device_ms = fields->time_ms;
	*h = (struct heard){0};
	if (!take_mac(h, m, fields->mac))
		return false;
	if (time != NULL && !cJSON_IsNull(time) && !json_time(time, &device_ms))
		h->bad_time = time;
	begin(h, m, device_ms);
	take_rssi(h, fields->rssi);
	return true;
}

void heard_begin_bytes(struct heard *h, struct message *m, const uint8_t mac[6], int rssi)
{
	*h = (struct heard){0};
	ble_mac(h->base.tag, mac, false);
	begin(h, m, 0);
	if (rssi_possible(rssi)) {
		h->base.rssi_dbm = rssi;
		return;
	}
	h->row.sighted = true;
	row_refuse(&h->row, REFUSED_BAD_RSSI, "rssi %d", rssi);
}

void heard_ad(struct heard *h, const uint8_t *ad, size_t len)
{
	if (h->wanted)
		ble_walk(&h->row, ad, len);
	else
		row_presses(&h->row, ad, len);
}

void heard_hex(struct heard *h, const cJSON *item, const char *what)
{
	uint8_t ad[AD_MAX];
	if (item == NULL || cJSON_IsNull(item))
		return;
	if (!cJSON_IsString(item)) {
		row_refuse(&h->row, REFUSED_BAD_HEX, "%s is not a text", what);
		return;
	}
	size_t digits = strlen(item->valuestring);
	long len = ble_hex(ad, sizeof ad, item->valuestring, digits);
	if (len < 0)
		row_refuse(&h->row, REFUSED_BAD_HEX, "%s of %zu digits", what, digits);
	else if (len > 0)
		heard_ad(h, ad, (size_t)len);
}

/* 32 hex digits, with or without dashes between bytes. */
static bool read_uuid(uint8_t out[16], const char *text)
{
	char digits[33];
	size_t n = 0;
	for (; *text != '\0'; text++) {
		if (*text == '-' && n > 0 && n % 2 == 0)
			continue;
		if (n == 32)
			return false;
		digits[n++] = *text;
	}
	return ble_hex(out, 16, digits, n) == 16;
}

static bool read_u16(uint8_t out[2], const cJSON *item)
{
	double value;
	if (!json_number(item, &value) || value < 0 || value > 65535)
		return false;
	out[0] = (uint8_t)((unsigned)value >> 8);
	out[1] = (uint8_t)((unsigned)value & 0xFF);
	return true;
}

void heard_ibeacon(struct heard *h, const char *uuid, const cJSON *major, const cJSON *minor,
	const cJSON *power)
{
	uint8_t ad[] = {0x1A, 0xFF, 0x4C, 0x00, 0x02, 0x15, [26] = 0};
	uint8_t *bytes = ad + 6;
	double value;
	if (uuid[0] == '\0')
		return;
	if (!read_uuid(bytes, uuid)) {
		row_refuse(&h->row, REFUSED_BAD_HEX, "uuid %.40s", uuid);
		return;
	}
	if (!read_u16(bytes + 16, major) || !read_u16(bytes + 18, minor)) {
		row_refuse(&h->row, REFUSED_BAD_VALUE, "major or minor");
		return;
	}
	if (json_number(power, &value) && value >= -128 && value <= 127)
		bytes[20] = (uint8_t)(int8_t)value;
	if (h->wanted)
		row_ibeacon(&h->row, bytes);
	row_presses(&h->row, ad, sizeof ad);
}

/* 3.012 V are 3012 mV, not a billionth more. */
static double scaled(double value, double scale)
{
	return scale == 1 ? value : round(value * scale * 1e6) / 1e6;
}

int heard_named(
	struct heard *h, const cJSON *object, const struct named_field *fields, size_t count)
{
	int found = 0;
	for (size_t i = 0; h->wanted && i < count; i++) {
		const struct named_field *f = &fields[i];
		const cJSON *item = json_any(object, f->keys);
		double value;
		if (item == NULL)
			continue;
		found++;
		bool good = quantity_is_boolean(f->quantity) ? json_value(item, &value)
							     : json_number(item, &value);
		if (!good)
			row_refuse(&h->row, REFUSED_BAD_VALUE, "%s is not a number", item->string);
		else if (!f->zero_unknown || value != 0)
			row_reading(&h->row, f->quantity, scaled(value, f->scale));
	}
	return found;
}

void heard_name(struct heard *h, const char *name)
{
	if (h->wanted && name != NULL)
		row_name(&h->row, name, strlen(name));
}

void heard_end(struct heard *h)
{
	row_sighting(&h->row);
	if (h->bad_time != NULL)
		row_refuse(&h->row, REFUSED_BAD_TIME, "timestamp %.40s",
			cJSON_IsString(h->bad_time) ? h->bad_time->valuestring : "not a time");
}
