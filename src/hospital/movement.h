/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_MOVEMENT_H
#define VIGIE_HOSPITAL_MOVEMENT_H

/*
 * Where every tag is at a moment. Patients follow the day; staff and things
 * wander by their own random streams from dawn on, so that a run opened at
 * 10:15 finds them where a run from dawn would. People walk through doors.
 */

#include "src/hospital/day.h"

enum { WALK_MAX = 40, LEGS_MAX = 8 };

struct position {
	int room; /* index in the site */
	double x, y;
};

struct step {
	int64_t t;
	struct position at;
};

struct leg {
	int64_t leave, arrive;
	int room, bed; /* destination */
};

struct mover {
	int tag;    /* index in the site */
	int wearer; /* case, -1 */
	struct rng r;
	struct position rest; /* where it stands once the walk is over */
	struct step walk[WALK_MAX];
	int walk_count;
	int64_t next_ms; /* when the next leg begins; 0 never */
	struct leg legs[LEGS_MAX];
	int leg_count, leg;
	int home;
	int64_t on_air_ms, off_air_ms; /* bracelets: worn from, until (0 open) */
};

struct movement {
	const struct day *day;
	struct mover *movers; /* one a tag of the site, same index */
	int *next_room;       /* [from × rooms + to]: the first room on the way, −1 */
	int64_t dawn_ms;
};

struct movement *movement_create(const struct day *day);
void movement_destroy(struct movement *m);
/* The day goes on otherwise from t on: who is on the way arrives, then follows it. */
void movement_day_changed(struct movement *m, int64_t t);
/* False when the tag is not on the air. Time must not go backwards. */
bool movement_at(struct movement *m, int tag, int64_t t, struct position *out);

#endif
