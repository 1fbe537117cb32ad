/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/bridges.h"
#include "feeds/json_read.h"

/*
 * MOKO MKGW3 (feeds reference 3.5): {"msg_id", "device_info": {"mac"}, "data"}.
 * 3004: data[] of {"type", "value": {row}}; 3070: data[] of rows; 3003: the
 * gateway's own state. Other numbers are its answers to commands.
 */

enum { STATE = 3003, ADVERTS = 3004, PARSED = 3070 };

static void read_row(struct message *m, const cJSON *item)
{
	const cJSON *value = json_field(item, "value");
	const cJSON *row = cJSON_IsObject(value) ? value : item;
	struct heard h;
	struct heard_fields fields = {.mac = json_field(row, "mac"),
		.rssi = json_field(row, "rssi"),
		.time = json_field(row, "timestamp")};
	if (!message_is_row(m, row) || !heard_begin(&h, m, &fields))
		return;
	heard_hex(&h, json_either(row, "raw", "adv_data"), "raw");
	heard_hex(&h, json_field(row, "rsp_data"), "rsp_data");
	heard_name(&h, cJSON_GetStringValue(json_either(row, "name", "adv_name")));
	heard_end(&h);
}

/* Its broker says for it that it is gone. */
static bool gone(const cJSON *object)
{
	double state;
	const cJSON *data = json_field(object, "data");
	return json_number(json_field(data, "net_state"), &state) && state == 0;
}

void moko(struct message *m, const cJSON *object)
{
	const cJSON *data = json_field(object, "data");
	const cJSON *row;
	double id = 0;
	json_number(json_field(object, "msg_id"), &id);
	message_gateway(m, json_text(json_field(object, "device_info"), "mac"));
	if (id == STATE && gone(object)) {
		decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "moko 3003: gateway offline");
		return;
	}
	if (m->gateway[0] != '\0')
		message_uplink(m, 0, -1);
	if (id != ADVERTS && id != PARSED) {
		if (id != STATE)
			decode_refuse(m->dc, m->gateway, REFUSED_UNSUPPORTED, "moko %.0f", id);
		return;
	}
	if (!cJSON_IsArray(data)) {
		decode_refuse(m->dc, m->gateway, REFUSED_ROW, "data is not an array");
		return;
	}
	cJSON_ArrayForEach(row, data)
	{
		read_row(m, row);
	}
}
