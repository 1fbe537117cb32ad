/* SPDX-License-Identifier: Apache-2.0 */
#include "feeds/fhir_query.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "feeds/fhir_private.h"

static const int64_t DAY_MS = 24 * 3600 * 1000LL;

/* Reading a repository for the first time, what last changed longer ago than
 * this is not asked for: a visit of today's patient has moved since. */
enum { FIRST_LOAD_DAYS = 30 };

/* Half a year before an admission that may itself be a month old. */
enum { PAST_DAYS = 215 };

/* How each type is asked when the day itself is the question. A visit may have
 * begun long before the day; a procedure is dated by the act. What changes
 * slowly is asked at sweeps only. */
static const struct day_rule {
	enum fhir_key key;
	const char *param;
	int days_back; /* with `date`, from so long before the day; -1 no date */
	bool dates;    /* plain dates: instants are not taken here */
	bool sweeps;
	bool clinical; /* grows for ever: never asked whole */
	bool theirs;   /* asked of the day's patients, day by day, or not at all */
} day_rules[FHIR_TYPES] = {
	[FHIR_LOCATION] = {FHIR_KEY_ROOM, "_id", -1, false, false, false, false},
	[FHIR_PRACTITIONER] = {FHIR_KEY_PRACTITIONER, "_id", -1, false, true, false, false},
	[FHIR_ROLE] = {FHIR_KEY_ROLE, "_id", -1, false, true, false, false},
	[FHIR_APPOINTMENT] = {FHIR_KEY_NONE, NULL, -1, false, false, false, false},
	[FHIR_PATIENT] = {FHIR_KEY_PATIENT, "_id", -1, false, true, false, false},
	[FHIR_ENCOUNTER] = {FHIR_KEY_PATIENT, "patient", 30, false, false, true, false},
	[FHIR_REQUEST] = {FHIR_KEY_PATIENT, "patient", -1, false, true, true, false},
	[FHIR_PROCEDURE] = {FHIR_KEY_PATIENT, "patient", 1, true, false, true, false},
	[FHIR_OBSERVATION] = {FHIR_KEY_PATIENT, "patient", -1, false, true, true, false},
	[FHIR_PAST] = {FHIR_KEY_PATIENT, "patient", PAST_DAYS, false, true, true, true},
	[FHIR_CONDITION] = {FHIR_KEY_PATIENT, "patient", -1, false, true, true, true},
};

static const struct {
	const char *word, *name;
} strategies[STRATEGY_COUNT] = {
	[STRATEGY_DELTA] = {"delta", "changes since"},
	[STRATEGY_DAY] = {"day", "day window"},
	[STRATEGY_HISTORY] = {"history", "history"},
};

const char *fhir_strategy_name(enum fhir_strategy strategy)
{
	return strategy < STRATEGY_COUNT ? strategies[strategy].name : "?";
}

int fhir_strategy_parse(const char *word)
{
	if (word == NULL || *word == '\0' || strcmp(word, "auto") == 0)
		return -1;
	for (int i = 0; i < STRATEGY_COUNT; i++)
		if (strcmp(strategies[i].word, word) == 0)
			return i;
	return -2;
}

bool fhir_is_theirs(enum fhir_type type)
{
	return day_rules[type].theirs;
}

enum fhir_strategy fhir_strategy_for(const struct fhir_capability *capability, enum fhir_type type)
{
	unsigned offers = capability->offers[type];
	/* Oracle lists _lastUpdated for visits, but only next to a patient. */
	if (capability->server->by_patient || day_rules[type].theirs)
		return STRATEGY_DAY;
	if (offers & OFFER_LAST_UPDATED)
		return STRATEGY_DELTA;
	return offers & OFFER_HISTORY ? STRATEGY_HISTORY : STRATEGY_DAY;
}

/* -- writing ------------------------------------------------------------------ */

struct writer {
	char *out;
	size_t size, n;
	bool asked; /* there is a '?' */
};

