/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/air.h"

#include <stdlib.h>
#include <string.h>

enum {
	PRESS_EVERY_MS = 500,
	B10_PRESS_MS = 75000,
	B7_PRESS_MS = 12000,
	BEHIND_MS = 3000,
	BAROMETER_FAST_MS = 60000,
	GATEWAYS_MOST = 512
};

/* Rows a wall second, by whether suite time runs faster than tenfold. */
static const double rows_calm = 1500, rows_fast = 300, fast_speed = 10, patients_share = 0.65;

struct air *air_create(const struct day *day, int64_t start_ms)
{
	const struct site *site = day->site;
	struct air *air = calloc(1, sizeof(*air));
	size_t gateways = (size_t)site->gateway_count + 1;
	if (air == NULL
		|| (air->beacons = calloc((size_t)site->tag_count + 1, sizeof(*air->beacons)))
			   == NULL
		|| (air->gateways = calloc(gateways, sizeof(*air->gateways))) == NULL)
		abort();
	air->day = day;
	air->movement = movement_create(day);
	air->radio = radio_create(site, day->seed);
	for (int i = 0; i < site->tag_count; i++)
		beacon_init(&air->beacons[i], site, i, day->seed, start_ms);
	for (int i = 0; i < site->gateway_count; i++)
		gateway_init(&air->gateways[i], &site->gateways[i], i);
	return air;
}

void air_destroy(struct air *air)
{
	if (air == NULL)
		return;
	movement_destroy(air->movement);
	radio_destroy(air->radio);
	free(air->beacons);
	free(air->gateways);
	free(air);
}

/* Gives one advert to whoever hears it; how many rows it made. */
static int broadcast(struct air *air, int tag, int64_t t, const struct advert *advert)
{
	const struct site *site = air->day->site;
	int8_t rssi[GATEWAYS_MOST];
	struct position at;
	if (site->gateway_count > GATEWAYS_MOST || !movement_at(air->movement, tag, t, &at))
		return 0;
	int heard = radio_hear(air->radio, tag, &at, t, rssi);
	for (int g = 0; heard > 0 && g < site->gateway_count; g++)
		if (rssi[g] != 0)
			gateway_hear(&air->gateways[g], site->tags[tag].mac, t, rssi[g], advert);
	air->rows += (uint64_t)heard;
	return heard;
}

/* A press outlives thinning: at least one advert of it is always made. */
static void press_tick(struct air *air, int tag, int64_t now)
{
	struct beacon *b = &air->beacons[tag];
	struct advert advert;
	if (b->press_until_ms == 0
		|| !beacon_press_advert(
			air->day->site, &air->day->site->tags[tag], b->call, &advert))
		return;
	int sent = 0;
	while (b->next_press_ms <= now && b->next_press_ms < b->press_until_ms && sent < 8) {
		/* Dense, with gaps of some seconds, as real buttons were seen to be. */
		if ((b->next_press_ms - b->pressed_ms) / 1000 % 15 < 12) {
			broadcast(air, tag, b->next_press_ms, &advert);
			sent++;
		}
		b->next_press_ms += PRESS_EVERY_MS;
	}
	if (now >= b->press_until_ms)
		b->press_until_ms = 0;
	else if (b->next_press_ms <= now)
		b->next_press_ms = now;
}

static void rest_tick(struct air *air, int tag, int64_t now, double speed, double *purse)
{
	struct beacon *b = &air->beacons[tag];
	const struct tag *about = &air->day->site->tags[tag];
	int64_t every = beacon_interval_ms(about);
	if (b->next_ms > now)
		return;
	if (speed > fast_speed || b->next_ms < now - BEHIND_MS - every)
		b->next_ms = now;
	while (b->next_ms <= now && *purse > 0) {
		struct advert advert = beacon_advert(b, about, b->next_ms);
		*purse -= broadcast(air, tag, b->next_ms, &advert);
		/* Bluetooth adds up to 10 ms so that two tags do not collide for ever. */
		b->next_ms += every + rng_below(&b->r, 11);
		if (speed > fast_speed)
			b->next_ms = now + every;
	}
}

