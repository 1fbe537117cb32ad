/* SPDX-License-Identifier: Apache-2.0 */
#include "src/site_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/site_read.h"
#include "twin/twin.h"

/*
 * What is wrong with a site although it can be read: things that lead nowhere,
 * stand in the wrong place or cannot be reached.
 */

struct named {
	const char *id;
	int line;
};

static int by_id(const void *a, const void *b)
{
	const struct named *p = a, *q = b;
	int order = strcmp(p->id, q->id);
	return order != 0 ? order : (p->line > q->line) - (p->line < q->line);
}

/* Sorts the ids of some sections together and reports neighbours alike.
 * `first` is the text of item 0, `stride` the size of an item. */
struct ids {
	enum site_section section;
	const char *first;
	size_t stride;
	int count;
};

static void duplicates(
	struct site_reading *r, const char *what, const struct ids *sets, int set_count)
{
	size_t total = 0, n = 0;
	for (int i = 0; i < set_count; i++)
		total += (size_t)sets[i].count;
	struct named *all = calloc(total + 1, sizeof *all);
	if (all == NULL)
		return;
	for (int i = 0; i < set_count; i++) {
		for (int k = 0; sets[i].first != NULL && k < sets[i].count; k++) {
			const char *id = sets[i].first + (size_t)k * sets[i].stride;
			if (id[0] != '\0')
				all[n++] = (struct named){id, site_line(r, sets[i].section, k)};
		}
	}
	qsort(all, n, sizeof *all, by_id);
	for (size_t i = 1; i < n; i++)
		if (strcmp(all[i].id, all[i - 1].id) == 0)
			site_finding(r, all[i].line, FINDING_ERROR,
				"%s \"%s\" was already given on line %d", what, all[i].id,
				all[i - 1].line);
	free(all);
}

#define IDS(section, list, field, n)                                                               \
	{                                                                                          \
		section, (list) != NULL ? (list)[0].field : NULL, sizeof *(list), n                \
	}

void site_duplicates(struct site_reading *r)
{
	const struct site *s = r->site;
	const struct ids floors[] = {IDS(SECTION_FLOORS, s->floors, id, s->floor_count)};
	/* A room and a bed are both Locations for the hospital: one name space. */
	const struct ids places[] = {IDS(SECTION_ROOMS, s->rooms, id, s->room_count),
		IDS(SECTION_BEDS, s->beds, id, s->bed_count)};
	const struct ids locations[] = {IDS(SECTION_ROOMS, s->rooms, fhir, s->room_count),
		IDS(SECTION_BEDS, s->beds, fhir, s->bed_count)};
	const struct ids macs[] = {IDS(SECTION_GATEWAYS, s->gateways, mac, s->gateway_count),
		IDS(SECTION_TAGS, s->tags, mac, s->tag_count)};
	const struct ids roles[] = {IDS(SECTION_ROLES, s->roles, id, s->role_count)};
	const struct ids zones[] = {IDS(SECTION_ZONES, s->zones, id, s->zone_count)};
	const struct ids medicines[] = {
		IDS(SECTION_MEDICINES, s->medicines, id, s->medicine_count)};
	const struct ids kits[] = {IDS(SECTION_KITS, s->kits, id, s->kit_count)};
	const struct ids signatures[] = {
		IDS(SECTION_SIGNATURES, s->signatures, id, s->signature_count)};
	int before = r->errors;
	duplicates(r, "floor", floors, 1);
	duplicates(r, "id", places, 2);
	/* fhir defaults to id: say each double once. */
	if (r->errors == before)
		duplicates(r, "fhir", locations, 2);
	duplicates(r, "MAC", macs, 2);
	duplicates(r, "role", roles, 1);
	duplicates(r, "zone", zones, 1);
	duplicates(r, "medicine", medicines, 1);
	duplicates(r, "kit", kits, 1);
	duplicates(r, "signature", signatures, 1);
}

/* Distance to the nearest wall, in metres. */
static double to_wall(const struct room *room, double x, double y)
{
	double nearest = INFINITY;
	for (int i = 0, j = room->outline_count - 1; i < room->outline_count; j = i++) {
		struct point a = room->outline[i], b = room->outline[j];
		double dx = b.x - a.x, dy = b.y - a.y;
		double along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy + 1e-12);
		along = fmax(0, fmin(1, along));
		nearest = fmin(nearest, hypot(x - a.x - along * dx, y - a.y - along * dy));
	}
	return nearest;
}

