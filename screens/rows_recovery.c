/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/rows.h"

#include <string.h>

#include "screens/format.h"

struct builder {
	const struct view *view;
	struct recovery_row *rows;
	int count, max;
	bool placed[TWIN_PATIENTS];
};

const char *waiting_name(enum waiting waiting)
{
	static const char *const names[] = {[WAITING_NONE] = "",
		[WAITING_CRITERIA] = "criteria",
		[WAITING_BED] = "ward_bed",
		[WAITING_TRANSPORT] = "transport",
		[WAITING_BAY] = "bay"};

	return names[waiting];
}

static struct recovery_row *add(struct builder *b, enum recovery_kind kind, int room, int bed)
{
	struct recovery_row *row;

	if (b->count >= b->max)
		return NULL;
	row = &b->rows[b->count++];
	*row = (struct recovery_row){.kind = kind,
		.room = room,
		.bed = bed,
		.patient = -1,
		.case_ = -1,
		.said = {SOURCE_NONE, -1}};
	return row;
}

static bool in_pacu(enum stage stage)
{
	return stage == STAGE_PACU || stage == STAGE_PACU_READY;
}

/* Puts a patient on a row, with what they wait for. */
static void occupy(struct builder *b, struct recovery_row *row, int patient)
{
	const struct twin *twin = b->view->twin;
	const struct patient *p = &twin->patients[patient];
	const struct surgery *s;

	b->placed[patient] = true;
	row->patient = patient;
	row->case_ = twin_patient_case(twin, p->id);
	row->since_ms = p->fhir_since_ms;
	twin_patient_room(twin, patient, &row->said.who, &row->conflict);
	if (row->said.who == SOURCE_FHIR)
		row->said.age_ms = b->view->now_ms - p->fhir_at_ms;
	else if (twin_worn_by(twin, p->id) >= 0)
		row->said.age_ms = rows_fix_age(b->view, &twin->things[twin_worn_by(twin, p->id)]);
	if (row->case_ < 0 || row->kind != RECOVERY_BAY)
		return;
	s = &twin->cases[row->case_];
	if (surgery_when(s, MILESTONE_PACU_IN) > 0)
		row->since_ms = surgery_when(s, MILESTONE_PACU_IN);
	row->criteria_ms = surgery_when(s, MILESTONE_PACU_READY);
	row->criteria = row->criteria_ms > 0;
	if (!row->criteria)
		row->waiting = WAITING_CRITERIA;
	else if (s->ready[READY_BED] == 0)
		row->waiting = WAITING_BED;
	else
		row->waiting = WAITING_TRANSPORT;
}

static int patient_in_bed(const struct builder *b, int bed)
{
	const struct twin *twin = b->view->twin;

	for (int i = 0; i < twin->patient_count; i++) {
		if (!b->placed[i] && twin->patients[i].fhir_bed[0]
			&& site_bed(twin->site, twin->patients[i].fhir_bed) == bed)
			return i;
	}
	return -1;
}

/* Patients the pathway puts in recovery, in this room (-1: in none known). */
static int patient_in_pacu(const struct builder *b, int room)
{
	const struct twin *twin = b->view->twin;

	for (int i = 0; i < twin->patient_count; i++) {
		int index = b->placed[i] ? -1 : twin_patient_case(twin, twin->patients[i].id);
		enum source who;
		bool conflict;
		int where;

		if (index < 0 || !in_pacu(surgery_stage(&twin->cases[index])))
			continue;
		where = twin_patient_room(twin, i, &who, &conflict);
		if (where == room
			|| (room < 0 && (where < 0 || twin->site->rooms[where].kind != ROOM_PACU)))
			return i;
	}
	return -1;
}

static void beds_of(struct builder *b, int room, enum recovery_kind kind)
{
	const struct site *site = b->view->twin->site;
	int patient;

	for (int i = 0; i < site->bed_count; i++) {
		struct recovery_row *row;

		if (site->beds[i].room != room)
			continue;
		row = add(b, kind, room, i);
		patient = patient_in_bed(b, i);
		if (row && patient >= 0)
			occupy(b, row, patient);
	}
}

static bool has_beds(const struct site *site, int room)
{
	for (int i = 0; i < site->bed_count; i++) {
		if (site->beds[i].room == room)
			return true;
	}
	return false;
}

/* A recovery room with beds shows its bays; one without is a bay itself. Who
 * is in the room but in no bay that anybody named gets a line of their own. */
static void bays(struct builder *b)
{
	const struct site *site = b->view->twin->site;
	struct recovery_row *row;
	int patient;

	for (int i = 0; i < site->room_count; i++) {
		if (site->rooms[i].kind != ROOM_PACU)
			continue;
		if (has_beds(site, i))
			beds_of(b, i, RECOVERY_BAY);
		else if (patient_in_pacu(b, i) < 0)
			add(b, RECOVERY_BAY, i, -1);
		while ((patient = patient_in_pacu(b, i)) >= 0) {
			row = add(b, RECOVERY_BAY, i, -1);
			if (!row)
				return;
			occupy(b, row, patient);
		}
	}
	while ((patient = patient_in_pacu(b, -1)) >= 0) {
		row = add(b, RECOVERY_BAY, -1, -1);
		if (!row)
			return;
		occupy(b, row, patient);
	}
}

/* Who comes next: patients in or just out of an OR, by the programme's end
 * moved by the real start. It is no forecast. */
static void incoming(struct builder *b)
{
	const struct twin *twin = b->view->twin;
	int first = b->count;

	for (int i = 0; i < twin->case_count; i++) {
		const struct surgery *s = &twin->cases[i];
		enum stage stage = surgery_stage(s);
		int64_t in = surgery_when(s, MILESTONE_IN_ROOM);
		struct recovery_row moved, *row;
		int at;

		if (stage != STAGE_ANAES && stage != STAGE_SURGERY && stage != STAGE_CLOSING
			&& stage != STAGE_OUT_ROOM)
			continue;
		row = add(b, RECOVERY_INCOMING, site_room(twin->site, s->room), -1);
		if (!row)
			return;
		row->case_ = i;
		row->patient = twin_patient(twin, s->patient);
		row->since_ms = in > 0 && s->end_ms > s->start_ms ? in + s->end_ms - s->start_ms
								  : s->end_ms;
		if (stage == STAGE_OUT_ROOM)
			row->since_ms = surgery_when(s, MILESTONE_OUT_ROOM);
		moved = *row;
		for (at = b->count - 1; at > first && b->rows[at - 1].since_ms > moved.since_ms;
			at--)
			b->rows[at] = b->rows[at - 1];
		b->rows[at] = moved;
	}
}

int recovery_rows(const struct view *view, struct recovery_row *rows, int max)
{
	struct builder b = {.view = view, .rows = rows, .max = max};
	const struct site *site = view->twin->site;

	if (!site)
		return 0;
	bays(&b);
	incoming(&b);
	for (int i = 0; i < site->room_count; i++) {
		if (site->rooms[i].kind == ROOM_WARD || site->rooms[i].kind == ROOM_DAY_UNIT)
			beds_of(&b, i, RECOVERY_BED);
	}
	return b.count;
}
