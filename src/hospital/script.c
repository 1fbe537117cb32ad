/* SPDX-License-Identifier: Apache-2.0 */
#include "src/hospital/script.h"
#include "src/hospital/air.h"
#include "src/hospital/stamp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MINUTE = 60000 };

static int64_t when(const char *word, int64_t origin_ms)
{
	int hours, minutes, used = 0;
	if (*word == '+' || *word == '-') {
		char *end;
		double seconds = strtod(word, &end);
		return *end == '\0' && end != word ? origin_ms + (int64_t)(seconds * 1000) : 0;
	}
	if (sscanf(word, "%2d:%2d%n", &hours, &minutes, &used) != 2 || word[used] != '\0'
		|| hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return 0;
	return stamp_at(stamp_midnight(origin_ms), hours * 60 + minutes);
}

static bool find_tag(const struct site *site, const char *word, struct action *a)
{
	for (int i = 0; i < site->tag_count; i++)
		if (strcasecmp(site->tags[i].mac, word) == 0) {
			snprintf(a->target, sizeof(a->target), "%s", site->tags[i].mac);
			return true;
		}
	return false;
}

static const char *read_press(const struct site *site, char **w, struct action *a)
{
	return find_tag(site, w[0], a) ? NULL : "no such tag";
}

static const char *read_fridge(const struct site *site, char **w, struct action *a)
{
	a->on = strcmp(w[1], "open") == 0;
	if (!a->on && strcmp(w[1], "close") != 0)
		return "open or close";
	return find_tag(site, w[0], a) ? NULL : "no such tag";
}

static const char *read_emergency_call(const struct site *site, char **w, struct action *a)
{
	struct advert advert;
	if (!find_tag(site, w[0], a))
		return "no such tag";
	return beacon_press_advert(site, &site->tags[site_tag(site, a->target)],
		       ALARM_CLASS_EMERGENCY_CALL, &advert)
		       ? NULL
		       : "the site has no emergency_call for this model";
}

static const char *read_pressure(const struct site *site, char **w, struct action *a)
{
	int room = site_room(site, w[0]);
	if (room < 0 || site_pressure_to(site, room) < 0)
		return "no room with limits of pressure";
	a->on = strcmp(w[1], "lost") == 0;
	if (!a->on && strcmp(w[1], "kept") != 0)
		return "lost or kept";
	snprintf(a->target, sizeof(a->target), "%s", site->rooms[room].id);
	return NULL;
}

static const char *read_gateway(const struct site *site, char **w, struct action *a)
{
	a->on = strcmp(w[1], "on") == 0;
	if (!a->on && strcmp(w[1], "off") != 0)
		return "on or off";
	for (int i = 0; i < site->gateway_count; i++)
		if (strcasecmp(site->gateways[i].mac, w[0]) == 0) {
			snprintf(a->target, sizeof(a->target), "%s", site->gateways[i].mac);
			return NULL;
		}
	return "no such gateway";
}

static bool number(const char *word, int most, int *out)
{
	char *end;
	long n = strtol(word, &end, 10);
	*out = (int)n;
	return *word != '\0' && *end == '\0' && n > 0 && n <= most;
}

static const char *read_no_show(const struct site *site, char **w, struct action *a)
{
	(void)site;
	return number(w[0], 50, &a->number) ? NULL : "a number from 1 to 50";
}

/* Whether there is such a case is known when its time comes. */
static const char *read_case(const struct site *site, char **w, struct action *a)
{
	(void)site;
	if (strlen(w[0]) >= sizeof(a->target))
		return "no such case";
	snprintf(a->target, sizeof(a->target), "%s", w[0]);
	return NULL;
}

static const char *read_case_minutes(const struct site *site, char **w, struct action *a)
{
	const char *wrong = read_case(site, w, a);
	return wrong != NULL ? wrong : number(w[1], 600, &a->number) ? NULL : "minutes, 1 to 600";
}

static const char *read_minutes(const struct site *site, char **w, struct action *a)
{
	(void)site;
	return number(w[0], 1440, &a->number) ? NULL : "minutes, 1 to 1440";
}

static const char *read_room(const struct site *site, char **w, struct action *a)
{
	int room = site_room(site, w[0]);
	if (room < 0 || site->rooms[room].kind != ROOM_OR)
		return "no such operating room";
	snprintf(a->target, sizeof(a->target), "%s", site->rooms[room].id);
	return NULL;
}

static const char *read_emergency(const struct site *site, char **w, struct action *a)
{
	const char *wrong = strcmp(w[0], "any") == 0 ? NULL : read_room(site, w, a);
	if (wrong != NULL || w[1] == NULL)
		return wrong;
	return number(w[1], 6, &a->number) ? NULL : "a class from 1 to 6";
}

static const char *read_place(const struct site *site, char **w, struct action *a)
{
	struct action room;
	const char *wrong = read_room(site, w + 1, &room);
	if (wrong != NULL)
		return wrong;
	a->room = site_room(site, room.target);
	a->start = when(w[2], a->t);
	return a->start != 0 ? read_case(site, w, a) : "CASE ROOM HH:MM";
}

static const char *read_staff(const struct site *site, char **w, struct action *a)
{
	static const char *const crews[] = {[CREW_PORTER] = "porter",
		[CREW_ANAESTHETIST] = "anaesthetist",
		[CREW_CLEANING] = "cleaning",
		[CREW_COUNT] = "pacu"};
	(void)site;
	for (a->room = 0; a->room <= CREW_COUNT; a->room++)
		if (strcmp(crews[a->room], w[0]) == 0) {
			snprintf(a->target, sizeof(a->target), "%s", w[0]);
			if (strcmp(w[1], "0") == 0)
				return NULL;
			return number(w[1], DAY_CASES, &a->number) ? NULL : "how many";
		}
	return "porter, anaesthetist, cleaning or pacu";
}

static const char *read_overrun(const struct site *site, char **w, struct action *a)
{
	const char *wrong = read_room(site, w, a);
	return wrong != NULL ? wrong : number(w[1], 600, &a->number) ? NULL : "minutes, 1 to 600";
}

static const struct {
	const char *word;
	enum action_kind kind;
	int least, most; /* words after it */
	const char *(*read)(const struct site *, char **, struct action *);
} verbs[] = {
	{"press", ACTION_PRESS, 1, 1, read_press},
	{"emergency-call", ACTION_EMERGENCY_CALL, 1, 1, read_emergency_call},
	{"fridge", ACTION_FRIDGE, 2, 2, read_fridge},
	{"pressure", ACTION_PRESSURE, 2, 2, read_pressure},
	{"gateway", ACTION_GATEWAY, 2, 2, read_gateway},
	{"noshow", ACTION_NO_SHOW, 1, 1, read_no_show},
	{"absent", ACTION_NO_SHOW, 1, 1, read_case},
	{"emergency", ACTION_EMERGENCY, 1, 2, read_emergency},
	{"overrun", ACTION_OVERRUN, 2, 2, read_overrun},
	{"ate", ACTION_ATE, 2, 2, read_case_minutes},
	{"late", ACTION_LATE, 2, 2, read_case_minutes},
	{"down", ACTION_DOWN, 2, 2, read_overrun},
	{"device", ACTION_DEVICE, 2, 2, read_overrun},
	{"wardfull", ACTION_WARD_FULL, 1, 1, read_minutes},
	{"place", ACTION_PLACE, 3, 3, read_place},
	{"postpone", ACTION_POSTPONE, 1, 1, read_case},
	{"staff", ACTION_UNITS, 2, 2, read_staff},
};

int script_line(const char *line, const struct site *site, int64_t origin_ms, struct action *action,
	struct error *err)
{
	char copy[256], *words[6] = {NULL}, *rest = copy, *w;
	int n = 0;
	snprintf(copy, sizeof(copy), "%s", line);
	copy[strcspn(copy, "#\r\n")] = '\0';
	while (n < 6 && (w = strsep(&rest, " \t")) != NULL)
		if (*w != '\0')
			words[n++] = w;
	if (n == 0)
		return 0;
	memset(action, 0, sizeof(*action));
	action->t = when(words[0], origin_ms);
	if (action->t == 0)
		return error_set(err, -EINVAL, "'%s' is neither +SECONDS nor HH:MM", words[0]);
	for (size_t i = 0; n > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].word, words[1]) != 0)
			continue;
		if (n < 2 + verbs[i].least || n > 2 + verbs[i].most)
			return error_set(err, -EINVAL, "%s wants %d word%s", words[1],
				verbs[i].least, verbs[i].least == 1 ? "" : "s");
		action->kind = verbs[i].kind;
		const char *wrong = verbs[i].read(site, words + 2, action);
		return wrong == NULL ? 1 : error_set(err, -EINVAL, "%s: %s", words[1], wrong);
	}
	return error_set(err, -EINVAL, "unknown event '%s'", n > 1 ? words[1] : "");
}

