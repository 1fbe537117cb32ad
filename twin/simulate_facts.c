/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/simulate_facts.h"

#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/* What a note will be as a fact: a milestone, or one of these. */
enum { NOTE_CASE = -1, NOTE_OFF = -2 };

struct told_mark {
	int32_t at_ms;
	int16_t of, order; /* order: of notes at the same instant */
	int8_t what;       /* enum milestone, NOTE_* */
};

struct notes {
	struct told_mark *list;
	int count;
};

static void note(struct notes *n, int of, int32_t at_ms, int what)
{
	if (what == SIM_NONE || at_ms == SIM_NEVER || at_ms < 0)
		return;
	n->list[n->count] = (struct told_mark){at_ms, (int16_t)of, (int16_t)n->count, (int8_t)what};
	n->count++;
}

static void note_case(struct notes *n, const struct replication *r, int i)
{
	const struct sim_case *c = &r->plan->cases[i];
	const struct sim_pathway *way = &r->plan->pathways[c->pathway];
	bool guest = i >= r->plan->case_count;
	int32_t planned = c->planned_ms > 0 ? (int32_t)c->planned_ms : 0;
	if (c->absent || (guest && r->marks->room[i] < 0))
		return;
	if (guest)
		n->list[n->count] = (struct told_mark){
			r->draw->comes_ms[i], (int16_t)i, (int16_t)n->count, NOTE_CASE};
	else if (r->marks->off[i] != SIM_GOES)
		n->list[n->count] =
			(struct told_mark){planned, (int16_t)i, (int16_t)n->count, NOTE_OFF};
	n->count += guest || r->marks->off[i] != SIM_GOES;
	for (int s = c->step; s < way->count && r->marks->off[i] == SIM_GOES; s++) {
		note(n, i, r->marks->begun_ms[i][s], way->steps[s].begins);
		note(n, i, r->marks->ended_ms[i][s], way->steps[s].ends);
	}
	note(n, i, r->marks->room_ready_ms[i], MILESTONE_CLEANUP_DONE);
}

static int by_time(const void *a, const void *b)
{
	const struct told_mark *x = a, *y = b;
	return x->at_ms != y->at_ms ? (x->at_ms < y->at_ms ? -1 : 1) : x->order - y->order;
}

/* "emergency-07": never an id of the hospital's. */
static void guest_id(const struct replication *r, int i, char out[ID_SIZE])
{
	int n = i - r->plan->case_count + 1;
	text_copy(out, ID_SIZE, "emergency-00");
	out[10] = (char)('0' + n / 10);
	out[11] = (char)('0' + n % 10);
}

static void id_of(const struct replication *r, int i, char out[ID_SIZE])
{
	if (i >= r->plan->case_count)
		guest_id(r, i, out);
	else
		text_copy(out, ID_SIZE, r->twin->cases[r->index->twin_case[i]].id);
}

static struct fact fact_of(const struct replication *r, const struct told_mark *n)
{
	int64_t at = r->index->origin_ms + n->at_ms;
	enum fact_kind kind = n->what == NOTE_CASE  ? FACT_CASE
			      : n->what == NOTE_OFF ? FACT_STATUS
						    : FACT_MILESTONE;
	struct fact f = fact_make(kind, SOURCE_FHIR, at);
	f.source_ms = at;
	text_copy(f.origin, sizeof f.origin, "simulated");
	if (kind == FACT_CASE) {
		int room = r->index->site_room[r->marks->room[n->of]];
		guest_id(r, n->of, f.surgery.id);
		text_copy(f.surgery.room, ID_SIZE, r->twin->site->rooms[room].id);
		f.surgery.start_ms = at;
		f.surgery.status = CASE_PLANNED;
		f.surgery.setting = SETTING_EMERGENCY;
		f.surgery.nest = r->plan->cases[n->of].priority;
		f.surgery.add_on = 1;
	} else if (kind == FACT_STATUS) {
		id_of(r, n->of, f.status.id);
		f.status.status =
			r->marks->off[n->of] == SIM_NO_SHOW ? CASE_NO_SHOW : CASE_CANCELLED;
	} else {
		id_of(r, n->of, f.milestone.id);
		f.milestone.milestone = (enum milestone)n->what;
		f.milestone.when_ms = at;
	}
	return f;
}

bool sim_facts(const struct replication *r, int64_t until_ms,
	void (*tell)(void *context, const struct fact *fact), void *context)
{
	int patients = r->plan->case_count + r->plan->guest_count;
	struct notes n = {malloc(((size_t)patients * (2 * SIM_STEPS + 2) + 1) * sizeof *n.list), 0};
	uint64_t seq = r->twin->seq;
	if (n.list == NULL)
		return false;
	for (int i = 0; i < patients; i++)
		note_case(&n, r, i);
	qsort(n.list, (size_t)n.count, sizeof *n.list, by_time);
	for (int k = 0; k < n.count && r->index->origin_ms + n.list[k].at_ms <= until_ms; k++) {
		struct fact f = fact_of(r, &n.list[k]);
		f.seq = ++seq;
		tell(context, &f);
	}
	free(n.list);
	return true;
}
