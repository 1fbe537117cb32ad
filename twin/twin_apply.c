/* SPDX-License-Identifier: Apache-2.0 */
/* One handler per kind of fact, and the table that finds it. */
#include <math.h>
#include <string.h>

#include "twin/text.h"
#include "twin/twin_inner.h"

static void keep(char *dst, size_t size, const char *src)
{
	if (src[0])
		text_copy(dst, size, src);
}

struct stamp told_by(const struct fact *f)
{
	struct stamp stamp = {.when_ms = f->source_ms ? f->source_ms : f->at_ms, .at_ms = f->at_ms};

	text_copy(stamp.origin, sizeof stamp.origin, f->origin);
	return stamp;
}

/* The finished case that began longest ago, -1 when all are still wanted. */
static int oldest_finished(const struct twin *t)
{
	int best = -1;

	for (int i = 0; i < t->case_count; i++) {
		const struct surgery *s = &t->cases[i];
		bool holds = s->room_at >= 0 && t->rooms[s->room_at].current == i;

		if (holds || !(surgery_is_off(s) || surgery_is_over(s)))
			continue;
		if (best < 0 || s->start_ms < t->cases[best].start_ms)
			best = i;
	}
	return best;
}

static int case_make(struct turn *turn, const char *id)
{
	struct twin *t = turn->t;
	int i = t->case_count;
	struct surgery *s;

	if (i == TWIN_CASES) {
		i = oldest_finished(t);
		if (i < 0) {
			t->dropped++;
			return -1;
		}
		rule_case_gone(turn, i);
		turn->rooms = true;
	} else {
		t->case_count++;
	}
	s = &t->cases[i];
	memset(s, 0, sizeof *s);
	text_copy(s->id, sizeof s->id, id);
	s->nest = s->add_on = FACT_UNKNOWN;
	s->room_at = -1;
	s->known_ms = turn->fact->at_ms;
	s->estimate_min = FACT_UNKNOWN;
	for (int r = 0; r < READY_COUNT; r++)
		s->ready[r] = FACT_UNKNOWN;
	return i;
}

/* A patient with neither a case nor a bracelet is of no further use. */
static int idle_patient(const struct twin *t)
{
	int best = -1;

	for (int i = 0; i < t->patient_count; i++) {
		const struct patient *p = &t->patients[i];

		if (p->tag[0] || twin_patient_case(t, p->id) >= 0)
			continue;
		if (best < 0 || p->told.at_ms < t->patients[best].told.at_ms)
			best = i;
	}
	return best;
}

int patient_make(struct turn *turn, const char *id)
{
	struct twin *t = turn->t;
	int i = twin_patient(t, id);
	struct patient *p;

	if (i >= 0 || !id[0])
		return i;
	i = t->patient_count < TWIN_PATIENTS ? t->patient_count++ : idle_patient(t);
	if (i < 0) {
		t->dropped++;
		return -1;
	}
	timer_cancel(t, TIMER_PLACE, i);
	p = &t->patients[i];
	memset(p, 0, sizeof *p);
	text_copy(p->id, sizeof p->id, id);
	p->age_years = p->asa = FACT_UNKNOWN;
	p->bmi = FACT_UNKNOWN;
	p->acute = p->charlson = p->ed_visits = FACT_UNKNOWN;
	p->told.at_ms = turn->fact->at_ms;
	return i;
}

int thing_make(struct turn *turn, const char *tag)
{
	struct twin *t = turn->t;
	int i = twin_thing(t, tag);
	struct thing *th;

	if (i >= 0 || !tag[0])
		return i;
	if (t->thing_count == TWIN_THINGS) {
		t->dropped++;
		return -1;
	}
	i = t->thing_count++;
	th = &t->things[i];
	memset(th, 0, sizeof *th);
	text_copy(th->tag, sizeof th->tag, tag);
	th->site_tag = site_tag(t->site, tag);
	th->state = LOCATED_ABSENT;
	th->room = th->other = th->home = -1;
	th->battery = FACT_UNKNOWN;
	return i;
}

/* Room indexes belong to a site: they follow the ids when the site changes. */
static int moved_room(const struct site *was, const struct site *now, int room)
{
	return was && room >= 0 && room < was->room_count ? site_room(now, was->rooms[room].id)
							  : -1;
}

