/* SPDX-License-Identifier: Apache-2.0 */
#include "src/share_wire.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/journal.h"
#include "twin/alarm.h"
#include "twin/hash.h"
#include "twin/orders.h"
#include "twin/text.h"
#include "twin/twin.h"

enum {
	DEPTH_MAX = 4,
	MINUTE_MS = 60000,
	LONGEST_SHELF_MS = 8 * 60 * MINUTE_MS,
	DAY_MS = 24 * 60 * MINUTE_MS
};

/* --- topics --- */

bool share_is_name(const char *text)
{
	return text_is_id(text) && strchr(text, '.') == NULL;
}

/* One act of an alarm and the register it is kept in. What opens an occurrence keeps
 * to itself: the act that follows must not take it from those who were away. */
static const char *const registers[ALARM_ACT_COUNT] = {
	[ALARM_ACKNOWLEDGE] = "ack",
	[ALARM_RESET] = "reset",
	[ALARM_TAKE] = "owner",
	[ALARM_LEAVE] = "owner",
	[ALARM_SHELVE] = "shelf",
	[ALARM_UNSHELVE] = "shelf",
	[ALARM_UNACKNOWLEDGE] = "unack",
	[ALARM_OUT_OF_SERVICE] = "service",
	[ALARM_RETURN] = "return",
};

bool share_suffix(const struct fact *fact, char out[SHARE_SUFFIX_SIZE])
{
	char field[FIELD_SIZE], token[TOKEN_SIZE];
	const char *of = "";
	out[0] = '\0';
	if (!fact_field(fact, field))
		return false;
	field_token(field, token);
	if (fact->kind == FACT_RAISE)
		of = "raise";
	else if (fact->kind == FACT_ALARM && (unsigned)fact->alarm.act < ALARM_ACT_COUNT)
		of = registers[fact->alarm.act];
	if (of[0] != '\0')
		snprintf(out, SHARE_SUFFIX_SIZE, "alarm/%s/%s", token, of);
	else
		snprintf(out, SHARE_SUFFIX_SIZE, "fact/%s", token);
	return true;
}

void share_topic_make(char out[SHARE_TOPIC_SIZE], const char *root, const char *station,
	const char *author, const char *suffix)
{
	if (strcmp(station, author) == 0)
		snprintf(out, SHARE_TOPIC_SIZE, "%s/%s/share/%s", root, station, suffix);
	else
		snprintf(out, SHARE_TOPIC_SIZE, "%s/%s/share/via/%s/%s", root, station, author,
			suffix);
}

/* The level at *at without its slash, into out; advances. */
static bool level(const char **at, char *out, size_t size)
{
	size_t n = strcspn(*at, "/");
	if (n == 0 || n >= size)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n + ((*at)[n] == '/');
	return true;
}

static bool is_token(const char *text)
{
	return strlen(text) == TOKEN_SIZE - 1 && strspn(text, "0123456789abcdef") == TOKEN_SIZE - 1;
}

static bool is_register(const char *text)
{
	for (int i = 0; i < ALARM_ACT_COUNT; i++)
		if (strcmp(registers[i], text) == 0)
			return true;
	return strcmp(text, "raise") == 0;
}

static bool parse_suffix(struct share_topic *out, const char *at)
{
	static const struct {
		const char *word;
		enum share_kind kind;
	} alone[] = {{"here", SHARED_HERE}, {"index", SHARED_INDEX}, {"seen", SHARED_SEEN},
		{"ask", SHARED_ASK}, {"head", SHARED_HEAD}};
	char head[8], token[TOKEN_SIZE], of[8];
	if (strlen(at) >= sizeof out->suffix)
		return false;
	memcpy(out->suffix, at, strlen(at) + 1);
	for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
		if (strcmp(at, alone[i].word) == 0) {
			out->kind = alone[i].kind;
			return strcmp(out->station, out->author) == 0;
		}
	if (!level(&at, head, sizeof head) || !level(&at, token, sizeof token) || !is_token(token))
		return false;
	out->kind = SHARED_FACT;
	if (strcmp(head, "fact") == 0)
		return *at == '\0';
	out->kind = SHARED_ALARM;
	return strcmp(head, "alarm") == 0 && level(&at, of, sizeof of) && *at == '\0'
	       && is_register(of);
}

