/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIGIE_HOSPITAL_FLOW_H
#define VIGIE_HOSPITAL_FLOW_H

/* A day while it happens (day.c), and what is decided in the middle of it
 * (flow_act.c). */

#include "src/hospital/day.h"

enum { PENDING_MAX = 1024 };

enum kind {
	E_PICK,
	E_CALLED,
	E_ROOM_READY,
	E_START,
	E_LEAVE,
	E_CLEAN,
	E_BAY_FREE,
	E_ADD_ON,
	E_ASK,       /* a task wants its crew; index: task and case */
	E_CREW_FREE, /* index: crew */
	E_ACT,       /* index: action */
	E_SURGEON,   /* one may have been waited for */
	E_GIVE_UP    /* index: case; its room will not be usable in time */
};

/* What a crew is needed for, and waited for. */
enum task { T_FETCH, T_INDUCE, T_WAKE, T_WHEEL, T_SWEEP, TASK_COUNT };

struct event {
	int64_t t;
	int order;
	enum kind kind;
	int index; /* case, room number or bay */
};

/* What was drawn for a case when a stage of it began, for the tasks to come. */
struct fate {
	int64_t to_leave_ward, transport, to_ready;              /* T_FETCH */
	int64_t induction, anaesthesia_left, surgery, closing;   /* T_INDUCE */
	int64_t to_incision[3];                                  /* position, position done, cut */
	int64_t emergence, to_door;                              /* T_WAKE */
	int64_t transfer, stay, to_leave_pacu, to_back, to_home; /* T_WHEEL */
	int64_t cleaning;                                        /* T_SWEEP */
};

struct flow {
	struct day *day;
	struct event pending[PENDING_MAX];
	int pending_count, order;
	int64_t now; /* of the event that is dealt with */
	int list[DAY_OR][DAY_CASES], list_count[DAY_OR];
	int next[DAY_OR];         /* case called for the room, -1 */
	int in_room[DAY_OR];      /* case inside, -1 */
	bool calling[DAY_OR];     /* it is time to call somebody, be there anybody or not */
	int64_t clean_ms[DAY_OR]; /* 0: not clean */
	bool bay_taken[DAY_BAYS];
	int bays_open;
	int waiting[DAY_CASES], waiting_count;
	struct fate fate[DAY_CASES];
	bool fetching[DAY_CASES]; /* a porter was asked for */
	int crew_free[CREW_COUNT], crew_size[CREW_COUNT];
	int asking[CREW_COUNT][TASK_COUNT * DAY_CASES], asking_count[CREW_COUNT];
};

/* day.c */
int64_t flow_minutes(double m);
void flow_post(struct flow *f, int64_t t, enum kind kind, int index);
int flow_number(const struct day *day, int room); /* of an OR, by its index in the site */
int64_t flow_latest_call(const struct day *day, int n);
void flow_pick(struct flow *f, int n, int64_t now);
void flow_try_start(struct flow *f, int n, int64_t now);
void flow_leave(struct flow *f, int64_t now);
void flow_serve(struct flow *f, int crew, int64_t now);

/* flow_act.c */
void flow_act(struct flow *f, struct action *action);
/* Not done today, from now on. */
void flow_take_off(struct flow *f, struct hcase *c, int64_t now);
/* What keeps a case out of its room at t: until then; t nothing does. */
int64_t flow_kept_out(const struct day *day, const struct hcase *c, int64_t t);
bool flow_is_down(const struct day *day, int room, int64_t t);
/* Until when a patient who is to leave the PACU at t must stay. */
int64_t flow_kept_in(const struct day *day, const struct hcase *c, int64_t t);
/* Another room has the surgeon: of two cases of which one was placed elsewhere. */
bool flow_surgeon_busy(const struct flow *f, const struct hcase *c, int64_t t);

#endif