static void carry_rooms(struct twin *t, const struct site *was)
{
	struct room_twin rooms[TWIN_ROOMS];
	struct gateway_twin gateways[TWIN_ROOMS];

	memcpy(rooms, t->rooms, sizeof rooms);
	memcpy(gateways, t->gateways, sizeof gateways);
	memset(t->rooms, 0, sizeof t->rooms);
	memset(t->gateways, 0, sizeof t->gateways);
	for (int i = 0; i < TWIN_ROOMS; i++)
		t->rooms[i].current = -1;
	for (int i = 0; was && i < was->room_count && i < TWIN_ROOMS; i++) {
		int to = moved_room(was, t->site, i);

		if (to >= 0 && to < TWIN_ROOMS)
			t->rooms[to] = rooms[i];
	}
	for (int i = 0; was && i < was->gateway_count && i < TWIN_ROOMS; i++) {
		int to = site_gateway(t->site, was->gateways[i].mac);

		if (to >= 0 && to < TWIN_ROOMS)
			t->gateways[to] = gateways[i];
	}
}

static void carry_things(struct turn *turn, const struct site *was)
{
	struct twin *t = turn->t;

	for (int i = 0; i < t->thing_count; i++) {
		struct thing *th = &t->things[i];

		th->site_tag = site_tag(t->site, th->tag);
		th->room = moved_room(was, t->site, th->room);
		th->other = moved_room(was, t->site, th->other);
		th->home = moved_room(was, t->site, th->home);
		/* Nobody listens for it any more: it was there last, and is not heard. */
		if (th->site_tag < 0 && site_tag(was, th->tag) >= 0)
			th->state = LOCATED_ABSENT;
		rule_stray(turn, i);
		rule_silent(turn, i);
		rule_zone(turn, i);
	}
	for (int i = 0; i < t->site->tag_count; i++)
		thing_make(turn, t->site->tags[i].mac);
}

/* What the site does not list any more cannot come back and end its alarm. */
static void end_alarms(struct turn *turn, const struct site *was)
{
	static const char *const of_gateway[] = {
		"gateway:", "technical:moved:", "technical:deaf:", "technical:clock:"};
	static const char *const of_tag[] = {
		"battery:", "technical:two-places:", "silent:", "zone:"};
	const struct site *now = turn->t->site;
	char key[ID_SIZE];

	for (int i = 0; was && i < was->gateway_count; i++)
		for (size_t k = 0; site_gateway(now, was->gateways[i].mac) < 0
				   && k < sizeof of_gateway / sizeof *of_gateway;
			k++) {
			key_make(key, of_gateway[k], was->gateways[i].mac);
			alarm_gone(turn, key);
		}
	for (int i = 0; was && i < was->tag_count; i++)
		for (size_t k = 0;
			site_tag(now, was->tags[i].mac) < 0 && k < sizeof of_tag / sizeof *of_tag;
			k++) {
			key_make(key, of_tag[k], was->tags[i].mac);
			alarm_gone(turn, key);
		}
}

static void on_site(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct site *was = t->site;

	if (!turn->fact->site.site) {
		t->ignored++;
		return;
	}
	t->site = turn->fact->site.site;
	carry_rooms(t, was);
	carry_things(turn, was);
	end_alarms(turn, was);
	alarms_refit(t);
	for (int i = 0; i < t->case_count; i++) {
		int to = moved_room(was, t->site, t->cases[i].room_at);

		t->cases[i].room_at = to >= 0 ? to : site_room(t->site, t->cases[i].room);
	}
	for (int i = 0; was && i < t->reading_count; i++)
		rule_reading_was(turn, i, was);
	for (int i = 0; i < t->reading_count; i++)
		rule_reading(turn, i);
	rooms_grey(turn);
	turn->rooms = true;
}

/* The room as the site calls it; a room nobody knows is kept as text, so that
 * the programme still shows what it was told. */
static void set_case_room(struct turn *turn, struct surgery *s, const char *told)
{
	struct twin *t = turn->t;
	int room = site_room(t->site, told);
	const char *id = room >= 0 && t->site ? t->site->rooms[room].id : told;

	if (!told[0])
		return;
	if (room < 0 && t->site)
		t->ignored++;
	if (room >= TWIN_ROOMS)
		room = -1;
	if (strcmp(s->room, id) || s->room_at < 0)
		s->room_at = room;
	text_copy(s->room, sizeof s->room, id);
}

