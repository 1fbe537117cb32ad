/* SPDX-License-Identifier: Apache-2.0 */
#include "twin/changes.h"

#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

enum { MINUTE = 60000, MOVED_MIN = 5 };

struct changes *changes_create(void)
{
	return calloc(1, sizeof(struct changes));
}

void changes_destroy(struct changes *c)
{
	free(c);
}

static struct change_event *tell(
	struct changes *c, enum change_what what, const char *group, const char *subject)
{
	struct change_event *e = &c->events[c->total++ % CHANGE_EVENTS];

	memset(e, 0, sizeof *e);
	e->what = what;
	text_copy(e->group, sizeof e->group, group);
	text_copy(e->subject, sizeof e->subject, subject);
	return e;
}

static void tell_fact(struct changes *c, const struct fact *fact, enum change_what what,
	const char *group, const char *subject, double value, const char *text)
{
	struct change_event *e = tell(c, what, group, subject);

	e->at_ms = fact->at_ms;
	e->value = value;
	text_copy(e->text, sizeof e->text, text);
	if (fact->source == SOURCE_PERSON)
		text_copy(e->who, sizeof e->who, fact->origin);
}

/* ---- alarms ---- */

static bool is_acked(enum alarm_state s)
{
	return s == ALARM_C || s == ALARM_LA || s == ALARM_A;
}

static void tell_alarm(struct changes *c, const struct twin *t, const struct transition *tr)
{
	int i = twin_alarm(t, tr->key);
	const struct alarm *a = i >= 0 ? &t->alarms[i] : NULL;
	bool was_acked = is_acked(tr->from) && tr->from != ALARM_A;
	struct change_event *e;
	enum change_what what;

	if (tr->to == ALARM_B)
		what = CHANGE_RAISED;
	else if (tr->to == ALARM_A || (tr->from == ALARM_B && !is_acked(tr->to)))
		what = CHANGE_ENDED;
	else if (is_acked(tr->to) && !was_acked)
		what = CHANGE_ACKED;
	else
		return;
	e = tell(c, what, a && a->cause[0] ? a->cause : tr->key, tr->key);
	e->at_ms = tr->at_ms;
	e->priority = tr->priority;
	e->class_ = tr->class_;
	if (a)
		text_copy(e->text, sizeof e->text, a->text);
	if (a && what == CHANGE_ACKED)
		text_copy(e->who, sizeof e->who, a->acked_by);
}

void changes_alarms(struct changes *c, const struct twin *t, const struct consequences *out)
{
	for (int i = 0; i < out->count; i++)
		tell_alarm(c, t, &out->list[i]);
}

/* ---- the programme ---- */

/* The case that a fact may move: its own, or the one of who wears the tag. */
static int case_of(const struct twin *t, const struct fact *f)
{
	int thing;

	switch (f->kind) {
	case FACT_CASE:
		return twin_case(t, f->surgery.id);
	case FACT_STATUS:
		return twin_case(t, f->status.id);
	case FACT_NEST:
		return twin_case(t, f->nest.id);
	case FACT_LOCK:
		return twin_case(t, f->lock.id);
	case FACT_MILESTONE:
		return twin_case(t, f->milestone.id);
	case FACT_LOCATED:
		thing = twin_thing(t, f->located.tag);
		return thing >= 0 && t->things[thing].patient[0]
			       ? twin_patient_case(t, t->things[thing].patient)
			       : -1;
	default:
		return -1;
	}
}

static int room_of(const struct twin *t, const struct fact *f)
{
	return f->kind == FACT_ROOM && t->site ? site_room(t->site, f->room.room) : -1;
}

void changes_before(struct changes *c, const struct twin *t, const struct fact *f)
{
	int i = case_of(t, f), room = room_of(t, f);
	const struct surgery *s = i >= 0 ? &t->cases[i] : NULL;

	memset(&c->before, 0, sizeof c->before);
	c->before.case_ = i;
	c->before.room = room;
	c->before.units = f->kind == FACT_RESOURCE ? twin_units(t, f->resource.id, -1) : -1;
	c->before.service = room >= 0 ? t->rooms[room].service : SERVICE_UNKNOWN;
	text_copy(c->before.site, sizeof c->before.site, t->site ? t->site->hash : "");
	if (!s)
		return;
	c->before.known = true;
	c->before.off = surgery_is_off(s);
	c->before.locked = s->locked;
	c->before.nest = s->nest;
	c->before.start_ms = s->start_ms;
	c->before.entered_ms = surgery_entered_ms(s);
	c->before.left_ms = surgery_left_ms(s);
	text_copy(c->before.room_id, sizeof c->before.room_id, s->room);
}

