/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/air.h"

#include <math.h>
#include <string.h>

enum { STREAM_BEACON = 7, DAY_MS = 86400000 };

/* Kelvin above usual that an open fridge tends to, and how fast (minutes). */
static const double open_to_k = 15, open_min = 20, close_min = 12;

/* The weather, the same for all; how fast a room's over-pressure goes and comes. */
static const double weather_hpa = 1013.25, weather_swing_hpa = 3, weather_h = 30, fan_min = 0.7;

void beacon_init(struct beacon *b, const struct site *site, int tag, uint64_t seed, int64_t t)
{
	memset(b, 0, sizeof(*b));
	const struct tag *about = &site->tags[tag];
	b->r = rng_stream(seed, STREAM_BEACON, (uint64_t)tag);
	b->battery = 40 + rng_below(&b->r, 61);
	/* One in a hundred and fifty is nearly empty: somebody must go and change it. */
	if (rng_uniform(&b->r) < 1.0 / 150)
		b->battery = 6 + rng_below(&b->r, 8);
	b->count = (uint32_t)rng_below(&b->r, 900000);
	b->usual = about->cold ? rng_between(&b->r, 3.8, 5.2) : rng_between(&b->r, 19.2, 21.5);
	b->usual_humidity = about->cold ? rng_between(&b->r, 38, 52) : rng_between(&b->r, 42, 54);
	double tilt = rng_between(&b->r, -0.5, 0.5);
	b->posture[0] = tilt;
	b->posture[1] = rng_between(&b->r, -0.3, 0.3);
	b->posture[2] = -sqrt(1 - tilt * tilt - b->posture[1] * b->posture[1]);
	const struct room *room = about->room >= 0 ? &site->rooms[about->room] : NULL;
	if (room != NULL && site_pressure_to(site, about->room) >= 0) {
		b->kept = b->over = (room->pressure_low + room->pressure_high) / 2;
		b->zero = room->pressure_zero;
	}
	b->last_ms = t;
	b->next_ms = t + rng_below(&b->r, (int)beacon_interval_ms(about));
}

int64_t beacon_interval_ms(const struct tag *tag)
{
	if (strcmp(tag->model, "S1") == 0 || beacon_is_barometer(tag))
		return 10000;
	return tag->kind == TAG_PATIENT ? 1000 : tag->kind == TAG_STAFF ? 2000 : 5000;
}

void beacon_climate(
	struct beacon *b, const struct tag *tag, int64_t t, double *celsius, double *humidity)
{
	double minutes = (double)(t - b->last_ms) / 60000;
	if (minutes > 0) {
		double target = b->open ? open_to_k : 0;
		b->warmth =
			target
			+ (b->warmth - target) * exp(-minutes / (b->open ? open_min : close_min));
		b->last_ms = t;
	}
	/* The compressor's cycle, or the ventilation's slow breath. */
	double period_min = tag->cold ? 18 : 95;
	double phase =
		6.283185307179586 * fmod((double)(t % DAY_MS) / 60000, period_min) / period_min;
	*celsius = b->usual + b->warmth + (tag->cold ? 0.5 : 0.35) * sin(phase)
		   + 0.06 * rng_normal(&b->r);
	*humidity =
		b->usual_humidity + 1.2 * b->warmth + 2.0 * cos(phase) + 0.3 * rng_normal(&b->r);
	*humidity = fmin(*humidity, 95);
}

bool beacon_is_barometer(const struct tag *tag)
{
	return tag->kind == TAG_SENSOR && strcmp(tag->model, "BeaconPlus") == 0;
}

double beacon_pressure(struct beacon *b, int64_t t)
{
	double minutes = (double)(t - b->last_ms) / 60000, target = b->open ? 0 : b->kept;
	if (minutes > 0) {
		b->over = target + (b->over - target) * exp(-minutes / fan_min);
		b->last_ms = t;
	}
	double weather =
		weather_swing_hpa * sin(6.283185307179586 * (double)t / 3600000 / weather_h);
	return weather_hpa + weather + (b->over + b->zero + 0.3 * rng_normal(&b->r)) / 100;
}

static struct advert climate(struct beacon *b, const struct tag *tag, int64_t t)
{
	double celsius, humidity;
	beacon_climate(b, tag, t, &celsius, &humidity);
	return advert_climate(tag->mac, b->battery, celsius, humidity);
}

static struct advert acceleration(struct beacon *b, const struct tag *tag)
{
	double g[3];
	for (int i = 0; i < 3; i++)
		g[i] = b->posture[i] + 0.02 * rng_normal(&b->r);
	return advert_acceleration(tag->mac, b->battery, g);
}

/* Slots take turns: the main frame mostly, identity and telemetry now and then. */
struct advert beacon_advert(struct beacon *b, const struct tag *tag, int64_t t)
{
	bool barometer = beacon_is_barometer(tag);
	bool sensor = barometer || strcmp(tag->model, "S1") == 0;
	b->count++;
	if (b->count % 12 == 5)
		return advert_info(tag->mac, b->battery, tag->model);
	if (!sensor && b->count % 24 == 11)
		return advert_telemetry(2700 + 9 * b->battery, 22 + 0.5 * rng_normal(&b->r),
			b->count, (uint32_t)(t / 100 % 4000000000));
	if (barometer)
		return advert_pressure(tag->mac, b->battery, beacon_pressure(b, t));
	if (sensor)
		return climate(b, tag, t);
	if (strcmp(tag->model, "E8") == 0 && tag->kind == TAG_ASSET && b->count % 4 == 2)
		return advert_light(tag->mac, b->battery, 0);
	return acceleration(b, tag);
}

bool beacon_press_advert(
	const struct site *site, const struct tag *tag, enum alarm_class call, struct advert *out)
{
	for (int i = 0; i < site->signature_count; i++) {
		const struct signature *s = &site->signatures[i];
		if (s->call != call || (s->model[0] != '\0' && strcmp(s->model, tag->model) != 0))
			continue;
		if (s->kind == SIGNATURE_IBEACON && s->length >= 20)
			*out = advert_ibeacon(s->pattern, -59);
		else if (s->kind == SIGNATURE_UID && s->length >= 16)
			*out = advert_uid(s->pattern, -18);
		else
			continue;
		return true;
	}
	return false;
}
