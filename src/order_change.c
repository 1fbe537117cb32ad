/* SPDX-License-Identifier: Apache-2.0 */
#include "src/order_change.h"

#include <cjson/cJSON.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "screens/format.h"
#include "src/share_wire.h"
#include "twin/scenario.h"
#include "twin/text.h"

enum { MINUTE = 60000 };

/* --- a step, read --- */

enum { DECIDES_ELSE, DECIDES_PLACE, DECIDES_OFF };

/* What a decision says of one case; of everything else only the room it names. */
struct decided {
	int what;
	char id[ID_SIZE], room[ID_SIZE], reason[ID_SIZE];
	int64_t at_ms;
};

static const char *named(const struct scenario *s, enum scenario_kind kind, int64_t *ms)
{
	const struct scenario_row *row = &scenario_rows[s->which];
	for (int i = 0; i < SCENARIO_PARAMETERS && row->parameters[i].kind != PARAMETER_END; i++) {
		if (row->parameters[i].kind != kind)
			continue;
		if (ms != NULL)
			*ms = s->values[i].ms;
		return s->values[i].word;
	}
	return "";
}

static bool read_step(const char *text, struct decided *out)
{
	char why[SCENARIO_TEXT];
	struct scenario s;
	memset(out, 0, sizeof *out);
	if (!scenario_parse(text, &s, why))
		return false;
	const char *name = scenario_rows[s.which].name;
	out->what = strcmp(name, "place") == 0      ? DECIDES_PLACE
		    : strcmp(name, "postpone") == 0 ? DECIDES_OFF
						    : DECIDES_ELSE;
	text_copy(out->id, sizeof out->id, named(&s, PARAMETER_CASE, NULL));
	text_copy(out->room, sizeof out->room, named(&s, PARAMETER_ROOM, NULL));
	text_copy(out->reason, sizeof out->reason, named(&s, PARAMETER_REASON, NULL));
	named(&s, PARAMETER_INSTANT, &out->at_ms);
	return true;
}

/* --- its premise --- */

static bool is_there(const struct surgery *c, const struct decided *d)
{
	if (d->what == DECIDES_OFF)
		return surgery_is_off(c);
	return !surgery_is_off(c) && strcmp(c->room, d->room) == 0
	       && c->start_ms / MINUTE == d->at_ms / MINUTE;
}

__attribute__((format(printf, 2, 3))) static bool say(char why[LABEL_SIZE], const char *format, ...)
{
	char text[LABEL_SIZE * 4];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	text_copy(why, LABEL_SIZE, text);
	return true;
}

static bool room_is_closed(const struct twin *t, const char *id, char why[LABEL_SIZE])
{
	int room = t->site != NULL ? site_room(t->site, id) : -1;
	if (room < 0 || room >= TWIN_ROOMS)
		return say(why, "room %s is not known", id);
	return t->rooms[room].service == SERVICE_CLOSED
	       && say(why, "%s is closed", t->site->rooms[room].name);
}

/* of_undo: where it goes when it is taken back; NULL it is not. There it may still be
 * shown, for what was done a moment ago comes with the next poll. before: NULL when
 * nobody knows. */
static bool case_is_gone(const struct surgery *c, const struct decided *before,
	const struct decided *of_undo, char why[LABEL_SIZE])
{
	bool shown = of_undo != NULL && is_there(c, of_undo);
	bool off = before != NULL && before->what == DECIDES_OFF;
	char clock[16];
	if (surgery_has_begun(c))
		return say(why, "case %s has begun", c->id);
	if (c->locked)
		return say(why, "case %s was locked", c->id);
	if (shown)
		return false;
	if (surgery_is_off(c) != off)
		return say(why, "case %s is %s", c->id,
			surgery_is_off(c) ? case_status_name(c->status) : "on the list again");
	if (before == NULL || is_there(c, before))
		return false;
	format_clock(c->start_ms, clock, sizeof clock);
	return say(why, "case %s is now in %s at %s", c->id, c->room, clock);
}