bool share_topic_parse(struct share_topic *out, const char *root, const char *topic)
{
	size_t n = strlen(root);
	const char *at = topic + n + 1;
	char word[ID_SIZE];
	memset(out, 0, sizeof *out);
	if (strncmp(topic, root, n) != 0 || topic[n] != '/' || topic[strlen(topic) - 1] == '/')
		return false;
	if (!level(&at, out->station, sizeof out->station) || !share_is_name(out->station)
		|| !level(&at, word, sizeof word) || strcmp(word, "share") != 0)
		return false;
	memcpy(out->author, out->station, sizeof out->author);
	if (strncmp(at, "via/", 4) == 0) {
		at += 4;
		if (!level(&at, out->author, sizeof out->author) || !share_is_name(out->author))
			return false;
	}
	return parse_suffix(out, at);
}

/* --- bytes to JSON, strictly --- */

/* No NUL, raw or escaped, and no depth worth the name: cJSON would take both. */
static bool scan(const char *text, size_t len)
{
	int depth = 0;
	bool inside = false;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		if (c < ' ')
			return false;
		if (inside && c == '\\') {
			if (len - i >= 6 && memcmp(text + i, "\\u0000", 6) == 0)
				return false;
			i++;
		} else if (c == '"') {
			inside = !inside;
		} else if (!inside) {
			depth += (c == '{' || c == '[') - (c == '}' || c == ']');
			if (depth > DEPTH_MAX)
				return false;
		}
	}
	return true;
}

static bool keys_are_single(const cJSON *object)
{
	for (const cJSON *a = object->child; a != NULL; a = a->next) {
		for (const cJSON *b = a->next; b != NULL && cJSON_IsObject(object); b = b->next)
			if (strcmp(a->string, b->string) == 0)
				return false;
		if (!keys_are_single(a))
			return false;
	}
	return true;
}

/* NULL: not an object of ours. */
static cJSON *parse(const void *bytes, size_t len)
{
	const char *end = NULL;
	if (len > SHARE_BYTES_MAX || !scan(bytes, len))
		return NULL;
	cJSON *json = cJSON_ParseWithLengthOpts(bytes, len, &end, 0);
	const cJSON *version = cJSON_GetObjectItemCaseSensitive(json, "vigie");
	if (json != NULL
		&& (end != (const char *)bytes + len || !cJSON_IsObject(json)
			|| !cJSON_IsNumber(version) || version->valueint != 1
			|| !keys_are_single(json))) {
		cJSON_Delete(json);
		json = NULL;
	}
	return json;
}

static const char *get_text(const cJSON *json, const char *key)
{
	const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, key));
	return text != NULL ? text : "";
}

static bool is_flag(const cJSON *json, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, key));
}

/* A whole number of that range; missing: not one. */
static bool whole(const cJSON *item, double low, double high, int64_t *out)
{
	if (!cJSON_IsNumber(item) || !(item->valuedouble >= low && item->valuedouble <= high)
		|| floor(item->valuedouble) < item->valuedouble)
		return false;
	*out = (int64_t)item->valuedouble;
	return true;
}

static bool get_whole(const cJSON *json, const char *key, double low, double high, int64_t *out)
{
	return whole(cJSON_GetObjectItemCaseSensitive(json, key), low, high, out);
}

/* Year 9999, and exact in a double. */
#define LAST_MS 253402300799999.0

/* --- facts --- */

char *share_encode(const struct fact *fact)
{
	struct fact plain = *fact;
	char *text = NULL;
	plain.seq = 0; /* both are the receiver's */
	plain.at_ms = 0;
	char *inner = fact_encode(&plain);
	cJSON *by = cJSON_CreateString(fact->origin);
	char *who = cJSON_PrintUnformatted(by);
	if (inner == NULL || who == NULL
		|| asprintf(&text,
			   "{\"vigie\":1,\"station\":\"%s\",\"hlc\":%" PRId64
			   ",\"by\":%s,\"role\":\"%s\",\"fact\":%s}",
			   fact->by.station, fact->by.hlc_ms, who, person_role_name(fact->by.role),
			   inner)
			   < 0)
		text = NULL;
	cJSON_Delete(by);
	free(inner);
	free(who);
	return text;
}

