/* SPDX-License-Identifier: Apache-2.0 */

/* Draws the programme: who, what, where, when; and how each will deviate. */

#include "src/hospital/day.h"
#include "src/hospital/names.h"
#include "src/hospital/stamp.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MINUTE = 60000, OPEN_MIN = 480, STREAM_STAFF = 1, STREAM_CASE = 2, STREAM_BOOKING = 5 };

/* Durations are this house's own invention: plausible, and not the twin's. */
static const struct act acts[] = {
	{"Total hip replacement", ORTHOPAEDICS, 74, 0.24, 26, 16, 0.05, 0, 55, 88},
	{"Total knee replacement", ORTHOPAEDICS, 80, 0.22, 26, 16, 0.05, 0, 55, 88},
	{"Arthroscopic rotator cuff repair", ORTHOPAEDICS, 62, 0.26, 24, 14, 0.6, 0, 18, 84},
	{"Laparoscopic cholecystectomy", VISCERAL, 52, 0.34, 20, 13, 0.5, 0, 18, 84},
	{"Laparoscopic inguinal hernia repair, left", VISCERAL, 44, 0.28, 19, 12, 0.7, 0, 18, 84},
	{"Right hemicolectomy, laparoscopic", VISCERAL, 104, 0.30, 28, 18, 0, 0, 48, 84},
	{"Hysteroscopy with polyp resection", GYNAECOLOGY, 19, 0.32, 13, 10, 0.95, 'F', 19, 74},
	{"Laparoscopic ovarian cystectomy", GYNAECOLOGY, 42, 0.32, 18, 12, 0.6, 'F', 19, 58},
	{"Cystoscopy with bladder biopsy", UROLOGY, 16, 0.35, 11, 9, 0.9, 0, 18, 84},
	{"Transurethral resection of the prostate", UROLOGY, 42, 0.28, 16, 12, 0.1, 'M', 54, 86},
	{"Ureteroscopy with laser lithotripsy", UROLOGY, 38, 0.36, 15, 11, 0.6, 0, 18, 84},
	{"Cataract extraction with lens implant", EYES, 13, 0.22, 8, 6, 1, 0, 58, 88},
	{"Pars plana vitrectomy", EYES, 30, 0.28, 11, 8, 0.8, 0, 58, 88},
	{"Tonsillectomy", ENT, 22, 0.28, 14, 9, 0.8, 0, 18, 45},
	{"Functional endoscopic sinus surgery", ENT, 36, 0.30, 16, 10, 0.7, 0, 18, 84},
	{"Tympanoplasty", ENT, 44, 0.26, 16, 10, 0.5, 0, 18, 84},
	{"Endovenous ablation of varicose veins", VASCULAR, 38, 0.28, 15, 11, 0.9, 0, 18, 84},
	{"Carotid endarterectomy", VASCULAR, 92, 0.24, 30, 16, 0, 0, 56, 84},
	{"Carpal tunnel release", HAND, 14, 0.25, 10, 8, 1, 0, 18, 84},
	{"Distal radius fixation", HAND, 36, 0.30, 18, 11, 0.6, 0, 18, 84},
	{"Flexor tendon repair", HAND, 38, 0.34, 17, 11, 0.6, 0, 18, 84},
};
static const struct act emergency_acts[] = {
	{"Laparoscopic appendicectomy", VISCERAL, 42, 0.34, 18, 13, 0, 0, 18, 84},
	{"Hip fracture fixation", ORTHOPAEDICS, 62, 0.30, 26, 15, 0, 0, 55, 88},
	{"Drainage of abscess", VISCERAL, 18, 0.40, 14, 12, 0.3, 0, 18, 84},
	{"Ectopic pregnancy, laparoscopy", GYNAECOLOGY, 46, 0.30, 16, 13, 0, 'F', 19, 42},
	{"Ureteral stent insertion", UROLOGY, 20, 0.35, 14, 10, 0.2, 0, 18, 84},
	{"Tibial fracture nailing", ORTHOPAEDICS, 78, 0.28, 24, 15, 0, 0, 18, 84},
};
static const int cases_of_room[] = {4, 5, 8, 8, 14, 8, 5, 10};
/* Minutes after midnight at which the add-ons of a day ring, give or take. */
static const int emergency_minutes[] = {500, 575, 650, 745, 840, 960};

