/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_TWIN_SIMULATE_H
#define VIGIE_TWIN_SIMULATE_H

/*
 * One replication of the rest of the day. Patients are state machines that walk
 * along a pathway: each step waits for what it needs (the room, somebody, a
 * bed), takes its time, and gives back what it no longer needs. Rooms are
 * turned over when they are given back. Everything is arrays of one plan and
 * one bench; nothing is allocated while a day runs.
 *
 * A plan is what is true now and does not change between replications; a draw
 * is the fate of one replication (how long everything takes, who does not come,
 * which emergencies do, what breaks), the same for every plan that is tried on
 * it; the marks are what became of it.
 *
 * Guests are the emergencies nobody has announced: cases after the last of the
 * plan, [case_count, case_count + guest_count), each of which comes in some
 * replications. They have no room of their own: they take the first that is free,
 * or, while they can wait, one whose list is over.
 *
 * Time is int64_t milliseconds after the plan's origin, which may be any
 * instant; order of events is total (twin/events.h).
 */

#include "twin/events.h"
#include "twin/fact.h"

enum {
	SIM_CASES = 512,
	SIM_ROOMS = 128,
	SIM_TURNS = 64,
	SIM_POOLS = 96,
	SIM_STEPS = 24,
	SIM_PATHWAYS = 16,
	SIM_NEEDS = 6,
	SIM_OWN_POOLS = 3,
	SIM_KITS = 16,
	SIM_SETS = 64,   /* units of a kit */
	SIM_AWAY = 64,   /* units that come back later */
	SIM_OUTAGES = 3, /* of one thing in a day; more are not told */
	SIM_STREAMS = 12,
	SIM_GUESTS = 64,
	SIM_LATER = 4, /* additions to pools */
	SIM_NONE = -1,
	SIM_ROOM = -2, /* as a need: the case's own room */
	SIM_TURN = -3, /* ... that it is next in it, clean or not */
	SIM_OWN = -4   /* ... and below: the pool own[SIM_OWN - need] of the case */
};

/* How long something takes. */
struct sim_law {
	enum { SIM_AT_ONCE, SIM_FIXED, SIM_UNIFORM, SIM_LOGNORMAL } kind;
	/* minutes: FIXED a; UNIFORM from a to b; LOGNORMAL mu a and sigma b of log minutes */
	float a, b;
};

struct sim_step {
	char name[16];
	int8_t need[SIM_NEEDS]; /* pools or SIM_*, taken in this order; SIM_NONE ends */
	int8_t give[SIM_NEEDS]; /* given back when the step is over */
	bool gated;             /* not before the planned start + gate_ms */
	int64_t gate_ms;
	int8_t begins, ends; /* milestones told by it, SIM_NONE */
};

struct sim_pathway {
	struct sim_step steps[SIM_STEPS];
	int count;
};

/* What may become of a case that has not begun. */
enum sim_may {
	SIM_MAY_NOT_COME = 1,
	SIM_MAY_HAVE_EATEN = 2,
	SIM_MAY_BE_CANCELLED = 4, /* on the day, for any other reason */
	SIM_MAY_BE_TOO_LATE = 8   /* not after the last call */
};

struct sim_case {
	uint32_t who; /* the same patient in every plan: the key of its fate */
	int pathway;
	int room;           /* SIM_NONE: none */
	int64_t planned_ms; /* start in the room */
	int priority;       /* of waiting; the lower goes first, then who came first */
	struct sim_law law[SIM_STEPS];
	/* Where it stands: steps before this one are over. */
	int step;
	bool running;              /* the step has begun ... */
	int64_t elapsed_ms;        /* ... so long before the origin */
	int32_t extra_ms;          /* the step below takes so much longer than drawn, */
	int extra_step;            /* negative: less, but a minute at least */
	bool absent;               /* plays no part (cancelled, already gone) */
	unsigned may;              /* enum sim_may */
	int8_t own[SIM_OWN_POOLS]; /* its surgeon, its kits: pools, SIM_NONE */
	int64_t waits_ms;          /* of a guest: after so long any free room will do */
};

/* How often a thing fails, and for how long: both exponential; 0: never. */
struct sim_wear {
	double mtbf_min, mttr_min;
};

struct sim_room {
	int turn[SIM_TURNS]; /* cases in their order */
	int turns;
	int cleaning;            /* pool of the team, SIM_NONE: none is needed */
	struct sim_law turnover; /* its duration */
	bool closed;             /* nobody enters */
	/* In turnover at the origin, for so long; < 0: not. */
	int64_t cleaning_ms;
	int64_t closes_ms;    /* end of its session: guests like the latest best */
	int64_t last_call_ms; /* who may be called off does not enter after it */
};

struct sim_pool {
	int units;  /* how many there are */
	int8_t kit; /* 1 + index in the plan's kits; 0: people or beds */
};

/* Equipment, or sterile sets, that a case takes with the room. */
struct sim_kit {
	int8_t pool;
	int32_t turn_ms; /* from being given back until it can be used again */
	struct sim_wear wear;
};

/* Emergencies of one class: a Poisson process with a rate for each hour. */
struct sim_stream {
	uint32_t who;        /* key of its arrivals */
	float per_hour[24];  /* by the local hour */
	int64_t midnight_ms; /* any local midnight, after the origin or before */
	int64_t until_ms;    /* none comes after */
	int first, count;    /* its guests */
};