/* Ahead of our clock by more than may be. */
static bool is_future(const struct fact *f, int64_t now)
{
	int64_t seen = now + SHARE_COVERS_AHEAD_MS, told = now + SHARE_AHEAD_MS;
	if (f->by.hlc_ms > told || f->source_ms > told)
		return true;
	switch (f->kind) {
	case FACT_ALARM:
		return f->alarm.covers_ms > seen || f->by.hlc_ms > seen
		       || f->alarm.until_ms > now + LONGEST_SHELF_MS + SHARE_AHEAD_MS;
	case FACT_RAISE:
		return f->raise.raised_ms > seen || f->raise.cleared_ms > seen;
	case FACT_CASE:
		return f->surgery.start_ms > told;
	case FACT_MILESTONE:
		return f->milestone.when_ms > told;
	case FACT_ESTIMATE:
		return f->estimate.when_ms > told;
	case FACT_INTAKE:
		return f->intake.when_ms > told;
	case FACT_NOTICE:
		return f->notice.raised_ms > seen;
	default:
		return false;
	}
}

/* All that a person says of a case: one that was not on the list. Those of the hospital
 * are not moved this way. */
static bool is_emergency(const struct fact_case *c)
{
	return strncmp(c->id, EMERGENCY_ID, strlen(EMERGENCY_ID)) == 0 && c->room[0] == '\0'
	       && c->status == CASE_REQUESTED && c->nest >= 1 && c->nest <= 6 && c->add_on == 1
	       && c->start_ms > 0 && c->end_ms > c->start_ms && c->end_ms - c->start_ms <= DAY_MS;
}

/* What rules and senders find vigie says itself, what is decided a person. */
static bool speaks_as_due(const struct fact *f)
{
	bool person = f->source == SOURCE_PERSON, vigie = f->source == SOURCE_SYSTEM;
	switch (f->kind) {
	case FACT_RAISE:
	case FACT_NOTICE:
	case FACT_PROMISE:
		return vigie;
	case FACT_ORDER:
		return person || (vigie && f->order.state != ORDER_APPROVED);
	default:
		return person;
	}
}

static bool is_sane(const struct fact *f)
{
	if (!speaks_as_due(f) || f->by.hlc_ms <= 0 || f->source_ms < 0)
		return false;
	switch (f->kind) {
	case FACT_ALARM:
		return f->alarm.covers_ms >= 0 && f->alarm.until_ms >= 0;
	case FACT_RAISE:
		return f->raise.raised_ms > 0 && f->raise.cleared_ms >= 0;
	case FACT_CASE:
		return is_emergency(&f->surgery);
	case FACT_MILESTONE:
		return f->milestone.when_ms >= 0;
	case FACT_ESTIMATE:
		return f->estimate.left_min >= -1 && f->estimate.left_min <= 2880;
	case FACT_RESOURCE:
		return f->resource.units >= -1 && f->resource.units <= 1000;
	case FACT_READINESS:
		return f->readiness.value >= -1 && f->readiness.value <= 1;
	case FACT_INTAKE:
		return f->intake.when_ms >= 0;
	case FACT_IDEA:
		return f->idea.step >= 0 && f->idea.step < TWIN_IDEA_STEPS;
	case FACT_NOTICE:
		return f->notice.step >= 1 && f->notice.step <= ALARM_STEPS && f->notice.tries >= 0
		       && f->notice.tries <= 1000 && f->notice.raised_ms > 0;
	case FACT_ORDER:
		return f->order.step >= 0 && f->order.step < f->order.steps
		       && f->order.steps <= ORDERS_STEPS && text_is_id(f->order.plan);
	case FACT_PROMISE:
		return text_is_id(f->promise.plan);
	default:
		return true;
	}
}

static enum share_refusal refuse(enum share_refusal why, char what[LABEL_SIZE], const char *text)
{
	text_copy(what, LABEL_SIZE, text);
	return why;
}