#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static void draw_person(struct person *p, struct rng *r, int birth_year, char sex)
{
	p->sex = rng_uniform(r) < 0.53 ? 'F' : 'M';
	if (sex != 0)
		p->sex = sex;
	p->family = names_family(r);
	p->given = names_given(r, p->sex);
	p->birth_year = birth_year;
	p->birth_month = 1 + rng_below(r, 12);
	p->birth_day = 1 + rng_below(r, 28);
}

static void draw_staff(struct day *day)
{
	/* Two surgeons a specialty, then anaesthetists, one for each room and two more. */
	int surgeons = 2 * SPECIALTY_COUNT, anaesthetists = day->room_count + 2;
	for (int i = 0; i < surgeons + anaesthetists && i < DAY_STAFF; i++) {
		struct rng r = rng_stream(day->seed, STREAM_STAFF, (uint64_t)i);
		struct person *p = &day->staff[day->staff_count++];
		draw_person(p, &r, 1962 + rng_below(&r, 30), 0);
		if (i < surgeons)
			snprintf(p->id, sizeof(p->id), "surg-%02d", i + 1);
		else
			snprintf(p->id, sizeof(p->id), "anes-%02d", i - surgeons + 1);
	}
}

static int room_of_kind(const struct site *site, enum room_kind kind, int nth)
{
	int last = -1;
	for (int i = 0; i < site->room_count; i++)
		if (site->rooms[i].kind == kind) {
			last = i;
			if (nth-- == 0)
				break;
		}
	return last;
}

static const struct act *draw_act(struct rng *r, int specialty)
{
	int first = 0, count = 0;
	for (int i = 0; i < COUNT(acts); i++)
		if (acts[i].specialty == specialty) {
			if (count++ == 0)
				first = i;
		}
	/* Eyes: a list of cataracts with the odd vitrectomy. */
	if (specialty == EYES)
		return &acts[first + (rng_uniform(r) < 0.1 ? 1 : 0)];
	return &acts[first + rng_below(r, count)];
}

static void draw_patient(struct day *day, struct hcase *c, struct rng *r)
{
	int age = c->act->age_low + rng_below(r, c->act->age_high - c->act->age_low);
	char year[STAMP_SIZE];
	int this_year = 0;
	sscanf(stamp_date(day->midnight, year), "%d", &this_year);
	draw_person(&c->person, r, this_year - age - 1, c->act->sex);
	c->bmi = fmin(46, fmax(17, rng_lognormal(r, 26.0, 0.18)));
	double ill = rng_uniform(r) + (double)age / 250;
	c->asa = ill < 0.45 ? 1 : ill < 0.95 ? 2 : ill < 1.25 ? 3 : 4;
	c->day_case = !c->emergency && rng_uniform(r) < c->act->day_share;
	c->walks = c->day_case && rng_uniform(r) < 0.7;
	int unit = room_of_kind(day->site, ROOM_DAY_UNIT, 0);
	int ward = room_of_kind(day->site, ROOM_WARD, rng_below(r, 2));
	c->ward = c->day_case && unit >= 0 ? unit : ward >= 0 ? ward : unit;
	c->via_induction = rng_uniform(r) < 0.3;
	c->induction_room = room_of_kind(day->site, ROOM_INDUCTION, rng_below(r, 2));
}

