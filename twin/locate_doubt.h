/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_LOCATE_DOUBT_H
#define VIGIE_TWIN_LOCATE_DOUBT_H

/*
 * What the levels say against the site: a gateway that hears unlike it should,
 * by what all the others agreed on, has been moved or gone deaf; a tag heard
 * loudly at two far-apart places in the same second is two tags with one
 * address. Both become technical conditions, by name. Private to the locator.
 */

#include "twin/locate_track.h"

/* One hour of a gateway against the conclusions. */
struct grade {
	double residual_db; /* sum, heard minus expected */
	long heard, expected, missed;
	int moved_hours, deaf_hours; /* in a row */
	bool moved_told, deaf_told;
};

/* The tag is in track->sure beyond doubt: what did each gateway make of it? */
void doubt_weigh(struct grade *grades, const struct scene *scene, const struct levels *levels,
	const struct track *track);
/* An hour is over: judges and starts afresh. True when `moved_told` or
 * `deaf_told` changed. */
bool doubt_hour(struct grade *grade, bool learned);
/* Two gateways that are far apart hear it loudly, in the same second. */
bool doubt_two_places(const struct track *track, const struct scene *scene, int where[2]);

/* A technical condition about `name` (a gateway's or a tag's). */
struct fact doubt_condition(const char *key, const char *mac, bool active, const char *before,
	const char *name, const char *after, int64_t now_ms);

#endif