/* Even-odd rule. Source: W. R. Franklin, PNPOLY. */
static bool inside(const struct room *room, double x, double y)
{
	bool in = false;
	for (int i = 0, j = room->outline_count - 1; i < room->outline_count; j = i++) {
		struct point a = room->outline[i], b = room->outline[j];
		if ((a.y > y) != (b.y > y) && x < (b.x - a.x) * (y - a.y) / (b.y - a.y) + a.x)
			in = !in;
	}
	return in;
}

/* Inside by more than a centimetre: neighbours share a wall. */
static bool deep_inside(const struct room *room, struct point p)
{
	return inside(room, p.x, p.y) && to_wall(room, p.x, p.y) > 0.01;
}

static double side(struct point a, struct point b, struct point c)
{
	return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/* Proper crossing: touching walls do not count. */
static bool cross(struct point a, struct point b, struct point c, struct point d)
{
	const double e = 1e-6;
	double p = side(a, b, c), q = side(a, b, d), u = side(c, d, a), v = side(c, d, b);
	return ((p > e && q < -e) || (p < -e && q > e)) && ((u > e && v < -e) || (u < -e && v > e));
}

static struct point centre(const struct room *room)
{
	struct point c = {0, 0};
	for (int i = 0; i < room->outline_count; i++) {
		c.x += room->outline[i].x / room->outline_count;
		c.y += room->outline[i].y / room->outline_count;
	}
	return c;
}

static struct point towards(struct point from, struct point to)
{
	double length = hypot(to.x - from.x, to.y - from.y) + 1e-9;
	return (struct point){(to.x - from.x) / length, (to.y - from.y) / length};
}

/* Some point of `a` (its middle, or 5 cm inside a corner) lies in `b`, or
 * walls cross. Exact for the convex rooms people draw. */
static bool overlap(const struct room *a, const struct room *b)
{
	struct point m = centre(a);
	int n = a->outline_count;
	if (deep_inside(b, m) && deep_inside(a, m))
		return true;
	for (int i = 0; i < n; i++) {
		struct point p = a->outline[i], next = a->outline[(i + 1) % n];
		struct point u = towards(p, next), v = towards(p, a->outline[(i + n - 1) % n]);
		struct point q = {p.x + 0.05 * (u.x + v.x), p.y + 0.05 * (u.y + v.y)};
		if (deep_inside(a, q) && deep_inside(b, q))
			return true;
		for (int j = 0; j < b->outline_count; j++)
			if (cross(p, next, b->outline[j], b->outline[(j + 1) % b->outline_count]))
				return true;
	}
	return false;
}

static void check_overlaps(struct site_reading *r)
{
	const struct site *s = r->site;
	for (int i = 0; i < s->room_count; i++)
		for (int j = 0; j < i; j++)
			if (s->rooms[i].floor == s->rooms[j].floor
				&& (overlap(&s->rooms[i], &s->rooms[j])
					|| overlap(&s->rooms[j], &s->rooms[i])))
				site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
					"room \"%s\" overlaps \"%s\"", s->rooms[i].id,
					s->rooms[j].id);
}

static void check_gateways(struct site_reading *r)
{
	const struct site *s = r->site;
	bool covered[TWIN_ROOMS] = {false};
	for (int i = 0; i < s->gateway_count; i++) {
		const struct gateway *g = &s->gateways[i];
		covered[g->room] = true;
		/* A gateway may hang on the wall. */
		if (!inside(&s->rooms[g->room], g->x, g->y)
			&& to_wall(&s->rooms[g->room], g->x, g->y) > 0.01)
			site_finding(r, site_line(r, SECTION_GATEWAYS, i), FINDING_WARNING,
				"gateway %s stands outside its room \"%s\"", g->mac,
				s->rooms[g->room].id);
	}
	for (int i = 0; i < s->room_count; i++)
		if (s->rooms[i].kind == ROOM_OR && !covered[i])
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
				"operating room \"%s\" has no gateway", s->rooms[i].id);
}

