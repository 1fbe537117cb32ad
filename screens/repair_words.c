/* SPDX-License-Identifier: Apache-2.0 */
#include "screens/repair_words.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "screens/format.h"
#include "screens/tr.h"
#include "twin/repair_core.h"

/* More steps than this, and cases go by their ids alone. */
enum { BRIEF = 2, GIST = 3 };

/* ---- what is to be done ---- */

static void case_words(const struct view *view, const char *id, bool brief, char *out, size_t size)
{
	int i = twin_case(view->twin, id);
	const struct surgery *s = i >= 0 ? &view->twin->cases[i] : NULL;

	format_put(out, size, "%s", id);
	if (brief)
		return;
	if (s && s->nest > 0)
		format_add(out, size, " (NEST %d%s%.40s)", s->nest, s->procedure[0] ? ", " : "",
			s->procedure);
	else if (s && s->procedure[0])
		format_add(out, size, " (%.40s)", s->procedure);
}

static const char *room_words(const struct view *view, const char *id)
{
	int room = view->twin->site ? site_room(view->twin->site, id) : -1;

	return room >= 0 ? format_room(view, room) : id;
}

/* A case is told where and when: what that means hangs on where and when it was. */
static void place_words(
	const struct view *view, const struct scenario *s, bool brief, char *out, size_t size)
{
	static const struct surgery nobody;
	int i = twin_case(view->twin, scenario_word(s, 0));
	const struct surgery *c = i >= 0 ? &view->twin->cases[i] : &nobody;
	int64_t at = scenario_ms(s, 2);
	double later = round((double)(at - c->start_ms) / 60000);
	const char *room = room_words(view, scenario_word(s, 1));
	char who[LABEL_SIZE * 2], clock[16];

	case_words(view, scenario_word(s, 0), brief, who, sizeof who);
	format_clock(at, clock, sizeof clock);
	if (c->room[0] == '\0')
		format_put(out, size, _("put %s into %s at %s"), who, room, clock);
	else if (strcmp(c->room, scenario_word(s, 1)) != 0)
		format_put(out, size, _("move %s from %s to %s at %s"), who,
			room_words(view, c->room), room, clock);
	else if (surgery_is_off(c))
		format_put(out, size, _("put %s back on the list, %s at %s"), who, room, clock);
	else if (later >= 0)
		format_put(
			out, size, _("delay %s by %.0f min, to %s in %s"), who, later, clock, room);
	else
		format_put(out, size, _("bring %s forward by %.0f min, to %s in %s"), who, -later,
			clock, room);
}

static void move_words(
	const struct view *view, const struct scenario *s, bool brief, char *out, size_t size)
{
	if (strcmp(scenario_rows[s->which].name, "place") == 0)
		place_words(view, s, brief, out, size);
	else
		format_decision(view, s, out, size);
}

static void say(const struct view *view, const char *about, const struct what_if *moves, int count,
	char *out, size_t size)
{
	int order[WHAT_IF_DEPTH], belong = repair_core(view->twin, about, moves, order);
	char one[REPAIR_WORDS];

	out[0] = '\0';
	for (int i = 0; i < count; i++) {
		move_words(view, &moves->list[order[i]], moves->count > BRIEF, one, sizeof one);
		format_add(out, size, "%s%s%s", i > 0 ? "; " : "",
			i == belong ? _("besides: ") : "", one);
	}
	out[0] = (char)toupper((unsigned char)out[0]); /* one sentence */
}

void repair_words(const struct view *view, const char *about, const struct what_if *moves,
	char *out, size_t size)
{
	say(view, about, moves, moves->count, out, size);
}

void repair_gist(const struct view *view, const char *about, const struct what_if *moves, char *out,
	size_t size)
{
	int more = moves->count > GIST ? moves->count - GIST : 0;

	say(view, about, moves, moves->count - more, out, size);
	if (more > 0)
		format_add(out, size, _("; and %d more"), more);
}

void repair_about_words(const struct view *view, const char *about, char *out, size_t size)
{
	if (twin_case(view->twin, about) >= 0)
		case_words(view, about, false, out, size);
	else
		format_put(out, size, "%s", room_words(view, about));
}

/* ---- the proof ---- */

char repair_letter(const struct paired *d)
{
	return d->high < 0 ? 'B' : d->low > 0 ? 'W' : '=';
}

enum role repair_role(char letter)
{
	return letter == 'W' ? ROLE_LATE : letter == 'B' ? ROLE_AHEAD : ROLE_NORMAL;
}

