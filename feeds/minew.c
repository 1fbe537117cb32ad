/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/minew.h"

#include <string.h>

#include "feeds/json_read.h"

/*
 * Minew's arrays. JSON-LONG: one flat object a row (feeds reference 1.2, 1.3).
 * JSON-RAW: the same from a locator, without advertisements (1.5). Each field
 * is judged alone: what is wrong is said, what is right is kept.
 */

static bool is_gateway(const cJSON *row)
{
	return strcmp(json_text(row, "type"), "Gateway") == 0;
}

bool minew_take_gateway(struct message *m, const cJSON *row)
{
	int64_t ms;
	if (!is_gateway(row) || !message_gateway(m, json_text(row, "mac")))
		return false;
	if (json_time(json_field(row, "timestamp"), &ms))
		message_clock(m, ms);
	return true;
}

/* The gateway's own row, wherever it stands; its MAC and clock are taken. */
static void gateway_row(struct message *m, const cJSON *row)
{
	const cJSON *mac = json_field(row, "mac");
	const cJSON *time = json_field(row, "timestamp");
	int64_t ms = 0;
	bool bad_time = time != NULL && !cJSON_IsNull(time) && !json_time(time, &ms);
	if (mac == NULL || cJSON_IsNull(mac))
		decode_refuse(m->dc, m->gateway, REFUSED_NO_MAC, "a row without mac");
	else if (!minew_take_gateway(m, row))
		decode_refuse(m->dc, m->gateway, REFUSED_BAD_MAC, "gateway's mac %.40s",
			json_text(row, "mac"));
	else
		message_uplink(m, ms, -1);
	if (bad_time)
		decode_refuse(m->dc, m->gateway, REFUSED_BAD_TIME, "gateway's timestamp");
}

void minew_row(struct message *m, const cJSON *row)
{
	struct heard h;
	if (!message_is_row(m, row))
		return;
	if (is_gateway(row)) {
		gateway_row(m, row);
		return;
	}
	struct heard_fields fields = {.mac = json_field(row, "mac"),
		.rssi = json_field(row, "rssi"),
		.time = json_field(row, "timestamp")};
	if (!heard_begin(&h, m, &fields))
		return;
	const char *type = json_text(row, "type");
	const char *name = json_text(row, "bleName");
	heard_hex(&h, json_field(row, "rawData"), "rawData");
	if (type[0] != '\0' && strcmp(type, "Unknown") != 0)
		minew_named(&h, row, type);
	heard_name(&h, name);
	heard_end(&h);
}

/* ---- JSON-RAW ---- */

bool minew_raw_head(const cJSON *row)
{
	return json_field(row, "locator") != NULL
	       || (cJSON_IsString(json_field(row, "gateway")) && json_field(row, "mac") == NULL);
}

void minew_raw_gateway(struct message *m, const cJSON *head)
{
	/* The gateway's identifier is the one that its other messages bear; a
	 * locator is a part of it. */
	if (message_gateway(m, json_text(head, "gateway"))
		|| message_gateway(m, json_text(head, "locator")))
		message_uplink(m, 0, -1);
}

void minew_raw_row(struct message *m, const cJSON *row)
{
	struct heard h;
	struct heard_fields fields = {.mac = json_field(row, "mac"),
		.rssi = json_field(row, "rssi"),
		.time = json_field(row, "timestamp")};
	if (message_is_row(m, row) && heard_begin(&h, m, &fields))
		heard_end(&h);
}