bool order_is_void(
	const struct twin *t, const struct fact_order *order, bool rooms, char why[LABEL_SIZE])
{
	struct decided to, before;
	why[0] = '\0';
	if (!read_step(order->text, &to))
		return say(why, "not understood: %s", order->text);
	if (to.what == DECIDES_ELSE)
		return false;
	int i = twin_case(t, to.id);
	bool known = order->before[0] != '\0' && read_step(order->before, &before)
		     && before.what != DECIDES_ELSE;
	if (i < 0)
		return say(why, "case %s is not known any more", to.id);
	if (case_is_gone(&t->cases[i], known ? &before : NULL, order->undo ? &to : NULL, why))
		return true;
	return rooms && to.what == DECIDES_PLACE && room_is_closed(t, to.room, why);
}

bool order_is_seen(const struct twin *t, const struct fact_order *order)
{
	struct decided to;
	int i = read_step(order->text, &to) && to.what != DECIDES_ELSE ? twin_case(t, to.id) : -1;
	return i >= 0 && is_there(&t->cases[i], &to);
}

/* --- as a change of an Appointment --- */

/* To the second where the twin says it so, for decisions are told to the minute. lasts
 * 0: nobody knows how long. */
static struct fhir_booking booking(const struct surgery *c, const struct decided *d, int64_t lasts)
{
	struct fhir_booking b = {.status = CASE_PLANNED};
	bool as_is = d->what == DECIDES_OFF || c->start_ms / MINUTE == d->at_ms / MINUTE;
	b.start_ms = as_is ? c->start_ms : d->at_ms;
	b.end_ms = lasts > 0 ? b.start_ms + lasts : 0;
	text_copy(b.room, sizeof b.room, d->what == DECIDES_OFF ? c->room : d->room);
	if (d->what == DECIDES_OFF)
		b.status = CASE_POSTPONED;
	return b;
}

/* Rooms go by their FHIR ids out there. */
static void to_location(const struct twin *t, struct fhir_booking *b)
{
	int room = t->site != NULL ? site_room(t->site, b->room) : -1;
	if (room >= 0 && t->site->rooms[room].fhir[0] != '\0')
		text_copy(b->room, sizeof b->room, t->site->rooms[room].fhir);
}

bool order_change_sent(
	const struct twin *t, const struct fact_order *order, struct fhir_change *out)
{
	struct decided to, before = {.what = DECIDES_ELSE};
	memset(out, 0, sizeof *out);
	if (!read_step(order->text, &to) || to.what == DECIDES_ELSE)
		return false;
	int i = twin_case(t, to.id);
	if (i < 0)
		return false;
	const struct surgery *c = &t->cases[i];
	int64_t lasts = c->end_ms > c->start_ms ? c->end_ms - c->start_ms : 0;
	bool known = order->before[0] != '\0' && read_step(order->before, &before);
	if (order->about[0] != '\0')
		text_copy(out->id, sizeof out->id, strchr(order->about, '/') + 1);
	text_copy(out->patient, sizeof out->patient, c->patient);
	text_copy(out->plan, sizeof out->plan, order->plan);
	out->step = order->step;
	out->nest = c->nest;
	if (known)
		out->expected = booking(c, &before, lasts);
	out->wanted = booking(c, &to, lasts);
	if (to.what == DECIDES_OFF && known) { /* it stays booked where it was */
		out->wanted.start_ms = out->expected.start_ms;
		out->wanted.end_ms = out->expected.end_ms;
		text_copy(out->wanted.room, sizeof out->wanted.room, out->expected.room);
	}
	to_location(t, &out->expected);
	to_location(t, &out->wanted);
	const char *reason = scenario_reason(to.reason);
	if (out->id[0] == '\0') /* it is to be made */
		reason = c->procedure;
	text_copy(out->reason, sizeof out->reason, reason != NULL ? reason : "");
	return true;
}