static int by_time(const void *a, const void *b)
{
	const struct action *x = a, *y = b;
	return x->t < y->t ? -1 : x->t > y->t;
}

int script_load(const char *path, const struct site *site, int64_t origin_ms,
	struct action *actions, int most, struct error *err)
{
	char line[256];
	int count = 0, number_of_line = 0, rc = 0;
	FILE *in = fopen(path, "re");
	if (in == NULL)
		return error_set(err, -errno, "%s: %s", path, strerror(errno));
	while (rc >= 0 && fgets(line, sizeof(line), in) != NULL) {
		struct error why;
		number_of_line++;
		if (count == most)
			rc = error_set(err, -E2BIG, "%s: more than %d events", path, most);
		else if ((rc = script_line(line, site, origin_ms, &actions[count], &why)) < 0)
			error_set(err, rc, "%s:%d: %s", path, number_of_line, why.text);
		else
			count += rc;
	}
	fclose(in);
	if (rc < 0)
		return rc;
	qsort(actions, (size_t)count, sizeof(*actions), by_time);
	return count;
}

static void add(struct action *actions, int *n, int64_t t, enum action_kind kind,
	const char *target, bool on)
{
	struct action *a = &actions[(*n)++];
	memset(a, 0, sizeof(*a));
	a->t = t;
	a->kind = kind;
	a->on = on;
	snprintf(a->target, sizeof(a->target), "%s", target);
}