/* Who can be reached from outside; without an outside door, from room 0. */
static void check_doors(struct site_reading *r)
{
	const struct site *s = r->site;
	bool reached[TWIN_ROOMS] = {false}, has_door[TWIN_ROOMS] = {false}, any = false;
	for (int i = 0; i < s->door_count; i++) {
		const struct door *d = &s->doors[i];
		has_door[d->a] = true;
		if (d->b >= 0)
			has_door[d->b] = true;
		else
			any = reached[d->a] = true;
	}
	if (!any) {
		site_finding(r, 1, FINDING_WARNING, "no door leads outside");
		reached[0] = true;
	}
	for (bool grew = true; grew;) {
		grew = false;
		for (int i = 0; i < s->door_count; i++) {
			const struct door *d = &s->doors[i];
			if (d->b >= 0 && reached[d->a] != reached[d->b])
				grew = reached[d->a] = reached[d->b] = true;
		}
	}
	for (int i = 0; i < s->room_count; i++)
		if (!has_door[i])
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
				"room \"%s\" has no door", s->rooms[i].id);
		else if (!reached[i])
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
				"room \"%s\" cannot be reached%s", s->rooms[i].id,
				any ? " from outside" : "");
}

static void check_rooms(struct site_reading *r)
{
	const struct site *s = r->site;
	bool used[TWIN_ROOMS] = {false};
	for (int i = 0; i < s->room_count; i++) {
		const struct room *room = &s->rooms[i];
		used[room->floor] = true;
		if (room->kind == ROOM_OR && room->open_min < 0)
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
				"operating room \"%s\" has no session hours", room->id);
	}
	for (int i = 0; i < s->floor_count; i++)
		if (!used[i])
			site_finding(r, site_line(r, SECTION_FLOORS, i), FINDING_WARNING,
				"floor \"%s\" has no room", s->floors[i].id);
}

static bool model_known(const struct site *s, const char *model)
{
	for (int i = 0; i < s->tag_count; i++)
		if (strcmp(s->tags[i].model, model) == 0)
			return true;
	return false;
}

static void check_tags(struct site_reading *r)
{
	const struct site *s = r->site;
	for (int i = 0; i < s->tag_count; i++) {
		const struct tag *tag = &s->tags[i];
		int line = site_line(r, SECTION_TAGS, i);
		if (tag->kind == TAG_SENSOR && tag->room < 0)
			site_finding(r, line, FINDING_WARNING, "sensor %s is in no room", tag->mac);
		if (tag->kind == TAG_STAFF && tag->role[0] == '\0')
			site_finding(r, line, FINDING_WARNING, "badge %s has no role", tag->mac);
		if (tag->bed >= 0 && tag->room != s->beds[tag->bed].room)
			site_finding(r, line, FINDING_WARNING,
				"tag %s is in room \"%s\", its bed in \"%s\"", tag->mac,
				s->rooms[tag->room].id, s->rooms[s->beds[tag->bed].room].id);
	}
	for (int i = 0; i < s->signature_count; i++)
		if (s->signatures[i].model[0] != '\0' && !model_known(s, s->signatures[i].model))
			site_finding(r, site_line(r, SECTION_SIGNATURES, i), FINDING_WARNING,
				"no tag has the model \"%s\" of signature \"%s\"",
				s->signatures[i].model, s->signatures[i].id);
}

/* Half a survey is worth less than it looks: geometry and what was measured do
 * not speak the same language. */
static void check_survey(struct site_reading *r)
{
	const struct site *s = r->site;
	const struct survey *survey = &s->survey;
	bool known[TWIN_ROOMS] = {false};
	for (int i = 0; i < survey->cell_count; i++)
		known[survey->cells[i].room] = true;
	for (int i = 0; survey->cell_count > 0 && i < s->room_count; i++)
		if (!known[i])
			site_finding(r, site_line(r, SECTION_ROOMS, i), FINDING_WARNING,
				"room \"%s\" is not in the radio survey", s->rooms[i].id);
	for (int i = 0; survey->cell_count > 0 && i < s->gateway_count; i++)
		if (survey->levels[i].deviation_db <= 0)
			site_finding(r, site_line(r, SECTION_GATEWAYS, i), FINDING_WARNING,
				"gateway %s is not in the radio survey", s->gateways[i].mac);
}

/* Two who each have what the other waits for wait for ever. On a way that takes
 * things in one order there is no such pair: what is waited for while something
 * else is held must never be held while that is waited for. */
enum { ORDER_NEEDS = 128 };

struct order {
	struct pathway_need list[ORDER_NEEDS];
	int count;
	bool before[ORDER_NEEDS][ORDER_NEEDS]; /* held while waiting for */
};

static int order_of(struct order *o, struct pathway_need need)
{
	for (int i = 0; i < o->count; i++)
		if (o->list[i].kind == need.kind && o->list[i].index == need.index)
			return i;
	if (o->count == ORDER_NEEDS)
		return ORDER_NEEDS - 1;
	o->list[o->count] = need;
	return o->count++;
}

