/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/catalogue.h"

#include <stddef.h>

static const char *const kinds[DEVICE_KIND_COUNT] = {
	[DEVICE_BUTTON] = "button",
	[DEVICE_TAG] = "tag",
	[DEVICE_SENSOR] = "sensor",
	[DEVICE_GATEWAY] = "gateway",
};

#define MOTION_XYZ "acceleration_x acceleration_y acceleration_z"
#define BEACONPLUS "Minew BeaconPlus Frame Definition V005"
#define AETHER     "panudet-24mb/aether, docs/platform/minew-kit.md"
#define CONNECT    "reelyactive/advlib-ble-manufacturers, lib/minew.js"
#define SERVICES   "reelyactive/advlib-ble-services, lib/minew.js"

/* Nothing here has been seen on a device of our own: `verified` says so. */
const struct device_model catalogue[] = {
	{"B10", DEVICE_BUTTON, "emergency button to wear",
		"ffe1:a1:03 ffe1:a1:08 eddystone:tlm ibeacon",
		MOTION_XYZ " battery voltage temperature; a press", "R", AETHER, false,
		"one real unit on an MG3; a press starts an iBeacon slot, and which is a matter of "
		"configuration: teach it"},
	{"B7", DEVICE_BUTTON, "bracelet with a button",
		"ffe1:a1:03 ffe1:a1:08 eddystone:tlm ibeacon eddystone:uid",
		MOTION_XYZ " battery voltage temperature; a press", "C",
		"reelyactive.github.io, diy guides", false,
		"how a press looks is documented nowhere: teach it"},
	{"E8", DEVICE_TAG, "asset or person tag", "ffe1:a1:08 ffe1:a1:03 ibeacon eddystone:uid",
		"battery " MOTION_XYZ, "V", "vendor's manual of the E8 (frame A1 08)", false, ""},
	{"S1", DEVICE_SENSOR, "temperature and humidity", "ffe1:a1:01 ffe1:a1:08",
		"temperature humidity battery", "VR", BEACONPLUS "; " AETHER, false,
		"captured with its MAC blanked"},
	{"S3", DEVICE_SENSOR, "temperature and humidity", "mfg:0639:a3",
		"temperature humidity battery", "CS", CONNECT, false, ""},
	{"S4", DEVICE_SENSOR, "door contact", "mfg:0639:a4", "door tamper battery", "CS", CONNECT,
		false, "the combination frame a G1 shows as block_id 31 is not known in the raw"},
	{"MBT01", DEVICE_TAG, "anti-tamper tag", "ibeacon ffe1:a1:20", "tamper battery", "?",
		"nobody's capture: inferred", false, "not to be mistaken for MBT02 and MTB02"},
	{"MBT02", DEVICE_TAG, "anti-tamper tag", "mfg:0639:ca:03", MOTION_XYZ " battery tamper",
		"CS", CONNECT, false, "no MAC inside; the last 4 bytes are not documented"},
	{"MTB02", DEVICE_SENSOR, "temperature probe", "mfg:0639:ca:1b", "temperature voltage", "CS",
		CONNECT, false, "its encrypted form is not read"},
	{"MSE01", DEVICE_SENSOR, "button, contact and movement (\"energy\" series)", "mfg:0639:51",
		"battery", "C", CONNECT, false, "also MSE02"},
	{"MSP01", DEVICE_SENSOR, "movement by infrared", "ffe1:a1:11", "motion battery", "VR",
		BEACONPLUS "; " AETHER, false,
		"on a real one the bit stayed 0 in all of 257 adverts: inform, do not alarm"},
	{"MSR01", DEVICE_SENSOR, "people counter by radar", "mfg:0639:ca:18",
		"people entries exits", "CS", CONNECT, false, ""},
	{"MSD01", DEVICE_SENSOR, "distance and occupancy", "mfg:0639:ca:1e",
		"distance occupancy motion tamper battery_low", "S", CONNECT, false, ""},
	{"BeaconPlus", DEVICE_TAG, "any Minew tag with BeaconPlus firmware",
		"ffe1:a1:02 05 10 12 13 15 16 17 18 19 20 21",
		"light illuminance weight tvoc temperature angular_rate_x magnetic_x pressure "
		"vibration tamper leak",
		"VCR", BEACONPLUS "; " SERVICES, false,
		"only A1 02 has been captured; A1 02 and A1 21 are not in the vendor's document"},
	{"iBeacon", DEVICE_TAG, "any iBeacon", "ibeacon ibeacon:fake", "voltage of cheap clones",
		"VR", "Apple's format; Minew's fake one: " BEACONPLUS, false, ""},
	{"Eddystone", DEVICE_TAG, "any Eddystone beacon",
		"eddystone:uid eddystone:url eddystone:tlm", "voltage temperature", "VR",
		"Eddystone protocol specification", false, "encrypted TLM and EID: identity only"},
	{"BTHome", DEVICE_SENSOR, "any device that speaks BTHome v2 (Shelly BLU and others)",
		"bthome",
		"temperature humidity battery voltage pressure illuminance co2 tvoc motion door "
		"opening occupancy tamper vibration button",
		"VS", "bthome.io; Bluetooth-Devices/bthome-ble, tests", false,
		"encrypted ones with a key of the site, else identity only"},
	{"G1", DEVICE_GATEWAY, "Bluetooth gateway, also G1-E", "JSON-LONG with type, pre-parsed",
		"", "RC", "yhkeep/aiot-Tunnel, logs; scholten-51/minew_BLE", false,
		"rows of movement have no end: over after 15 s"},
	{"G2", DEVICE_GATEWAY, "Bluetooth gateway, angle of arrival", "JSON-LONG, JSON-RAW", "",
		"C", "reelyactive.github.io, diy guides", false,
		"JSON-RAW is recognised and counted"},
	{"MG3", DEVICE_GATEWAY, "Bluetooth gateway", "JSON-LONG without type", "", "R", AETHER,
		false, ""},
	{"MG4", DEVICE_GATEWAY, "Bluetooth gateway", "JSON-LONG without type, BB 01", "", "C",
		"premepreme/minew-indoor-position", false,
		"keeps 1,080 records while it is cut off: late rows"},
	{"MG7", DEVICE_GATEWAY, "Bluetooth gateway", "JSON-LONG without type", "", "C",
		"reelyactive.github.io, diy guides", false, ""},
	{"MG8", DEVICE_GATEWAY, "Bluetooth gateway, LTE", "assumed: JSON-LONG", "", "?",
		"no public payload", false, "verify on the bench"},
	{"MKGW3", DEVICE_GATEWAY, "MOKO Bluetooth gateway", "MOKO JSON", "", "C", "MOKO's examples",
		false, ""},
	{"OpenMQTTGateway", DEVICE_GATEWAY, "ESP32 gateway, also Theengs gateway", "Theengs JSON",
		"what Theengs decoded", "C", "theengs/decoder, OpenMQTTGateway", false, ""},
	{"ESPresense", DEVICE_GATEWAY, "ESP32 room presence", "ESPresense JSON", "", "C",
		"ESPresense/ESPresense", false, ""},
};
const int catalogue_count = sizeof catalogue / sizeof catalogue[0];

const char *device_kind_name(enum device_kind k)
{
	return (unsigned)k < DEVICE_KIND_COUNT ? kinds[k] : "?";
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

int catalogue_find(const char *model)
{
	for (int i = 0; i < catalogue_count; i++) {
		size_t n = 0;
		while (model[n] != '\0' && lower(model[n]) == lower(catalogue[i].model[n]))
			n++;
		if (n > 0 && model[n] == '\0' && catalogue[i].model[n] == '\0')
			return i;
	}
	return -1;
}