static enum share_refusal judge(const struct fact *f, const struct share_topic *topic,
	const cJSON *json, int64_t now, char what[LABEL_SIZE])
{
	char suffix[SHARE_SUFFIX_SIZE];
	int64_t hlc = 0;
	if (strcmp(get_text(json, "station"), topic->author) != 0
		|| strcmp(f->by.station, topic->author) != 0)
		return refuse(SHARE_REFUSED_STATION, what, "it speaks in another's name");
	if (!get_whole(json, "hlc", 1, LAST_MS, &hlc) || hlc != f->by.hlc_ms
		|| strcmp(get_text(json, "by"), f->origin) != 0
		|| strcmp(get_text(json, "role"), person_role_name(f->by.role)) != 0)
		return refuse(SHARE_REFUSED_SHAPE, what, "envelope and fact differ");
	if (!share_suffix(f, suffix) || !is_sane(f))
		return refuse(
			SHARE_REFUSED_FACT, what, "not a fact that is shared, or out of range");
	if (strcmp(suffix, topic->suffix) != 0)
		return refuse(
			SHARE_REFUSED_TOPIC, what, "it is about something else than its topic");
	if (is_future(f, now))
		return refuse(SHARE_REFUSED_FUTURE, what, "ahead of our clock");
	return SHARE_REFUSAL_COUNT;
}

enum share_refusal share_decode(struct fact *out, const struct share_topic *topic,
	const void *bytes, size_t len, int64_t now_ms, char what[LABEL_SIZE])
{
	if (len > SHARE_BYTES_MAX)
		return refuse(SHARE_REFUSED_SIZE, what, "over 8 KiB");
	cJSON *json = parse(bytes, len);
	const cJSON *fact = cJSON_GetObjectItemCaseSensitive(json, "fact");
	enum share_refusal why;
	if (!cJSON_IsObject(fact)) {
		why = refuse(SHARE_REFUSED_SHAPE, what, "not an envelope");
	} else if (fact_decode_json(out, fact) < 0) {
		why = refuse(SHARE_REFUSED_FACT, what, "not a fact");
	} else {
		fact_neutralise(out);
		why = judge(out, topic, json, now_ms, what);
	}
	cJSON_Delete(json);
	return why;
}

/* --- what stations say of themselves --- */

static cJSON *begin(const char *station)
{
	cJSON *json = cJSON_CreateObject();
	cJSON_AddNumberToObject(json, "vigie", 1);
	cJSON_AddStringToObject(json, "station", station);
	return json;
}

static char *finish(cJSON *json)
{
	char *text = cJSON_PrintUnformatted(json);
	cJSON_Delete(json);
	return text;
}

static void add_index(cJSON *json, const struct share_index *index)
{
	char sum[20];
	snprintf(sum, sizeof sum, "%016" PRIx64, index->sum);
	cJSON_AddNumberToObject(json, "count", index->count);
	cJSON_AddStringToObject(json, "hash", sum);
}

static bool take_index(struct share_index *out, const cJSON *json)
{
	const char *sum = get_text(json, "hash");
	int64_t count = 0;
	bool good = get_whole(json, "count", 0, 1e6, &count) && is_token(sum);
	*out = (struct share_index){(int)count, good ? strtoull(sum, NULL, 16) : 0};
	return good;
}

char *share_encode_here(const char *station, const struct share_here *h)
{
	cJSON *json = begin(station);
	if (h->gone) {
		cJSON_AddTrueToObject(json, "gone");
		return finish(json);
	}
	cJSON_AddNumberToObject(json, "now_ms", (double)h->now_ms);
	cJSON_AddStringToObject(json, "user", h->user);
	cJSON_AddStringToObject(json, "role", person_role_name(h->role));
	cJSON_AddBoolToObject(json, "escalates", h->escalates);
	cJSON_AddBoolToObject(json, "on_duty", h->on_duty);
	cJSON_AddNumberToObject(json, "rank", h->rank);
	cJSON_AddBoolToObject(json, "journal_ok", h->journal_ok);
	cJSON_AddNumberToObject(json, "feeds_down", h->feeds_down);
	if (h->counted)
		add_index(json, &h->index);
	return finish(json);
}