/* In room to out of room as the planner books it, in steps of five minutes. */
static double booked_minutes(const struct day *day, const struct act *a, uint64_t stream)
{
	double all = 1.48 * a->anaesthesia_min + 1.03 * a->surgery_min + 5.5;
	if (day->laws != NULL) {
		struct rng r = rng_stream(day->seed, STREAM_BOOKING, stream);
		all *= day->laws->booked[a->specialty]
		       * rng_lognormal(&r, 1, day->laws->booking_log_sd);
	}
	return 5 * ceil(all / 5);
}

static struct hcase *new_case(struct day *day, const struct act *act, int room, int64_t start)
{
	struct hcase *c = &day->cases[day->case_count];
	c->stream = (uint64_t)day->case_count;
	snprintf(c->patient, sizeof(c->patient), "p-%d", 1001 + day->case_count);
	snprintf(c->person.id, sizeof(c->person.id), "p-%d", 1001 + day->case_count);
	day->case_count++;
	c->act = act;
	c->room = room;
	c->bay = c->tag = c->induction_room = -1;
	c->planned_start = start;
	c->planned_end = start + (int64_t)booked_minutes(day, act, c->stream) * MINUTE;
	return c;
}

static void name_case(struct hcase *c, const char *room, int nth)
{
	snprintf(c->appointment, sizeof(c->appointment), "case-%.10s-%d", room, nth);
	snprintf(c->encounter, sizeof(c->encounter), "enc-%d", 1001 + (int)c->stream);
	snprintf(c->procedure, sizeof(c->procedure), "proc-%d", 1001 + (int)c->stream);
}

/* "or-3" → "or3": the appointment's id reads case-or3-2. */
static void squeeze(const char *id, char *out, size_t size)
{
	size_t n = 0;
	for (; *id != '\0' && n + 1 < size; id++)
		if (*id != '-')
			out[n++] = *id;
	out[n] = '\0';
}

/* Under laws, lists are as long as the planner dares; minutes after midnight. */
static int full_at(const struct day *day, int nth)
{
	const struct room *room = &day->site->rooms[day->rooms[nth]];
	if (day->laws == NULL || room->close_min <= OPEN_MIN)
		return 0;
	struct rng r = rng_stream(day->seed, STREAM_BOOKING, 300000u + (uint64_t)nth);
	double fill = rng_between(&r, day->laws->fill[0], day->laws->fill[1]);
	return OPEN_MIN + (int)(fill * (room->close_min - OPEN_MIN));
}

static void draw_room(struct day *day, int nth)
{
	int room = day->rooms[nth], wanted = cases_of_room[nth % COUNT(cases_of_room)];
	int full = full_at(day, nth);
	wanted = full > 0 ? DAY_CASES : wanted;
	int specialty = nth % SPECIALTY_COUNT;
	char id[12];
	squeeze(day->site->rooms[room].id, id, sizeof(id));
	int64_t start = stamp_at(day->midnight, OPEN_MIN);
	for (int k = 0; k < wanted && day->case_count < DAY_CASES - 16; k++) {
		struct rng r = rng_stream(day->seed, STREAM_CASE, (uint64_t)day->case_count);
		const struct act *act = draw_act(&r, specialty);
		struct hcase *c = new_case(day, act, room, start);
		name_case(c, id, k + 1);
		draw_patient(day, c, &r);
		if (full > 0 && k > 0 && c->planned_end > stamp_at(day->midnight, full)) {
			day->case_count--;
			break;
		}
		c->known_ms = stamp_at(day->midnight, -8 * 60) - rng_below(&r, 40) * MINUTE;
		bool second = full > 0 ? start - stamp_at(day->midnight, OPEN_MIN) > 240 * MINUTE
				       : k >= (wanted + 1) / 2;
		c->surgeon = 2 * specialty + second;
		c->anaesthetist = 2 * SPECIALTY_COUNT + nth;
		/* A third of first teams are late; the others begin on the minute. */
		if (k == 0 && rng_uniform(&r) < 0.35)
			c->delay_min = rng_between(&r, 6, 32);
		int gap = 5 * (int)ceil((act->cleanup_min + 6) / 5);
		start = c->planned_end + gap * MINUTE;
	}
}

