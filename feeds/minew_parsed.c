/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/minew.h"

#include <string.h>
#include <strings.h>

#include "feeds/json_read.h"

/*
 * Pre-parsed JSON of newer G1 firmware (feeds reference 1.4): an envelope with
 * the gateway, its time and the number of the upload, and `adv`, one row per
 * frame. A row without a time of its own has the envelope's.
 */

/* What the envelope, or the wrapper around it, says for rows that do not. */
struct envelope {
	int64_t time_ms;
	const cJSON *mac;
};

static void parsed_row(struct message *m, const cJSON *row, const struct envelope *around)
{
	struct heard h;
	if (!message_is_row(m, row))
		return;
	const cJSON *mac = json_field(row, "mac");
	struct heard_fields fields = {.mac = mac != NULL ? mac : around->mac,
		.rssi = json_field(row, "rssi"),
		.time = json_field(row, "tm"),
		.time_ms = around->time_ms};
	if (!heard_begin(&h, m, &fields))
		return;
	const char *type = json_text(row, "type");
	const cJSON *raw = json_either(row, "raw", "rawData");
	const char *name = cJSON_GetStringValue(json_either(row, "name", "bleName"));
	heard_hex(&h, raw, "raw");
	/* A slot with bytes of the user's own: they speak for themselves, or not. */
	if (type[0] != '\0' && (raw == NULL || strcasecmp(type, "custom") != 0))
		minew_named(&h, row, type);
	heard_name(&h, name);
	heard_end(&h);
}

/* The number of the upload, -1 when it is not said. */
static int64_t seq_of(const cJSON *object)
{
	double seq;
	if (!json_number(json_field(object, "seq"), &seq) || !(seq >= 0 && seq < 9e15))
		return -1;
	return (int64_t)seq;
}

static void take_gateway(struct message *m, const cJSON *said, const char *key)
{
	const char *text = cJSON_GetStringValue(said);
	if (said != NULL && !message_gateway(m, text != NULL ? text : ""))
		decode_refuse(m->dc, m->gateway, REFUSED_BAD_MAC, "%s %.40s", key,
			text != NULL ? text : "is not a text");
}

static void read_envelope(struct message *m, const cJSON *object, struct envelope *around)
{
	const cJSON *adv = json_field(object, "adv");
	const cJSON *time = json_field(object, "tm");
	const cJSON *row;
	take_gateway(m, json_field(object, "gw"), "gw");
	if (time != NULL && !cJSON_IsNull(time) && !json_time(time, &around->time_ms))
		decode_refuse(
			m->dc, m->gateway, REFUSED_BAD_TIME, "tm %.40s", json_text(object, "tm"));
	message_clock(m, around->time_ms);
	if (m->gateway[0] != '\0')
		message_uplink(m, around->time_ms, seq_of(object));
	if (!cJSON_IsArray(adv)) {
		decode_refuse(m->dc, m->gateway, REFUSED_ROW, "adv is not an array");
		return;
	}
	cJSON_ArrayForEach(row, adv)
	{
		parsed_row(m, row, around);
	}
}

void minew_parsed(struct message *m, const cJSON *object)
{
	struct envelope around = {0};
	read_envelope(m, object, &around);
}

void minew_webhook(struct message *m, const cJSON *object)
{
	struct envelope around = {.mac = json_field(object, "beacon_mac")};
	take_gateway(m, json_field(object, "gateway_mac"), "gateway_mac");
	read_envelope(m, json_field(object, "data"), &around);
}