static void on_case(struct turn *turn)
{
	const struct fact *f = turn->fact;
	const struct fact_case *told = &f->surgery;
	int i = twin_case(turn->t, told->id);
	struct surgery *s;

	if (!told->id[0])
		turn->t->ignored++;
	else if (i < 0)
		i = case_make(turn, told->id);
	if (i < 0)
		return;
	s = &turn->t->cases[i];
	keep(s->patient, sizeof s->patient, told->patient);
	keep(s->surgeon, sizeof s->surgeon, told->surgeon);
	keep(s->anaesthetist, sizeof s->anaesthetist, told->anaesthetist);
	keep(s->procedure, sizeof s->procedure, told->procedure);
	keep(s->not_understood, sizeof s->not_understood, told->not_understood);
	set_case_room(turn, s, told->room);
	if (told->start_ms)
		s->start_ms = told->start_ms;
	if (told->end_ms)
		s->end_ms = told->end_ms;
	if (!s->first_start_ms)
		s->first_start_ms = s->start_ms;
	if (told->setting != SETTING_UNKNOWN)
		s->setting = told->setting;
	if (told->nest != FACT_UNKNOWN)
		s->nest = told->nest;
	if (told->add_on != FACT_UNKNOWN)
		s->add_on = told->add_on;
	surgery_apply_status(s, f->source, told->status);
	s->told = told_by(f);
	s->updated_ms = f->at_ms;
	if (s->patient[0])
		patient_make(turn, s->patient);
	rule_case(turn, i);
	turn->rooms = true;
}

/* Of whom a fact tells; NULL: of nobody, and that is counted. */
static struct patient *patient_told(struct turn *turn, const char *id)
{
	int i = patient_make(turn, id);

	turn->t->ignored += i < 0;
	return i >= 0 ? &turn->t->patients[i] : NULL;
}

static void on_patient(struct turn *turn)
{
	const struct fact_patient *told = &turn->fact->patient;
	struct patient *p = patient_told(turn, told->id);

	if (!p)
		return;
	if (told->age_years >= 0)
		p->age_years = told->age_years;
	if (told->asa > 0)
		p->asa = told->asa;
	if (isfinite(told->bmi) && told->bmi > 0)
		p->bmi = told->bmi;
	if (told->sex)
		p->sex = told->sex;
	if (told->mobility != MOBILITY_UNKNOWN)
		p->mobility = told->mobility;
	if (told->setting != SETTING_UNKNOWN)
		p->setting = told->setting;
	p->told = told_by(turn->fact);
}

static int flag_of(int told)
{
	return told < 0 ? FACT_UNKNOWN : told != 0;
}

static void on_history(struct turn *turn)
{
	const struct fact_history *told = &turn->fact->history;
	struct patient *p = patient_told(turn, told->id);

	if (!p)
		return;
	p->admitted_ms = told->admitted_ms > 0 ? told->admitted_ms : 0;
	p->acute = flag_of(told->acute);
	p->charlson = told->charlson < 0 ? FACT_UNKNOWN : told->charlson;
	p->ed_visits = told->ed_visits < 0 ? FACT_UNKNOWN : told->ed_visits;
	p->history_by = told_by(turn->fact);
}

static void on_milestone(struct turn *turn)
{
	struct twin *t = turn->t;
	int i = twin_case(t, turn->fact->milestone.id);
	uint64_t before;

	if (i < 0 || (unsigned)turn->fact->milestone.milestone >= MILESTONE_COUNT) {
		t->ignored++;
		return;
	}
	before = t->cases[i].flagged;
	surgery_apply_milestone(&t->cases[i], turn->fact);
	t->flagged += t->cases[i].flagged - before;
	rule_case(turn, i);
	turn->rooms = true;
}

static void on_readiness(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_readiness *told = &turn->fact->readiness;
	int i = twin_case(t, told->id);

	if (i < 0 || (unsigned)told->item >= READY_COUNT) {
		t->ignored++;
		return;
	}
	t->cases[i].ready[told->item] = told->value < 0 ? FACT_UNKNOWN : told->value != 0;
	t->cases[i].ready_by[told->item] = told_by(turn->fact);
	t->cases[i].updated_ms = turn->fact->at_ms;
	rule_case(turn, i);
}