/* "+12", "-0.25", "0", "-60.5k", "-820k": a sign where there is something. */
static const char *signed_text(double value, bool whole, char out[24])
{
	double unit = whole ? 1 : 100, near = round(value * unit) / unit + 0.0;

	if (fabs(near) < 1e-9)
		format_put(out, 24, "0");
	else if (fabs(near) >= 10000)
		format_put(out, 24, fabs(near) < 100000 ? "%+.1fk" : "%+.0fk", near / 1000);
	else
		format_put(out, 24, whole ? "%+.0f" : "%+.2f", near);
	return out;
}

void repair_paired(const struct paired *d, bool count, char *out, size_t size)
{
	const double values[] = {d->mean, d->low, d->high};
	char text[3][24];
	bool whole = !count;

	/* So many cases, in every fate. */
	whole = whole || (fabs(d->mean - d->low) < 0.005 && fabs(d->mean - round(d->mean)) < 0.005);
	for (int i = 0; i < 3; i++)
		signed_text(values[i], whole, text[i]);
	format_put(out, size, "%c %s (%s,%s)", repair_letter(d), text[0], text[1], text[2]);
}

/* The terms as people call them; those that may be left out while nothing moves. */
static const struct {
	const char *name;
	bool count, always;
} terms[OBJECTIVE_COUNT] = {
	[OBJECTIVE_OVERTIME] = {N_("overtime"), false, true},
	[OBJECTIVE_WAIT] = {N_("waiting"), false, true},
	[OBJECTIVE_NEST] = {N_("past NEST"), false, false},
	[OBJECTIVE_HOLD] = {N_("PACU holds"), false, true},
	[OBJECTIVE_CANCELLED] = {N_("not done"), true, true},
	[OBJECTIVE_OVERNIGHT] = {N_("overnight"), true, false},
	[OBJECTIVE_MOVED] = {N_("moved"), true, false},
};

static bool is_zero(const struct paired *d)
{
	return fabs(d->mean) < 0.005 && fabs(d->low) < 0.005 && fabs(d->high) < 0.005;
}

static struct repair_figure *add(struct repair_figure *list, int *count, const char *name,
	const struct paired *d, double nothing)
{
	struct repair_figure *f = &list[(*count)++];

	*f = (struct repair_figure){.difference = *d, .nothing = nothing, .term = -1};
	format_put(f->name, sizeof f->name, "%s", name);
	return f;
}

int repair_figures(const struct view *view, const struct repair_answer *a,
	const struct repair_option *o, struct repair_figure out[REPAIR_FIGURES])
{
	const struct site *site = view->twin->site;
	char cost[LABEL_SIZE];
	int count = 0;

	for (int t = 0; t < OBJECTIVE_COUNT; t++) {
		struct repair_figure *f;

		if (!terms[t].always && is_zero(&o->term[t]) && a->nothing.of[t] < 0.5)
			continue;
		f = add(out, &count, _(terms[t].name), &o->term[t], a->nothing.of[t]);
		f->count = terms[t].count;
		f->term = t;
	}
	format_put(cost, sizeof cost, "%s %s", _("cost"), site ? site->currency : "");
	if (!is_zero(&o->cost))
		add(out, &count, cost, &o->cost, NAN);
	add(out, &count, _("all, weighed"), &o->objective, a->nothing_sum);
	return count;
}

/* ---- how it stands ---- */

const struct repair_answer *repair_answer_now(const struct view *view)
{
	const struct repair_desk *desk = view->repair_desk;
	const struct repair_answer *a = view->repair;

	return desk && a && strcmp(a->asked.about, desk->ask.about) == 0
			       && what_if_same(&a->asked.given, &desk->ask.given)
		       ? a
		       : NULL;
}

enum role repair_state(const struct view *view, char *out, size_t size)
{
	const struct repair_answer *a = repair_answer_now(view);
	const struct repair_desk *desk = view->repair_desk;
	char clock[16], tried[16], days[16];

	if (desk && desk->cannot[0]) {
		format_put(out, size, _("no answer will come: %s"), desk->cannot);
		return ROLE_LATE;
	}
	if (!a) {
		format_put(out, size, "%s",
			desk ? _("looking: no answer yet") : _("nothing is being looked for"));
		return ROLE_DIM;
	}
	format_clock(a->at_ms, clock, sizeof clock);
	format_count(a->tried, tried, sizeof tried);
	format_count((int)(a->days < 2000000000 ? a->days : 2000000000), days, sizeof days);
	format_put(out, size, _("as at %s: %s tried, %s days simulated, %s"), clock, tried, days,
		a->finished ? _("finished") : _("still looking"));
	if (!desk->stale)
		return ROLE_DIM;
	format_put(out, size, _("! the state has changed since %s: worked out anew"), clock);
	return ROLE_LATE;
}