static void planned(struct changes *c, const struct surgery *s, const struct fact *f)
{
	bool emergency = s->add_on == 1 || s->nest > 0;
	double later_min = (double)(s->start_ms - c->before.start_ms) / MINUTE;

	if (!c->before.known) {
		if (!surgery_is_off(s) && s->start_ms > f->at_ms - 24 * 60 * (int64_t)MINUTE)
			tell_fact(c, f, emergency ? CHANGE_EMERGENCY : CHANGE_ADDED,
				emergency ? s->id : "", s->id, 0, s->room);
		return;
	}
	if (surgery_is_off(s) != c->before.off)
		tell_fact(c, f, c->before.off ? CHANGE_BACK : CHANGE_OFF, s->id, s->id, 0, s->room);
	if (c->before.room_id[0] && strcmp(s->room, c->before.room_id) != 0)
		tell_fact(c, f, CHANGE_ROOM, s->id, s->id, 0, s->room);
	if (c->before.start_ms && (later_min >= MOVED_MIN || later_min <= -MOVED_MIN))
		tell_fact(c, f, CHANGE_TIME, s->id, s->id, later_min, s->room);
}

static void followed(struct changes *c, const struct surgery *s, const struct fact *f)
{
	int64_t entered_ms = surgery_entered_ms(s), left_ms = surgery_left_ms(s);

	if (entered_ms && !c->before.entered_ms)
		tell_fact(c, f, CHANGE_IN, s->room, s->id,
			(double)(entered_ms - s->start_ms) / MINUTE, s->room);
	if (left_ms && !c->before.left_ms)
		tell_fact(c, f, CHANGE_OUT, s->room, s->id, 0, s->room);
}

/* ---- who looked ---- */

static int reader(const struct changes *c, const char *user)
{
	int i = 0;

	while (i < c->reader_count && strcmp(c->readers[i].user, user) != 0)
		i++;
	return i < c->reader_count ? i : -1;
}

int64_t changes_looked_ms(const struct changes *c, const char *user)
{
	int i = reader(c, user);

	return i >= 0 ? c->readers[i].looked_ms : 0;
}

/* Whoever has not looked for longest makes room. */
static struct change_reader *reader_slot(struct changes *c, const char *user)
{
	int i = reader(c, user);

	if (i < 0 && c->reader_count < CHANGE_READERS)
		return &c->readers[c->reader_count++];
	if (i >= 0)
		return &c->readers[i];
	i = 0;
	for (int k = 1; k < c->reader_count; k++)
		if (c->readers[k].looked_ms < c->readers[i].looked_ms)
			i = k;
	return &c->readers[i];
}

static void looked(struct changes *c, const struct fact *f)
{
	struct change_reader *r;

	if (strcmp(f->audit.what, "look") != 0 || !f->origin[0])
		return;
	r = reader_slot(c, f->origin);
	text_copy(r->user, sizeof r->user, f->origin);
	r->looked_ms = f->at_ms;
}

/* That it is on its way is told by where it ends. */
static void ordered(struct changes *c, const struct fact *f)
{
	const struct fact_order *o = &f->order;

	if (o->state != ORDER_SENT && o->plan[0])
		tell_fact(c, f, CHANGE_ORDER, o->plan, o->plan, (double)o->state, o->text);
}

/* Cleaning and the like are everyday. */
static bool is_shut(enum room_service s)
{
	return s == SERVICE_CLOSED || s == SERVICE_ISOLATED;
}

void changes_after(struct changes *c, const struct twin *t, const struct fact *f,
	const struct consequences *out)
{
	int i = c->before.case_ >= 0 ? c->before.case_ : case_of(t, f);

	if (i >= 0 && (f->kind == FACT_CASE || f->kind == FACT_STATUS))
		planned(c, &t->cases[i], f);
	if (i >= 0 && c->before.known && t->cases[i].locked != c->before.locked)
		tell_fact(c, f, CHANGE_LOCK, f->lock.id, f->lock.id, t->cases[i].locked, "");
	if (i >= 0 && c->before.known && f->kind == FACT_NEST && t->cases[i].nest != c->before.nest)
		tell_fact(c, f, CHANGE_NEST, f->nest.id, f->nest.id,
			t->cases[i].nest > 0 ? t->cases[i].nest : 0, "");
	if (i >= 0 && c->before.known)
		followed(c, &t->cases[i], f);
	if (c->before.room >= 0 && t->rooms[c->before.room].service != c->before.service
		&& (is_shut(t->rooms[c->before.room].service) || is_shut(c->before.service)))
		tell_fact(c, f, CHANGE_SERVICE, f->room.room, f->room.room,
			(double)t->rooms[c->before.room].service, "");
	if (f->kind == FACT_ORDER)
		ordered(c, f);
	if (f->kind == FACT_RESOURCE && twin_units(t, f->resource.id, -1) != c->before.units)
		tell_fact(
			c, f, CHANGE_UNITS, f->resource.id, f->resource.id, f->resource.units, "");
	if (f->kind == FACT_NOTE && f->note.text[0] && twin_word_in_force(t, f))
		tell_fact(c, f, CHANGE_NOTED, f->note.subject, f->note.subject, 0, f->note.text);
	if (f->kind == FACT_SITE && c->before.site[0] && t->site
		&& strcmp(t->site->hash, c->before.site) != 0)
		tell_fact(c, f, CHANGE_SITE, "", "", 0, "");
	if (f->kind == FACT_AUDIT)
		looked(c, f);
	changes_alarms(c, t, out);
}
