/* SPDX-License-Identifier: Apache-2.0 */

/* Layouts: Minew BeaconPlus Frame Definition V005 (0xFFE1), Apple iBeacon,
 * Google Eddystone. */

#include "src/hospital/adverts.h"

#include <math.h>
#include <string.h>

#include "feeds/ble.h"

static void put(struct advert *a, const void *bytes, size_t n)
{
	if (a->len + n > ADVERT_MAX)
		n = (size_t)(ADVERT_MAX - a->len);
	memcpy(a->bytes + a->len, bytes, n);
	a->len = (uint8_t)(a->len + n);
}

static void put8(struct advert *a, int value)
{
	uint8_t b = (uint8_t)value;
	put(a, &b, 1);
}

static void put16(struct advert *a, unsigned value)
{
	uint8_t b[2] = {(uint8_t)(value >> 8), (uint8_t)value};
	put(a, b, 2);
}

static void put32(struct advert *a, uint32_t value)
{
	put16(a, value >> 16);
	put16(a, value & 0xFFFF);
}

/* Signed 8.8 fixed point, big-endian. */
static void put_fixed(struct advert *a, double value)
{
	double limited = fmin(fmax(value, -127.99), 127.99);
	put16(a, (unsigned)(uint16_t)(int16_t)lround(limited * 256));
}

/* Inside frames the address runs backwards. */
static void put_mac(struct advert *a, const char *mac)
{
	uint8_t bytes[6];
	if (ble_hex(bytes, sizeof bytes, mac, strlen(mac)) != sizeof bytes)
		return;
	for (int i = 5; i >= 0; i--)
		put8(a, bytes[i]);
}

static struct advert ffe1(int service_length, int frame)
{
	static const uint8_t head[] = {0x02, 0x01, 0x06, 0x03, 0x03, 0xE1, 0xFF};
	struct advert a = {.kind = ADVERT_PLAIN};
	put(&a, head, sizeof(head));
	put8(&a, service_length);
	put8(&a, 0x16);
	put16(&a, 0xE1FF);
	put8(&a, 0xA1);
	put8(&a, frame);
	return a;
}

struct advert advert_acceleration(const char *mac, int battery, const double g[3])
{
	struct advert a = ffe1(0x12, 0x03);
	put8(&a, battery);
	for (int i = 0; i < 3; i++)
		put_fixed(&a, g[i]);
	put_mac(&a, mac);
	return a;
}

struct advert advert_light(const char *mac, int battery, int uncovered)
{
	struct advert a = ffe1(0x0D, 0x02);
	put8(&a, battery);
	put8(&a, uncovered != 0);
	put_mac(&a, mac);
	return a;
}

struct advert advert_climate(const char *mac, int battery, double celsius, double humidity)
{
	struct advert a = ffe1(0x10, 0x01);
	a.kind = ADVERT_CLIMATE;
	a.temperature = celsius;
	a.humidity = humidity;
	a.battery = battery;
	put8(&a, battery);
	put_fixed(&a, celsius);
	put_fixed(&a, humidity);
	put_mac(&a, mac);
	return a;
}

/* 16.16 fixed point, big-endian: a step is 0.0015 Pa. */
struct advert advert_pressure(const char *mac, int battery, double hpa)
{
	struct advert a = ffe1(0x10, 0x17);
	put8(&a, battery);
	put32(&a, (uint32_t)llround(fmin(fmax(hpa, 0), 32767) * 65536));
	put_mac(&a, mac);
	return a;
}

struct advert advert_info(const char *mac, int battery, const char *name)
{
	size_t n = strlen(name) > 8 ? 8 : strlen(name);
	struct advert a = ffe1(0x0C + (int)n, 0x08);
	put8(&a, battery);
	put_mac(&a, mac);
	put(&a, name, n);
	return a;
}

static struct advert eddystone(int service_length)
{
	static const uint8_t head[] = {0x02, 0x01, 0x06, 0x03, 0x03, 0xAA, 0xFE};
	struct advert a = {.kind = ADVERT_PLAIN};
	put(&a, head, sizeof(head));
	put8(&a, service_length);
	put8(&a, 0x16);
	put16(&a, 0xAAFE);
	return a;
}

struct advert advert_telemetry(int millivolts, double celsius, uint32_t count, uint32_t tenths)
{
	struct advert a = eddystone(0x11);
	put16(&a, 0x2000);
	put16(&a, (unsigned)millivolts);
	put_fixed(&a, celsius);
	put32(&a, count);
	put32(&a, tenths);
	return a;
}

struct advert advert_ibeacon(const uint8_t uuid_major_minor[20], int power_at_1m)
{
	static const uint8_t head[] = {0x02, 0x01, 0x06, 0x1A, 0xFF, 0x4C, 0x00, 0x02, 0x15};
	struct advert a = {.kind = ADVERT_IBEACON};
	put(&a, head, sizeof(head));
	put(&a, uuid_major_minor, 20);
	put8(&a, power_at_1m);
	return a;
}

/* Minew leaves the two reserved bytes out: length 0x15 instead of 0x17. */
struct advert advert_uid(const uint8_t namespace_instance[16], int power_at_0m)
{
	struct advert a = eddystone(0x15);
	put8(&a, 0x00);
	put8(&a, power_at_0m);
	put(&a, namespace_instance, 16);
	return a;
}
