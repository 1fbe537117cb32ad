/* SPDX-License-Identifier: Apache-2.0 */
/* A press is a patient's call or an emergency, as the site says of its signature. */
#include "twin/text.h"
#include "twin/twin_inner.h"

struct call {
	enum alarm_class class_;
	const char *key, *says; /* of the alarm, and after who rings */
};

static const struct call calls[] = {
	{ALARM_CLASS_PATIENT_CALL, "press:", " calls, "},
	{ALARM_CLASS_EMERGENCY_CALL, "emergency:", ": EMERGENCY call, "},
};
enum { CALLS = sizeof calls / sizeof *calls };

/* What nobody has told apart is a patient's call. */
static const struct call *call_of(const struct site *site, const struct fact_press *press)
{
	int s = site_signature(site, press->signature);

	for (int i = 0; s >= 0 && i < CALLS; i++)
		if (calls[i].class_ == site->signatures[s].call)
			return &calls[i];
	return &calls[0];
}

void press_key(char key[ID_SIZE], const struct site *site, const struct fact_press *press)
{
	key_make(key, call_of(site, press)->key, press->tag);
}

/* A call is worth more than a list: an unlisted tag rings all the same. */
void alarm_press(struct turn *turn)
{
	const struct fact_press *press = &turn->fact->press;
	struct twin *t = turn->t;
	const struct call *call = call_of(t->site, press);
	int tag = site_tag(t->site, press->tag), thing = twin_thing(t, press->tag);
	int room = room_of_tag(t, press->tag);
	char key[ID_SIZE], text[LABEL_SIZE] = "";
	struct ring ring = {.class_ = call->class_,
		.late = press->late,
		.happened_ms = press->late ? turn->fact->source_ms : 0};

	if (tag < 0 && thing < 0)
		t->ignored++;
	if ((thing >= 0 && t->things[thing].patient[0])
		|| (tag >= 0 && t->site->tags[tag].kind == TAG_PATIENT))
		line_add(text, sizeof text, "patient");
	else
		line_add(text, sizeof text, tag_label(t, press->tag));
	line_add(text, sizeof text, call->says);
	line_add(text, sizeof text, room >= 0 ? room_label(t, room) : "place not known");
	press_key(key, t->site, press);
	ring.priority = alarm_setting(t->site, call->class_)->priority;
	ring.text = text;
	ring.tag = press->tag;
	ring.room = room_id(t, room);
	alarm_raise(turn, key, &ring);
}