static void order_pathway(struct order *o, const struct pathway *way)
{
	int held[ORDER_NEEDS] = {0};
	for (int s = 0; s < way->step_count; s++) {
		const struct pathway_step *step = &way->steps[s];
		for (int k = 0; k < PATHWAY_NEEDS && step->need[k].kind != NEED_NONE; k++) {
			int wanted = order_of(o, step->need[k]);
			for (int h = 0; h < o->count; h++)
				o->before[h][wanted] = o->before[h][wanted] || held[h] > 0;
			held[wanted]++;
		}
		for (int k = 0; k < PATHWAY_NEEDS && step->give[k].kind != NEED_NONE; k++)
			held[order_of(o, step->give[k])]--;
	}
}

static const char *need_name(const struct site *s, struct pathway_need need)
{
	switch (need.kind) {
	case NEED_ROLE:
	case NEED_COVER:
		return s->roles[need.index].id;
	case NEED_BEDS:
		return room_kind_name((enum room_kind)need.index);
	case NEED_SURGEON:
		return "surgeon";
	default:
		return "room";
	}
}

static void check_pathways(struct site_reading *r)
{
	const struct site *s = r->site;
	struct order *o = calloc(1, sizeof *o);
	if (o == NULL)
		return;
	for (int w = 0; w < s->pathway_count; w++)
		order_pathway(o, &s->pathways[w]);
	/* Warshall, J. ACM 1962: who comes before whom over others. */
	for (int k = 0; k < o->count; k++)
		for (int i = 0; i < o->count; i++)
			for (int j = 0; o->before[i][k] && j < o->count; j++)
				o->before[i][j] = o->before[i][j] || o->before[k][j];
	for (int i = 0; i < o->count; i++)
		if (o->before[i][i])
			site_finding(r, site_line(r, SECTION_PATHWAYS, 0), FINDING_WARNING,
				"patients who have a \"%s\" may wait for each other for ever",
				need_name(s, o->list[i]));
	free(o);
}

/* Announced in the file, and then nobody of the site is there to come. */
static void check_scarce(struct site_reading *r)
{
	const struct site *s = r->site;
	for (int i = 0; i < s->role_count; i++)
		if (s->roles[i].covers > 0 && s->roles[i].count == 0)
			site_finding(r, site_line(r, SECTION_ROLES, i), FINDING_WARNING,
				"role \"%s\" covers rooms, and nobody is on duty", s->roles[i].id);
	for (int i = 0; i < s->kit_count; i++)
		if (s->kits[i].count == 0)
			site_finding(r, site_line(r, SECTION_KITS, i), FINDING_WARNING,
				"there is no \"%s\": its cases wait for ever", s->kits[i].id);
	bool session = false;
	for (int i = 0; i < s->room_count; i++)
		session = session || (s->rooms[i].kind == ROOM_OR && s->rooms[i].close_min >= 0);
	if (!session && s->rules.last_call)
		site_finding(r, 1, FINDING_WARNING, "last_call_min: no room has a session");
	if (!session && s->emergency_count > 0)
		site_finding(r, site_line(r, SECTION_EMERGENCIES, 0), FINDING_WARNING,
			"emergencies come until the last session is over: no room has one");
}

struct printing {
	const char *path;
	FILE *out;
	int count;
};

static void print(void *context, int line, enum severity severity, const char *message)
{
	struct printing *printing = context;
	printing->count++;
	fprintf(printing->out, "%s:%d: %s: %s\n", printing->path, line,
		severity == FINDING_ERROR ? "error" : "warning", message);
}

int site_lint(const char *path, const struct settings *settings, FILE *out)
{
	struct printing printing = {.path = path, .out = out};
	struct site_reading r = {.found = print, .context = &printing, .settings = settings};
	struct error err = {{0}};
	char *text = site_text(path, &err);
	if (text == NULL) {
		fprintf(out, "%s\n", err.text);
		return -1;
	}
	site_read(&r, text);
	if (r.site != NULL)
		site_duplicates(&r);
	/* Places and references are only worth a look when all could be read:
	 * after an error an index may be a default. */
	if (r.site != NULL && r.errors == 0) {
		check_rooms(&r);
		check_overlaps(&r);
		check_doors(&r);
		check_gateways(&r);
		check_tags(&r);
		check_survey(&r);
		check_pathways(&r);
		check_scarce(&r);
		site_watch_lint(&r);
		site_repair_lint(&r);
	}
	site_reading_end(&r);
	free(text);
	return printing.count;
}
