/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/minew.h"

#include <ctype.h>
#include <string.h>

#include "feeds/ble.h"
#include "feeds/json_read.h"

/*
 * Rows that a gateway has taken apart (feeds reference 1.2 and 1.4): `type`
 * tells which fields there are and, for `battery`, in which unit. The names of
 * keys vary with the firmware. A new type is one line in the table.
 */

#define FIELD(quantity, scale, ...)                                                                \
	{                                                                                          \
		{__VA_ARGS__, NULL}, QUANTITY_##quantity, (scale), false                           \
	}
#define BATTERY FIELD(BATTERY, 1, "battery")

static const struct named_field climate[] = {
	FIELD(TEMPERATURE, 1, "temperature", "temp"), FIELD(HUMIDITY, 1, "humidity"), BATTERY};
static const struct named_field battery[] = {BATTERY};
/* 0 in the rows of beacons means that the gateway does not know. */
static const struct named_field beacon[] = {{{"battery", NULL}, QUANTITY_BATTERY, 1, true}};
/* The same key, another unit: mV, and 0 is not on battery. */
static const struct named_field telemetry[] = {
	{{"battery", "battery_mv", NULL}, QUANTITY_VOLTAGE, 1, true},
	FIELD(TEMPERATURE, 1, "temperature", "temp")};
static const struct named_field acceleration[] = {FIELD(ACCELERATION_X, 1, "x", "x_axis", "acc_x"),
	FIELD(ACCELERATION_Y, 1, "y", "y_axis", "acc_y"),
	FIELD(ACCELERATION_Z, 1, "z", "z_axis", "acc_z"), BATTERY};
static const struct named_field gyroscope[] = {FIELD(ACCELERATION_X, 1, "acc_x"),
	FIELD(ACCELERATION_Y, 1, "acc_y"), FIELD(ACCELERATION_Z, 1, "acc_z"),
	FIELD(ANGULAR_RATE_X, 1, "deg_x", "gyro_x"), FIELD(ANGULAR_RATE_Y, 1, "deg_y", "gyro_y"),
	FIELD(ANGULAR_RATE_Z, 1, "deg_z", "gyro_z"), BATTERY};
/* The frame's unit is 10 mG (BeaconPlus V005). */
static const struct named_field magnetism[] = {FIELD(MAGNETIC_X, 10, "x", "x_axis", "mag_x"),
	FIELD(MAGNETIC_Y, 10, "y", "y_axis", "mag_y"),
	FIELD(MAGNETIC_Z, 10, "z", "z_axis", "mag_z"), BATTERY};
static const struct named_field motion[] = {
	FIELD(MOTION, 1, "pir", "motion", "infrared", "detected", "status"), BATTERY};
static const struct named_field tamper[] = {
	FIELD(TAMPER, 1, "tamper", "tamper_proof", "tamper_status", "demolished", "status"),
	BATTERY};
static const struct named_field vibration[] = {
	FIELD(VIBRATION, 1, "vibration", "vibration_status", "moving", "status"), BATTERY};
static const struct named_field light[] = {
	FIELD(ILLUMINANCE, 1, "lux", "light", "light_lux", "status"), BATTERY};
static const struct named_field photo[] = {
	FIELD(ILLUMINANCE, 1, "photo", "ps", "lumens", "status"), BATTERY};
/* The document calls frame 10 "pressure", a weight, and 17 "digital pressure". */
static const struct named_field weight[] = {
	FIELD(WEIGHT, 1, "pressure", "pressure_gram", "status"), BATTERY};
static const struct named_field pressure[] = {
	FIELD(PRESSURE, 1, "pressure", "pressure_hpa", "status"), BATTERY};
static const struct named_field tvoc[] = {FIELD(TVOC, 1, "tvoc", "tvoc_ppb", "status"), BATTERY};
static const struct named_field leak[] = {FIELD(LEAK, 1, "leak", "water_leak", "status"), BATTERY};
/* S4, the radar, and types without a line of their own: whatever says its unit
 * by its name. */
static const struct named_field others[] = {FIELD(TEMPERATURE, 1, "temperature"),
	FIELD(HUMIDITY, 1, "humidity"), FIELD(PEOPLE, 1, "people", "people_count"),
	FIELD(DISTANCE, 1, "distance_mm"), FIELD(OCCUPANCY, 1, "occupancy", "occupied", "occupy"),
	FIELD(DOOR, 1, "unlocked", "door_open", "door"), FIELD(MOTION, 1, "motion"),
	FIELD(TAMPER, 1, "uninstalled", "tamper", "dismantle"),
	FIELD(BATTERY_LOW, 1, "low_battery", "low-battery"), BATTERY};

static void take_ibeacon(struct heard *h, const cJSON *row);
static void take_uid(struct heard *h, const cJSON *row);
static void take_motion(struct heard *h, const cJSON *row);

#define FIELDS(table) (table), sizeof(table) / sizeof *(table)

