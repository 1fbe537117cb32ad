/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_RADIO_H
#define VIGIE_HOSPITAL_RADIO_H

/*
 * What a gateway hears of an advert: log-distance path loss, walls and floors
 * counted on the plan, slow shadowing (AR(1)) for each pair, fast fading, and
 * a share of adverts lost for no reason at all.
 */

#include "src/hospital/movement.h"

struct radio;

struct radio *radio_create(const struct site *site, uint64_t seed);
void radio_destroy(struct radio *radio);
/* rssi[g] in dBm for each gateway of the site, 0 where it was not heard.
 * Returns how many heard it. */
int radio_hear(struct radio *radio, int tag, const struct position *at, int64_t t, int8_t *rssi);
/* Mean in dBm before shadowing and fading. */
double radio_mean(
	const struct site *site, enum tag_kind kind, const struct position *at, int gateway);

#endif
