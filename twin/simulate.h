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
 * is the fate of one replication (how long everything takes), the same for
 * every plan that is tried on it; the marks are what became of it.
 *
 * Time is int64_t milliseconds after the plan's origin, which may be any
 * instant; order of events is total (twin/events.h).
 */

#include "twin/events.h"
#include "twin/fact.h"

enum {
	SIM_CASES = 512,
	SIM_ROOMS = 128,
	SIM_POOLS = 96,
	SIM_STEPS = 24,
	SIM_PATHWAYS = 16,
	SIM_NEEDS = 3,
	SIM_ROOM = -2, /* as a need: the case's own room */
	SIM_TURN = -3, /* ... that it is next in it, clean or not */
	SIM_NONE = -1
};

/* How long something takes. */
struct sim_law {
	enum { SIM_AT_ONCE, SIM_FIXED, SIM_UNIFORM, SIM_LOGNORMAL } kind;
	/* minutes: FIXED a; UNIFORM from a to b; LOGNORMAL mu a and sigma b of log minutes */
	float a, b;
};

struct sim_step {
	char name[16];
	int8_t need[SIM_NEEDS]; /* pools or SIM_ROOM, taken in this order; SIM_NONE ends */
	int8_t give[SIM_NEEDS]; /* given back when the step is over */
	bool gated;             /* not before the planned start + gate_ms */
	int64_t gate_ms;
	int8_t begins, ends; /* milestones told by it, SIM_NONE */
};

struct sim_pathway {
	struct sim_step steps[SIM_STEPS];
	int count;
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
	bool running;       /* the step has begun ... */
	int64_t elapsed_ms; /* ... so long before the origin */
	int32_t extra_ms;   /* the step below takes so much longer than drawn, */
	int extra_step;     /* negative: less, but a minute at least */
	bool absent;        /* plays no part (cancelled, already gone) */
};

struct sim_room {
	int turn[SIM_CASES / 8]; /* cases in their order */
	int turns;
	int cleaning;            /* pool of the team, SIM_NONE: none is needed */
	struct sim_law turnover; /* its duration */
	bool closed;             /* nobody enters */
	/* In turnover at the origin, for so long; < 0: not. */
	int64_t cleaning_ms;
};

struct sim_pool {
	int units; /* how many there are */
};

struct sim_plan {
	struct sim_pathway pathways[SIM_PATHWAYS];
	int pathway_count;
	struct sim_case cases[SIM_CASES];
	int case_count;
	struct sim_room rooms[SIM_ROOMS];
	int room_count;
	struct sim_pool pools[SIM_POOLS];
	int pool_count;
};

/* The fate of a replication. */
struct sim_draw {
	int32_t lasts_ms[SIM_CASES][SIM_STEPS]; /* a running step: what is left of it */
	int32_t turnover_ms[SIM_CASES];         /* after this case; */
	int32_t cleaning_ms[SIM_ROOMS];         /* of the one under way */
};

/* What became of it; -1: it did not happen. */
enum { SIM_NEVER = INT32_MIN };
struct sim_marks {
	int32_t begun_ms[SIM_CASES][SIM_STEPS];
	int32_t ended_ms[SIM_CASES][SIM_STEPS];
	int32_t room_ready_ms[SIM_CASES]; /* clean again after this case */
	int stuck;                        /* cases that wait for ever */
};

/* The bench a day runs on; one for each thread. */
struct sim_bench {
	struct events events;
	int64_t now_ms;
	struct {
		int16_t step, need;  /* need: how many of the step's are had */
		bool running, asked; /* asked: the gate is behind, needs are gathered */
	} token[SIM_CASES];
	int16_t next[SIM_CASES + SIM_ROOMS]; /* in a queue */
	struct {
		int16_t first, last;
		int free;
	} pool[SIM_POOLS];
	struct {
		int16_t at; /* how many turns are over */
		bool free;
		int16_t cleaned; /* the case it is cleaned after */
	} room[SIM_ROOMS];
	int16_t ready[SIM_CASES + SIM_ROOMS]; /* to go on at this instant */
	int ready_count;
};

/* Draws replication `n` of `seed`. */
void sim_draw(const struct sim_plan *plan, uint32_t seed, uint32_t n, struct sim_draw *draw);
/* Runs one day to its end. */
void sim_run(const struct sim_plan *plan, const struct sim_draw *draw, struct sim_bench *bench,
	struct sim_marks *marks);

#endif
