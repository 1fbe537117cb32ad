/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_PLAN_H
#define VIGIE_TWIN_PLAN_H

/*
 * The day as it stands, ready to be simulated: from the twin, its site, and what
 * has been learnt. Reads only; the same twin gives the same plan.
 */

#include "twin/learning.h"
#include "twin/simulate.h"
#include "twin/twin.h"

/* Where a thing of the plan comes from. */
struct plan_index {
	int twin_case[SIM_CASES];   /* index in twin->cases */
	int case_of[TWIN_CASES];    /* index in the plan, SIM_NONE */
	int site_room[SIM_ROOMS];   /* index in site->rooms */
	int room_of[TWIN_ROOMS];    /* index in the plan, SIM_NONE */
	int in_room[SIM_PATHWAYS];  /* step at whose end the patient is in the room, -1 */
	int out_room[SIM_PATHWAYS]; /* step at whose end the patient has left it, -1 */
	int in_pacu[SIM_PATHWAYS];  /* step at whose end a PACU bed is taken, -1 */
	int out_pacu[SIM_PATHWAYS]; /* step at whose end it is given back, -1 */
	int pool_role[SIM_POOLS];   /* index in site->roles, -1 */
	int pool_beds[SIM_POOLS];   /* enum room_kind, -1 */
	int pool_kit[SIM_POOLS];    /* index in site->kits, -1 */
	/* Of a role whose people look after several rooms: the hidden pool of rooms
	 * they can look after, and how many each; SIM_NONE, 0. */
	int pool_cover[SIM_POOLS], covers[SIM_POOLS];
	double law_known[SIM_CASES]; /* cases of the best known name behind its law */
	int64_t opens_ms[SIM_ROOMS],
		closes_ms[SIM_ROOMS]; /* session, after the origin; 0, 0 none */
	bool started[SIM_ROOMS];      /* a case of the day has been in it */
	bool ambulatory[SIM_CASES];
	/* When the day unit closes on the case's day, after the origin; INT64_MAX: not
	 * known (site target day_unit_closes_min, else the last session of its rooms). */
	int64_t home_by_ms[SIM_CASES];
	int64_t origin_ms; /* time 0 of the plan */
	int dropped;       /* cases that did not fit */
	bool unlimited;    /* no pools are known: staff and beds are not counted */
};

enum { PLAN_AWAY = 8, PLAN_SPLITS = 4 };

/* How people would work, where no fact can say it: the what-ifs'. All zero: as
 * the site says. */
struct plan_policy {
	bool induction_ahead;          /* anaesthesia begins while the room is still cleaned */
	bool no_hold;                  /* patients leave the room without waiting for a PACU bay */
	int turnover_less;             /* rooms are clean again so many percent sooner */
	int16_t extra_min[TWIN_CASES]; /* a case takes so many minutes more */
	struct {
		int8_t kit;  /* one unit of site->kits[kit] ... */
		int16_t min; /* ... cannot be used for so long */
	} away[PLAN_AWAY];
	int away_count;
	struct {
		int16_t role;  /* of site->roles: all of them together ... */
		int16_t rooms; /* ... look after so many rooms more */
	} split[PLAN_SPLITS];
	int split_count;
};

/* A plan of the same instant, site, options and policy, and the twin it was built of. */
struct plan_like {
	const struct twin *twin;
	const struct sim_plan *plan;
	const struct plan_index *index;
};

/* What may not be read from the twin. */
struct plan_options {
	const struct learnt *learnt;      /* NULL: the booking with a usual spread */
	int64_t midnight_ms;              /* from which minutes tell the local clock; 0 none */
	const struct plan_policy *policy; /* NULL: as the site says */
	/* Who is on the list comes, nobody else does, and nothing breaks, whatever
	 * the site expects. */
	bool as_listed;
	/* Where the twin differs from another one in rooms and times of cases, in what is
	 * off or closed, and in how many there are of something, and in nothing else: of
	 * the cases that are the same, what takes long to work out is taken over. The
	 * plan is the same without it. NULL: all is worked out. */
	const struct plan_like *like;
};

/* Every case of the day that is not off and not over for the patient. */
void plan_build(const struct twin *twin, const struct plan_options *options, struct sim_plan *plan,
	struct plan_index *index);

/* When the day unit closes on the day of a time, ms UTC; INT64_MAX: not known. */
int64_t plan_home_by(const struct site *site, int64_t at_ms, int64_t midnight_ms);

/* So many more of what a pool counts: people look after their rooms with them. */
void plan_more(struct sim_plan *plan, const struct plan_index *index, int pool, int by);
/* One more, from a time after the origin on. Taken back by later_count = 0. */
void plan_one_later(struct sim_plan *plan, const struct plan_index *index, int pool, int64_t at_ms);

#endif
