/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_ADVERTS_H
#define VIGIE_HOSPITAL_ADVERTS_H

/* Advertisements as they are on air, byte for byte. */

#include <stddef.h>
#include <stdint.h>

enum { ADVERT_MAX = 31 };

enum advert_kind { ADVERT_PLAIN, ADVERT_CLIMATE, ADVERT_IBEACON };

struct advert {
	uint8_t bytes[ADVERT_MAX];
	uint8_t len;
	enum advert_kind kind; /* what a gateway with types would call it */
	double temperature, humidity;
	int battery;
};

/* mac: 12 hex digits. Batteries in %, accelerations in g, power in dBm. */
struct advert advert_acceleration(const char *mac, int battery, const double g[3]);
struct advert advert_light(const char *mac, int battery, int uncovered);
struct advert advert_climate(const char *mac, int battery, double celsius, double humidity);
/* Frame 17, "digital pressure". */
struct advert advert_pressure(const char *mac, int battery, double hpa);
struct advert advert_info(const char *mac, int battery, const char *name);
struct advert advert_telemetry(int millivolts, double celsius, uint32_t count, uint32_t tenths);
struct advert advert_ibeacon(const uint8_t uuid_major_minor[20], int power_at_1m);
struct advert advert_uid(const uint8_t namespace_instance[16], int power_at_0m);

#endif
