/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "feeds/bridges.h"
#include "feeds/json_read.h"
#include "twin/text.h"

/*
 * ESPresense (feeds reference 3.2): espresense/devices/<id>/<room>. The node is
 * the room's name in the topic. `distance` is a filtered guess out of `rssi`,
 * over 15 s: the signal itself is used.
 */

static const struct named_field fields[] = {
	{{"temp", NULL}, QUANTITY_TEMPERATURE, 1, false},
	{{"rh", NULL}, QUANTITY_HUMIDITY, 1, false},
	{{"batt", NULL}, QUANTITY_BATTERY, 1, false},
	{{"mV", NULL}, QUANTITY_VOLTAGE, 1, true},
};

/* "iBeacon:<uuid>-<major>-<minor>" is the beacon's identity in one text. */
static void take_beacon(struct heard *h, const char *id, const cJSON *power)
{
	static const char prefix[] = "iBeacon:";
	enum { UUID_DIGITS = 36 };
	char uuid[UUID_DIGITS + 1];
	if (strncasecmp(id, prefix, sizeof prefix - 1) != 0)
		return;
	id += sizeof prefix - 1;
	const char *major = strlen(id) > UUID_DIGITS ? id + UUID_DIGITS : "";
	const char *minor = *major == '-' ? strchr(major + 1, '-') : NULL;
	char middle[8] = "";
	if (minor == NULL || (size_t)(minor - major) > sizeof middle) {
		row_refuse(&h->row, REFUSED_BAD_VALUE, "id %.60s", id);
		return;
	}
	memcpy(uuid, id, UUID_DIGITS);
	uuid[UUID_DIGITS] = '\0';
	memcpy(middle, major + 1, (size_t)(minor - major) - 1);
	/* Numbers as texts, which is how the readers take them. */
	cJSON first = {.type = cJSON_String, .valuestring = middle};
	cJSON second = {.type = cJSON_String, .valuestring = (char *)minor + 1};
	heard_ibeacon(h, uuid, &first, &second, power);
}

void espresense(struct message *m, const cJSON *object)
{
	const cJSON *id = json_field(object, "id");
	const cJSON *mac = json_field(object, "mac");
	struct heard h;
	struct heard_fields row = {
		.mac = cJSON_IsString(mac) ? mac : id, .rssi = json_field(object, "rssi")};
	message_node(m, NULL);
	if (!heard_begin(&h, m, &row))
		return;
	if (h.wanted)
		row_frame(&h.row, "named:espresense");
	take_beacon(&h, json_text(object, "id"), json_field(object, "rssi@1m"));
	heard_named(&h, object, fields, sizeof fields / sizeof *fields);
	heard_name(&h, json_text(object, "name"));
	heard_end(&h);
}

/* espresense/rooms/<room>/telemetry */
void espresense_node(struct message *m, const cJSON *object)
{
	(void)object;
	message_node(m, "telemetry");
	if (m->gateway[0] != '\0')
		message_uplink(m, 0, -1);
}
