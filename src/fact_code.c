/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fact as canonical JSON and back. One table says which fields each kind
 * has; both directions walk it, so that they cannot drift apart.
 *
 * Canonical: keys in the order of the table, no white space, a field at its
 * missing value is left out, doubles in the shortest form that reads back to
 * the same bits. Words, not numbers, stand for enumerations: the order of an
 * enum may change without touching an old journal.
 */

#include "src/journal.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "twin/text.h"

/* Doubles hold integers exactly up to here; larger ones travel as strings,
 * because cJSON reads every number into a double. */
#define EXACT_MAX INT64_C(9007199254740992)

enum field_type {
	FIELD_TEXT,  /* missing: "" */
	FIELD_TIME,  /* int64_t, missing: 0 */
	FIELD_INT,   /* missing: -1 */
	FIELD_BOOL,  /* missing: false */
	FIELD_REAL,  /* always written: any value may be a measured one */
	FIELD_MAYBE, /* double, missing: -1 */
	FIELD_CHAR,  /* one letter, missing: 0 */
	FIELD_WORD,  /* an enum, always written as its word */
	FIELD_OPTION /* an enum, missing: 0 */
};

struct words {
	const char *(*name)(int value);
	int (*parse)(const char *word);
	int count;
};

struct field {
	const char *key;
	enum field_type type;
	size_t offset;
	size_t size; /* of a text, with its NUL */
	const struct words *words;
};

/* Enums have types of their own; these give them one signature. */
#define WORDS(type, last)                                                                          \
	static const char *type##_word(int value)                                                  \
	{                                                                                          \
		return type##_name((enum type)value);                                              \
	}                                                                                          \
	static const struct words type##_words = {type##_word, type##_parse, last}
WORDS(milestone, MILESTONE_COUNT);
WORDS(case_status, CASE_STATUS_COUNT);
WORDS(readiness, READY_COUNT);
WORDS(intake, INTAKE_COUNT);
WORDS(mobility, MOBILITY_COUNT);
WORDS(setting, SETTING_COUNT);
WORDS(room_service, SERVICE_COUNT);
WORDS(located, LOCATED_COUNT);
WORDS(quantity, QUANTITY_COUNT);
WORDS(priority, PRIORITY_COUNT);
WORDS(alarm_act, ALARM_ACT_COUNT);
WORDS(alarm_class, ALARM_CLASS_COUNT);
WORDS(notice_state, NOTICE_STATE_COUNT);
WORDS(order_state, ORDER_STATE_COUNT);
WORDS(promised, PROMISED_COUNT);
WORDS(person_role, PERSON_ROLE_COUNT);
WORDS(foretold, FORETOLD_COUNT);
WORDS(hazard, HAZARD_COUNT);

#define AT(member) offsetof(struct fact, member)
#define TEXT(key, member)                                                                          \
	{                                                                                          \
		key, FIELD_TEXT, AT(member), sizeof((struct fact *)0)->member, NULL                \
	}
#define TIME(key, member)                                                                          \
	{                                                                                          \
		key, FIELD_TIME, AT(member), 0, NULL                                               \
	}
#define INT(key, member)                                                                           \
	{                                                                                          \
		key, FIELD_INT, AT(member), 0, NULL                                                \
	}
#define BOOL(key, member)                                                                          \
	{                                                                                          \
		key, FIELD_BOOL, AT(member), 0, NULL                                               \
	}
#define REAL(key, member)                                                                          \
	{                                                                                          \
		key, FIELD_REAL, AT(member), 0, NULL                                               \
	}
#define MAYBE(key, member)                                                                         \
	{                                                                                          \
		key, FIELD_MAYBE, AT(member), 0, NULL                                              \
	}
#define CHAR(key, member)                                                                          \
	{                                                                                          \
		key, FIELD_CHAR, AT(member), 0, NULL                                               \
	}
#define WORD(key, member, type)                                                                    \
	{                                                                                          \
		key, FIELD_WORD, AT(member), 0, &type##_words                                      \
	}
#define END                                                                                        \
	{                                                                                          \
		NULL, FIELD_TEXT, 0, 0, NULL                                                       \
	}

enum { FIELDS_MAX = 14 };