struct sim_plan {
	struct sim_pathway pathways[SIM_PATHWAYS];
	int pathway_count;
	struct sim_case cases[SIM_CASES];
	int case_count;
	int guest_count; /* after the cases; together at most SIM_CASES */
	struct sim_room rooms[SIM_ROOMS];
	int room_count;
	/* Pools with a name come first; the last hidden_count of the array are those
	 * that stay in the plan: surgeons, rooms covered. */
	struct sim_pool pools[SIM_POOLS];
	int pool_count, hidden_count;
	struct sim_kit kits[SIM_KITS];
	int kit_count;
	/* Units of kits that are not here at the origin, in order of coming back. */
	struct {
		int8_t kit;
		int32_t due_ms;
	} away[SIM_AWAY];
	int away_count;
	/* Units that come at a time after the origin (what would they change?). */
	struct {
		int pool, units;
		int64_t at_ms;
	} later[SIM_LATER];
	int later_count;
	struct sim_stream streams[SIM_STREAMS];
	int stream_count;
	double no_show, cancelled, not_fasting; /* chances, for who may */
	struct sim_law fasting_delay;           /* from the planned to the legal start */
	struct sim_wear room_wear;
};

enum { SIM_NEVER = INT32_MIN };

enum sim_off { SIM_GOES, SIM_NO_SHOW, SIM_CALLED_OFF };

struct sim_outage {
	int32_t from_ms, to_ms; /* SIM_NEVER: no more */
};

/* The fate of a replication. What the plan has no chance of is not filled in. */
struct sim_draw {
	int32_t lasts_ms[SIM_CASES][SIM_STEPS]; /* a running step: what is left of it */
	int32_t turnover_ms[SIM_CASES];         /* after this case; */
	int32_t cleaning_ms[SIM_ROOMS];         /* of the one under way */
	int32_t comes_ms[SIM_CASES];            /* of a guest; SIM_NEVER: not */
	int32_t later_ms[SIM_CASES];            /* not fasting: so long after the planned start */
	int8_t off[SIM_CASES];                  /* enum sim_off: from the beginning */
	struct sim_outage room_down[SIM_ROOMS][SIM_OUTAGES];
	struct sim_outage kit_down[SIM_KITS][SIM_OUTAGES];
};

/* What became of it; SIM_NEVER: it did not happen. A guest that did not come is
 * a SIM_NO_SHOW. */
struct sim_marks {
	int32_t begun_ms[SIM_CASES][SIM_STEPS];
	int32_t ended_ms[SIM_CASES][SIM_STEPS];
	int32_t room_ready_ms[SIM_CASES]; /* clean again after this case */
	int16_t room[SIM_CASES];          /* of the plan; a guest's: the one it got, SIM_NONE */
	int8_t off[SIM_CASES];            /* enum sim_off */
	int stuck;                        /* cases that wait for ever */
};

/* The bench a day runs on; one for each thread. */
struct sim_bench {
	struct events events;
	int64_t now_ms;
	struct {
		int16_t step, need;  /* need: how many of the step's are had */
		bool running, asked; /* asked: the gate is behind, needs are gathered */
		bool called;         /* to its room: it goes on at this instant */
	} token[SIM_CASES];
	int64_t planned_ms[SIM_CASES];
	int16_t next[SIM_CASES + SIM_ROOMS]; /* in a queue */
	struct {
		int16_t first, last;
		int free;
	} pool[SIM_POOLS];
	struct {
		int16_t at, turns; /* how many turns are over, of how many */
		int16_t cleaned;   /* the case it is cleaned after */
		int16_t inside;    /* patients; more than one only when the records say so */
		bool free, down;
		int8_t outage;
	} room[SIM_ROOMS];
	/* After the day: in the order in which they had the room, guests among them;
	 * who is off or stuck stands there too. */
	int16_t turn[SIM_ROOMS][SIM_TURNS + SIM_GUESTS];
	struct {
		int32_t due_ms[SIM_SETS]; /* of units on their way back, the next one last */
		int16_t count;
		int8_t outage;
		bool down;
	} kit[SIM_KITS];
	int16_t guest[SIM_GUESTS]; /* who waits for any room, the most urgent first */
	int guest_count;
	int16_t ready[SIM_CASES + SIM_ROOMS]; /* to go on at this instant */
	int ready_count;
};

/* Draws replication `n` of `seed`. */
void sim_draw(const struct sim_plan *plan, uint32_t seed, uint32_t n, struct sim_draw *draw);
/* The same draw, taken over from that of a plan of the same instant for all cases that
 * the two have in common: the other's, SIM_NONE none. Its guests have to be alike when
 * `guests` says so. */
struct sim_draw_like {
	const struct sim_plan *plan;
	int16_t of[SIM_CASES];
	bool guests;
};
/* Fills `of` and `guests`: cases of the same patient with the same laws. */
void sim_draw_compare(
	const struct sim_plan *plan, const struct sim_plan *other, struct sim_draw_like *like);
void sim_draw_again(const struct sim_plan *plan, uint32_t seed, uint32_t n,
	const struct sim_draw_like *like, const struct sim_draw *other, struct sim_draw *draw);
/* Runs one day to its end. */
void sim_run(const struct sim_plan *plan, const struct sim_draw *draw, struct sim_bench *bench,
	struct sim_marks *marks);

/* The pool of a need for a case; SIM_NONE: it has none, SIM_ROOM, SIM_TURN. */
static inline int sim_pool_of(const struct sim_case *c, int need)
{
	return need > SIM_OWN ? need : c->own[SIM_OWN - need];
}

/* What a case held of the named pools after the origin, and when: from the step
 * that takes it to the one that gives it back (a set: until it can be used
 * again). Returns how many spans. */
enum { SIM_SPANS = SIM_STEPS * SIM_NEEDS, SIM_FOR_EVER = INT32_MAX };
struct sim_span {
	int pool;
	int32_t from_ms, to_ms; /* SIM_FOR_EVER: to the end of the day */
};
int sim_spans(const struct sim_plan *plan, const struct sim_marks *marks, int i,
	struct sim_span spans[SIM_SPANS]);

#endif