static void put(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct writer *w, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	int n = vsnprintf(w->out + w->n, w->size - w->n, format, args);
	va_end(args);
	w->n = n >= 0 && (size_t)n < w->size - w->n ? w->n + (size_t)n : w->size - 1;
}

/* "?name=" or "&name=". */
static void put_name(struct writer *w, const char *name)
{
	put(w, "%c%s=", w->asked ? '&' : '?', name);
	w->asked = true;
}

/* In UTC: the plus of an offset would have to be escaped, and is not by all. */
static void put_instant(struct writer *w, const char *name, const char *prefix, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;
	gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	put_name(w, name);
	put(w, "%s%s", prefix, text);
}

static void put_date(struct writer *w, const char *prefix, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;
	localtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%Y-%m-%d", &tm);
	put_name(w, "date");
	put(w, "%s%s", prefix, text);
}

static void put_count(struct writer *w, const struct fhir_ask *a)
{
	if ((a->capability->offers[a->type] & OFFER_COUNT) == 0)
		return;
	put_name(w, "_count");
	put(w, "%d", a->page_count);
}

/* Only what can be read: a hospital has a hundred observations for each of ours. */
static void put_codes(struct writer *w, const struct fhir_ask *a)
{
	char codes[256];
	if (a->type != FHIR_OBSERVATION || (a->capability->offers[a->type] & OFFER_CODE) == 0)
		return;
	fhir_observation_codes(codes, sizeof codes);
	put_name(w, "code");
	put(w, "%s", codes);
}

/* "name=a,b,c": the index-th lot of keys; false when there is no such lot. */
static bool put_keys(struct writer *w, const struct fhir_ask *a, enum fhir_key key,
	const char *name, int lot, int index)
{
	char ids[FHIR_KEYS_MAX][ID_SIZE];
	lot = lot < FHIR_KEYS_MAX ? lot : FHIR_KEYS_MAX;
	int n = fhir_known_ids(a->map, key, a->from_ms, a->to_ms, index * lot, ids, lot);
	if (n > 0)
		put_name(w, name);
	for (int i = 0; i < n; i++)
		put(w, "%s%s", i > 0 ? "," : "", ids[i]);
	return n > 0;
}

/* -- the three strategies ------------------------------------------------------- */

/* The programme is always a day: a window of two instants, because bare dates
 * lose the small hours on servers that live in another zone. Oracle wants a
 * location with it, Epic tells surgery from clinics by a category. */
static bool programme(struct writer *w, const struct fhir_ask *a, int index)
{
	const struct fhir_server *server = a->capability->server;
	unsigned offers = a->capability->offers[a->type];
	if (server->narrow == NARROW_LOCATION && a->map->options.site != NULL) {
		if (!put_keys(w, a, FHIR_KEY_THEATRE, "location", FHIR_KEYS_MAX, index))
			return false;
	} else if (index > 0) {
		return false;
	}
	if (server->narrow == NARROW_SURGERY && (offers & OFFER_CATEGORY)) {
		put_name(w, "service-category");
		put(w, "surgery");
	}
	put_instant(w, "date", "ge", a->from_ms);
	put_instant(w, "date", "lt", a->to_ms);
	if (offers & OFFER_INCLUDE_PATIENT) {
		put_name(w, "_include");
		put(w, "Appointment:patient");
	}
	put_count(w, a);
	return true;
}