static const struct field table[FACT_KIND_COUNT][FIELDS_MAX] = {
	[FACT_SITE] = {TEXT("hash", site.hash), END},
	[FACT_CASE] = {TEXT("id", surgery.id), TEXT("patient", surgery.patient),
		TEXT("room", surgery.room), TEXT("surgeon", surgery.surgeon),
		TEXT("anaesthetist", surgery.anaesthetist), TEXT("procedure", surgery.procedure),
		TEXT("not_understood", surgery.not_understood), TIME("start_ms", surgery.start_ms),
		TIME("end_ms", surgery.end_ms), WORD("status", surgery.status, case_status),
		WORD("setting", surgery.setting, setting), INT("nest", surgery.nest),
		INT("add_on", surgery.add_on), END},
	[FACT_PATIENT] = {TEXT("id", patient.id), INT("age_years", patient.age_years),
		INT("asa", patient.asa), MAYBE("bmi", patient.bmi), CHAR("sex", patient.sex),
		WORD("mobility", patient.mobility, mobility),
		WORD("setting", patient.setting, setting), END},
	[FACT_TAG] = {TEXT("tag", tag.tag), TEXT("patient", tag.patient), END},
	[FACT_MILESTONE] = {TEXT("id", milestone.id),
		WORD("milestone", milestone.milestone, milestone),
		TIME("when_ms", milestone.when_ms), BOOL("at_most", milestone.at_most),
		BOOL("withdrawn", milestone.withdrawn), END},
	[FACT_READINESS] = {TEXT("id", readiness.id), WORD("item", readiness.item, readiness),
		INT("value", readiness.value), END},
	[FACT_STATUS] = {TEXT("id", status.id), WORD("status", status.status, case_status), END},
	[FACT_PLACE] = {TEXT("patient", place.patient), TEXT("id", place.id),
		TEXT("room", place.room), TEXT("bed", place.bed), TIME("start_ms", place.start_ms),
		TIME("end_ms", place.end_ms), END},
	[FACT_ROOM] = {TEXT("room", room.room), WORD("service", room.service, room_service), END},
	[FACT_LOCATED] = {TEXT("tag", located.tag), WORD("state", located.state, located),
		TEXT("room", located.room), TEXT("other", located.other),
		REAL("confidence", located.confidence),
		REAL("other_confidence", located.other_confidence), END},
	[FACT_READING] = {TEXT("tag", reading.tag), WORD("quantity", reading.quantity, quantity),
		REAL("value", reading.value), END},
	[FACT_PRESS] = {TEXT("tag", press.tag), TEXT("signature", press.signature),
		TEXT("gateway", press.gateway), BOOL("late", press.late), END},
	[FACT_GATEWAY] = {TEXT("gateway", gateway.gateway), BOOL("silent", gateway.silent), END},
	[FACT_CONDITION] = {TEXT("key", condition.key), BOOL("active", condition.active),
		WORD("priority", condition.priority, priority), TEXT("text", condition.text), END},
	[FACT_ALARM] = {TEXT("key", alarm.key), WORD("act", alarm.act, alarm_act),
		TIME("covers_ms", alarm.covers_ms), TIME("until_ms", alarm.until_ms),
		BOOL("one_shot", alarm.one_shot), INT("seen", alarm.seen), END},
	[FACT_ESTIMATE] = {TEXT("id", estimate.id), MAYBE("left_min", estimate.left_min),
		TIME("when_ms", estimate.when_ms), END},
	[FACT_RESOURCE] = {TEXT("id", resource.id), INT("units", resource.units), END},
	[FACT_LEARN] = {TEXT("id", learn.id), BOOL("use", learn.use), END},
	[FACT_INTAKE] = {TEXT("id", intake.id), WORD("what", intake.intake, intake),
		TIME("when_ms", intake.when_ms), END},
	[FACT_HISTORY] = {TEXT("id", history.id), TIME("admitted_ms", history.admitted_ms),
		INT("acute", history.acute), INT("charlson", history.charlson),
		INT("ed_visits", history.ed_visits), END},
	[FACT_FORETOLD] = {WORD("what", foretold.what, foretold), TEXT("id", foretold.id),
		TIME("about_ms", foretold.about_ms), MAYBE("chance", foretold.chance),
		MAYBE("low", foretold.low), MAYBE("middle", foretold.middle),
		MAYBE("high", foretold.high), END},
	[FACT_HAZARD] = {WORD("hazard", hazard.hazard, hazard), TEXT("id", hazard.id),
		BOOL("active", hazard.active), MAYBE("chance", hazard.chance),
		TIME("about_ms", hazard.about_ms), INT("reps", hazard.reps), END},
	[FACT_IDEA] = {TEXT("name", idea.name), INT("step", idea.step), TEXT("text", idea.text),
		END},
	[FACT_RAISE] = {TEXT("key", raise.key), WORD("class", raise.class_, alarm_class),
		WORD("priority", raise.priority, priority), TIME("raised_ms", raise.raised_ms),
		TIME("cleared_ms", raise.cleared_ms), BOOL("again", raise.again),
		TEXT("text", raise.text), TEXT("tag", raise.tag), TEXT("room", raise.room), END},
	[FACT_NOTICE] = {TEXT("key", notice.key), TIME("raised_ms", notice.raised_ms),
		INT("step", notice.step),
		{"priority", FIELD_OPTION, AT(notice.priority), 0, &priority_words},
		WORD("state", notice.state, notice_state), TEXT("target", notice.target),
		TEXT("id", notice.id), INT("tries", notice.tries), END},
	[FACT_NOTE] = {TEXT("id", note.id), TEXT("subject", note.subject), TEXT("text", note.text),
		END},
	[FACT_STOCK] = {TEXT("tag", stock.tag), END},
	[FACT_NEST] = {TEXT("id", nest.id), INT("class", nest.class), END},
	[FACT_LOCK] = {TEXT("id", lock.id), BOOL("locked", lock.locked), END},
	[FACT_ORDER] = {TEXT("plan", order.plan), INT("step", order.step),
		INT("steps", order.steps), BOOL("undo", order.undo),
		WORD("state", order.state, order_state), TEXT("text", order.text),
		TEXT("before", order.before), TEXT("way", order.way), TEXT("about", order.about),
		TEXT("version", order.version), TEXT("why", order.why),
		TEXT("theirs", order.theirs), END},
	[FACT_PROMISE] = {TEXT("plan", promise.plan), WORD("what", promise.what, promised),
		TEXT("id", promise.id), REAL("nothing", promise.nothing), REAL("low", promise.low),
		REAL("middle", promise.middle), REAL("high", promise.high),
		TIME("due_ms", promise.due_ms), END},
	[FACT_STATION] = {TEXT("station", station.station), TIME("away_ms", station.away_ms), END},
	[FACT_AUDIT] = {TEXT("what", audit.what), TEXT("subject", audit.subject),
		TEXT("reason", audit.reason), END},
};