static const struct type {
	const char *names[5]; /* as `type` says them, lower case */
	const struct named_field *fields;
	size_t count;
	void (*also)(struct heard *h, const cJSON *row);
} types[] = {
	{{"ht", "temp", "s1", "temperature", "temperature_humidity"}, FIELDS(climate), NULL},
	{{"acc", "axis", "acc_axis"}, FIELDS(acceleration), NULL},
	{{"acc_gyro", "gyro"}, FIELDS(gyroscope), NULL},
	{{"tlm"}, FIELDS(telemetry), NULL},
	{{"info", "info_v3"}, FIELDS(battery), NULL},
	{{"ib", "fake_ib", "ibeacon", "fake_ibeacon"}, FIELDS(beacon), take_ibeacon},
	{{"uid"}, FIELDS(beacon), take_uid},
	{{"pir", "infrared"}, FIELDS(motion), take_motion},
	{{"lo", "cb"}, FIELDS(others), NULL},
	{{"tamper", "tamper_proof"}, FIELDS(tamper), NULL},
	{{"vibration", "vib"}, FIELDS(vibration), NULL},
	{{"lux", "light", "light_lux"}, FIELDS(light), NULL},
	{{"photo", "ps", "photoresistance", "lumens"}, FIELDS(photo), NULL},
	{{"pressure", "weight_pressure"}, FIELDS(weight), NULL},
	{{"digital_pressure", "barometer", "hpa"}, FIELDS(pressure), NULL},
	{{"tvoc"}, FIELDS(tvoc), NULL},
	{{"leak", "water_leak"}, FIELDS(leak), NULL},
	{{"mag", "magnetometer", "magnet"}, FIELDS(magnetism), NULL},
	/* Constant texts, a label's state: the tag is there, no more. */
	{{"url", "ucid", "ds"}, NULL, 0, NULL},
};

static const char *any_text(const cJSON *row, const char *key, const char *other)
{
	const char *text = cJSON_GetStringValue(json_either(row, key, other));
	return text != NULL ? text : "";
}

static void take_ibeacon(struct heard *h, const cJSON *row)
{
	heard_ibeacon(h, any_text(row, "ibeaconUuid", "uuid"),
		json_either(row, "ibeaconMajor", "major"),
		json_either(row, "ibeaconMinor", "minor"),
		json_either(row, "ibeaconTxPower", "rssi_at_xm"));
}

/* An Eddystone UID put together again, as it was on air. */
static void take_uid(struct heard *h, const cJSON *row)
{
	static const uint8_t head[] = {0x15, 0x16, 0xAA, 0xFE, 0x00, 0x00};
	uint8_t ad[sizeof head + 16];
	const char *space = any_text(row, "namespace", "namespace_id");
	const char *instance = any_text(row, "instance", "instance_id");
	struct decoded d = row_record(&h->row, DECODED_BEACON);
	memcpy(ad, head, sizeof head);
	if (ble_hex(ad + 6, 10, space, strlen(space)) != 10
		|| ble_hex(ad + 16, 6, instance, strlen(instance)) != 6) {
		row_refuse(&h->row, REFUSED_BAD_HEX, "namespace or instance");
		return;
	}
	memset(&d.beacon, 0, sizeof d.beacon);
	d.beacon.format = "eddystone_uid";
	ble_digits(d.beacon.uuid, ad + 6, 10, 1);
	ble_digits(d.beacon.instance, ad + 16, 6, 1);
	if (h->wanted)
		row_send(&h->row, &d);
	row_presses(&h->row, ad, sizeof ad);
}

/* That the row is there is the event; there is no "off" (feeds reference 7.11). */
static void take_motion(struct heard *h, const cJSON *row)
{
	if (h->wanted && json_any(row, motion[0].keys) == NULL)
		row_reading(&h->row, QUANTITY_MOTION, 1);
}

static const struct type *type_find(const char *word)
{
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		for (int k = 0; k < 5 && types[i].names[k] != NULL; k++)
			if (strcmp(types[i].names[k], word) == 0)
				return &types[i];
	return NULL;
}

void minew_named(struct heard *h, const cJSON *row, const char *type)
{
	static const struct type other = {{NULL}, FIELDS(others), NULL};
	char word[24];
	size_t n = 0;
	for (; type[n] != '\0' && n + 1 < sizeof word; n++)
		word[n] = isalnum((unsigned char)type[n]) ? (char)tolower((unsigned char)type[n])
							  : '_';
	word[n] = '\0';
	const struct type *t = type_find(word);
	if (h->wanted)
		row_frame(&h->row, "named:%s", word);
	if (t != NULL && t->also != NULL)
		t->also(h, row);
	const struct type *read = t != NULL ? t : &other;
	int found = heard_named(h, row, read->fields, read->count);
	if (t == NULL && found == 0 && h->wanted)
		row_refuse(&h->row, REFUSED_UNKNOWN_FRAME, "named:%s", word);
}