int programme_add_emergency(struct day *day, int64_t t, int room)
{
	if (day->case_count >= DAY_CASES)
		return -1;
	struct rng r = rng_stream(day->seed, STREAM_CASE, (uint64_t)day->case_count);
	const struct act *act = &emergency_acts[rng_below(&r, COUNT(emergency_acts))];
	struct hcase *c = new_case(day, act, room, t + 30 * MINUTE);
	char id[8];
	snprintf(id, sizeof(id), "e%d", day->case_count);
	name_case(c, id, 1);
	c->emergency = true;
	draw_patient(day, c, &r);
	c->known_ms = t;
	c->surgeon = 2 * act->specialty + rng_below(&r, 2);
	c->anaesthetist = 2 * SPECIALTY_COUNT + day->room_count + rng_below(&r, 2);
	return day->case_count - 1;
}

void programme_resow(struct day *day, int64_t t, uint64_t seed)
{
	for (int i = 0; i < day->case_count; i++) {
		struct hcase *c = &day->cases[i];
		struct rng r = rng_stream(seed, STREAM_CASE, 400000u + (uint64_t)i);
		if (!c->emergency || c->known_ms <= t)
			continue;
		int64_t known = c->known_ms + (rng_below(&r, 181) - 90) * MINUTE;
		c->act = &emergency_acts[rng_below(&r, COUNT(emergency_acts))];
		c->known_ms = known > t + MINUTE ? known : t + MINUTE;
		c->planned_start = c->known_ms + 30 * MINUTE;
		c->planned_end =
			c->planned_start + (int64_t)booked_minutes(day, c->act, c->stream) * MINUTE;
	}
}

/* Two who do not come, two who have eaten: drawn among those not first in a room. */
static void draw_mishaps(struct day *day)
{
	struct rng r = rng_stream(day->seed, STREAM_CASE, 100000);
	for (int done = 0, tries = 0; done < 4 && tries < 1000; tries++) {
		struct hcase *c = &day->cases[rng_below(&r, day->case_count)];
		bool first = c->planned_start == stamp_at(day->midnight, OPEN_MIN);
		if (first || c->no_show || c->not_fasting || c->off_ms != 0)
			continue;
		if (done < 2 && c->day_case) {
			c->no_show = true;
			c->off_ms = c->planned_start - 35 * MINUTE;
			done++;
		} else if (done >= 2) {
			c->not_fasting = true;
			c->fasting_wait_min = rng_between(&r, 35, 70);
			/* One in two is sent home rather than kept waiting. */
			if (rng_uniform(&r) < 0.5)
				c->off_ms = c->planned_start - 30 * MINUTE;
			done++;
		}
	}
}

static void find_places(struct day *day)
{
	const struct site *site = day->site;
	for (int i = 0; i < site->room_count; i++)
		if (site->rooms[i].kind == ROOM_OR && day->room_count < DAY_OR)
			day->rooms[day->room_count++] = i;
	for (int i = 0; i < site->bed_count; i++) {
		int room = site->beds[i].room;
		if (room >= 0 && site->rooms[room].kind == ROOM_PACU && day->bay_count < DAY_BAYS)
			day->bays[day->bay_count++] = i;
	}
}

void programme_draw(struct day *day)
{
	find_places(day);
	if (day->room_count == 0 || day->bay_count == 0)
		return;
	draw_staff(day);
	for (int i = 0; i < day->room_count; i++)
		draw_room(day, i);
	draw_mishaps(day);
	for (int i = 0; i < COUNT(emergency_minutes); i++) {
		struct rng r = rng_stream(day->seed, STREAM_CASE, 200000u + (uint64_t)i);
		int minute = emergency_minutes[i] + rng_below(&r, 50) - 25;
		programme_add_emergency(day, stamp_at(day->midnight, minute), -1);
	}
}