int script_demo(const struct site *site, int64_t origin_ms, struct action *actions)
{
	int n = 0, fridge = -1, button = -1, nth = 0;
	for (int i = 0; i < site->tag_count; i++) {
		const struct tag *t = &site->tags[i];
		if (fridge < 0 && t->cold)
			fridge = i;
		bool pacu = t->bed >= 0 && site->rooms[site->beds[t->bed].room].kind == ROOM_PACU;
		if (pacu && nth++ < 5)
			button = i;
	}
	if (fridge >= 0)
		add(actions, &n, origin_ms - 5 * MINUTE, ACTION_FRIDGE, site->tags[fridge].mac,
			true);
	if (button >= 0)
		add(actions, &n, origin_ms + 20000, ACTION_PRESS, site->tags[button].mac, true);
	const char *last =
		site->gateway_count > 0 ? site->gateways[site->gateway_count - 1].mac : "";
	add(actions, &n, origin_ms + 2 * MINUTE, ACTION_GATEWAY, last, false);
	add(actions, &n, origin_ms + 14 * MINUTE, ACTION_GATEWAY, last, true);
	if (fridge >= 0)
		add(actions, &n, origin_ms + 25 * MINUTE, ACTION_FRIDGE, site->tags[fridge].mac,
			false);
	qsort(actions, (size_t)n, sizeof(*actions), by_time);
	return n;
}