static void on_intake(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_intake *told = &turn->fact->intake;
	int i = twin_case(t, told->id);

	if (i < 0 || (unsigned)told->intake >= INTAKE_COUNT || told->when_ms < 0) {
		t->ignored++;
		return;
	}
	t->cases[i].intake[told->intake] = told_by(turn->fact);
	t->cases[i].intake[told->intake].when_ms = told->when_ms;
	t->cases[i].updated_ms = turn->fact->at_ms;
	rule_case(turn, i);
}

static void on_status(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_status *told = &turn->fact->status;
	int i = twin_case(t, told->id);

	if (i < 0) {
		t->ignored++;
		return;
	}
	if (surgery_apply_status(&t->cases[i], turn->fact->source, told->status)) {
		t->cases[i].told = told_by(turn->fact);
		t->cases[i].updated_ms = turn->fact->at_ms;
	}
	rule_case(turn, i);
	turn->rooms = true;
}

/* A patient seen in another OR than planned is operated on there. */
static void follow_patient(struct turn *turn, const struct patient *p, const char *id, int room)
{
	struct twin *t = turn->t;
	int i = id[0] ? twin_case(t, id) : twin_patient_case(t, p->id);

	if (i < 0 || room < 0 || room >= TWIN_ROOMS || t->site->rooms[room].kind != ROOM_OR)
		return;
	if (surgery_is_over(&t->cases[i]) || surgery_is_off(&t->cases[i]))
		return;
	t->cases[i].room_at = room;
	turn->rooms = true;
}

static void set_place(struct turn *turn, struct patient *p, const struct fact_place *told)
{
	struct twin *t = turn->t;
	const struct fact *f = turn->fact;
	int bed = site_bed(t->site, told->bed);
	int room = site_room(t->site, told->room);
	int64_t since = told->start_ms ? told->start_ms : told_by(f).when_ms;
	const char *id;

	if (!told->room[0] && bed >= 0)
		room = t->site->beds[bed].room;
	id = room >= 0 && room < t->site->room_count ? t->site->rooms[room].id : told->room;
	if (room < 0)
		t->ignored++;
	if (told->end_ms && told->end_ms <= t->now_ms) {
		/* The end of another stay than the present one is history. */
		if (!strcmp(p->fhir_room, id) && since >= p->fhir_since_ms)
			p->fhir_room[0] = p->fhir_bed[0] = '\0';
		return;
	}
	/* Open stays overlap in practice: the one begun last is where they are. */
	if (p->fhir_room[0] && since < p->fhir_since_ms)
		return;
	text_copy(p->fhir_room, sizeof p->fhir_room, id);
	text_copy(p->fhir_bed, sizeof p->fhir_bed, bed >= 0 ? t->site->beds[bed].id : told->bed);
	p->fhir_since_ms = since;
	p->fhir_at_ms = f->at_ms;
	text_copy(p->fhir_origin, sizeof p->fhir_origin, f->origin);
	follow_patient(turn, p, told->id, room);
}

static void on_place(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_place *told = &turn->fact->place;
	int i = twin_case(t, told->id);
	const char *id = told->patient[0] || i < 0 ? told->patient : t->cases[i].patient;
	int patient = patient_make(turn, id);

	if (patient < 0 || (!told->room[0] && !told->bed[0])) {
		t->ignored++;
		return;
	}
	set_place(turn, &t->patients[patient], told);
	places_compare(turn, patient);
	if (twin_worn_by(t, id) >= 0)
		rule_silent(turn, twin_worn_by(t, id));
}

static void on_room(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact *f = turn->fact;
	int room = site_room(t->site, f->room.room);
	struct room_twin *rt;

	if (room < 0 || room >= TWIN_ROOMS || (unsigned)f->room.service >= SERVICE_COUNT) {
		t->ignored++;
		return;
	}
	rt = &t->rooms[room];
	/* The same word again, undated, is no news: it must not look fresher
	 * than the patient who has left in between. */
	if (f->source_ms || rt->service != f->room.service)
		rt->service_ms = f->source_ms ? f->source_ms : f->at_ms;
	rt->service = f->room.service;
	rt->service_at_ms = f->at_ms;
	rt->service_source = f->source;
	text_copy(rt->service_origin, sizeof rt->service_origin, f->origin);
	turn->rooms = true;
}