bool order_change(const struct twin *t, const struct fact_order *order, struct fhir_change *out,
	char why[LABEL_SIZE])
{
	if (order_is_void(t, order, true, why))
		return false;
	if (order_change_sent(t, order, out))
		return true;
	say(why, "no change of an appointment: %s", order->text);
	return false;
}

void order_booking_text(const char *case_id, const struct fhir_booking *b, char out[IDEA_TEXT])
{
	struct scenario s;
	bool off = b->status == CASE_CANCELLED || b->status == CASE_POSTPONED
		   || b->status == CASE_NO_SHOW || b->status == CASE_VOID;
	scenario_make(off ? "cancel" : "place", &s);
	scenario_set(&s, "case", case_id);
	if (!off) {
		scenario_set(&s, "room", b->room);
		scenario_set_instant(&s, "at", b->start_ms);
	}
	scenario_text(&s, out);
}

/* --- as a command --- */

bool order_topics(char out[ORDER_TOPIC_SIZE], const char *root, const char *station)
{
	root = root != NULL ? root : "vigie";
	out[0] = '\0';
	if (!share_is_name(root) || !share_is_name(station))
		return false;
	snprintf(out, ORDER_TOPIC_SIZE, "%s/%s/order/#", root, station);
	return true;
}

bool order_topic(char out[ORDER_TOPIC_SIZE], const char *root, const char *station,
	const struct fact_order *order)
{
	char all[ORDER_TOPIC_SIZE];
	out[0] = '\0';
	if (!order_topics(all, root, station) || !share_is_name(order->plan) || order->step < 0
		|| order->step >= ORDERS_STEPS)
		return false;
	all[strlen(all) - 1] = '\0'; /* the # */
	int n = snprintf(out, ORDER_TOPIC_SIZE, "%s%s/%d%s", all, order->plan, order->step,
		order->undo ? "/undo" : "");
	return n < ORDER_TOPIC_SIZE;
}

static void add_time(cJSON *json, const char *key, int64_t ms)
{
	char text[40];
	if (ms == 0)
		return;
	format_rfc3339(ms, text, sizeof text);
	cJSON_AddStringToObject(json, key, text);
}

static void add_text(cJSON *json, const char *key, const char *text)
{
	if (text[0] != '\0')
		cJSON_AddStringToObject(json, key, text);
}

char *order_envelope(const struct twin *t, const struct order_step *step,
	const struct fact_order *order, const char *station)
{
	struct decided to = {.what = DECIDES_ELSE};
	char words[SCENARIO_TEXT * 2];
	cJSON *json = cJSON_CreateObject();
	const int64_t *at = order->undo ? step->undo_at_ms : step->at_ms;
	read_step(order->text, &to);
	order_words(t, order->text, words, sizeof words);
	cJSON_AddNumberToObject(json, "vigie", 1);
	cJSON_AddStringToObject(json, "format", "vigie.order/1");
	cJSON_AddStringToObject(json, "station", station);
	cJSON_AddStringToObject(json, "plan", order->plan);
	cJSON_AddNumberToObject(json, "step", order->step);
	cJSON_AddNumberToObject(json, "steps", order->steps);
	cJSON_AddBoolToObject(json, "undo", order->undo);
	cJSON_AddStringToObject(json, "decision", order->text);
	cJSON_AddStringToObject(json, "text", words);
	add_text(json, "case", to.id);
	add_text(json, "room", to.room);
	add_time(json, "start", to.at_ms);
	add_time(json, "approved", at[ORDER_APPROVED]);
	add_text(json, "by", order->undo ? step->undo_by : step->by);
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

/* --- for people --- */

void order_words(const struct twin *t, const char *text, char *out, size_t size)
{
	const struct view view = {.twin = t};
	char why[SCENARIO_TEXT];
	struct scenario s;
	if (scenario_parse(text, &s, why))
		format_decision(&view, &s, out, size);
	else
		snprintf(out, size, "%s", text);
}
