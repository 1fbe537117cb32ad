/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_AIR_H
#define VIGIE_HOSPITAL_AIR_H

/*
 * The tags at work: what each advertises and when, presses and fridges, and
 * which gateway hears it. Adverts are thinned when suite time runs faster than
 * a broker would like: nothing is lost but repetition.
 */

#include "src/hospital/gateway.h"
#include "src/hospital/movement.h"
#include "src/hospital/radio.h"

struct beacon {
	int64_t next_ms, last_ms;
	uint32_t count;
	int battery;
	int64_t pressed_ms, press_until_ms, next_press_ms;
	enum alarm_class call; /* which press it is */
	bool open;             /* fridges: the door; barometers: the room's over-pressure is lost */
	double warmth;         /* above its usual temperature, K */
	double usual, usual_humidity;
	double kept, over, zero; /* barometers: Pa over the next room, usually and now; its error */
	double posture[3];       /* g */
	struct rng r;
};

struct air {
	const struct day *day;
	struct movement *movement;
	struct radio *radio;
	struct beacon *beacons; /* one a tag */
	struct gateway_box *gateways;
	int turn[2];     /* where the last tick stopped: bracelets, others */
	double purse[2]; /* rows that may still be made */
	uint64_t rows;
};

struct air *air_create(const struct day *day, int64_t start_ms);
void air_destroy(struct air *air);
/* Everything on air up to now; wall_s since the last call feeds the purse. */
void air_tick(struct air *air, int64_t now_ms, double wall_s, double speed);
/* A press, a fridge, a pressure or a gateway of a script; others are passed over. */
void air_act(struct air *air, const struct action *action);

/* beacon.c: what one tag says. */
void beacon_init(struct beacon *b, const struct site *site, int tag, uint64_t seed, int64_t t);
int64_t beacon_interval_ms(const struct tag *tag);
struct advert beacon_advert(struct beacon *b, const struct tag *tag, int64_t t);
/* The press of this class; false: the site has no signature for it. */
bool beacon_press_advert(
	const struct site *site, const struct tag *tag, enum alarm_class call, struct advert *out);
/* Fridges and rooms: temperature and humidity at t, which must not go back. */
void beacon_climate(
	struct beacon *b, const struct tag *tag, int64_t t, double *celsius, double *humidity);
/* A BeaconPlus sensor is a barometer: hPa at t, which must not go back. */
bool beacon_is_barometer(const struct tag *tag);
double beacon_pressure(struct beacon *b, int64_t t);

#endif