static void on_estimate(struct turn *turn)
{
	const struct fact_estimate *told = &turn->fact->estimate;
	int i = twin_case(turn->t, told->id);

	if (i < 0 || !(told->left_min >= -1)) {
		turn->t->ignored++;
		return;
	}
	turn->t->cases[i].estimate_min = told->left_min;
	turn->t->cases[i].estimate_ms = told->when_ms ? told->when_ms : turn->fact->at_ms;
	turn->t->cases[i].estimate_by = told_by(turn->fact);
}

static void on_resource(struct turn *turn)
{
	struct twin *t = turn->t;
	const struct fact_resource *told = &turn->fact->resource;
	int i = 0;

	while (i < t->resource_count && strcmp(t->resources[i].id, told->id))
		i++;
	if (!told->id[0] || i == TWIN_RESOURCES) {
		t->dropped += told->id[0] != '\0';
		return;
	}
	text_copy(t->resources[i].id, ID_SIZE, told->id);
	t->resources[i].units = told->units;
	t->resource_count += i == t->resource_count;
}

/* The learning beside the twin hears it (twin/learning.h). */
static void on_learn(struct turn *turn)
{
	turn->t->ignored += twin_case(turn->t, turn->fact->learn.id) < 0;
}

/* The score beside the twin hears it (twin/score.h). */
static void on_foretold(struct turn *turn)
{
	(void)turn;
}

static void on_lock(struct turn *turn)
{
	const struct fact_lock *told = &turn->fact->lock;
	int i = twin_case(turn->t, told->id);

	if (i < 0)
		turn->t->ignored++;
	else
		turn->t->cases[i].locked = told->locked;
}

static void on_nest(struct turn *turn)
{
	const struct fact_nest *told = &turn->fact->nest;
	int i = twin_case(turn->t, told->id);
	bool is_class = told->class >= 1 && told->class <= 6;

	if (i < 0 || (!is_class && told->class != FACT_UNKNOWN))
		turn->t->ignored++;
	else
		turn->t->cases[i].nest = told->class;
}

/* The orders beside the twin hear it (twin/orders.h). What they bring about the
 * hospital tells. */
static void on_order(struct turn *turn)
{
	(void)turn;
}

static void on_audit(struct turn *turn)
{
	(void)turn;
}

typedef void fact_handler(struct turn *turn);

static fact_handler *const handlers[FACT_KIND_COUNT] = {
	[FACT_SITE] = on_site,
	[FACT_CASE] = on_case,
	[FACT_PATIENT] = on_patient,
	[FACT_TAG] = on_tag,
	[FACT_MILESTONE] = on_milestone,
	[FACT_READINESS] = on_readiness,
	[FACT_STATUS] = on_status,
	[FACT_PLACE] = on_place,
	[FACT_ROOM] = on_room,
	[FACT_LOCATED] = on_located,
	[FACT_READING] = on_reading,
	[FACT_PRESS] = on_press,
	[FACT_GATEWAY] = on_gateway,
	[FACT_CONDITION] = on_condition,
	[FACT_ALARM] = on_alarm,
	[FACT_RAISE] = on_raise,
	[FACT_ESTIMATE] = on_estimate,
	[FACT_RESOURCE] = on_resource,
	[FACT_LEARN] = on_learn,
	[FACT_LOCK] = on_lock,
	[FACT_NEST] = on_nest,
	[FACT_ORDER] = on_order,
	[FACT_PROMISE] = on_order,
	[FACT_INTAKE] = on_intake,
	[FACT_HISTORY] = on_history,
	[FACT_FORETOLD] = on_foretold,
	[FACT_HAZARD] = on_hazard,
	[FACT_IDEA] = on_idea,
	[FACT_NOTE] = on_note,
	[FACT_STOCK] = on_stock,
	[FACT_STATION] = on_station,
	[FACT_AUDIT] = on_audit,
};

void apply_fact(struct turn *turn)
{
	if (!word_counts(turn))
		return;
	if ((unsigned)turn->fact->kind < FACT_KIND_COUNT && handlers[turn->fact->kind])
		handlers[turn->fact->kind](turn);
	else
		turn->t->ignored++;
}