/* Two barometers are compared at one time: they do not wait for their turn, though what
 * they take is of the same purse. */
static void barometer_tick(struct air *air, int tag, int64_t now, double speed)
{
	struct beacon *b = &air->beacons[tag];
	double left = 1;
	if (b->next_ms > now || !beacon_is_barometer(&air->day->site->tags[tag]))
		return;
	rest_tick(air, tag, now, speed, &left);
	air->purse[1] -= 1 - left;
	if (speed > fast_speed)
		b->next_ms = now + BAROMETER_FAST_MS;
}

/* Tags take turns from where the last tick ran out of purse. */
static void group_tick(struct air *air, int group, int64_t now, double speed)
{
	const struct site *site = air->day->site;
	int n = site->tag_count;
	for (int k = 0; k < n && air->purse[group] > 0; k++) {
		int tag = air->turn[group] % n;
		air->turn[group] = (tag + 1) % n;
		if ((site->tags[tag].kind == TAG_PATIENT) == (group == 0))
			rest_tick(air, tag, now, speed, &air->purse[group]);
	}
}

void air_tick(struct air *air, int64_t now_ms, double wall_s, double speed)
{
	double rows = speed > fast_speed ? rows_fast : rows_calm;
	double share[2] = {patients_share, 1 - patients_share};
	for (int i = 0; i < air->day->site->tag_count; i++) {
		press_tick(air, i, now_ms);
		barometer_tick(air, i, now_ms, speed);
	}
	for (int group = 0; group < 2; group++) {
		double most = rows * share[group];
		air->purse[group] += wall_s * most;
		if (air->purse[group] > most)
			air->purse[group] = most;
		group_tick(air, group, now_ms, speed);
	}
}

static void press(struct air *air, int tag, int64_t t, enum alarm_class call)
{
	struct beacon *b = &air->beacons[tag];
	bool b10 = strcmp(air->day->site->tags[tag].model, "B10") == 0;
	b->call = call;
	b->pressed_ms = b->next_press_ms = t;
	b->press_until_ms = t + (b10 ? B10_PRESS_MS : B7_PRESS_MS);
}

/* The fans of a room: all its barometers tell. */
static void pressure(struct air *air, int room, int64_t t, bool lost)
{
	const struct site *site = air->day->site;
	for (int i = 0; i < site->tag_count; i++)
		if (site->tags[i].room == room && beacon_is_barometer(&site->tags[i])) {
			beacon_pressure(&air->beacons[i], t); /* until now as it was */
			air->beacons[i].open = lost;
		}
}

void air_act(struct air *air, const struct action *action)
{
	const struct site *site = air->day->site;
	double celsius, humidity;
	int tag = site_tag(site, action->target), g = site_gateway(site, action->target);
	switch (action->kind) {
	case ACTION_PRESS:
		if (tag >= 0)
			press(air, tag, action->t, ALARM_CLASS_PATIENT_CALL);
		break;
	case ACTION_EMERGENCY_CALL:
		if (tag >= 0)
			press(air, tag, action->t, ALARM_CLASS_EMERGENCY_CALL);
		break;
	case ACTION_PRESSURE:
		pressure(air, site_room(site, action->target), action->t, action->on);
		break;
	case ACTION_FRIDGE:
		if (tag >= 0) {
			/* What was open until now warms until now. */
			beacon_climate(&air->beacons[tag], &site->tags[tag], action->t, &celsius,
				&humidity);
			air->beacons[tag].open = action->on;
		}
		break;
	case ACTION_GATEWAY:
		if (g >= 0)
			air->gateways[g].off = !action->on;
		break;
	default:
		break; /* the day's own: day_act */
	}
}