static bool take_here(struct share_here *out, const cJSON *json)
{
	const char *user = get_text(json, "user");
	int role = person_role_parse(get_text(json, "role"));
	int64_t rank = 0, down = 0;
	if (is_flag(json, "gone")) {
		out->gone = true;
		return true;
	}
	if (role < 0 || !get_whole(json, "now_ms", 1, LAST_MS, &out->now_ms)
		|| !get_whole(json, "rank", 0, 1e6, &rank)
		|| !get_whole(json, "feeds_down", 0, 100, &down))
		return false;
	text_neutralise(out->user, sizeof out->user, user, strlen(user));
	out->role = (enum person_role)role;
	out->rank = (int)rank;
	out->feeds_down = (int)down;
	out->escalates = is_flag(json, "escalates");
	out->on_duty = is_flag(json, "on_duty");
	out->journal_ok = is_flag(json, "journal_ok");
	out->counted = take_index(&out->index, json);
	return true;
}

bool share_decode_here(struct share_here *out, const void *bytes, size_t len)
{
	cJSON *json = parse(bytes, len);
	memset(out, 0, sizeof *out);
	bool good = json != NULL && take_here(out, json);
	cJSON_Delete(json);
	return good;
}

uint64_t share_sum(const char *author, const char *suffix, int64_t hlc_ms)
{
	uint64_t sum = hash64(HASH64_BASIS, author, strlen(author) + 1);
	sum = hash64(sum, suffix, strlen(suffix) + 1);
	for (int i = 0; i < 8; i++) {
		unsigned char byte = (unsigned char)((uint64_t)hlc_ms >> 8 * i);
		sum = hash64(sum, &byte, 1);
	}
	return sum;
}

char *share_encode_index(const char *station, const struct share_index *index)
{
	cJSON *json = begin(station);
	add_index(json, index);
	return finish(json);
}

bool share_decode_index(struct share_index *out, const void *bytes, size_t len)
{
	cJSON *json = parse(bytes, len);
	bool good = take_index(out, json);
	cJSON_Delete(json);
	return good;
}

char *share_encode_seen(const char *station, const struct share_seen *seen)
{
	cJSON *json = begin(station);
	cJSON_AddStringToObject(json, "of", seen->station);
	cJSON *list = cJSON_AddArrayToObject(json, "hlc");
	for (int i = 0; i < seen->count; i++)
		cJSON_AddItemToArray(list, cJSON_CreateNumber((double)seen->hlc_ms[i]));
	return finish(json);
}

bool share_decode_seen(struct share_seen *out, const void *bytes, size_t len)
{
	cJSON *json = parse(bytes, len);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, "hlc"), *item;
	memset(out, 0, sizeof *out);
	bool good = cJSON_IsArray(list) && share_is_name(get_text(json, "of"));
	if (good)
		text_copy(out->station, sizeof out->station, get_text(json, "of"));
	for (item = good ? list->child : NULL; item != NULL && good; item = item->next)
		good = out->count < SHARE_SEEN_MAX
		       && whole(item, 1, LAST_MS, &out->hlc_ms[out->count++]);
	cJSON_Delete(json);
	return good;
}

char *share_encode_ask(const char *station, const char *whom)
{
	cJSON *json = begin(station);
	cJSON_AddStringToObject(json, "of", whom);
	return finish(json);
}

bool share_decode_ask(char whom[ID_SIZE], const void *bytes, size_t len)
{
	cJSON *json = parse(bytes, len);
	bool good = share_is_name(get_text(json, "of"));
	text_copy(whom, ID_SIZE, good ? get_text(json, "of") : "");
	cJSON_Delete(json);
	return good;
}

char *share_encode_head(const char *station, uint64_t seq, const char *head)
{
	cJSON *json = begin(station);
	cJSON_AddNumberToObject(json, "seq", (double)seq);
	cJSON_AddStringToObject(json, "head", head);
	return finish(json);
}

bool share_decode_head(char head[LABEL_SIZE], const void *bytes, size_t len)
{
	cJSON *json = parse(bytes, len);
	const char *text = get_text(json, "head");
	int64_t seq;
	bool good = get_whole(json, "seq", 0, LAST_MS, &seq) && strlen(text) == 64
		    && strspn(text, "0123456789abcdef") == 64;
	head[0] = '\0';
	if (good)
		snprintf(head, LABEL_SIZE, "%" PRId64 ":%s", seq, text);
	cJSON_Delete(json);
	return good;
}