/* Of every kind, where somebody did it. */
static const struct field author[] = {
	TEXT("by_station", by.station),
	TIME("by_hlc_ms", by.hlc_ms),
	{"by_role", FIELD_OPTION, AT(by.role), 0, &person_role_words},
	TEXT("by_from", by.from),
	TEXT("by_reason", by.reason),
	END,
};

static void put_text(FILE *out, const char *text, size_t size)
{
	fputc('"', out);
	for (size_t i = 0; i < size && text[i] != '\0'; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", (unsigned)c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void put_int(FILE *out, int64_t v)
{
	if (v > EXACT_MAX || v < -EXACT_MAX)
		fprintf(out, "\"%" PRId64 "\"", v);
	else
		fprintf(out, "%" PRId64, v);
}

/* JSON has no word for infinity; a text keeps such a value readable. */
static void put_real(FILE *out, double v)
{
	char text[40];
	if (isnan(v) || isinf(v)) {
		fputs(isnan(v) ? "\"nan\"" : v > 0 ? "\"inf\"" : "\"-inf\"", out);
		return;
	}
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(text, sizeof text, "%.*g", digits, v);
		if (!(strtod(text, NULL) < v) && !(strtod(text, NULL) > v))
			break;
	}
	/* The user's locale may write a comma; a journal must not. */
	char *comma = strchr(text, ',');
	if (comma != NULL)
		*comma = '.';
	fputs(text, out);
}

static int get_enum(const char *at)
{
	int value;
	memcpy(&value, at, sizeof value);
	return value;
}

static bool field_missing(const struct field *f, const char *at)
{
	int64_t time;
	double real;
	switch (f->type) {
	case FIELD_TEXT:
	case FIELD_CHAR:
		return *at == '\0';
	case FIELD_TIME:
		memcpy(&time, at, sizeof time);
		return time == 0;
	case FIELD_INT:
		return get_enum(at) == FACT_UNKNOWN;
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_MAYBE:
		memcpy(&real, at, sizeof real);
		return !(real < FACT_UNKNOWN) && !(real > FACT_UNKNOWN) && !isnan(real);
	case FIELD_OPTION:
		return get_enum(at) == 0;
	case FIELD_REAL:
	case FIELD_WORD:
		break;
	}
	return false;
}

static void put_field(FILE *out, const struct field *f, const char *at)
{
	int64_t time;
	double real;
	if (field_missing(f, at))
		return;
	fprintf(out, ",\"%s\":", f->key);
	switch (f->type) {
	case FIELD_TEXT:
		put_text(out, at, f->size);
		break;
	case FIELD_CHAR:
		put_text(out, at, 1);
		break;
	case FIELD_TIME:
		memcpy(&time, at, sizeof time);
		put_int(out, time);
		break;
	case FIELD_INT:
		fprintf(out, "%d", get_enum(at));
		break;
	case FIELD_BOOL:
		fputs("true", out);
		break;
	case FIELD_REAL:
	case FIELD_MAYBE:
		memcpy(&real, at, sizeof real);
		put_real(out, real);
		break;
	case FIELD_WORD:
	case FIELD_OPTION:
		put_text(out, f->words->name(get_enum(at)), SIZE_MAX);
		break;
	}
}

char *fact_encode(const struct fact *fact)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	fputs("{\"fact\":", out);
	put_text(out, fact_kind_name(fact->kind), SIZE_MAX);
	fputs(",\"source\":", out);
	put_text(out, source_name(fact->source), SIZE_MAX);
	fputs(",\"seq\":", out);
	put_int(out, (int64_t)fact->seq);
	fputs(",\"at_ms\":", out);
	put_int(out, fact->at_ms);
	if (fact->source_ms != 0) {
		fputs(",\"source_ms\":", out);
		put_int(out, fact->source_ms);
	}
	if (fact->origin[0] != '\0') {
		fputs(",\"origin\":", out);
		put_text(out, fact->origin, sizeof fact->origin);
	}
	for (const struct field *f = author; f->key != NULL; f++)
		put_field(out, f, (const char *)fact + f->offset);
	if ((int)fact->kind > FACT_NONE && fact->kind < FACT_KIND_COUNT)
		for (const struct field *f = table[fact->kind]; f->key != NULL; f++)
			put_field(out, f, (const char *)fact + f->offset);
	fputc('}', out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* Decoding. Each get_* returns false for a value of the wrong type or range;
 * a missing key leaves the missing value. */

static bool get_int64(const cJSON *item, int64_t *value)
{
	if (item == NULL)
		return true;
	if (cJSON_IsString(item)) {
		char *end;
		errno = 0;
		*value = strtoll(item->valuestring, &end, 10);
		return errno == 0 && end != item->valuestring && *end == '\0';
	}
	double v = item->valuedouble;
	if (!cJSON_IsNumber(item) || !(v >= -(double)EXACT_MAX && v <= (double)EXACT_MAX)
		|| v < floor(v) || v > floor(v))
		return false;
	*value = (int64_t)v;
	return true;
}

static bool get_text(const cJSON *item, char *at, size_t size)
{
	if (item == NULL)
		return true;
	if (!cJSON_IsString(item) || strlen(item->valuestring) >= size)
		return false;
	memcpy(at, item->valuestring, strlen(item->valuestring) + 1);
	return true;
}

static bool get_real(const cJSON *item, char *at)
{
	double v = FACT_UNKNOWN;
	if (cJSON_IsString(item)) {
		if (strcmp(item->valuestring, "nan") != 0 && strcmp(item->valuestring, "inf") != 0
			&& strcmp(item->valuestring, "-inf") != 0)
			return false;
		v = strtod(item->valuestring, NULL);
	} else if (item != NULL) {
		if (!cJSON_IsNumber(item) || isinf(item->valuedouble))
			return false;
		v = item->valuedouble;
	}
	memcpy(at, &v, sizeof v);
	return true;
}

static bool get_word(const cJSON *item, const struct words *words, char *at)
{
	int value = cJSON_IsString(item) ? words->parse(item->valuestring) : -1;
	if (value < 0 || value >= words->count)
		return false;
	memcpy(at, &value, sizeof value);
	return true;
}

static bool get_small_int(const cJSON *item, char *at)
{
	int64_t wide = FACT_UNKNOWN;
	if (!get_int64(item, &wide) || wide < INT32_MIN || wide > INT32_MAX)
		return false;
	int value = (int)wide;
	memcpy(at, &value, sizeof value);
	return true;
}

static bool get_field(const cJSON *json, const struct field *f, char *at)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, f->key);
	int64_t time = 0;
	char letter[2] = "";
	switch (f->type) {
	case FIELD_TEXT:
		return get_text(item, at, f->size);
	case FIELD_CHAR:
		if (!get_text(item, letter, sizeof letter))
			return false;
		*at = letter[0];
		return true;
	case FIELD_TIME:
		if (!get_int64(item, &time))
			return false;
		memcpy(at, &time, sizeof time);
		return true;
	case FIELD_INT:
		return get_small_int(item, at);
	case FIELD_BOOL:
		*(bool *)at = cJSON_IsTrue(item);
		return item == NULL || cJSON_IsBool(item);
	case FIELD_REAL:
		return item != NULL && get_real(item, at);
	case FIELD_MAYBE:
		return get_real(item, at);
	case FIELD_WORD:
		return get_word(item, f->words, at);
	case FIELD_OPTION:
		return item == NULL || get_word(item, f->words, at);
	}
	return false;
}