static bool ask_day(struct writer *w, const struct fhir_ask *a, int index)
{
	const struct day_rule *rule = &day_rules[a->type];
	unsigned offers = a->capability->offers[a->type];
	bool by_id = rule->param != NULL && strcmp(rule->param, "_id") == 0;
	bool keyed = rule->key != FHIR_KEY_NONE && (offers & (by_id ? OFFER_ID : OFFER_PATIENT))
		     && (rule->key != FHIR_KEY_ROOM || a->map->options.site != NULL);
	if (a->type == FHIR_APPOINTMENT)
		return programme(w, a, index);
	if ((rule->sweeps && a->round == ROUND_DELTA) || (rule->theirs && !keyed))
		return false;
	if (keyed) {
		int lot = by_id ? FHIR_KEYS_MAX : a->capability->server->keys;
		if (!put_keys(w, a, rule->key, rule->param, lot, index))
			return false;
	} else if (index > 0) {
		return false;
	}
	/* What is only prepared has no date: it is left out by date alone where a
	 * patient's whole past would cost too much. */
	bool dated = !rule->dates || a->capability->server->by_patient;
	if (rule->days_back >= 0 && dated && (offers & OFFER_DATE)) {
		int64_t from = a->from_ms - rule->days_back * DAY_MS;
		if (rule->dates) {
			put_date(w, "ge", from);
		} else {
			put_instant(w, "date", "ge", from);
			put_instant(w, "date", "lt", a->to_ms);
		}
	}
	put_codes(w, a);
	put_count(w, a);
	return true;
}

/* The first time there is nothing to be newer than. */
static bool ask_first(struct writer *w, const struct fhir_ask *a, int index)
{
	unsigned offers = a->capability->offers[a->type];
	if (a->type == FHIR_APPOINTMENT)
		return programme(w, a, index);
	if (a->type == FHIR_PATIENT && (offers & OFFER_ID)) {
		if (!put_keys(w, a, FHIR_KEY_PATIENT, "_id", FHIR_KEYS_MAX, index))
			return false;
		put_count(w, a);
		return true;
	}
	if (index > 0)
		return false;
	if (day_rules[a->type].clinical && (offers & OFFER_LAST_UPDATED))
		put_instant(w, "_lastUpdated", "ge", a->from_ms - FIRST_LOAD_DAYS * DAY_MS);
	put_codes(w, a);
	put_count(w, a);
	return true;
}

static bool ask_delta(struct writer *w, const struct fhir_ask *a, int index)
{
	if (a->since_ms == 0 || (a->type == FHIR_APPOINTMENT && a->round == ROUND_SWEEP))
		return ask_first(w, a, index);
	if (index == 0) {
		put_instant(w, "_lastUpdated", "ge", a->since_ms);
		put_codes(w, a);
		put_count(w, a);
		return true;
	}
	/* A patient new in the programme may not have changed for years. */
	if (a->type != FHIR_PATIENT || (a->capability->offers[a->type] & OFFER_ID) == 0
		|| !put_keys(w, a, FHIR_KEY_NEW_PATIENT, "_id", FHIR_KEYS_MAX, index - 1))
		return false;
	put_count(w, a);
	return true;
}

static bool ask_history(struct writer *w, const struct fhir_ask *a, int index)
{
	if (a->since_ms == 0 || (a->type == FHIR_APPOINTMENT && a->round == ROUND_SWEEP))
		return ask_first(w, a, index);
	if (index > 0)
		return false;
	put(w, "/_history");
	put_instant(w, "_since", "", a->since_ms);
	put_count(w, a);
	return true;
}

bool fhir_query(const struct fhir_ask *a, int index, char *out, size_t size)
{
	static bool (*const ways[STRATEGY_COUNT])(struct writer *, const struct fhir_ask *, int) = {
		[STRATEGY_DELTA] = ask_delta,
		[STRATEGY_DAY] = ask_day,
		[STRATEGY_HISTORY] = ask_history,
	};
	struct writer w = {out, size, 0, false};
	put(&w, "%s/%s", a->base, fhir_type_name(a->type));
	return ways[a->strategy](&w, a, index) && w.n + 1 < size;
}

void fhir_day(int64_t now_ms, int64_t *from_ms, int64_t *to_ms)
{
	time_t now = (time_t)(now_ms / 1000);
	struct tm day;
	localtime_r(&now, &day);
	day.tm_hour = day.tm_min = day.tm_sec = 0;
	day.tm_isdst = -1;
	struct tm next = day;
	next.tm_mday++;
	*from_ms = (int64_t)mktime(&day) * 1000;
	*to_ms = (int64_t)mktime(&next) * 1000;
}