static bool get_head(struct fact *fact, const cJSON *json)
{
	const cJSON *kind = cJSON_GetObjectItemCaseSensitive(json, "fact");
	const cJSON *source = cJSON_GetObjectItemCaseSensitive(json, "source");
	int k = cJSON_IsString(kind) ? fact_kind_parse(kind->valuestring) : -1;
	int s = cJSON_IsString(source) ? source_parse(source->valuestring) : -1;
	int64_t seq = 0;
	if (k <= FACT_NONE || k >= FACT_KIND_COUNT || s < 0 || s >= SOURCE_COUNT)
		return false;
	fact->kind = (enum fact_kind)k;
	fact->source = (enum source)s;
	if (!get_int64(cJSON_GetObjectItemCaseSensitive(json, "seq"), &seq) || seq < 0)
		return false;
	fact->seq = (uint64_t)seq;
	return get_int64(cJSON_GetObjectItemCaseSensitive(json, "at_ms"), &fact->at_ms)
	       && get_int64(cJSON_GetObjectItemCaseSensitive(json, "source_ms"), &fact->source_ms)
	       && get_text(cJSON_GetObjectItemCaseSensitive(json, "origin"), fact->origin,
		       sizeof fact->origin);
}

int fact_decode_json(struct fact *fact, const cJSON *json)
{
	memset(fact, 0, sizeof *fact);
	bool good = cJSON_IsObject(json) && get_head(fact, json);
	for (const struct field *f = author; good && f->key != NULL; f++)
		good = get_field(json, f, (char *)fact + f->offset);
	if (good)
		for (const struct field *f = table[fact->kind]; good && f->key != NULL; f++)
			good = get_field(json, f, (char *)fact + f->offset);
	return good ? 0 : -EINVAL;
}

int fact_decode(struct fact *fact, const char *json)
{
	cJSON *root = cJSON_ParseWithOpts(json, NULL, 1);
	int rc = fact_decode_json(fact, root);
	cJSON_Delete(root);
	return rc;
}

static int neutralise(char *text, size_t size)
{
	char safe[NOTE_TEXT];
	text_neutralise(safe, size < sizeof safe ? size : sizeof safe, text, strlen(text));
	if (strcmp(safe, text) == 0)
		return 0;
	text_copy(text, size, safe);
	return 1;
}

int fact_neutralise(struct fact *fact)
{
	int changed = neutralise(fact->origin, sizeof fact->origin);
	for (const struct field *f = author; f->key != NULL; f++)
		if (f->type == FIELD_TEXT)
			changed += neutralise((char *)fact + f->offset, f->size);
	for (const struct field *f = table[fact->kind]; f->key != NULL; f++)
		if (f->type == FIELD_TEXT)
			changed += neutralise((char *)fact + f->offset, f->size);
	return changed;
}
